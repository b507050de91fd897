// What `bench engine` measures at one shape, ours beside llama.cpp in turns: which work, how often, and what of it is a figure. The token loop's
// figure is loopDecode.ts's.

import type { Peer } from "../peer/peer.ts";
import type { Spent } from "../peer/stopwatch.ts";
import type { Job } from "../peer/types.ts";
import type { OwnEngine } from "./ownEngine.ts";
import { CONTEXT_TOKENS, type PeerVariant } from "./peerVariants.ts";
import { here, type QuietTime, takeTurns } from "./quiet.ts";

const PROMPTS = [256, 1024]; // tokens
const DECODED_TOKENS = 24;
const VERIFIED_TOKENS = 8;
const VERIFIES = 8; // in a sample
const SPARE_SAMPLES = 3; // for those that are disturbed

/** How a time becomes a figure. */
interface Scale {
  /** In tokens a second, or milliseconds: of one sample. */
  value: (ms: number) => number;
  isRate: boolean; // more is better
}

interface Figure extends Scale {
  name: string;
  jobs: Job[];
}

/** llama.cpp with the same weights, in all ways that may be its fastest. */
export interface EnginePeer {
  process: Pick<Peer, "call">;
  variants: readonly PeerVariant[];
}

/** One figure of one engine. */
export interface Measured {
  value: number;
  quiet: string; // how many of the samples were undisturbed: what a figure is worth
}

export interface Comparison {
  sotto: Measured;
  peer?: Measured & { variant: string }; // the fastest
  peers: Record<string, Measured>;
  ratio?: number; // above 1: ours is faster
}

/** All figures of a shape, by name. @param samples undisturbed ones that a figure rests on */
export async function measureFigures(
  own: OwnEngine,
  samples: number,
  peer?: EnginePeer,
): Promise<Record<string, Comparison>> {
  const comparisons: Record<string, Comparison> = {};
  for (const { name, jobs, ...scale } of figures(own.decoder.config.vocabSize)) {
    const times = await timeInTurns(
      here(() => own.work(jobs)),
      jobs,
      samples,
      peer,
    );
    comparisons[name] = comparisonOf(times, scale, peer?.variants);
    console.error(`${name}: ${JSON.stringify(comparisons[name])}`);
  }
  return comparisons;
}

/** What each took: ours for its work, then the peer's variants, in their order, for the same work as `jobs`. */
export const timeInTurns = (
  own: () => Promise<Spent>,
  jobs: Job[],
  samples: number,
  peer: EnginePeer | undefined,
): Promise<QuietTime[]> =>
  takeTurns(
    [
      { rivals: "sotto", work: own },
      ...(peer?.variants ?? []).map(({ model, threads }) => ({
        rivals: "peer",
        work: () => peer!.process.call("work", { model, threads, jobs }),
      })),
    ],
    samples,
    samples + SPARE_SAMPLES,
  );

/** @param times ours, then those of `variants` */
export function comparisonOf(
  times: readonly QuietTime[],
  { value, isRate }: Scale,
  variants: readonly PeerVariant[] = [],
): Comparison {
  const measured = ({ ms, quiet, samples }: QuietTime): Measured => ({
    value: value(ms),
    quiet: `${quiet}/${samples}`,
  });
  const [sotto, ...others] = times.map(measured);
  const peers = Object.fromEntries(variants.map(({ name }, i) => [name, others[i]]));
  if (variants.length === 0) return { sotto, peers };
  const fastest = times.slice(1).reduce((best, { ms }, i, all) => (ms < all[best].ms ? i : best), 0);
  const best = { variant: variants[fastest].name, ...others[fastest] };
  const ratio = isRate ? sotto.value / best.value : best.value / sotto.value;
  return { sotto, peer: best, ratio: Number(ratio.toFixed(2)), peers };
}

/** Of a sample in which so many tokens ran. */
export const tokensPerSecond =
  (tokens: number) =>
  (ms: number): number =>
    Math.round((tokens * 10_000) / ms) / 10;

/** In this order: a prefill leaves its prompt in the cache, for the decoding after it. */
function figures(vocabSize: number): Figure[] {
  /** Any tokens: the work does not depend on them. */
  const prompt = Array.from({ length: CONTEXT_TOKENS }, (_, i) => (i * 7919 + 13 * i * i) % vocabSize);
  const longest = Math.max(...PROMPTS);
  const prefill = (tokens: number): Figure => {
    const times = longest / tokens > 2 ? 2 : 1; // a sample is long enough to tell what else ran
    const job: Job = { tokens: prompt.slice(0, tokens), past: 0, asked: "last" };
    return {
      name: `prefill${tokens}`,
      jobs: Array(times).fill(job),
      value: tokensPerSecond(times * tokens),
      isRate: true,
    };
  };
  const decode = (context: number): Figure => ({
    name: `decode${context}`,
    jobs: Array.from({ length: DECODED_TOKENS }, (_, i) => ({ tokens: [prompt[i]], past: context + i, asked: "last" })),
    value: tokensPerSecond(DECODED_TOKENS),
    isRate: true,
  });
  const verify: Figure = {
    name: `verify${VERIFIED_TOKENS}Ms`,
    jobs: Array(VERIFIES).fill({
      tokens: prompt.slice(longest, longest + VERIFIED_TOKENS),
      past: longest,
      asked: "all",
    }),
    value: (ms) => Number((ms / VERIFIES).toFixed(2)),
    isRate: false,
  };
  return [...PROMPTS.flatMap((tokens) => [prefill(tokens), decode(tokens)]), verify];
}
