// The prompt inspector: what would be sent to the model at a place, what was left out, and why. The CLI and the editor show the same.
// Asks the model only how it would pack the prompt.

import type { DroppedPiece, InspectResult, PromptInput } from "../../server/host/protocol/messages.ts";
import type { PromptBudget } from "../../server/host/protocol/promptBudget.ts";
import type { OpenDocument } from "../workspace/documents.ts";
import { gather, type RedactedText } from "./gather.ts";
import { ownText } from "./ownText.ts";
import type { Sources } from "./sources/sources.ts";

export interface Inspection extends InspectResult {
  redacted: RedactedText[];
  noTree?: string; // why there is no syntax tree, so that the document is read by its indentation
  contextMs: number; // duration of retrieval
  /** State of the repository's index; "none" where there is no workspace that may be read. */
  index: "ready" | "not finished" | "off" | "none";
}

/** How many lines of the list of pieces left out are shown; the whole list is longer than anybody reads. */
const MAX_LEFT_OUT_LINES = 40;

export interface InspectedPlace {
  document: OpenDocument;
  offset: number; // UTF-16 units
  prefix: string; // the text before the cursor, as a completion would use it
  suffix: string;
}

/** The part of the model that the inspector needs. */
export interface InspectedModel {
  readonly promptBudget: PromptBudget;
  /** The prompt as it would be packed. */
  inspect(prompt: PromptInput): Promise<InspectResult>;
}

/** @param sources of the document's folder; undefined where nothing but the document may be read */
export async function inspectContext(
  { document, offset, prefix, suffix }: InspectedPlace,
  sources: Sources | undefined,
  model: InspectedModel,
  signal: AbortSignal,
): Promise<Inspection> {
  const { path, languageId, noTree } = document;
  const startMs = performance.now();
  const options = { budget: model.promptBudget };
  const gathered = sources && (await gather(document, offset, sources, signal, options));
  const contextMs = Math.round(performance.now() - startMs);
  const own = ownText(prefix, suffix);
  const redacted = [...(gathered?.redacted ?? [])];
  if (Object.keys(own.found).length > 0) redacted.push({ path, found: own.found });
  const inspection = await model.inspect({
    path,
    languageId,
    prefix: own.prefix,
    suffix: own.suffix,
    pieces: gathered?.pieces ?? [],
  });
  const dropped = [...(gathered?.dropped ?? []), ...inspection.dropped];
  return { ...inspection, dropped, redacted, noTree, contextMs, index: indexState(sources) };
}

function indexState(sources: Sources | undefined): Inspection["index"] {
  if (!sources || sources.documentAlone) return "none";
  if (!sources.index) return "off";
  return sources.index.ready ? "ready" : "not finished";
}

/** The inspection as text for a person. */
export function readableInspection(inspection: Inspection): string {
  const { pieces, dropped, redacted, noTree, prompt, tokens, contextMs, index } = inspection;
  const sent = pieces.map(
    (piece) => `  ${piece.kind}  ${piece.path}  ${piece.tokens} tokens  ${+piece.score.toFixed(3)}`,
  );
  const left = readableLeft(dropped);
  const secrets = redacted.map(({ path, found }) => {
    const rules = Object.entries(found).map(([rule, count]) => `${count} ${rule}`);
    return `  ${path}  ${rules.join(", ")}`;
  });
  return [
    ...(noTree === undefined ? [] : [`Read by indentation: ${noTree}`]),
    index === "none" ? "Context: of this document alone" : `Context: ${contextMs} ms, index ${index}`,
    `Sent: ${tokens} tokens`,
    ...sent,
    ...(left.length > 0 ? ["Left out:", ...left] : []),
    ...(secrets.length > 0 ? ["Secrets redacted:", ...secrets] : []),
    "Prompt:",
    prompt,
  ].join("\n");
}

/** The pieces left out as text; those of one file with the same reason share a line. */
function readableLeft(dropped: readonly DroppedPiece[]): string[] {
  const same = new Map<string, DroppedPiece[]>();
  for (const piece of dropped) {
    const key = `${piece.kind}\0${piece.path}\0${piece.reason}`;
    same.set(key, [...(same.get(key) ?? []), piece]);
  }
  const groups = [...same.values()];
  const shown = groups.slice(0, MAX_LEFT_OUT_LINES).map((group) => {
    const [{ kind, path, reason }] = group;
    return `  ${[kind, path, readableLines(group), reason].filter((word) => word !== "").join("  ")}`;
  });
  const more = groups.slice(MAX_LEFT_OUT_LINES).flat().length;
  return more > 0 ? [...shown, `  and ${more} more`] : shown;
}

/** Line numbers counted from 1, as in an editor; "" where there are none. */
function readableLines(group: readonly DroppedPiece[]): string {
  const lines = group.flatMap(({ lines }) => lines ?? []).sort((a, b) => a.start - b.start);
  return lines.map(({ start, end }) => (end === start + 1 ? `${end}` : `${start + 1}-${end}`)).join(", ");
}
