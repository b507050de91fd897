// Bench: how many tokens of a prompt a real llama.cpp server reads while a person types a burst of keys in a file, with Sotto's prompt (token
// ids, suffix first, cut at steps) and with the pattern of llama.cpp's own editor plugins (/infill: prefix, suffix, middle, the server's cache
// and its shifting of what stayed the same), over the same weights and tokens to write. The peer runs twice: with the texts of Sotto's own
// prompt, by which the goal is judged (at most half), and with the longer windows of the plugins and every piece. Installs the server where it is
// missing. With --vllm Sotto's prompt goes through vLLM, too. Ends with one JSON line on stdout.

import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { openAdapted } from "../../server/engine/load/openAdapted.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import type { ContextPiece } from "../../server/host/protocol/messages.ts";
import { RemoteModel } from "../../server/remote/remoteModel.ts";
import { installedLlamaServer, startLlamaServer } from "./peer/llamaServer.ts";
import { ask, type ModelServer, SERVER_KEY } from "./peer/modelServer.ts";
import { installedVllm, startVllm } from "./peer/vllmServer.ts";
import { machine } from "./support/reporting.ts";
import { type Key, keysOf } from "./support/typing.ts";

const KEYS = 40;
const WRITTEN_TOKENS = 8;
const GOAL_SHARE = 0.5;
/** As llama.vscode and llama.vim send them: lines around the current one, and the shortest run that is shifted in the cache. */
const [LINES_BEFORE, LINES_AFTER, SHIFTED_TOKENS] = [256, 64, 256];

const FILE = "server/engine/prompt/packPrompt.ts";
const TYPED = "  const prefixRoom = Math.min(";
const PIECES = ["server/engine/prompt/types.ts", "server/engine/prompt/suffixEnd.ts"];

const root = packageRoot(import.meta.dirname);
const textOf = (file: string) => readFileSync(path.join(root, file), "utf8");
const pieces = PIECES.map((file, i): ContextPiece => {
  const text = textOf(file).split("\n").slice(0, 30).join("\n");
  return { kind: "import", path: file, text: `${text}\n`, score: 1 - i / 10 };
});

/** The document before and after the cursor, at each key. */
function* places(): Generator<Place> {
  const whole = textOf(FILE);
  const start = whole.indexOf(TYPED);
  if (start === -1) throw new Error(`${FILE} has no line "${TYPED}" any more`);
  const end = whole.indexOf("\n", start + KEYS);
  let text = whole.slice(0, start) + whole.slice(end);
  const press = ({ at, insert }: Key) => text.slice(0, at) + insert + text.slice(at);
  for (const key of keysOf(whole.slice(start, end), start).slice(0, KEYS + 1)) {
    text = press(key);
    yield { before: text.slice(0, key.cursor), after: text.slice(key.cursor) };
  }
}

interface Place {
  before: string; // text of the document up to the cursor
  after: string;
}

interface Read {
  first: number; // tokens that the first key's prompt cost: nothing was in the cache
  later: number; // and those of the 40 keys after it
  prompt: number; // tokens of all their prompts
}

async function reads(read: (place: Place) => Promise<{ read: number; prompt: number }>) {
  const sum: Read = { first: 0, later: 0, prompt: 0 };
  let keys = 0;
  for (const place of places()) {
    const one = await read(place);
    if (keys++ === 0) sum.first = one.read;
    else {
      sum.later += one.read;
      sum.prompt += one.prompt;
    }
  }
  return sum;
}

const { values } = parseArgs({ options: { vllm: { type: "boolean" } } });
const model = await openAdapted(embeddedModelDir());
const program = installedLlamaServer();
const args = ["-c", "4096", "-np", "1", "-t", "1"];
const signal = new AbortController().signal;

const promptOf = ({ before, after }: Place) => ({
  path: FILE,
  languageId: "typescript",
  prefix: before,
  suffix: after,
  pieces,
});

/** With a server of its own, so that nothing is in its cache. */
async function withServer<T>(
  run: (server: ModelServer) => Promise<T>,
  start = () => startLlamaServer(program, model, args),
): Promise<T> {
  const server = await start();
  try {
    return await run(server);
  } finally {
    await server.stop();
  }
}

async function infill(server: ModelServer, { before, after }: Place, extra: readonly ContextPiece[]) {
  const line = before.lastIndexOf("\n") + 1;
  const { timings } = await ask(server.url, "/infill", {
    input_prefix: before.slice(0, line),
    prompt: before.slice(line),
    input_suffix: after,
    input_extra: extra.map(({ path: filename, text }) => ({ filename, text })),
    n_predict: WRITTEN_TOKENS,
    temperature: 0,
    cache_prompt: true,
    n_cache_reuse: SHIFTED_TOKENS,
  });
  const { prompt_n: read, cache_n: cached } = timings as { prompt_n: number; cache_n: number };
  return { read, prompt: read + cached };
}

/** The lines around the cursor that the plugins send. */
const windowOf = ({ before, after }: Place): Place => ({
  before: before
    .split("\n")
    .slice(-LINES_BEFORE - 1)
    .join("\n"),
  after: after
    .split("\n")
    .slice(0, LINES_AFTER + 1)
    .join("\n"),
});

const open = ({ url }: ModelServer) =>
  RemoteModel.open({ url, tokenizerDir: model.dir, format: "fim" }, { key: SERVER_KEY, signal });

const params = { maxTokens: WRITTEN_TOKENS, sampling: { temperature: 0 }, stop: ["\n"] };

async function sottoReads(server: ModelServer): Promise<Read> {
  const remote = await open(server);
  const sum = await reads(async (place) => {
    const { tokens } = await remote.generate({ ...params, prompt: promptOf(place) }, () => {}, signal);
    return { read: tokens.prompt - tokens.cached, prompt: tokens.prompt };
  });
  remote.dispose();
  return sum;
}

const sotto = await withServer(sottoReads);
console.error(`bench remote: Sotto's prompt: ${JSON.stringify(sotto)}`);

const sameTexts = await withServer(async (server) => {
  const remote = await open(server);
  const sum = await reads(async (place) => {
    const packed = await remote.inspect(promptOf(place));
    const textOfKind = (kind: string) => packed.pieces.find((piece) => piece.kind === kind)?.text ?? "";
    const extra = packed.pieces.filter(({ kind }) => kind === "import");
    return infill(server, { before: textOfKind("prefix"), after: textOfKind("suffix") }, extra);
  });
  remote.dispose();
  return sum;
});
console.error(`bench remote: its texts by /infill: ${JSON.stringify(sameTexts)}`);

let build = "";
const pluginWindows = await withServer(async (server) => {
  build = String((await ask(server.url, "/props")).build_info);
  return reads((place) => infill(server, windowOf(place), pieces));
});

/** By vLLM's own counters: it tells what its cache held at the end of an answer only, and most answers are ended by our own rules. */
async function vllmReads(server: ModelServer): Promise<Read> {
  const sum: Read = { first: 0, later: 0, prompt: 0 };
  const remote = await open(server);
  let before = await vllmCounts(server);
  let keys = 0;
  for (const place of places()) {
    await remote.generate({ ...params, prompt: promptOf(place) }, () => {}, signal);
    const now = await vllmCounts(server);
    const prompt = now.queries - before.queries; // of each request: a half-written word may need two
    const read = prompt - (now.hits - before.hits);
    before = now;
    if (keys++ === 0) sum.first = read;
    else {
      sum.later += read;
      sum.prompt += prompt;
    }
  }
  remote.dispose();
  return sum;
}

async function vllmCounts({ url }: ModelServer): Promise<{ queries: number; hits: number }> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${SERVER_KEY}` } });
  const text = await answer.text();
  const count = (name: string) => {
    const found = new RegExp(`^vllm:prefix_cache_${name}_total\\S* (\\S+)$`, "m").exec(text);
    if (!found) throw new Error(`vLLM tells no prefix_cache_${name}_total any more`);
    return Number(found[1]);
  };
  return { queries: count("queries"), hits: count("hits") };
}

const vllm = values.vllm ? await withServer(vllmReads, () => startVllm(installedVllm(), model)) : undefined;
if (vllm) console.error(`bench remote: Sotto's prompt, through vLLM: ${JSON.stringify(vllm)}`);

const share = Number((sotto.later / sameTexts.later).toFixed(3));
console.error(`${share <= GOAL_SHARE ? "pass" : "FAIL"}  ${share} of the peer's tokens (goal: at most ${GOAL_SHARE})`);
const line = {
  name: "remote",
  keys: KEYS,
  sotto,
  ...(vllm && { vllm }),
  peer: {
    name: `llama.cpp ${build}, /infill, PSM, cache shifted from ${SHIFTED_TOKENS} tokens on`,
    sameTexts,
    pluginWindows,
  },
  share,
  goal: GOAL_SHARE,
  machine: machine("cpu"),
};
process.stdout.write(`${JSON.stringify(line)}\n`);
