// A prompt without a run of whole lines, drawn at random: what leaving out one of its parts is compared with. Pure but for the draw.

import type { PromptInput } from "../../../server/host/protocol/messages.ts";
import type { PromptPart } from "../../../src/explain/promptParts.ts";

/**
 * The prompt without a run of whole lines of `parts`, as short as it can be with at least `units` UTF-16 units. Behind the last line of `parts` it
 * goes on at their first. Undefined where they have fewer units.
 * @param draw gives a uniform number in [0, 1), by which the first line of the run is chosen
 */
export function withoutRun(
  packed: PromptInput,
  parts: readonly PromptPart[],
  units: number,
  draw: () => number,
): PromptInput | undefined {
  const lines = parts.flatMap((part) => part.text.split(/(?<=\n)/).map((line) => ({ part, line })));
  if (lines.reduce((sum, { line }) => sum + line.length, 0) < units) return undefined;
  const start = Math.floor(draw() * lines.length);
  const taken = new Set<object>();
  let left = units;
  for (let i = 0; left > 0; i++) {
    const one = lines[(start + i) % lines.length];
    taken.add(one);
    left -= one.line.length;
  }
  let prompt = packed;
  for (const part of parts) {
    const its = lines.filter((one) => one.part === part);
    const kept = its.filter((one) => !taken.has(one)).map(({ line }) => line);
    if (kept.length < its.length) prompt = part.replaced(prompt, kept.join(""));
  }
  return prompt;
}
