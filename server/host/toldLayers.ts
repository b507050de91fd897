// What a message tells of a reading of the layers: the attention in few bytes, and the text of the tokens that were read.

import { type LayerSource, readLayers } from "../engine/layers/readLayers.ts";
import { HealingTable } from "../engine/tokenizer/healing.ts";
import type { Tokenizer } from "../engine/tokenizer/tokenizer.ts";
import { MOST_ATTENTION_BYTES } from "./protocol/limits.ts";
import type { LayersResult } from "./protocol/messages.ts";

/** A text after a packed prompt, and the index of its token whose attention is told. */
export interface ToldText {
  promptTokens: readonly number[];
  text: string;
  attentionOf: number;
}

/** What a reading tells, without who has answered. */
export type ToldLayers = Pick<LayersResult, "text" | "ends" | "tokens" | "attention" | "ms">;

const STEPS = 65_535;

/** @throws UserError as `readLayers` does */
export async function toldLayers(
  source: LayerSource,
  tokenizer: Tokenizer,
  { promptTokens, text, attentionOf }: ToldText,
): Promise<ToldLayers> {
  const spelling = { tokenizer, healing: new HealingTable(tokenizer) };
  const { sequence, tokens, ms, ...reading } = await readLayers(source, spelling, promptTokens, text, attentionOf);
  const attention = encodedAttention(reading.attention);
  return { ...spelt(sequence, tokenizer), tokens, ms, ...(attention !== undefined && { attention }) };
}

/** As `LayersResult.attention` describes; undefined where it would be too large. @param attention [layers][heads][positions] */
function encodedAttention(attention: readonly (readonly Float64Array[])[]): string | undefined {
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
function spelt(tokens: readonly number[], tokenizer: Pick<Tokenizer, "bytesOf">): { text: string; ends: number[] } {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  const ends = tokens.map((id) => {
    text += decoder.decode(tokenizer.bytesOf(id), { stream: true });
    return text.length;
  });
  return { text, ends };
}
