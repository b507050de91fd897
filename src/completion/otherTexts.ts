// Other texts at a place where the model has written one: along a branch of it, or with names that exist. Each is judged as the first one was.

import type { GenerateResult, StopReason } from "../../server/host/protocol/messages.ts";
import type { CompletionModel } from "../model/completionModel.ts";
import type { WriteBranch, WriteInstead } from "./branches.ts";
import { type JudgeDeps, type JudgedPlace, judge, type Passed, type Rejected } from "./judge.ts";
import type { Place } from "./place.ts";
import { type Writing, write } from "./writing.ts";

/** Stop reasons of a text that nobody waits for any more. */
const ENDED: ReadonlySet<StopReason> = new Set(["cancelled", "superseded"]);

export interface TextsAtPlace {
  /** @returns undefined where nobody waits any more */
  judged(text: GenerateResult): Promise<Passed | Rejected | undefined>;
  branch: WriteBranch;
  instead: WriteInstead;
}

/**
 * @param first what the model has written
 * @param writing how it was asked
 */
export function textsAt(
  at: JudgedPlace,
  first: GenerateResult,
  writing: Writing,
  deps: JudgeDeps & { model: Pick<CompletionModel, "generate"> },
  signal: AbortSignal,
): TextsAtPlace {
  const { place } = at;
  const beside = { ...writing, draft: at.draft, lookup: [first.text] };
  const judged = (text: GenerateResult) => judge(text, at, deps, signal);
  return {
    judged,
    async branch({ tokens }) {
      const text = await write(place, { ...beside, forced: tokens }, deps, signal);
      return ENDED.has(text.stop) ? undefined : judged(text);
    },
    async instead({ begin, words }) {
      const start = first.text.indexOf(begin);
      if (start === -1) return { kind: "rejected", reason: "unknownSymbol" };
      const kept = first.text.slice(0, start + begin.length);
      const rest = await write(goneOn(place, kept), { ...beside, words }, deps, signal);
      if (ENDED.has(rest.stop)) return undefined;
      // a model that cannot be held to words
      if (!words.some((word) => rest.text.startsWith(word))) return { kind: "rejected", reason: "unknownSymbol" };
      return judged(joined(first, kept.length, rest));
    },
  };
}

/** The place after a text that is not in the document yet. */
function goneOn(place: Place, text: string): Place {
  const line = text.includes("\n") ? text.slice(text.lastIndexOf("\n") + 1) : place.line + text;
  return { ...place, prefix: place.prefix + text, line, pending: place.pending + text };
}

/** The first `units` of a text, and what was written after them instead of its rest. */
function joined(first: GenerateResult, units: number, rest: GenerateResult): GenerateResult {
  const kept = first.tokenEnds.filter((end) => end <= units).length;
  return {
    ...rest,
    text: first.text.slice(0, units) + rest.text,
    logProbs: [...first.logProbs.slice(0, kept), ...rest.logProbs],
    tokenEnds: [...first.tokenEnds.slice(0, kept), ...rest.tokenEnds.map((end) => units + end)],
  };
}
