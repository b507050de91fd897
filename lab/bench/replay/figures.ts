// Computes the replay's figures from its record. Pure.

import { quantile } from "../support/reporting.ts";
import type { PeerRecord } from "./copyPeer.ts";
import { modelTime } from "./modelTime.ts";
import type { HunkRecord, Shown } from "./record.ts";
import { tokenUse } from "./waste.ts";

export interface ReplayFigures {
  keys: number;
  typeThroughKeys: number;
  requests: number;
  lateAnswers: number; // to requests after which the next key came before the answer
  modelCalls: number;
  modelCallsAhead: number; // for a place that the cursor has not reached
  modelCallsInTypeThrough: number;
  tokensGenerated: number;
  tokensPerCall: Quantiles; // what a key costs, as far as its answer was not cut off
  tokensThrownAway: number; // by the rule of waste.ts, of these:
  tokensUnanswered: number; // no answer in time came of their call
  tokensWithheld: number; // the answer in time was to show nothing
  tokensBeyond: number; // after the end of what was shown
  thrownAwayShare: number | null;
  promptTokens: number;
  promptTokensCached: number;
  cachedShare: number | null; // of all prompts
  cachedShareAfterFirst: number | null; // of the prompts after the first that was read to its end at the place of a hunk
  readAnewCalls: number; // with more than 300 prompt tokens that the cache lacked
  readAnewShare: number | null; // of all time in the decoder
  repeatedCalls: number; // that wrote again what the call before had written after what was typed since
  repeatedTokens: number;
  warmCalls: number;
  warmTokensRead: number;
  shown: number;
  shownWhole: number;
  shownBeginning: number;
  shownWrong: number;
  wrongPer100Keys: number | null;
  accepted: number;
  savedShare: number | null; // of what was to be typed
  flickers: number;
  keyToGhostMs: Quantiles; // for keys after which a new suggestion appeared
  keyToCachedGhostMs: Quantiles; // of these, where no model worked for it
  answerWithoutModelMs: Quantiles; // from the request
  decodeMsPerToken: number | null; // by the host's own clock: whether two runs had the same machine to themselves
}

export interface Quantiles {
  count: number;
  p50: number | null;
  p95: number | null;
}

export function figuresOf(records: readonly HunkRecord[]): ReplayFigures {
  const all = <T>(of: (record: HunkRecord) => readonly T[]) => records.flatMap(of);
  const total = (of: (record: HunkRecord) => number) => records.reduce((sum, record) => sum + of(record), 0);
  const answers = all(({ answers }) => answers);
  const shown = all(({ shown }) => shown);
  const calls = all(({ calls }) => calls);
  const prompts = calls.flatMap(({ result }) => (result && result.tokens.prompt > 0 ? [result.tokens] : []));
  const laterPrompts = all(({ calls }) => {
    const tokens = calls.flatMap(({ result }) => (result && result.tokens.prompt > 0 ? [result.tokens] : []));
    const first = tokens.findIndex(({ generated }) => generated > 0);
    return first === -1 ? [] : tokens.slice(first + 1);
  });
  const uses = records.map(tokenUse);
  const tokensGenerated = sum(uses.map(({ generated }) => generated));
  const tokensThrownAway = sum(uses.map(({ thrownAway }) => thrownAway));
  const warm = all(({ warmCalls }) => warmCalls);
  const keys = total((record) => record.keys);
  const modelTimes = records.map((record) => modelTime(record.calls));
  return {
    keys,
    typeThroughKeys: total((record) => record.typeThroughKeys),
    requests: answers.length,
    lateAnswers: answers.filter(({ late }) => late).length,
    modelCalls: calls.length,
    modelCallsAhead: total((record) => record.callsAhead),
    modelCallsInTypeThrough: total((record) => record.callsInTypeThrough),
    tokensGenerated,
    tokensPerCall: quantiles(prompts.map(({ generated }) => generated)),
    tokensThrownAway,
    tokensUnanswered: sum(uses.map(({ unanswered }) => unanswered)),
    tokensWithheld: sum(uses.map(({ withheld }) => withheld)),
    tokensBeyond: sum(uses.map(({ beyond }) => beyond)),
    thrownAwayShare: share(tokensThrownAway, tokensGenerated),
    promptTokens: sum(prompts.map(({ prompt }) => prompt)),
    promptTokensCached: sum(prompts.map(({ cached }) => cached)),
    cachedShare: share(sum(prompts.map(({ cached }) => cached)), sum(prompts.map(({ prompt }) => prompt))),
    cachedShareAfterFirst: share(
      sum(laterPrompts.map(({ cached }) => cached)),
      sum(laterPrompts.map(({ prompt }) => prompt)),
    ),
    readAnewCalls: sum(modelTimes.map(({ readAnewCalls }) => readAnewCalls)),
    readAnewShare: share(sum(modelTimes.map(({ readAnewMs }) => readAnewMs)), sum(modelTimes.map(({ ms }) => ms))),
    repeatedCalls: sum(modelTimes.map(({ repeatedCalls }) => repeatedCalls)),
    repeatedTokens: sum(modelTimes.map(({ repeatedTokens }) => repeatedTokens)),
    warmCalls: warm.length,
    warmTokensRead: sum(warm.map(({ result }) => (result ? result.tokens.prompt - result.tokens.cached : 0))),
    ...shownFigures(shown, keys),
    savedShare: share(
      total((record) => record.savedUnits),
      total((record) => record.typedUnits),
    ),
    flickers: total((record) => record.flickers.length),
    keyToGhostMs: quantiles(shown.map(({ sinceKeyMs }) => sinceKeyMs)),
    keyToCachedGhostMs: quantiles(shown.filter(({ fromModel }) => !fromModel).map(({ sinceKeyMs }) => sinceKeyMs)),
    answerWithoutModelMs: quantiles(
      records.flatMap(({ answers, calls }) =>
        answers
          .filter(
            ({ askedMs, answeredMs, late }) =>
              !late && !calls.some(({ startMs, endMs = Infinity }) => startMs < answeredMs && endMs > askedMs),
          )
          .map(({ askedMs, answeredMs }) => answeredMs - askedMs),
      ),
    ),
    decodeMsPerToken: median(
      calls.flatMap(({ result }) =>
        result && result.tokens.generated > 1 ? [result.timingMs.decode / result.tokens.generated] : [],
      ),
    ),
  };
}

export function peerFigures(records: readonly PeerRecord[]) {
  const keys = sum(records.map((record) => record.keys));
  const shown = records.flatMap((record) => record.shown);
  return {
    ...shownFigures(shown, keys),
    savedShare: share(
      sum(records.map(({ savedUnits }) => savedUnits)),
      sum(records.map((record) => record.typedUnits)),
    ),
  };
}

function shownFigures(shown: readonly Pick<Shown, "verdict" | "accepted">[], keys: number) {
  const of = (which: Shown["verdict"]) => shown.filter(({ verdict }) => verdict === which).length;
  return {
    shown: shown.length,
    shownWhole: of("whole"),
    shownBeginning: of("beginning"),
    shownWrong: of("wrong"),
    wrongPer100Keys: keys === 0 ? null : Math.round((1_000 * of("wrong")) / keys) / 10,
    accepted: shown.filter(({ accepted }) => accepted).length,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const share = (part: number, whole: number): number | null => (whole === 0 ? null : Number((part / whole).toFixed(4)));

const median = (values: readonly number[]): number | null => (values.length === 0 ? null : quantile(values, 0.5));

const quantiles = (values: readonly number[]): Quantiles => ({
  count: values.length,
  p50: median(values),
  p95: values.length === 0 ? null : quantile(values, 0.95),
});
