// How long a person takes for each key: seeded, so that the same text is typed in the same rhythm whatever is suggested meanwhile. Pure.

import { createRandom } from "../../../server/engine/generate/random.ts";

/**
 * Intervals between keys are spread log-normally; of 168,000 people they are 239 ms in the mean, of the fast ones about 120 (Dhakal, Feit,
 * Kristensson, Oulasvirta: "Observations on Typing from 136 Million Keystrokes", 2018). Within a word a practised hand is fast; thought shows
 * where a word and where a line begins. With these the mean over code is about 240.
 */
const WITHIN_WORD = { medianMs: 140, sigma: 0.4 };
const WORD_BEGINS = { medianMs: 260, sigma: 0.55 };
const LINE_BEGINS = { medianMs: 900, sigma: 0.6 };

/** For each unit of the text the time from the key before. @param speed 2: twice as fast */
export function keyIntervalsMs(text: string, seed: number, speed: number): number[] {
  const random = createRandom(seed);
  return Array.from(text, (character, i) => {
    const before = text[i - 1] ?? "";
    const lineBegins = /\s/.test(character) ? false : /^\s*$/.test(text.slice(text.lastIndexOf("\n", i - 1) + 1, i));
    const wordBegins = /\w/.test(character) && !/\w/.test(before);
    const { medianMs, sigma } = lineBegins ? LINE_BEGINS : wordBegins ? WORD_BEGINS : WITHIN_WORD;
    return (medianMs * Math.exp(sigma * normal(random))) / speed;
  });
}

/** A draw of the standard normal distribution (Box and Muller, 1958). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
