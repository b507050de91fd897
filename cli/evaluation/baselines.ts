// Completions without a model, which a figure has to exceed. Pure.

import type { EvaluationCase } from "./cases.ts";

export type TextBaseline = (value: EvaluationCase) => string;

/** The empty completion. */
const empty: TextBaseline = () => "";

/**
 * The previous line: at a line's start all of it; inside a line the rest of the nearest earlier line that begins in the same way, or the whole
 * previous line where none does.
 */
const lastLineCopy: TextBaseline = ({ prefix }) => {
  const lines = prefix.split("\n");
  const begun = lines.pop() ?? "";
  const earlier = lines.filter((line) => line.trim() !== "");
  if (begun.trim() === "") return (earlier.at(-1) ?? "").slice(begun.length);
  const alike = earlier.findLast((line) => line.startsWith(begun) && line.length > begun.length);
  return alike?.slice(begun.length) ?? earlier.at(-1)?.trim() ?? "";
};

/** The first line after the cursor that is not blank. */
const suffixFirstLine: TextBaseline = ({ suffix }) => suffix.split("\n").find((line) => line.trim() !== "") ?? "";

export const textBaselines: Readonly<Record<string, TextBaseline>> = { empty, lastLineCopy, suffixFirstLine };
