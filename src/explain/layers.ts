// What the layers did, as an explanation tells it: when each token was decided, and how much attention each part of the prompt had. Pure.

import type { LayersResult } from "../../server/host/protocol/messages.ts";
import type { ExplainedAttention, ExplainedLayers, ExplainedLayerToken } from "./explanation.ts";
import type { PromptPart } from "./promptParts.ts";

const STEPS = 65_535; // of `LayersResult.attention`

/** How many tokens of the prompt are told for a head. */
const MOST_TOKENS = 20;

export function explainedLayers(result: LayersResult): ExplainedLayers {
  const { heads, device, ms } = result;
  const notes: string[] = [];
  if (device !== "cpu")
    notes.push(
      `The model writes on ${device}, and its layers were read on the processor: the numbers differ in rounding.`,
    );
  if (result.attention === undefined) notes.push("The attention of this model is too large to be told.");
  return {
    layers: result.tokens[0]?.lens.length ?? 0,
    heads,
    tokens: result.tokens.map((token, index): ExplainedLayerToken => {
      const { text, lens, logit, embedding, attention, mlp, bias, norms } = token;
      const parts = [embedding, bias, ...attention, ...mlp];
      const rounding = logit - parts.reduce((sum, value) => sum + value, 0);
      const decidedAt = decided(lens);
      return {
        ...{ index, text, ...(decidedAt !== undefined && { decidedAt }), lens },
        ...{ logit, embedding, attention, mlp, bias, rounding, norms },
      };
    }),
    notes,
    ms: ms.prepare + ms.read + ms.lens,
  };
}

/** The layer from which on the rank stays 1. */
function decided(lens: readonly { rank: number }[]): number | undefined {
  const since = lens.findLastIndex(({ rank }) => rank !== 1) + 1;
  return since < lens.length ? since : undefined;
}

/** The layer whose attention contributes most to the token's logit, for or against it. */
export function loudestLayer({ attention }: ExplainedLayerToken): number {
  const sizes = attention.map(Math.abs);
  return sizes.indexOf(Math.max(...sizes));
}

/**
 * Where the heads of `layer` looked, by parts of the prompt; and, of one head, by tokens.
 * @param token the one whose attention `result` tells
 * @returns undefined where it tells none
 */
export function explainedAttention(
  result: LayersResult,
  parts: readonly PromptPart[],
  { token, layer, head }: { token: number; layer: number; head?: number },
): ExplainedAttention | undefined {
  if (result.attention === undefined) return undefined;
  const { heads, tokens, ends, text } = result;
  const bytes = Buffer.from(result.attention, "base64");
  const layers = tokens[0]!.lens.length;
  const positions = bytes.length / (2 * layers * heads);
  const shareAt = (of: number, position: number) =>
    bytes.readUInt16LE(2 * ((layer * heads + of) * positions + position)) / STEPS;
  const { names, placeOf } = places(result, parts);
  const shares = Array.from({ length: heads }, (_, of) => {
    const sums = names.map(() => 0);
    for (let position = 0; position < positions; position++) sums[placeOf[position]!]! += shareAt(of, position);
    const total = sums.reduce((sum, share) => sum + share, 0); // 1 but for the rounding in the message
    return sums.map((share) => share / total);
  });
  const told = (of: number) =>
    Array.from({ length: positions }, (_, position) => ({
      text: text.slice(ends[position - 1] ?? 0, ends[position]),
      place: names[placeOf[position]!]!,
      share: shareAt(of, position),
    }))
      .sort((a, b) => b.share - a.share)
      .slice(0, MOST_TOKENS);
  return {
    ...{ token, text: tokens[token]!.text, layer, places: names, shares },
    ...(head !== undefined && { head, tokens: told(head) }),
  };
}

/** The parts of what was read: the first token apart, on which heads rest that look for nothing; and what belongs to no part. */
function places({ text, ends, tokens }: LayersResult, parts: readonly PromptPart[]) {
  const promptEnd = text.length - tokens.reduce((sum, token) => sum + token.text.length, 0);
  const names = ["the first token"];
  const placeOf = ends.map(() => -1);
  const claim = (name: string, from: number, to: number) => {
    const place = names.push(name) - 1;
    for (const [position, end] of ends.entries()) {
      const start = ends[position - 1] ?? 0;
      const middle = (start + end) / 2;
      if (placeOf[position] === -1 && middle >= from && middle < to) placeOf[position] = place;
    }
  };
  placeOf[0] = 0;
  const taken: [from: number, to: number][] = [];
  for (const part of parts.filter(({ kind }) => kind !== "header")) {
    const from = freePlace(text, part.text, taken, promptEnd);
    if (from < 0) continue; // it counts as what belongs to none
    taken.push([from, from + part.text.length]);
    claim(part.title, from, from + part.text.length);
  }
  const lineStart = text.lastIndexOf("\n", promptEnd - 1) + 1;
  claim("this line", lineStart, promptEnd);
  claim("the suggestion so far", promptEnd, Number.POSITIVE_INFINITY);
  const others = names.push("names and marks between") - 1;
  return { names, placeOf: placeOf.map((place) => (place === -1 ? others : place)) };
}

/** Where a part stands that no other part has taken; -1 where it does not. */
function freePlace(text: string, part: string, taken: readonly (readonly [number, number])[], end: number): number {
  for (let at = text.indexOf(part); at >= 0 && at + part.length <= end; at = text.indexOf(part, at + 1)) {
    const to = at + part.length;
    if (taken.every(([from, until]) => to <= from || at >= until)) return at;
  }
  return -1;
}
