// Compares a recorded text with the one that was written again: to the token, with what differs in versions, model and machine. Pure.

import { counted } from "../../common/util/counted.ts";
import type { RecordedModel } from "../../server/host/protocol/messages.ts";
import type { Recording } from "../../src/completion/recording.ts";

export interface Again {
  text: string;
  stop: string;
  tokens: readonly number[];
  logProbs: readonly number[];
  endedByItself: boolean; // the recorded text did, so that the reason to stop counts, too
  madeWith: Recording["madeWith"];
  writtenBy: RecordedModel;
}

/** A token of one of the texts; absent where that text has ended. */
interface Token {
  id: number;
  text: string;
  probability: number; // as this text's own run had it
}

export interface Comparison {
  same: boolean; // to the token, and to the reason to stop where the text ended by itself
  text: string; // as it was written now
  tokens: number; // compared
  largestDifference: number; // of the natural logarithms of the probabilities of the tokens in common
  departsAt?: { index: number; recorded?: Token; now?: Token };
  stop?: { recorded: string; now: string }; // where they differ
  /** What is not as it was, by name. */
  differs: { name: string; recorded: string; now: string }[];
}

export function comparison(
  { result, ...recording }: Recording & { result: { tokens: number[] } },
  again: Again,
  textOf: (token: number) => string,
): Comparison {
  const { tokens, logProbs } = result;
  const length = Math.max(tokens.length, again.tokens.length);
  let index = 0;
  let largestDifference = 0;
  for (; index < length && tokens[index] === again.tokens[index]; index++)
    largestDifference = Math.max(largestDifference, Math.abs(logProbs[index]! - again.logProbs[index]!));
  const tokenOf = (ids: readonly number[], values: readonly number[]): Token | undefined => {
    const id = ids[index];
    return id === undefined ? undefined : { id, text: textOf(id), probability: Math.exp(values[index]!) };
  };
  const departs = index < length;
  const stop = { recorded: result.stop, now: again.stop };
  const stopsElsewhere = !departs && again.endedByItself && stop.recorded !== stop.now;
  return {
    same: !departs && !stopsElsewhere,
    text: again.text,
    tokens: index,
    largestDifference,
    ...(departs && {
      departsAt: { index, recorded: tokenOf(tokens, logProbs), now: tokenOf(again.tokens, again.logProbs) },
    }),
    ...(stopsElsewhere && { stop }),
    differs: [
      ...differences(recording.madeWith, again.madeWith),
      ...differences({ ...recording.writtenBy }, { ...again.writtenBy }),
    ],
  };
}

type Facts = Readonly<Record<string, string | number | undefined>>;

function differences(recorded: Facts, now: Facts): Comparison["differs"] {
  const names = [...new Set([...Object.keys(recorded), ...Object.keys(now)])];
  return names
    .filter((name) => recorded[name] !== now[name])
    .map((name) => ({ name, recorded: String(recorded[name] ?? "none"), now: String(now[name] ?? "none") }));
}

export function readableComparison(found: Comparison): string {
  const { same, tokens, largestDifference, departsAt, stop, differs } = found;
  const count = counted(tokens, "token");
  const verdict = same
    ? `The same text, to the token: ${count}, probabilities ${largestDifference === 0 ? "equal to the bit" : `within ${largestDifference.toExponential(1)} nats`}.`
    : `Not the same text: the first ${count} are.`;
  return [
    verdict,
    ...(departsAt
      ? [
          `  recorded token ${departsAt.index + 1}: ${readableToken(departsAt.recorded)}`,
          `  this time:        ${readableToken(departsAt.now)}`,
        ]
      : []),
    ...(stop ? [`  it ended by ${stop.recorded}, this time by ${stop.now}`] : []),
    ...(differs.length > 0 ? ["Not as when it was recorded:"] : ["Versions, model, device and machine are the same."]),
    ...differs.map(({ name, recorded, now }) => `  ${name}: ${recorded}, now ${now}`),
  ].join("\n");
}

const readableToken = (token: Token | undefined): string =>
  token ? `${JSON.stringify(token.text)} (${(100 * token.probability).toFixed(1)} %)` : "the end";
