// Explanations: does leaving out name the source, does the text need what was named, is the difference exact, and how long does it take? Planted
// sources, then places of this repository; at the first of those also what the layers did: whether it sums to what was measured, and how long that
// takes. And how long keys wait beside both. Ends with one JSON line on stdout. Options: --cases N (planted, default 60), --places N (default 40),
// --keys N (pressed beside each, default 0), --seed N (of what is drawn, default 11: other ones for more cases in another run).

import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Cancelled } from "../../common/errors.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { prepareQueries } from "../../common/syntax/prepareQueries.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { createRandom } from "../../server/engine/generate/random.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { LocalModel } from "../../server/host/localModel.ts";
import type { ContextPiece, PromptInput } from "../../server/host/protocol/messages.ts";
import { CompletionCache } from "../../src/completion/cache.ts";
import { complete } from "../../src/completion/complete.ts";
import type { SuggestionOrigin } from "../../src/completion/result.ts";
import { defaultCompletionSettings } from "../../src/completion/settings.ts";
import { promptOf } from "../../src/completion/writing.ts";
import { Explainer } from "../../src/explain/explainer.ts";
import { packedPrompt, promptParts } from "../../src/explain/promptParts.ts";
import { openDocument } from "../../src/workspace/documents.ts";
import { folderWorkspace } from "../../src/workspace/workspace.ts";
import { benchCacheDir } from "./peer/peer.ts";
import { type Keystroke, press, promptAt, startOffset, summary } from "./support/keystrokes.ts";
import { machine } from "./support/reporting.ts";
import { withoutRun } from "./support/withoutRun.ts";

const { values } = parseArgs({
  options: {
    cases: { type: "string" },
    places: { type: "string" },
    keys: { type: "string" },
    seed: { type: "string" },
    threads: { type: "string" },
  },
});
const CASES = Number(values.cases ?? 60);
const PLACES = Number(values.places ?? 40);
const KEYS = Number(values.keys ?? 0);
const KEY_PAUSE_MS = 150;
const MOST_LONGER = 1.5; // the goal: the 95th percentile of a key's wait beside an explanation, by that of a key alone
const RUNS_OF_LINES = 5; // that a part is compared with: one alone may have hit the one line that matters
const PIECES = 6;
const PIECE_LINES = 12;
const LAYERED_PLACES = 10; // at which the layers are read
const root = packageRoot(import.meta.dirname);
const threads = values.threads === undefined ? undefined : Number(values.threads);

const draw = createRandom(Number(values.seed ?? 11));
const pick = <T>(from: readonly T[]): T => from[Math.floor(draw() * from.length)];
const load = () =>
  LocalModel.load({ source: { modelDir: embeddedModelDir() }, device: { cacheDir: benchCacheDir(), threads } });

const SOURCES = ["zod/src/v4/core/parse.ts", "zod/src/v4/core/util.ts", "onnxruntime-common/lib/tensor-impl.ts"].map(
  (name) => readFileSync(path.join(root, "node_modules", name), "utf8").split("\n"),
);
const SYLLABLES = ["bra", "vel", "tok", "mir", "sun", "dap", "gle", "fro", "zin", "qua", "pel", "wix"];

function linesFrom(count: number): string {
  const lines = pick(SOURCES);
  const start = Math.floor(draw() * (lines.length - count));
  return `${lines.slice(start, start + count).join("\n")}\n`;
}

/** A prompt whose text goes on with a name that stands in one piece only. */
function planted() {
  const name = [pick(SYLLABLES), pick(SYLLABLES), pick(SYLLABLES)]
    .map((part, i) => (i ? part[0].toUpperCase() + part.slice(1) : part))
    .join("");
  const at = Math.floor(draw() * PIECES);
  const pieces = Array.from({ length: PIECES }, (_, index): ContextPiece => {
    const text = linesFrom(PIECE_LINES);
    const own = `export function ${name}(value: string): string {\n  return value.trim();\n}\n`;
    return { kind: "import", path: `src/part${index}.ts`, text: index === at ? own + text : text, score: 0.5 };
  });
  const prefix = `import { ${name.slice(0, 2)}`;
  const prompt: PromptInput = {
    path: "src/main.ts",
    languageId: "typescript",
    prefix: `${linesFrom(6)}${prefix}`,
    suffix: "\n",
    pieces,
  };
  return { prompt, text: name.slice(2), at };
}

const model = await load();
const fresh = await load();
let named = 0;
let weakest = Number.POSITIVE_INFINITY; // of the planted sources: nats / √tokens
let evaluatedApart = 0;
let largestGap = 0;
const irrelevant = { planted: [] as number[], real: [] as number[] }; // what leaving out foreign code changes: |nats| / √tokens
for (let index = 0; index < CASES; index++) {
  const { prompt, text, at } = planted();
  const inspection = await model.inspect(prompt);
  const packed = packedPrompt(prompt, inspection);
  const { logProb: whole, tokens } = await model.score({ prompt: packed, text });
  const nats: number[] = [];
  for (const part of promptParts(packed, inspection))
    nats.push(whole - (await model.score({ prompt: part.replaced(packed, ""), text })).logProb);
  if (nats.indexOf(Math.max(...nats)) === at) named++;
  weakest = Math.min(weakest, nats[at] / Math.sqrt(tokens.length));
  for (const [id, change] of nats.entries())
    if (id !== at && id < PIECES) irrelevant.planted.push(Math.abs(change) / Math.sqrt(tokens.length));
  if (index % 6 === 0) {
    // another model of this process, which has read nothing, and the prompt as it was given
    const without = { ...prompt, pieces: prompt.pieces.toSpliced(at, 1) };
    const own = (await fresh.score({ prompt, text })).logProb - (await fresh.score({ prompt: without, text })).logProb;
    evaluatedApart++;
    largestGap = Math.max(largestGap, Math.abs(own - nats[at]));
  }
  if (index % 10 === 9) process.stderr.write(`planted ${index + 1}: ${named} named\n`);
}
fresh.dispose();

const parsers = await createParsers();
await prepareQueries(parsers, "typescript");
const workspace = folderWorkspace(root);
const files = (await workspace.list()).filter((file) => /^(src|server)\/.*\.ts$/.test(file));

/** The origin of a shown suggestion at a drawn place, after a half of its line. */
async function shownOrigin(): Promise<SuggestionOrigin> {
  for (;;) {
    const file = pick(files);
    const text = (await workspace.read(file)) ?? "";
    const lines = text.split("\n");
    const line = Math.floor(draw() * lines.length);
    const start = lines.slice(0, line).join("\n").length + 1;
    if (line < 10 || lines[line].trim().length < 12) continue;
    const indent = lines[line].length - lines[line].trimStart().length;
    const offset = start + indent + Math.floor((lines[line].length - indent) / 2);
    const cut = text.slice(0, offset) + text.slice(start + lines[line].length);
    const uri = pathToFileURL(path.join(root, file)).href;
    const document = openDocument({ uri, path: file, languageId: "typescript", text: cut }, parsers);
    const result = await complete(
      { document, offset, explicit: false, filter: true },
      {
        ...{ model, cache: new CompletionCache(), settings: { ...defaultCompletionSettings, deadlineMs: 600_000 } },
        ...{ sources: { workspace, patienceMs: 5_000 }, writing: { id: model.status().model } },
      },
      new AbortController().signal,
    );
    if (result.kind === "generated" && result.outcome.kind === "shown" && result.origin!.pieces.length >= 2)
      return result.origin!;
  }
}

type Parts = ReturnType<typeof promptParts>;

/** A part that is named first, and what runs of its length cost, in nats. */
interface Named {
  kind: string;
  tokens: number;
  nats: number;
  runs: number[];
}

const deletions: Record<"first" | "firstPiece" | "firstPieceAmongPieces", Named[]> = {
  first: [],
  firstPiece: [],
  firstPieceAmongPieces: [],
};
let places = 0;
const timings: { promptTokens: number; parts: number; firstMs: number; attributedMs: number; wholeMs: number }[] = [];
const layered: { promptTokens: number; ms: number; lensGapNats: number; roundingLogits: number }[] = [];
for (; places < PLACES; places++) {
  const origin = await shownOrigin();
  const explainer = new Explainer(origin, { model, workspace });
  const begin = performance.now();
  let attributedMs = 0;
  const {
    parts = [],
    ms,
    words = [],
  } = await explainer.run(({ hiding }) => {
    if (hiding && attributedMs === 0) attributedMs = performance.now() - begin;
  }, new AbortController().signal);
  const given = promptOf(origin.place, origin.pieces);
  const inspection = await model.inspect(given);
  const packed = packedPrompt(given, inspection);
  const all = promptParts(packed, inspection);
  timings.push({
    promptTokens: inspection.tokens,
    parts: parts.length,
    firstMs: ms.first,
    attributedMs,
    wholeMs: ms.whole,
  });
  const text = words.map((word) => word.text).join("");
  if (text === "") continue;
  if (layered.length < LAYERED_PLACES) {
    const start = performance.now();
    await explainer.layers(new AbortController().signal);
    const ms = performance.now() - start;
    const { tokens } = explainer.explanation.layers!;
    const gaps = words
      .flatMap((word) => word.tokens)
      .map((one) => one.logProb - tokens[one.index]!.lens.at(-1)!.logProb);
    layered.push({
      ...{ promptTokens: inspection.tokens, ms },
      lensGapNats: Math.max(...gaps.map(Math.abs)), // the lens after the last layer is what the decoder said
      roundingLogits: Math.max(...tokens.map(({ rounding }) => Math.abs(rounding))), // that the contributions do not sum to
    });
  }
  const whole = (await model.score({ prompt: packed, text })).logProb;
  /** @param others which runs are drawn from */
  const compared = async ({ id, kind, tokens, nats }: (typeof parts)[number], others: Parts) => {
    const runs: number[] = [];
    for (let run = 0; run < RUNS_OF_LINES; run++) {
      const prompt = withoutRun(packed, others, all[id].text.length, draw);
      if (prompt) runs.push(whole - (await model.score({ prompt, text })).logProb);
    }
    return runs.length === 0 ? [] : [{ kind, tokens, nats: nats!, runs }];
  };
  const order = parts.filter(({ kind }) => kind !== "header").sort((a, b) => b.nats! - a.nats!);
  const but = (own: number) => all.filter(({ id, kind }) => id !== own && kind !== "header");
  const isPiece = ({ id }: { id: number }) => id < packed.pieces.length;
  deletions.first.push(...(await compared(order[0], but(order[0].id))));
  const piece = order.find((part) => isPiece(part) && !part.isNoise);
  if (piece) {
    deletions.firstPiece.push(...(await compared(piece, but(piece.id))));
    deletions.firstPieceAmongPieces.push(...(await compared(piece, but(piece.id).filter(isPiece))));
  }
  // Code of another project in the place of the last piece, so that the prompt stays as long: whatever leaving it out changes is chance.
  const foreign = { ...packed.pieces.at(-1)!, path: "src/foreign.ts", text: linesFrom(PIECE_LINES) };
  const others = packed.pieces.slice(0, -1);
  const beside = (await model.score({ prompt: { ...packed, pieces: [...others, foreign] }, text })).logProb;
  const without = await model.score({ prompt: { ...packed, pieces: others }, text });
  irrelevant.real.push(Math.abs(beside - without.logProb) / Math.sqrt(without.tokens.length));
  if (places % 10 === 9) process.stderr.write(`places ${places + 1}\n`);
}

/** How long keys wait while `work` is done again and again. */
async function keysBeside(work?: (signal: AbortSignal) => Promise<unknown>) {
  const ending = new AbortController();
  const working = (async () => {
    while (work && !ending.signal.aborted) await work(ending.signal);
  })();
  const keystrokes: Keystroke[] = [];
  for (let key = 0; key < KEYS; key++) {
    keystrokes.push(await press(model, promptAt(keysFrom, key)));
    await new Promise((resolve) => setTimeout(resolve, KEY_PAUSE_MS));
  }
  ending.abort();
  await working.catch((error: unknown) => {
    if (!(error instanceof Cancelled)) throw error;
  });
  return summary(keystrokes);
}

let keysFrom = 0;
async function keys() {
  if (KEYS === 0) return undefined;
  keysFrom = await startOffset(model);
  const origin = await shownOrigin();
  const measured = new Explainer(origin, { model, workspace });
  await measured.run(() => {}, new AbortController().signal); // so that its layers can be told
  await keysBeside();
  const alone = await keysBeside();
  const attribution = await keysBeside((signal) => new Explainer(origin, { model, workspace }).run(() => {}, signal));
  const layers = await keysBeside((signal) => measured.layers(signal));
  const again = await keysBeside(); // shows how much the machine itself changed meanwhile
  const ratioOf = ({ p95Ms }: typeof alone) => Number((p95Ms / alone.p95Ms).toFixed(2));
  const ratio = { attribution: ratioOf(attribution), layers: ratioOf(layers), again: ratioOf(again) };
  const met = Math.max(ratio.attribution, ratio.layers) <= MOST_LONGER;
  return { pressed: KEYS, alone, attribution, layers, again, ratio, goal: MOST_LONGER, met };
}

const beside = await keys();
model.dispose();

const countedOf = (all: readonly Named[]) => ({
  of: all.length,
  more: all.filter(({ nats, runs }) => nats > mean(runs)).length, // than the runs cost on average
  moreThanEach: all.filter(({ nats, runs }) => nats > Math.max(...runs)).length,
  all: all.map(
    ({ kind, tokens, nats, runs }) =>
      `${kind}, ${tokens} tokens: ${nats.toFixed(2)}; runs ${runs.map((one) => one.toFixed(2)).join(" ")}`,
  ),
});
const chanceOf = (changes: readonly number[]) => ({
  of: changes.length,
  medianNats: quantileOf(changes, 0.5),
  p95Nats: quantileOf(changes, 0.95),
  all: changes.map((change) => change.toFixed(3)).join(" "), // so that runs can be put together
});
const quantileOf = (numbers: readonly number[], share: number) =>
  numbers.toSorted((a, b) => a - b)[Math.ceil(share * numbers.length) - 1];
const mean = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const large = timings.filter(({ promptTokens, parts }) => promptTokens >= 1_100 && parts >= 5);
const times = {
  prompts: large.length,
  promptTokens: median(large.map(({ promptTokens }) => promptTokens)),
  parts: median(large.map(({ parts }) => parts)),
  firstMs: median(large.map(({ firstMs }) => firstMs)),
  attributedMs: median(large.map(({ attributedMs }) => attributedMs)),
  slowestMs: Math.max(...large.map(({ attributedMs }) => attributedMs)),
};
const goals = {
  "planted.named": 0.95 * CASES,
  "exact.largestGapNats": 1e-3,
  "times.firstMs": 300,
  "times.attributedMs": 5_000,
};
const met = {
  "planted.named": named >= goals["planted.named"],
  "exact.largestGapNats": largestGap <= goals["exact.largestGapNats"],
  "times.firstMs": times.firstMs <= goals["times.firstMs"],
  "times.attributedMs": times.attributedMs <= goals["times.attributedMs"],
};
process.stdout.write(
  `${JSON.stringify({
    name: "explain",
    machine: machine("cpu"),
    planted: { cases: CASES, named, weakestNats: weakest },
    exact: { cases: evaluatedApart, largestGapNats: largestGap },
    deletion: {
      places,
      first: countedOf(deletions.first),
      firstPiece: countedOf(deletions.firstPiece),
      firstPieceAmongPieces: countedOf(deletions.firstPieceAmongPieces),
    },
    chance: { planted: chanceOf(irrelevant.planted), real: chanceOf(irrelevant.real) },
    ...(beside && { keys: beside }),
    times,
    layers: {
      places: layered.length,
      promptTokens: median(layered.map(({ promptTokens }) => promptTokens)),
      ms: median(layered.map(({ ms }) => ms)),
      slowestMs: Math.max(...layered.map(({ ms }) => ms)),
      largestLensGapNats: Math.max(...layered.map(({ lensGapNats }) => lensGapNats)),
      largestRoundingLogits: Math.max(...layered.map(({ roundingLogits }) => roundingLogits)),
    },
    goals,
    met,
  })}\n`,
);
