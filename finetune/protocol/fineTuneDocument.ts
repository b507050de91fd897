// How whoever has called the fine-tuning process reads its answer: one JSON document, { value } or { error }, as the last line of its output.

import { fineTuneFailed, userErrorFrom } from "../../common/errors.ts";

/**
 * The document's value; null where the process stopped before it had one.
 * @param howItEnded asked for where there is no document
 * @throws UserError the document's, or one that says how the process ended
 */
export function valueOfDocument(stdout: string, howItEnded: () => string): unknown {
  let said: { value?: unknown; error?: unknown } = {};
  try {
    said = (JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as typeof said | null) ?? {};
  } catch {
    // no word of its own
  }
  if (said.value !== undefined) return said.value;
  throw userErrorFrom(said.error) ?? fineTuneFailed(howItEnded());
}
