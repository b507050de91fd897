// Bench: a keystroke in a prompt of 1,000 tokens, 16 tokens out, through LocalModel, typed key by key, with the model that --model names (as on
// the command line; default: quick). Ends with one JSON line on stdout.
// Peers (--peer), key by key in turns with ours: llama.cpp on the same prompt tokens with its own cache used the same way (what follows the
// common prefix is forgotten, the rest is run), and our engine without its prefix cache: what a client without cache pays.

import { parseArgs } from "node:util";
import { resolveModel } from "../../cli/model.ts";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { createSession, generate } from "../../server/engine/generate/generate.ts";
import { loadDecoder } from "../../server/engine/load/loadDecoder.ts";
import { packPrompt } from "../../server/engine/prompt/packPrompt.ts";
import { promptFormats } from "../../server/engine/prompt/promptFormat.ts";
import { openModelIn } from "../../server/host/firstUse.ts";
import { formatFor, LocalModel } from "../../server/host/localModel.ts";
import type { PromptInput } from "../../server/host/protocol/messages.ts";
import { Peer } from "./peer/peer.ts";
import type { Spent } from "./peer/stopwatch.ts";
import {
  countRuns,
  GENERATED_TOKENS,
  type Keystroke,
  press,
  promptAt,
  startOffset,
  summary,
} from "./support/keystrokes.ts";
import { loadVariants, type PeerVariant } from "./support/peerVariants.ts";
import { here, rest, timeOnce } from "./support/quiet.ts";
import { machine } from "./support/reporting.ts";

const WARM_UP = 3;
const WITHOUT_CACHE = "the same engine without its prefix cache";

/** What one contestant has shown. */
interface Series {
  keystrokes: Keystroke[];
  quiet: number; // how many of them were undisturbed
}

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    peer: { type: "boolean" },
    threads: { type: "string" },
    keystrokes: { type: "string", default: "40" },
  },
});
const { dir: modelDir, id, tier } = await resolveModel(values.model);
const threads = values.threads === undefined ? undefined : Number(values.threads);
const stored = await openModelIn({ modelDir });
const decoder = await loadDecoder(stored, { cacheDir: defaultCacheDir(), threads });
const runs = countRuns(decoder);
const model = await LocalModel.over(stored, decoder, { source: { modelDir }, tier }, performance.now());
const { tokenizer, promptBudget: budget } = model;
const format = promptFormats[formatFor(stored, tokenizer)];
const withoutCache = createSession(decoder, tokenizer);
const llama = values.peer ? new Peer() : undefined;
const loaded = llama && (await loadVariants(llama, stored, { ownCaches: true }));

const start = await startOffset(model);
const series: Record<string, Series> = {};
let lastSuggestion = "";
for (let index = -WARM_UP; index < Number(values.keystrokes); index++) {
  const prompt = promptAt(start, WARM_UP + index);
  const own = await take("sotto", index, () => pressOwn(prompt));
  lastSuggestion = own.text;
  if (!llama || !loaded) continue;
  const { tokens } = packPrompt(prompt, tokenizer, budget.tokens, format, budget);
  await take(WITHOUT_CACHE, index, () => pressWithoutCache(tokens));
  for (const variant of loaded.variants)
    await take(variant.name, index, () => pressPeer(llama, variant, tokens, own.generated));
}
llama?.dispose();
const { device, runtime } = decoder;
model.dispose();

const figures = Object.fromEntries(
  Object.entries(series).map(([name, { keystrokes, quiet }]) => [
    name,
    { ...summary(keystrokes), quiet: `${quiet}/${keystrokes.length}` },
  ]),
);
const { sotto, [WITHOUT_CACHE]: cold, ...variants } = figures;
const [best] = Object.keys(variants).sort((a, b) => variants[a].p50Ms - variants[b].p50Ms);
const over = (value: number, ours: number) => Number((value / ours).toFixed(2));
const compared = loaded && {
  peer: { name: loaded.build, best, ...variants, [WITHOUT_CACHE]: cold },
  ratio: {
    keystroke: over(variants[best].p50Ms, sotto.p50Ms),
    keystrokeP95: over(variants[best].p95Ms, sotto.p95Ms),
    withoutCache: over(cold.p50Ms, sotto.p50Ms),
  },
};
const line = { name: "keystroke", model: id, sotto, ...compared, machine: machine(device, { onnxruntime: runtime }) };
process.stdout.write(`${JSON.stringify(line)}\n`);

/** One key of contestant `name`, when the others' threads have come to rest. */
async function take<K extends Keystroke>(
  name: string,
  index: number,
  key: () => Promise<{ spent: Spent; keystroke: K }>,
): Promise<K> {
  await rest();
  let keystroke!: K;
  const { isQuiet } = await timeOnce(async () => {
    const done = await key();
    ({ keystroke } = done);
    return done.spent;
  });
  series[name] ??= { keystrokes: [], quiet: 0 };
  if (index < 0) return keystroke; // warm up
  series[name].keystrokes.push(keystroke);
  if (isQuiet) series[name].quiet++;
  return keystroke;
}

async function pressOwn(prompt: PromptInput) {
  let keystroke!: Awaited<ReturnType<typeof press>>;
  const lookup = lastSuggestion === "" ? [] : [lastSuggestion];
  const runsBefore = runs();
  const spent = await here(async () => {
    keystroke = await press(model, prompt, { lookup });
  })();
  return { spent, keystroke: { ...keystroke, runs: runs() - runsBefore } };
}

async function pressWithoutCache(promptTokens: number[]) {
  withoutCache.slots.clear();
  const request = { promptTokens, maxTokens: GENERATED_TOKENS, sampling: { temperature: 0 }, stop: [] };
  const begin = performance.now();
  let firstTokenMs = Number.NaN;
  const onText = () => {
    if (Number.isNaN(firstTokenMs)) firstTokenMs = performance.now() - begin;
  };
  let generated = 0;
  const spent = await here(async () => {
    generated = (await generate(withoutCache, request, onText, new AbortController().signal)).tokens.length;
  })();
  return { spent, keystroke: { totalMs: spent.ms, firstTokenMs, cachedShare: 0, generated } };
}

/** @param maxTokens as many as ours wrote: it may have come to the end of the text */
async function pressPeer(process: Peer, { model, threads }: PeerVariant, prompt: number[], maxTokens: number) {
  const { ms, cpuMs, firstTokenMs, tokens, cached } = await process.call("complete", {
    model,
    threads,
    prompt,
    maxTokens,
  });
  const keystroke = { totalMs: ms, firstTokenMs, cachedShare: cached / prompt.length, generated: tokens.length };
  return { spent: { ms, cpuMs }, keystroke };
}
