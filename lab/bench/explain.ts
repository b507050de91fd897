// Explanations: does leaving out name the source, does the text need what was named, is the difference exact, and how long does it take? Planted
// sources, then places of this repository; at the first of those also what the layers did: whether it sums to what was measured, and how long that
// takes. Ends with one JSON line on stdout. Options: --cases N (planted, default 60), --places N (default 40).

import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
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
import { machine } from "./support/reporting.ts";

const { values } = parseArgs({
  options: { cases: { type: "string" }, places: { type: "string" }, threads: { type: "string" } },
});
const CASES = Number(values.cases ?? 60);
const PLACES = Number(values.places ?? 40);
const PIECES = 6;
const PIECE_LINES = 12;
const LAYERED_PLACES = 10; // at which the layers are read
const root = packageRoot(import.meta.dirname);
const threads = values.threads === undefined ? undefined : Number(values.threads);

const draw = createRandom(11);
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
let largestGap = 0;
for (let index = 0; index < CASES; index++) {
  const { prompt, text, at } = planted();
  const inspection = await model.inspect(prompt);
  const packed = packedPrompt(prompt, inspection);
  const whole = (await model.score({ prompt: packed, text })).logProb;
  const nats: number[] = [];
  for (const part of promptParts(packed, inspection))
    nats.push(whole - (await model.score({ prompt: part.replaced(packed, ""), text })).logProb);
  if (nats.indexOf(Math.max(...nats)) === at) named++;
  if (index % 6 === 0) {
    // another model of this process, which has read nothing, and the prompt as it was given
    const without = { ...prompt, pieces: prompt.pieces.toSpliced(at, 1) };
    const own = (await fresh.score({ prompt, text })).logProb - (await fresh.score({ prompt: without, text })).logProb;
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

/** The prompt without a run of whole lines of other parts that is about as long as `units`. */
function withoutAnother(
  packed: PromptInput,
  parts: ReturnType<typeof promptParts>,
  top: number,
  units: number,
): PromptInput {
  const lines = parts
    .filter(({ id, kind }) => id !== top && kind !== "header")
    .flatMap((part) => part.text.split(/(?<=\n)/).map((line, index) => ({ part, line, index })));
  const start = Math.floor(draw() * lines.length);
  const taken = new Set<object>();
  let left = units;
  for (let i = 0; i < lines.length && left > 0; i++) {
    const one = lines[(start + i) % lines.length];
    taken.add(one);
    left -= one.line.length;
  }
  let prompt = packed;
  for (const part of parts) {
    const kept = lines
      .filter((one) => one.part === part && !taken.has(one))
      .map(({ line }) => line)
      .join("");
    if (lines.some((one) => one.part === part && taken.has(one))) prompt = part.replaced(prompt, kept);
  }
  return prompt;
}

let needed = 0;
let neededPiece = 0;
let places = 0;
let placesWithPiece = 0;
const chance: number[] = []; // nats for each token that the last of the pieces changes
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
  const losesMore = async (id: number) => {
    const another = withoutAnother(packed, all, id, all[id].text.length);
    return (parts[id].nats ?? 0) > whole - (await model.score({ prompt: another, text })).logProb;
  };
  const order = parts.filter(({ kind }) => kind !== "header").sort((a, b) => b.nats! - a.nats!);
  if (await losesMore(order[0].id)) needed++;
  const piece = order.find(({ id, isNoise }) => id < packed.pieces.length && !isNoise);
  if (piece) {
    placesWithPiece++;
    if (await losesMore(piece.id)) neededPiece++;
  }
  for (const { nats, kind } of parts) if (kind === "header") chance.push(Math.abs(nats!) / Math.sqrt(words.length));
  if (places % 10 === 9) process.stderr.write(`places ${places + 1}: ${needed} need the first part\n`);
}
model.dispose();

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
process.stdout.write(
  `${JSON.stringify({
    machine: machine("cpu"),
    planted: { cases: CASES, named },
    exact: { largestGapNats: largestGap },
    deletion: { places, needed, placesWithPiece, neededPiece },
    times,
    layers: {
      places: layered.length,
      promptTokens: median(layered.map(({ promptTokens }) => promptTokens)),
      ms: median(layered.map(({ ms }) => ms)),
      slowestMs: Math.max(...layered.map(({ ms }) => ms)),
      largestLensGapNats: Math.max(...layered.map(({ lensGapNats }) => lensGapNats)),
      largestRoundingLogits: Math.max(...layered.map(({ roundingLogits }) => roundingLogits)),
    },
  })}\n`,
);
