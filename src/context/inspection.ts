// The prompt inspector: what would be sent to the model at a place, what was left out, and why. The CLI and the editor show the same.
// Asks the model only how it would pack the prompt.

import type {
  ContextPiece,
  DroppedPiece,
  InspectedPiece,
  InspectResult,
  PromptInput,
} from "../../server/host/protocol/messages.ts";
import type { PromptBudget } from "../../server/host/protocol/promptBudget.ts";
import type { OpenDocument } from "../workspace/documents.ts";
import { type Gathered, gather, type Lines, type RedactedText, type RetrieverCost } from "./gather.ts";
import { ownText } from "./ownText.ts";
import type { Sources } from "./sources/sources.ts";

/** A part of the prompt, and which lines of its file it holds. */
export interface LocatedPiece extends InspectedPiece {
  lines?: readonly Lines[]; // absent where it is no part of a file, and for the text around the cursor
}

export interface Inspection extends InspectResult {
  pieces: LocatedPiece[];
  costs?: RetrieverCost[]; // the dearest first; absent where nothing but the document may be read
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
  const costs: RetrieverCost[] = [];
  const options = { budget: model.promptBudget, onCost: (cost: RetrieverCost) => costs.push(cost) };
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
  return {
    ...inspection,
    pieces: located(inspection.pieces, gathered),
    dropped,
    redacted,
    noTree,
    contextMs,
    ...(costs.length > 0 && { costs: costs.sort((a, b) => b.ms - a.ms) }),
    index: indexState(sources),
  };
}

/** The host answers with pieces of its own, which are known again by what they hold. */
function located(pieces: readonly InspectedPiece[], gathered: Gathered | undefined): LocatedPiece[] {
  const keyOf = ({ kind, path, text }: ContextPiece) => JSON.stringify([kind, path, text]);
  const lines = new Map([...(gathered?.lines ?? [])].map(([piece, its]) => [keyOf(piece), its]));
  return pieces.map((piece) => {
    const its = lines.get(keyOf(piece));
    return its ? { ...piece, lines: its } : piece;
  });
}

function indexState(sources: Sources | undefined): Inspection["index"] {
  if (!sources || sources.documentAlone) return "none";
  if (!sources.index) return "off";
  return sources.index.ready ? "ready" : "not finished";
}

/** The inspection as text for a person. */
export function readableInspection(inspection: Inspection): string {
  const { pieces, dropped, redacted, noTree, prompt, tokens, contextMs, costs = [], index } = inspection;
  const sent = pieces.map(({ kind, path, lines = [], tokens: its, score }) => {
    const where = lines.length > 0 ? `${path}:${linesInWords(lines)}` : path;
    return `  ${kind}  ${where}  ${its} tokens  ${+score.toFixed(3)}`;
  });
  const left = readableLeft(dropped);
  const secrets = redacted.map(({ path, found }) => {
    const rules = Object.entries(found).map(([rule, count]) => `${count} ${rule}`);
    return `  ${path}  ${rules.join(", ")}`;
  });
  return [
    ...(noTree === undefined ? [] : [`Read by indentation: ${noTree}`]),
    index === "none" ? "Context: of this document alone" : `Context: ${contextMs} ms, index ${index}`,
    ...(costs.length > 0 ? [`Retrievers: ${costs.map(costInWords).join(", ")}`] : []),
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

const readableLines = (group: readonly DroppedPiece[]): string =>
  linesInWords(group.flatMap(({ lines }) => lines ?? []).sort((a, b) => a.start - b.start));

/** Line numbers counted from 1, as in an editor; "" where there are none. */
export const linesInWords = (lines: readonly Lines[]): string =>
  lines.map(({ start, end }) => (end === start + 1 ? `${end}` : `${start + 1}-${end}`)).join(", ");

const costInWords = ({ kind, ms, found }: RetrieverCost): string => `${kind} ${ms.toFixed(1)} ms (${found})`;
