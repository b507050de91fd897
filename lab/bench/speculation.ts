// Bench: the savings of speculative tokens. The embedded model completes at places in real code, with a warm prompt of 1,000 tokens, with guesses
// and without in turns; then the same after the author has deviated from the suggestion. Ends with one JSON line.

import { parseArgs } from "node:util";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { createSession, generate } from "../../server/engine/generate/generate.ts";
import { PromptLookup } from "../../server/engine/generate/promptLookup.ts";
import { createSampler } from "../../server/engine/generate/sampler.ts";
import type { GenerationRequest, GenerationResult } from "../../server/engine/generate/types.ts";
import { loadDecoder } from "../../server/engine/load/loadDecoder.ts";
import { openAdapted } from "../../server/engine/load/openAdapted.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { packPrompt } from "../../server/engine/prompt/packPrompt.ts";
import { promptFormats } from "../../server/engine/prompt/promptFormat.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import type { PromptInput } from "../../server/host/protocol/messages.ts";
import { type CompletionPlace, drawPlaces, PROMPT_TOKENS } from "./support/places.ts";
import { readPrompt } from "./support/readPrompt.ts";
import { machine, quantile } from "./support/reporting.ts";

const LENGTHS = [16, 48];
const TYPED_PAST = 2; // characters that were typed after the suggestion turned out wrong
const ROWS = [1, 2, 3, 5, 9];
const MOST_MS = 150_000; // on a busy machine, fewer places

const { values } = parseArgs({ options: { threads: { type: "string" }, places: { type: "string", default: "40" } } });
const dir = embeddedModelDir();
const threads = values.threads === undefined ? undefined : Number(values.threads);
const decoder = await loadDecoder(await openAdapted(dir), { cacheDir: defaultCacheDir(), threads });
const tokenizer = await loadTokenizer(dir);
const session = createSession(decoder, tokenizer, { slots: 1 });
const never = new AbortController().signal;

interface Contender {
  times: number[];
  tokens: number;
  runs: number;
  guessed: number;
  accepted: number;
}
const contender = (): Contender => ({ times: [], tokens: 0, runs: 0, guessed: 0, accepted: 0 });
const figures = new Map<string, Contender>();
const byMatch = new Map<number, { guesses: number; right: number }>();
const rowTimes = new Map<number, number[]>(ROWS.map((rows) => [rows, []]));
const oneRowTimes: number[] = [];
let [compared, different] = [0, 0];

const places = drawPlaces(Number(values.places));
const beginMs = performance.now();
let done = 0;
for (const [index, place] of places.entries()) {
  if (performance.now() - beginMs > MOST_MS) break;
  const promptTokens = pack(place.prompt);
  for (const maxTokens of LENGTHS) {
    const ways = [true, false].map((speculation) => ({
      name: `${maxTokens} ${speculation ? "with" : "without"}`,
      speculation,
    }));
    const results = await inTurn(index, ways, (way) =>
      complete(way.name, { ...asked(promptTokens, maxTokens), ...way }),
    );
    compare(results);
    if (maxTokens !== LENGTHS.at(-1)) continue;
    countMatches(promptTokens, results[0].tokens);
    await afterDivergence(index, place, results[0].text);
    await timeRows(promptTokens, results[0].tokens);
  }
  done++;
}

/** The author goes on otherwise than was suggested; the rest of the suggestion may still be right. */
async function afterDivergence(index: number, { prompt, written }: CompletionPlace, suggested: string): Promise<void> {
  let agreed = 0;
  while (agreed < suggested.length && suggested[agreed] === written[agreed]) agreed++;
  if (agreed === suggested.length) return; // typed through: no request at all
  const promptTokens = pack({ ...prompt, prefix: prompt.prefix + written.slice(0, agreed + TYPED_PAST) });
  const line = prompt.prefix.slice(prompt.prefix.lastIndexOf("\n") + 1);
  const lookup = [tokenizer.encode(line + suggested)];
  const ways = [
    { name: "diverged without", speculation: false },
    { name: "diverged with", speculation: true },
    { name: "diverged with suggestion", speculation: true, lookup },
  ];
  compare(await inTurn(index, ways, (way) => complete(way.name, { ...asked(promptTokens, LENGTHS[1]), ...way })));
}

function pack(prompt: PromptInput): number[] {
  return packPrompt(prompt, tokenizer, PROMPT_TOKENS, promptFormats.fim).tokens;
}

function asked(promptTokens: number[], maxTokens: number): GenerationRequest {
  return { promptTokens, maxTokens, sampling: { temperature: 0 }, stop: [] };
}

/** In another order each time, so that a disturbance meets all alike; the results stand in the order of `ways`. */
async function inTurn<W, R>(turn: number, ways: readonly W[], work: (way: W) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < ways.length; i++) {
    const at = (turn + i) % ways.length;
    results[at] = await work(ways[at]);
  }
  return results;
}

async function complete(name: string, request: GenerationRequest): Promise<GenerationResult> {
  await readPrompt(session, request.promptTokens);
  const startMs = performance.now();
  const result = await generate(session, request, () => {}, never);
  const ms = performance.now() - startMs;
  const of = figures.get(name) ?? contender();
  figures.set(name, of);
  of.times.push(ms);
  of.tokens += result.tokens.length;
  of.runs += result.speculation.runs;
  of.guessed += result.speculation.guessed;
  of.accepted += result.speculation.accepted;
  return result;
}

/** Tokens and probabilities, to the bit. */
function compare([first, ...others]: readonly GenerationResult[]): void {
  for (const other of others) {
    compared += first.tokens.length;
    if (JSON.stringify([first.tokens, first.logProbs]) !== JSON.stringify([other.tokens, other.logProbs])) different++;
  }
}

/** How often the first guess is right, by the length of the match. */
function countMatches(promptTokens: readonly number[], written: readonly number[]): void {
  const lookup = new PromptLookup(promptTokens);
  for (const token of written) {
    const guess = lookup.guess(1);
    const counts = byMatch.get(guess.matched) ?? { guesses: 0, right: 0 };
    byMatch.set(guess.matched, counts);
    counts.guesses++;
    if (guess.tokens[0] === token) counts.right++;
    lookup.push(token);
  }
}

/** Decoding as it would be with runs of a single row; and what runs of several rows cost. */
async function timeRows(promptTokens: readonly number[], written: readonly number[]): Promise<void> {
  const { cache } = await readPrompt(session, promptTokens);
  const sample = createSampler({ temperature: 0 });
  const startMs = performance.now();
  for (const [i, token] of written.entries()) sample(await decoder.run(cache, [token], promptTokens.length + i, [0]));
  oneRowTimes.push(performance.now() - startMs);
  for (const rows of ROWS) {
    if (rows > written.length) continue;
    const tokens = written.slice(0, rows);
    const rowStartMs = performance.now();
    await decoder.run(cache, tokens, promptTokens.length, [...tokens.keys()]);
    rowTimes.get(rows)?.push(performance.now() - rowStartMs);
  }
  session.slots.clear(); // its record does not tell of these runs
}

const total = (times: readonly number[]) => times.reduce((sum, ms) => sum + ms, 0);
const share = (part: number, whole: number) => (whole === 0 ? 0 : Number((part / whole).toFixed(3)));
const named = (name: string): Contender => figures.get(name) ?? contender();
const summary = ({ times, tokens, runs, guessed, accepted }: Contender) => ({
  p50Ms: quantile(times, 0.5),
  p95Ms: quantile(times, 0.95),
  tokensPerRun: share(tokens, runs),
  acceptedShare: share(accepted, guessed),
});
/** Of all times together, and the median of the pairs. */
const ratio = (without: Contender, way: Contender) => ({
  total: share(total(without.times), total(way.times)),
  median: quantileOf(without.times.map((ms, i) => ms / way.times[i])),
});
const quantileOf = (ratios: readonly number[]) =>
  Number(ratios.toSorted((a, b) => a - b)[ratios.length >> 1].toFixed(2));

const sotto = Object.fromEntries([...figures].map(([name, of]) => [name, summary(of)]));
const ratios = {
  ...Object.fromEntries(LENGTHS.map((n) => [`${n} tokens`, ratio(named(`${n} without`), named(`${n} with`))])),
  diverged: ratio(named("diverged without"), named("diverged with")),
  divergedWithSuggestion: ratio(named("diverged without"), named("diverged with suggestion")),
};
const line = {
  name: "speculation",
  places: done,
  sotto,
  ratio: ratios,
  oneRowDecode: { p50Ms: quantile(oneRowTimes, 0.5), ratio: share(total(oneRowTimes), total(named("48 with").times)) },
  rowsP50Ms: Object.fromEntries([...rowTimes].map(([rows, times]) => [rows, quantile(times, 0.5)])),
  firstGuessRight: Object.fromEntries(
    [...byMatch]
      .sort(([a], [b]) => a - b)
      .map(([matched, { guesses, right }]) => [matched, { guesses, right: share(right, guesses) }]),
  ),
  equality: { tokens: compared, differentCompletions: different },
  machine: machine(decoder.device, { onnxruntime: decoder.runtime }),
};
decoder.dispose();
process.stdout.write(`${JSON.stringify(line)}\n`);
