// What a message tells of a reading of the layers: the attention in few bytes, and the text of the tokens that were read. Pure.

import type { Tokenizer } from "../engine/tokenizer/tokenizer.ts";
import { MOST_ATTENTION_BYTES } from "./protocol/limits.ts";

const STEPS = 65_535;

/** As `LayersResult.attention` describes; undefined where it would be too large. @param attention [layers][heads][positions] */
export function encodedAttention(attention: readonly (readonly Float64Array[])[]): string | undefined {
  const rows = attention.flat();
  const positions = rows[0]?.length ?? 0;
  const bytes = Buffer.alloc(2 * rows.length * positions);
  if (bytes.length > MOST_ATTENTION_BYTES) return undefined;
  for (const [row, weights] of rows.entries()) {
    for (let i = 0; i < positions; i++) bytes.writeUInt16LE(Math.round(weights[i] * STEPS), 2 * (row * positions + i));
  }
  return bytes.toString("base64");
}

/** The text of `tokens`, and where each of them ends in it, in UTF-16 units. A character belongs to the token that completes it. */
export function spelt(
  tokens: readonly number[],
  tokenizer: Pick<Tokenizer, "bytesOf">,
): { text: string; ends: number[] } {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  const ends = tokens.map((id) => {
    text += decoder.decode(tokenizer.bytesOf(id), { stream: true });
    return text.length;
  });
  return { text, ends };
}
