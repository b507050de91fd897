// Byte-level BPE with GPT-2's pieces and single digits, from a tokenizer.json in Hugging Face's format. Owns encode and decode.
// Special tokens are never recognised inside text: they are asked for by name and spliced in as ids.

import type { Tokenizer } from "./tokenizer.ts";

/**
 * Loads `tokenizer.json` of a model's folder.
 * @throws UserError modelMissing, modelCorrupt or modelUnsupported
 */
export async function loadTokenizer(dir: string): Promise<Tokenizer> {
  throw new Error(`loadTokenizer(${dir}) is being written`);
}
