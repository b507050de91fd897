// Turns what a client knows about a place into the model's prompt tokens, within a budget. Format version 0, "prefix only":
// context pieces, then the text before the cursor. Reads nothing but its input; the suffix does not enter (stop rules use it).

import type { DroppedPiece, InspectedPiece, InspectResult, PromptInput } from "../protocol/messages.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { LineEncoder } from "./lineEncoder.ts";
import { prefixStart } from "./prefixStart.ts";

export interface PackedPrompt {
  tokens: number[];
  inspection: InspectResult;
}

const FILE_SEPARATOR = "<file_sep>";
/** This much of the budget is the prefix's where it needs it; the rest is the pieces', and what they leave is the prefix's again. */
const PREFIX_SHARE = 0.5;
/** Room is counted in steps, so that a typed token does not push a piece out of the prompt (and the whole KV cache with it). */
const ROOM_STEP_TOKENS = 128;
/** A piece with more UTF-16 units than this for each token of room cannot fit, and is not encoded to find out. */
const MAX_CHARS_PER_TOKEN = 16;
/** Of a longer path only the end is told to the model. */
const MAX_PATH_CHARS = 200;

const encoders = new WeakMap<Tokenizer, LineEncoder>();

/**
 * Packs `input` into at most `budgetTokens` tokens:
 * `<file_sep>` path, line break, text of each piece, then `<file_sep>` path, line break, prefix.
 * Pieces are taken in their order while they fit beside the prefix; what is left out is named in `dropped`.
 */
export function packPrompt(input: PromptInput, tokenizer: Tokenizer, budgetTokens: number): PackedPrompt {
  const encoder = encoderOf(tokenizer);
  const header = (path: string) => [...separator(tokenizer), ...encoder.encode(`${path.slice(-MAX_PATH_CHARS)}\n`)];
  const pieces: InspectedPiece[] = [];
  const dropped: DroppedPiece[] = [];
  const tokens: number[] = [];

  const ownHeader = header(input.path);
  const available = Math.max(0, budgetTokens - ownHeader.length);
  const bounded = (text: string) => (text.length > available * MAX_CHARS_PER_TOKEN ? undefined : encoder.encode(text));
  const needed = bounded(input.prefix)?.length ?? Number.POSITIVE_INFINITY;
  const reserved = Math.ceil(needed / ROOM_STEP_TOKENS) * ROOM_STEP_TOKENS;
  let room = available - Math.min(reserved, Math.ceil(available * PREFIX_SHARE));
  for (const piece of input.pieces) {
    const text = bounded(piece.text);
    const ids = text && [...header(piece.path), ...text];
    if (ids && ids.length <= room) {
      for (const id of ids) tokens.push(id);
      room -= ids.length;
      pieces.push({ ...piece, tokens: ids.length });
    } else {
      dropped.push({ kind: piece.kind, path: piece.path, reason: "budget" });
    }
  }
  const start = prefixStart(input.prefix, available - tokens.length, (text) => encoder.encode(text));
  const prefix = input.prefix.slice(start);
  const prefixTokens = encoder.encode(prefix);
  for (const id of ownHeader) tokens.push(id);
  for (const id of prefixTokens) tokens.push(id);
  if (start > 0) dropped.push({ kind: "prefix", path: input.path, reason: "budget" });
  pieces.push({
    kind: "prefix",
    path: input.path,
    text: prefix,
    score: 1,
    tokens: ownHeader.length + prefixTokens.length,
  });

  const prompt = pieces.map(({ path, text }) => `${FILE_SEPARATOR}${path}\n${text}`).join("");
  return { tokens, inspection: { pieces, dropped, prompt, tokens: tokens.length } };
}

function encoderOf(tokenizer: Tokenizer): LineEncoder {
  let encoder = encoders.get(tokenizer);
  if (!encoder) encoders.set(tokenizer, (encoder = new LineEncoder(tokenizer)));
  return encoder;
}

/** The id that begins a file; a model without that special token gets a line break. */
function separator(tokenizer: Tokenizer): number[] {
  const id = tokenizer.specialId(FILE_SEPARATOR);
  return id === undefined ? tokenizer.encode("\n") : [id];
}
