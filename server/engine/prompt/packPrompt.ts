// Turns what a client knows about a place into the model's prompt tokens, in the model's format and within a budget.
// Reads nothing but its input.

import type {
  ContextPiece,
  DroppedPiece,
  InspectedPiece,
  InspectResult,
  PromptInput,
} from "../../host/protocol/messages.ts";
import { PROMPT_BUDGET, type PromptBudget } from "../../host/protocol/promptBudget.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { cutsBeforeBreaks, LineEncoder } from "./lineEncoder.ts";
import { prefixStart } from "./prefixStart.ts";
import { suffixEnd } from "./suffixEnd.ts";
import type { FileParts, PromptFormat, Segment } from "./types.ts";

export interface PackedPrompt {
  tokens: number[];
  /**
   * Index in `tokens` from which on they are those of `line`: the current line up to the cursor, in our own formats with the line break(s) that
   * begin it.
   */
  lineStart: number;
  line: string;
  inspection: InspectResult;
}

/** The open file's own tokens, as far as the client has sent it: more of it than a prompt may hold. */
export interface FileTokens {
  before: number[]; // of the text before the cursor; its end is the prompt's end
  after: number[];
}

/** UTF-16 units per token of room beyond which a text cannot fit; such a text is not even encoded. */
const MAX_CHARS_PER_TOKEN = 16;
/** A longer path is shortened to its end for the model. */
const MAX_PATH_CHARS = 200;

const encoders = new WeakMap<Tokenizer, LineEncoder>();

/**
 * Packs `input` into at most `budgetTokens` tokens (a few more only where the budget is too small for the path and the markers). Pieces keep
 * their order; if not all fit beside prefix and suffix, those with the best scores stay. What is left out or cut is named in `dropped`.
 */
export function packPrompt(
  place: PromptInput,
  tokenizer: Tokenizer,
  budgetTokens: number,
  format: PromptFormat,
  { prefixShare, suffixShare, stepTokens }: PromptBudget = PROMPT_BUDGET,
): PackedPrompt {
  const input = withLineFeeds(place);
  const encoder = encoderOf(tokenizer);
  const encode = (text: string) => encoder.encode(text);
  const idsOf = (segments: Segment[]) => segments.flatMap((segment) => segmentIds(segment, encoder, tokenizer));
  const pieceSegments = ({ path, text }: ContextPiece) => format.piece(path.slice(-MAX_PATH_CHARS), text);
  const path = input.path.slice(-MAX_PATH_CHARS);
  const empty = { path, before: "", line: "", suffix: "" };
  const frame = idsOf([...format.start(empty), ...format.file(empty)]).length;
  const available = Math.max(0, budgetTokens - frame);
  const isTooLong = (text: string, tokens: number) =>
    text.length > available * MAX_CHARS_PER_TOKEN || encoder.encode(text, tokens).length > tokens;
  const wanted = (text: string) => {
    const tokens = isTooLong(text, available) ? Number.POSITIVE_INFINITY : encode(text).length;
    return Math.ceil(tokens / stepTokens) * stepTokens;
  };
  const prefixWanted = wanted(input.prefix);
  const prefixRoom = Math.min(prefixWanted, Math.ceil(available * prefixShare));
  const suffixRoom = format.usesSuffix ? Math.min(wanted(input.suffix), Math.floor(available * suffixShare)) : 0;

  const pieces: InspectedPiece[] = [];
  const dropped: DroppedPiece[] = [];
  const pieceTokens: number[] = [];
  let room = available - prefixRoom - suffixRoom;
  const idsOfChosen = new Map<ContextPiece, number[]>();
  for (const piece of input.pieces.toSorted((a, b) => b.score - a.score)) {
    if (isTooLong(piece.text, room)) continue;
    const ids = idsOf(pieceSegments(piece));
    if (ids.length > room) continue;
    idsOfChosen.set(piece, ids);
    room -= ids.length;
  }
  for (const piece of input.pieces) {
    const ids = idsOfChosen.get(piece);
    if (!ids) {
      dropped.push({ kind: piece.kind, path: piece.path, reason: "budget" });
      continue;
    }
    for (const id of ids) pieceTokens.push(id);
    pieces.push({ ...piece, tokens: ids.length });
  }

  const leftForSuffix = room - Math.min(room, prefixWanted - prefixRoom); // the prefix has the first right to what pieces leave
  const end = format.usesSuffix ? suffixEnd(input.suffix, suffixRoom + leftForSuffix, encode) : 0;
  const suffix = input.suffix.slice(0, end);
  const suffixTokens = encode(suffix).length;
  const start = prefixStart(input.prefix, available - pieceTokens.length - suffixTokens, encode);
  const prefix = input.prefix.slice(start);
  const lineOffset = lineStart(prefix);
  const parts: FileParts = {
    path,
    before: prefix.slice(0, lineOffset),
    line: prefix.slice(lineOffset),
    suffix,
    alone: idsOfChosen.size === 0,
  };
  const startSegments = format.start(parts);
  const fileSegments = format.file(parts);
  const startTokens = idsOf(startSegments);
  const fileTokens = idsOf(fileSegments);
  const tokens = [...startTokens, ...pieceTokens, ...fileTokens];

  const own = { path: input.path, score: 1 };
  if (format.usesSuffix) {
    pieces.push({ ...own, kind: "suffix", text: suffix, tokens: suffixTokens });
    if (end < input.suffix.length) dropped.push({ kind: "suffix", path: input.path, reason: "budget" });
  }
  pieces.push({ ...own, kind: "prefix", text: prefix, tokens: startTokens.length + fileTokens.length - suffixTokens });
  if (start > 0) dropped.push({ kind: "prefix", path: input.path, reason: "budget" });

  const chosen = pieces.slice(0, input.pieces.length - dropped.filter(isPiece).length);
  const segments = [...startSegments, ...chosen.flatMap(pieceSegments), ...fileSegments];
  const prompt = textOfSegments(segments);
  const last = fileSegments[fileSegments.length - 1];
  const line = "text" in last ? last.text : "";
  return {
    tokens,
    lineStart: tokens.length - encode(line).length,
    line,
    inspection: { pieces, dropped, prompt, tokens: tokens.length },
  };
}

/**
 * @param line of the packed prompt: the text that the prompt ends with
 * @param mostAfter how many tokens after the cursor are of use; there may be more
 */
export function fileTokens(
  { prefix, suffix }: PromptInput,
  line: string,
  tokenizer: Tokenizer,
  mostAfter: number,
): FileTokens {
  const encoder = encoderOf(tokenizer);
  const before = lineFeeds(prefix);
  return {
    before: [...encoder.encode(before.slice(0, before.length - line.length)), ...encoder.encode(line)],
    after: encoder.encode(lineFeeds(suffix), mostAfter),
  };
}

/** Converts Windows line breaks to line feeds, on which models are trained. The generated text gets the document's line breaks again. */
const lineFeeds = (text: string): string => (text.includes("\r\n") ? text.replaceAll("\r\n", "\n") : text);

function withLineFeeds(place: PromptInput): PromptInput {
  const pieces = place.pieces.map((piece) => ({ ...piece, text: lineFeeds(piece.text) }));
  return { ...place, prefix: lineFeeds(place.prefix), suffix: lineFeeds(place.suffix), pieces };
}

const isPiece = ({ kind }: DroppedPiece) => kind !== "prefix" && kind !== "suffix";

/**
 * Where the current line begins in the text before the cursor: at the last place where GPT-2's pieces can be cut without changing their tokens,
 * as our own format needs it. That is before the line break(s) that precede the line.
 */
function lineStart(prefix: string): number {
  return cutsBeforeBreaks(prefix).at(-1) ?? 0;
}

function encoderOf(tokenizer: Tokenizer): LineEncoder {
  let encoder = encoders.get(tokenizer);
  if (!encoder) encoders.set(tokenizer, (encoder = new LineEncoder(tokenizer)));
  return encoder;
}

/** Segments as a person reads them. */
export const textOfSegments = (segments: readonly Segment[]): string =>
  segments.map((segment) => ("marker" in segment ? segment.marker : segment.text)).join("");

/** Token ids of segments, as in a prompt. */
export function idsOfSegments(segments: readonly Segment[], tokenizer: Tokenizer): number[] {
  const encoder = encoderOf(tokenizer);
  return segments.flatMap((segment) => segmentIds(segment, encoder, tokenizer));
}

/** Token ids of a segment. A mandatory special token that the model lacks becomes a line break. */
function segmentIds(segment: Segment, encoder: LineEncoder, tokenizer: Tokenizer): number[] {
  if ("text" in segment) return encoder.encode(segment.text);
  const id = tokenizer.specialId(segment.marker);
  if (id !== undefined) return [id];
  return segment.optional ? [] : tokenizer.encode("\n");
}
