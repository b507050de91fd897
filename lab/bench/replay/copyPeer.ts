// The dumb baseline: the same hunks, typed in the same rhythm, with a peer that suggests at once the rest of the nearest earlier line with the
// same beginning. The same reader takes its suggestions. Pure: no clock runs.

import { textBaselines } from "../../../cli/evaluation/baselines.ts";
import type { EvaluationCase } from "../../../cli/evaluation/cases.ts";
import type { Shown } from "./record.ts";
import { MIN_ACCEPTED_UNITS, READING_MS, typedUnits } from "./typist.ts";

export interface PeerRecord {
  keys: number;
  typedUnits: number;
  savedUnits: number;
  shown: Pick<Shown, "verdict" | "accepted">[];
}

/**
 * @param before the document up to the target
 * @param intervalsMs for each unit of the target, from the key before
 */
export function typeWithCopies(
  before: string,
  target: string,
  intervalsMs: readonly number[],
  accepts: boolean,
): PeerRecord {
  const record: PeerRecord = { keys: 0, typedUnits: typedUnits(target), savedUnits: 0, shown: [] };
  let current: { text: string; shown: PeerRecord["shown"][number]; visibleMs: number } | undefined;
  for (let at = 0; at < target.length; ) {
    const [key] = /^(\n[ \t]*|.)/s.exec(target.slice(at))!; // the editor indents
    record.keys++;
    at += key.length;
    const left = current?.text.startsWith(key) ? current.text.slice(key.length) : "";
    current = current && left !== "" ? { ...current, text: left } : undefined;
    if (!current) {
      const text = restOfEarlierLine(before + target.slice(0, at));
      if (text !== "") {
        const rest = target.slice(at);
        const [word] = /^\s*(\w+|\S?)/.exec(text)!;
        const isWhole = rest.startsWith(text) && text.length >= MIN_ACCEPTED_UNITS;
        const verdict = isWhole ? "whole" : rest.startsWith(word) ? "beginning" : "wrong";
        const shown: PeerRecord["shown"][number] = { verdict, accepted: false };
        record.shown.push(shown);
        current = { text, shown, visibleMs: 0 };
      }
    }
    if (!current || at === target.length) continue;
    current.visibleMs += intervalsMs[at];
    const { text, visibleMs } = current;
    if (accepts && visibleMs >= READING_MS && text.length >= MIN_ACCEPTED_UNITS && target.startsWith(text, at)) {
      record.savedUnits += typedUnits(text);
      current.shown.accepted = true;
      current = undefined;
      at += text.length;
    }
  }
  return record;
}

/** As the evaluation's lastLineCopy, without what it says where no earlier line begins in the same way. */
function restOfEarlierLine(prefix: string): string {
  const rest = textBaselines.lastLineCopy({ prefix } as EvaluationCase);
  const begun = prefix.slice(prefix.lastIndexOf("\n") + 1);
  const isOfEarlierLine = rest.trim() !== "" && `\n${prefix}`.includes(`\n${begun}${rest}\n`);
  return isOfEarlierLine ? rest : "";
}
