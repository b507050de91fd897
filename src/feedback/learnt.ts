// What was learnt for the show decision, in words for a person. Pure.

import { calibrated, calibrationNow, type Learnt } from "../completion/show/calibration.ts";
import type { NoLabel } from "./written.ts";

/** Why something was not learnt from. */
export type NotLearnt = NoLabel | "dayIsOver";

const WHY: Readonly<Record<NotLearnt, string>> = {
  unread: "gone before it could be read",
  notWritten: "nothing was written there within a minute, or not to the end",
  insertedAtOnce: "more than a word came at once, pasted or from another extension",
  gone: "its line was deleted",
  closed: "its file was closed",
  tooMany: "newer places took its turn",
  dayIsOver: "the score has moved as far as it may within a day",
};

/** @param notLearnt how often, in this window; absent outside of one */
export function learntSentences(learnt: Learnt, notLearnt?: Readonly<Partial<Record<NotLearnt, number>>>): string[] {
  const { labels, byLanguage } = learnt.evidence;
  if (labels === 0) return ["Nothing was learnt from your use yet: scores are as they were fitted."];
  const calibration = calibrationNow(learnt);
  const percent = (languageId: string) =>
    `${Math.round(100 / (1 + Math.exp(-calibrated(0, languageId, calibration))))} %`;
  const languages = Object.keys(byLanguage).filter((id) => id !== "*");
  const each = languages.map((id) => `${percent(id)} in ${id}`).join(", ");
  const why = Object.entries(notLearnt ?? {}).map(([reason, n]) => `${WHY[reason as NotLearnt]} (${n})`);
  return [
    `Learnt from ${labels.toLocaleString("en")} ${labels === 1 ? "place" : "places"} where something was suggested, shown or not, and you wrote on.`,
    `Where the score says 50 % for others, it says for you: ${each === "" ? percent("*") : each}.`,
    ...(why.length > 0 ? [`Not learnt from, in this window: ${why.join("; ")}.`] : []),
  ];
}
