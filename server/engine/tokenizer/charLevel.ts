// Character vocabularies, as SentencePiece makes them: "▁" stands for a space, "<0x0A>" for a byte of a character that has no token of its own.
// Owns the spelling of tokens and where text may be cut; merges nothing.

import { modelUnsupported } from "../../../common/errors.ts";
import { type Splitter, splitByPatterns } from "./pieces.ts";

export const BLANK = "▁"; // U+2581

const BYTE_TOKEN = /^<0x([0-9A-F]{2})>$/;

/** The bytes that a token stands for. */
export function charTokenBytes(token: string): Uint8Array {
  const byte = BYTE_TOKEN.exec(token);
  return byte ? Uint8Array.of(Number.parseInt(byte[1], 16)) : Buffer.from(token.replaceAll(BLANK, " "));
}

export const isByteToken = (token: string): boolean => BYTE_TOKEN.test(token);

/**
 * The symbols that merging of a piece starts from: the tokens of its characters, and byte tokens for characters that have none.
 * @param ids of the text tokens, by their spelling
 * @throws UserError modelUnsupported where a byte has no token
 */
export function charSymbols(ids: ReadonlyMap<string, number>): (piece: string) => Int32Array {
  const byteIds = Int32Array.from({ length: 256 }, (_, byte) => {
    const id = ids.get(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
    if (id === undefined) throw modelUnsupported(`its tokenizer has no token for the byte ${byte}`);
    return id;
  });
  return (piece) => {
    const symbols: number[] = [];
    for (const char of piece) {
      const id = ids.get(char);
      if (id !== undefined) symbols.push(id);
      else for (const byte of Buffer.from(char)) symbols.push(byteIds[byte]);
    }
    return Int32Array.from(symbols);
  };
}

/** Ways to cut normalised text, the finest first. */
const CUTS = [
  { whole: /^(?:\n+|▁*[^▁\n]*)$/u, piece: /\n+|▁*[^▁\n]+|▁+/gu },
  { whole: /^(?:\n+|[^\n]*)$/u, piece: /\n+|[^\n]+/gu },
];

/**
 * The finest way to cut text at places that no token of `tokens` spans; merging then finds the same in each piece as in the whole.
 * (SentencePiece itself has no pieces; its vocabularies seldom have a token with text on both sides of a space or of a line break.)
 */
export function charSplitter(tokens: Iterable<string>): { split: Splitter; cutsLines: boolean } {
  let finest = 0;
  for (const token of tokens) {
    while (finest < CUTS.length && !CUTS[finest].whole.test(token)) finest++;
  }
  const pieces = finest < CUTS.length ? [CUTS[finest].piece] : [];
  return { split: splitByPatterns(pieces), cutsLines: pieces.length > 0 };
}
