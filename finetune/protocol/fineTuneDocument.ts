// Reads the answer of the fine-tuning process for its caller: one JSON document, { value } or { error }, as the last line of its output.

import { fineTuneFailed, userErrorFrom } from "../../common/errors.ts";

/**
 * The document's value; null where the process stopped before it had one.
 * @param howItEnded called where there is no document
 * @throws UserError the document's, or one that says how the process ended
 */
export function valueOfDocument(stdout: string, howItEnded: () => string): unknown {
  let said: { value?: unknown; error?: unknown } = {};
  try {
    said = (JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as typeof said | null) ?? {};
  } catch {
    // the output contains no document
  }
  if (said.value !== undefined) return said.value;
  throw userErrorFrom(said.error) ?? fineTuneFailed(howItEnded());
}
