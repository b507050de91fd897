// The prompt inspector: what would be sent to the model at a place, what was left out and why. The CLI and the editor show the same.
// Sends nothing to the model but the question how it would read the prompt.

import type { InspectResult, PromptInput } from "../../server/protocol/messages.ts";
import type { OpenDocument } from "./documents.ts";
import { gather, type RedactedText } from "./gather.ts";
import { ownText } from "./ownText.ts";
import type { Sources } from "./sources/sources.ts";

export interface Inspection extends InspectResult {
  redacted: RedactedText[];
  noTree?: string; // why the document is read by its indentation, where it is
}

export interface InspectedPlace {
  document: OpenDocument;
  offset: number; // UTF-16 units
  prefix: string; // the text before the cursor, as a completion would take it
  suffix: string;
}

/**
 * @param sources of the document's folder; undefined where nothing but the document may be read
 * @param inspect the model's part: the prompt as it would be packed
 */
export async function inspectContext(
  { document, offset, prefix, suffix }: InspectedPlace,
  sources: Sources | undefined,
  inspect: (prompt: PromptInput) => Promise<InspectResult>,
  signal: AbortSignal,
): Promise<Inspection> {
  const { path, languageId, noTree } = document;
  const gathered = sources ? await gather(document, offset, sources, signal) : undefined;
  const own = ownText(prefix, suffix);
  const redacted = [...(gathered?.redacted ?? [])];
  if (Object.keys(own.found).length > 0) redacted.push({ path, found: own.found });
  const inspection = await inspect({
    path,
    languageId,
    prefix: own.prefix,
    suffix: own.suffix,
    pieces: gathered?.pieces ?? [],
  });
  return { ...inspection, dropped: [...(gathered?.dropped ?? []), ...inspection.dropped], redacted, noTree };
}

/** The inspection as text for a person. */
export function readableInspection({ pieces, dropped, redacted, noTree, prompt, tokens }: Inspection): string {
  const sent = pieces.map(
    (piece) => `  ${piece.kind}  ${piece.path}  ${piece.tokens} tokens  ${+piece.score.toFixed(3)}`,
  );
  const left = dropped.map(({ kind, path, reason }) => `  ${kind}  ${path}  ${reason}`);
  const secrets = redacted.map(({ path, found }) => {
    const rules = Object.entries(found).map(([rule, count]) => `${count} ${rule}`);
    return `  ${path}  ${rules.join(", ")}`;
  });
  return [
    ...(noTree === undefined ? [] : [`Read by indentation: ${noTree}`]),
    `Sent: ${tokens} tokens`,
    ...sent,
    ...(left.length > 0 ? ["Left out:", ...left] : []),
    ...(secrets.length > 0 ? ["Secrets redacted:", ...secrets] : []),
    "Prompt:",
    prompt,
  ].join("\n");
}
