// Byte-level BPE with GPT-2's pieces and single digits, from a tokenizer.json in Hugging Face's format. Owns encode and decode.
// Special tokens are never recognised inside text: they are asked for by name and spliced in as ids.

import path from "node:path";
import { readJson } from "../models/manifest.ts";
import { Bpe } from "./bpe.ts";
import { BYTE_TO_CHAR, tokenBytes } from "./byteLevel.ts";
import { splitPieces } from "./pieces.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { parseTokenizer, type Vocabulary } from "./tokenizerFile.ts";

export const TOKENIZER_FILE = "tokenizer.json";

/** Pieces whose ids are remembered; code repeats itself, so most pieces are found. */
const CACHED_PIECES = 50_000;
const CACHED_PIECE_LENGTH = 64;

/**
 * Loads `tokenizer.json` of a model's folder.
 * @throws UserError modelMissing, modelCorrupt or modelUnsupported
 */
export async function loadTokenizer(dir: string): Promise<Tokenizer> {
  const file = path.join(dir, TOKENIZER_FILE);
  return createTokenizer(parseTokenizer(await readJson(file), file));
}

/** A tokenizer over `vocabulary`. Every special token ends a text: a model that writes one has left the file. */
export function createTokenizer({ tokens, merges, specialIds }: Vocabulary): Tokenizer {
  const special = new Set(specialIds.values());
  const none = new Uint8Array(0);
  const bytes = tokens.map((token, id) => (special.has(id) ? none : (tokenBytes(token) ?? none)));
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const byteIds = Int32Array.from(BYTE_TO_CHAR, (char) => ids.get(char) ?? -1);
  const bpe = new Bpe(tokens.length, byteIds, merges);
  const cache = new Map<string, readonly number[]>();

  const encodePiece = (piece: string): readonly number[] => {
    const cached = cache.get(piece);
    if (cached) return cached;
    const encoded = bpe.encode(Buffer.from(piece)); // an unpaired surrogate becomes U+FFFD here
    if (piece.length <= CACHED_PIECE_LENGTH) {
      if (cache.size === CACHED_PIECES) cache.clear();
      cache.set(piece, encoded);
    }
    return encoded;
  };

  return {
    vocabSize: tokens.length,
    endOfTextIds: [...special],
    encode(text) {
      const out: number[] = [];
      for (const piece of splitPieces(text)) for (const id of encodePiece(piece)) out.push(id);
      return out;
    },
    decode: (tokenIds) => Buffer.concat(tokenIds.map((id) => bytes[id])).toString("utf8"),
    bytesOf: (id) => bytes[id],
    specialId: (name) => specialIds.get(name),
  };
}
