// What the whole chain of filters makes of a text at a place: what its tests share. Not a test.

import { createParsers } from "../../../common/syntax/parsers.ts";
import type { LineMode } from "../../../src/completion/classify.ts";
import { allFilters, type FilterSwitches } from "../../../src/completion/filters.ts";
import type { Completion, NoCompletionReason } from "../../../src/completion/outcome.ts";
import { placeOf, regionOf } from "../../../src/completion/place.ts";
import { postprocess } from "../../../src/completion/postprocess/chain.ts";
import { judgedAt } from "../../../src/completion/postprocess/syntaxErrors.ts";
import { openDocument } from "../../../src/workspace/documents.ts";

export const parsers = await createParsers("native");

export interface FilterOptions {
  languageId?: string;
  mode?: LineMode;
  cutOff?: boolean;
  maxLines?: number;
  explicit?: boolean;
  filters?: Partial<FilterSwitches>;
}

/** @throws Error when nothing can be suggested there */
export function filtered(
  { prefix, text, suffix }: { prefix: string; text: string; suffix: string },
  {
    languageId = "typescript",
    mode = "single",
    cutOff = false,
    maxLines = 12,
    explicit = false,
    filters,
  }: FilterOptions = {},
): Completion | NoCompletionReason {
  const document = openDocument({ uri: "file:///w/a", path: "a", languageId, text: prefix + suffix }, parsers);
  const place = placeOf({ document, offset: prefix.length });
  if (typeof place === "string") throw new Error(place);
  const region = regionOf(place);
  const draft = document.draft(prefix.length);
  try {
    const judged = judgedAt(place, region, draft);
    const rules = { maxLines, explicit, filters: { ...allFilters, ...filters } };
    return postprocess({ text, cutOff }, place, mode, region, judged, rules);
  } finally {
    draft?.dispose();
  }
}
