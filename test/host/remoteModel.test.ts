// Real servers with the embedded model, over ids: greedy text is the host's but for near ties, a prompt is read once, and a cancelled request frees
// the server. `npm run bench -- remote --vllm` installs llama.cpp's server and vLLM; SOTTO_TEST_LLAMA_SERVER and SOTTO_TEST_VLLM name others.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { exportAdapter } from "../../finetune/store/exportAdapter.ts";
import { keepAdapter } from "../../finetune/store/keepAdapter.ts";
import { foundLlamaServer, startLlamaServer } from "../../lab/bench/peer/llamaServer.ts";
import { ask, type ModelServer, SERVER_KEY } from "../../lab/bench/peer/modelServer.ts";
import { foundVllm, startVllm } from "../../lab/bench/peer/vllmServer.ts";
import { drawPlaces } from "../../lab/bench/support/places.ts";
import { writeAdapter } from "../../server/engine/adapters/writeAdapter.ts";
import { openAdapted } from "../../server/engine/load/openAdapted.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { LocalModel } from "../../server/host/localModel.ts";
import type { GenerateResult, PromptInput } from "../../server/host/protocol/messages.ts";
import { RemoteModel } from "../../server/remote/remoteModel.ts";
import { noFacts } from "../../src/adapters/storedAdapter.ts";
import { lowRankAdapter } from "../support/lowRankAdapter.ts";

const PLACES = 20;
const FEW_PLACES = 6;
const STRENGTH = 0.25; // of the random factors: texts change, and stay sure
const FEWEST_EQUAL = 12; // of 20; the host computes in 8 bits, the servers in 16
const [PREFIX_CHARS, SUFFIX_CHARS] = [500, 150]; // the server reads every token of them on the processor
/** Where the texts depart neither model was sure of its token. */
const NEAR_TIE = Math.log(0.6);

const modelDir = embeddedModelDir();
const signal = new AbortController().signal;
const call = { maxTokens: 12, sampling: { temperature: 0 }, stop: ["\n"] };
const ADAPTER = "learnt";

interface RealServer {
  name: string;
  program: string | undefined;
  start(program: string, adapterDir: string): Promise<ModelServer>;
  /** Tokens of a prompt that was read before which are read again at most. */
  rereads: number;
  adapter?: string; // the name of one that it was started with
  /** Whether an answer can be held to a half-written word; a server that cannot may begin it anew, where the host goes on in it. */
  holds: boolean;
  isBusy(url: string): Promise<boolean>;
}

const used = await openAdapted(modelDir);
const scratch = mkdtempSync(path.join(tmpdir(), "sotto-servers-"));
after(() => rmSync(scratch, { recursive: true }));

const servers: RealServer[] = [
  {
    name: "llama.cpp",
    program: foundLlamaServer(),
    start: (program) => startLlamaServer(program, used, ["-c", "2048", "-np", "1", "-t", "1"]),
    rereads: 2,
    holds: true,
    async isBusy(url) {
      const slots = (await ask(url, "/slots")) as unknown as { is_processing: boolean }[];
      return slots.some(({ is_processing }) => is_processing);
    },
  },
  {
    name: "vLLM",
    program: foundVllm(),
    start: (program, adapterDir) => startVllm(program, used, { [ADAPTER]: adapterDir }),
    rereads: 32, // it keeps whole blocks
    adapter: ADAPTER,
    holds: false,
    async isBusy(url) {
      const told = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${SERVER_KEY}` } });
      const running = /^vllm:num_requests_running\S* (\S+)$/m.exec(await told.text());
      assert.ok(running, "vLLM tells no number of running requests any more");
      return Number(running[1]) > 0;
    },
  },
];

for (const { name, program, start, rereads, adapter, holds, isBusy } of servers) {
  const skip = program === undefined && `${name} is not installed: \`npm run bench -- remote --vllm\` does that`;
  describe(`a real server, ${name}`, { skip }, () => {
    const places = (count: number) =>
      holds
        ? prompts(count)
        : prompts(10 * count)
            .filter(isBetweenWords)
            .slice(0, count);
    let server: ModelServer;
    let remote: RemoteModel;
    const root = path.join(scratch, name);
    const open = (more: { adapter?: string } = {}) =>
      RemoteModel.open(
        { url: server.url, tokenizerDir: modelDir, format: "fim", ...more },
        { key: SERVER_KEY, signal },
      );

    before(async () => {
      server = await start(program!, adapter === undefined ? "" : await exportedAdapter(root));
      remote = await open();
    });
    after(async () => {
      remote?.dispose();
      await server?.stop();
    });

    test("greedy text over ids is the host's on 20 places, but for near ties", async (t) => {
      assert.ok((await equalTexts(t, remote, {}, places(PLACES))) >= FEWEST_EQUAL);
    });

    test("the server finds a prompt in its cache that it has read", async () => {
      const [prompt] = places(1);
      await remote.warm({ prompt }, signal);
      const { tokens } = await remote.generate({ ...call, prompt }, () => {}, signal);
      assert.ok(tokens.prompt > 100 && tokens.prompt - tokens.cached <= rereads, JSON.stringify(tokens));
    });

    test("a cancelled request frees the server", async () => {
      const cancel = new AbortController();
      const [prompt] = places(1);
      const long = { ...call, maxTokens: 150, stop: [], prompt };
      const result = await remote.generate(long, () => cancel.abort(), cancel.signal);
      assert.equal(result.stop, "cancelled");
      let busy = true;
      for (let looks = 0; busy && looks < 50; looks++, await sleep(100)) busy = await isBusy(server.url);
      assert.equal(busy, false);
    });

    test("an exported adapter writes there as it does here", {
      skip: adapter === undefined && "none is loaded",
    }, async (t) => {
      const adapted = await open({ adapter: ADAPTER });
      const equal = await equalTexts(t, adapted, { adapter: path.join(root, "trained") }, places(FEW_PLACES));
      assert.ok(equal >= FEW_PLACES / 2);
      const text = async (model: RemoteModel, prompt: PromptInput) =>
        (await model.generate({ ...call, prompt }, () => {}, signal)).text;
      const changed = [];
      for (const prompt of prompts(FEW_PLACES))
        changed.push((await text(adapted, prompt)) !== (await text(remote, prompt)));
      assert.ok(changed.includes(true), "the adapter changes no text");
      adapted.dispose();
    });
  });
}
const isBetweenWords = ({ prefix }: PromptInput): boolean => /\n\s*$/.test(prefix);

const prompts = (count: number): PromptInput[] =>
  drawPlaces(count).map(({ prompt }) => ({
    ...prompt,
    prefix: prompt.prefix.slice(-PREFIX_CHARS),
    suffix: prompt.suffix.slice(0, SUFFIX_CHARS),
  }));

/** Small factors in the attention, trained by nobody, as the command exports them for vLLM. @returns their folder */
async function exportedAdapter(root: string): Promise<string> {
  const [trained, exported] = ["trained", "exported"].map((one) => path.join(root, one));
  mkdirSync(root);
  const factors = lowRankAdapter(used, 8, 1, (layer) => /q_proj|v_proj/.test(layer));
  for (const { b } of factors.matrices.values()) for (const [i, value] of b.entries()) b[i] = value * STRENGTH;
  writeAdapter(trained, factors, used, {});
  const id = keepAdapter(root, trained, noFacts, { dataDir: root });
  await exportAdapter(root, id, exported, modelDir, root, "vllm");
  return exported;
}

/** How many of so many greedy texts are the host's; where others depart, neither was sure. */
async function equalTexts(
  t: TestContext,
  remote: RemoteModel,
  source: { adapter?: string },
  places: readonly PromptInput[],
): Promise<number> {
  const device = { cacheDir: defaultCacheDir(), threads: 1 };
  const local = await LocalModel.load({ source: { modelDir, ...source }, device });
  let equal = 0;
  for (const prompt of places) {
    const theirs = await remote.generate({ ...call, prompt }, () => {}, signal);
    const ours = await local.generate({ ...call, prompt }, () => {}, signal);
    if (ours.text === theirs.text) {
      equal++;
      continue;
    }
    const [a, b] = [certaintyOf(ours, theirs), certaintyOf(theirs, ours)];
    const both = `${JSON.stringify(ours.text)} (${a.toFixed(2)}), server ${JSON.stringify(theirs.text)} (${b.toFixed(2)})`;
    t.diagnostic(both);
    assert.ok(Math.max(a, b) <= NEAR_TIE, `the texts depart where one was sure: ${both}`);
  }
  local.dispose();
  t.diagnostic(`${equal} of ${places.length} texts are equal`);
  return equal;
}

/** The log probability of the first token of `one` that is none of the other's; of its last where it only ends earlier. An answer without a token tells none. */
function certaintyOf(one: GenerateResult, other: GenerateResult): number {
  const spelt = ({ text, tokenEnds }: GenerateResult) =>
    tokenEnds.map((end, i) => text.slice(tokenEnds[i - 1] ?? 0, end));
  const others = spelt(other);
  const index = spelt(one).findIndex((token, i) => token !== others[i]);
  return one.logProbs[index] ?? one.logProbs.at(-1) ?? Number.NEGATIVE_INFINITY;
}
