// What `bench engine` measures of the product's token loop, guesses included, after real prompts that are read already: beside llama.cpp, which
// decodes the same tokens one at a time.

import { createSession, type GenerationSession, generate } from "../../../server/engine/generate/generate.ts";
import type { GenerationResult } from "../../../server/engine/generate/types.ts";
import type { StoredModel } from "../../../server/engine/models/modelStore.ts";
import { tierDir } from "../../../server/engine/models/tiers.ts";
import { packPrompt } from "../../../server/engine/prompt/packPrompt.ts";
import { promptFormats } from "../../../server/engine/prompt/promptFormat.ts";
import type { Decoder } from "../../../server/engine/runtime/decoder.ts";
import { loadTokenizer } from "../../../server/engine/tokenizer/bpeTokenizer.ts";
import { formatFor } from "../../../server/host/localModel.ts";
import { promptBudgetOf } from "../../../server/host/protocol/promptBudget.ts";
import type { Tier } from "../../../server/host/protocol/tiers.ts";
import type { Job } from "../peer/types.ts";
import {
  type Comparison,
  comparisonOf,
  type EnginePeer,
  type Measured,
  timeInTurns,
  tokensPerSecond,
} from "./engineFigures.ts";
import { drawPlaces, PROMPT_TOKENS } from "./places.ts";
import { here, type QuietTime } from "./quiet.ts";
import { readPrompt } from "./readPrompt.ts";

const PLACES = 12;
const WRITTEN_TOKENS = 24; // at most, at a place

/** Of all timed generations together: what the figure owes to guesses. */
interface LoopCounts {
  tokens: number; // written, ends of text among them
  runs: number; // of the decoder
  tokensPerRun: number;
  guessed: number;
  accepted: number;
}

export interface LoopComparison extends Comparison {
  sotto: Measured & LoopCounts;
}

/** What is written, and by what. */
interface LoopWork {
  session: GenerationSession; // of one slot
  prompts: readonly (readonly number[])[];
}

/**
 * The places' prompts as the product packs them for the tier, without what healing would take back and write again: whoever decodes goes on
 * after the same tokens.
 */
export async function loopWork(tier: Tier, model: StoredModel, decoder: Decoder): Promise<LoopWork> {
  const tokenizer = await loadTokenizer(tierDir(tier));
  const session = createSession(decoder, tokenizer, { slots: 1 });
  const format = promptFormats[formatFor(model, tokenizer)];
  const prompts = drawPlaces(PLACES).map(({ prompt }) => {
    const { tokens } = packPrompt(prompt, tokenizer, PROMPT_TOKENS, format, promptBudgetOf(tier));
    return session.healing.takeBack(tokens).kept;
  });
  return { session, prompts };
}

/** @param samples undisturbed ones that the time of a place rests on */
export async function measureLoop(
  { session, prompts }: LoopWork,
  samples: number,
  peer?: EnginePeer,
): Promise<LoopComparison> {
  const timed: GenerationResult[] = [];
  const byPlace: QuietTime[][] = [];
  let tokens = 0;
  for (const prompt of prompts) {
    const first = await write(session, prompt);
    const jobs = oneByOne(prompt, first);
    tokens += jobs.length;
    if (peer) await readOnPeer(peer, prompt);
    const own = async () => {
      await readPrompt(session, prompt);
      return here(async () => timed.push(await write(session, prompt)))();
    };
    byPlace.push(await timeInTurns(own, jobs, samples, peer));
  }
  const times = byPlace[0].map((_, contestant) => total(byPlace.map((ofPlace) => ofPlace[contestant])));
  const comparison = comparisonOf(times, { value: tokensPerSecond(tokens), isRate: true }, peer?.variants);
  const measured = { ...comparison, sotto: { ...comparison.sotto, ...countsOf(timed) } };
  console.error(`loopDecode: ${JSON.stringify(measured)}`);
  return measured;
}

/** From the run of the prompt's last token on. */
const write = (session: GenerationSession, promptTokens: readonly number[]): Promise<GenerationResult> =>
  generate(
    session,
    { promptTokens, maxTokens: WRITTEN_TOKENS, sampling: { temperature: 0 }, stop: [], healing: false },
    () => {},
    new AbortController().signal,
  );

/** Tokens that were chosen: the end of text is none of the result's, and took a run all the same. */
const chosen = ({ tokens, stop }: GenerationResult): number => tokens.length + (stop === "endOfText" ? 1 : 0);

/** A job for each token that was chosen: it runs the one before. */
const oneByOne = (prompt: readonly number[], written: GenerationResult): Job[] =>
  [prompt.at(-1)!, ...written.tokens]
    .slice(0, chosen(written))
    .map((token, i) => ({ tokens: [token], past: prompt.length - 1 + i, asked: "last" }));

/** All of the prompt but its last token, once for those variants that share a cache. */
async function readOnPeer({ process, variants }: EnginePeer, prompt: readonly number[]): Promise<void> {
  const job: Job = { tokens: prompt.slice(0, -1), past: 0, asked: "last" };
  for (const { model, threads } of new Map(variants.map((variant) => [variant.model, variant])).values())
    await process.call("work", { model, threads, jobs: [job] });
}

const sum = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((total, one) => total + of(one), 0);

const total = (times: readonly QuietTime[]): QuietTime => ({
  ms: sum(times, ({ ms }) => ms),
  samples: sum(times, ({ samples }) => samples),
  quiet: sum(times, ({ quiet }) => quiet),
});

function countsOf(timed: readonly GenerationResult[]): LoopCounts {
  const tokens = sum(timed, chosen);
  const runs = sum(timed, ({ speculation }) => speculation.runs);
  return {
    tokens,
    runs,
    tokensPerRun: Number((tokens / runs).toFixed(2)),
    guessed: sum(timed, ({ speculation }) => speculation.guessed),
    accepted: sum(timed, ({ speculation }) => speculation.accepted),
  };
}
