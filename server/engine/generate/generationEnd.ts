// When a generation ends by what was written: stop sequences, across the borders of tokens, and loops. Pure; knows no model.

export interface StopScan {
  text: string; // what is certain to come before any stop sequence; whatever else was pushed is held back
  stopped: boolean; // a stop sequence is complete; nothing may be pushed any more
}

/** Looks for stop sequences in a text that comes in pieces. */
export interface StopScanner {
  push(piece: string): StopScan;
  /** What was held back, when the text ends without a stop sequence. */
  flush(): string;
}

/**
 * The text ends before the stop sequence that is complete first (the longest of those that are complete at the same character),
 * however the text is cut into pieces.
 */
export function createStopScanner(stopSequences: readonly string[]): StopScanner {
  const stops = stopSequences.filter((stop) => stop !== "");
  let held = ""; // the longest end of the text that could begin a stop sequence
  return {
    push(piece) {
      const text = held + piece;
      const start = startOfFirstStop(text, stops);
      if (start !== undefined) {
        held = "";
        return { text: text.slice(0, start), stopped: true };
      }
      const certain = text.length - lengthOfPossibleStart(text, stops);
      held = text.slice(certain);
      return { text: text.slice(0, certain), stopped: false };
    },
    flush() {
      const rest = held;
      held = "";
      return rest;
    },
  };
}

function startOfFirstStop(text: string, stops: readonly string[]): number | undefined {
  let first: { start: number; end: number } | undefined;
  for (const stop of stops) {
    const start = text.indexOf(stop);
    if (start < 0) continue;
    const end = start + stop.length;
    if (!first || end < first.end || (end === first.end && start < first.start)) first = { start, end };
  }
  return first?.start;
}

/** Length of the longest end of `text` that is a beginning of a stop sequence. */
function lengthOfPossibleStart(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops) {
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(stop.slice(0, length))) longest = length;
    }
  }
  return longest;
}

const LOOP_WINDOW_TOKENS = 128; // only so many at the end are looked at
const LOOP_TOKENS = 24; // a loop covers at least so many tokens,
const LOOP_ROUNDS = 4; // and at least so many rounds

/**
 * Whether `tokens` ends in a loop: some period repeated for at least four rounds and 24 tokens.
 * Knuth, Morris and Pratt's prefix function of the reversed tokens gives the smallest period of each ending.
 */
export function endsInLoop(tokens: readonly number[]): boolean {
  const reversed = tokens.slice(-LOOP_WINDOW_TOKENS).reverse();
  const borders = new Int32Array(reversed.length); // of each beginning: its longest proper beginning that also ends it
  for (let i = 1; i < reversed.length; i++) {
    let border = borders[i - 1];
    while (border > 0 && reversed[i] !== reversed[border]) border = borders[border - 1];
    borders[i] = reversed[i] === reversed[border] ? border + 1 : 0;
    const length = i + 1;
    const period = length - borders[i];
    if (length >= LOOP_TOKENS && length >= LOOP_ROUNDS * period) return true;
  }
  return false;
}
