// Decides from the written text when a generation ends: at stop sequences, which may cross token boundaries, and at loops. Pure; knows no model.

export interface StopScan {
  text: string; // text that certainly precedes any stop sequence; the rest of what was pushed is held back
  stopped: boolean; // a stop sequence is complete; push nothing more
}

/** Searches for stop sequences in a text that arrives in pieces. */
export interface StopScanner {
  push(piece: string): StopScan;
  /** Returns the text held back, when the text ends without a stop sequence. */
  flush(): string;
}

/**
 * A scanner whose text ends before the stop sequence that is complete first (the longest of those that are complete at the same character),
 * however the text is cut into pieces.
 */
export function createStopScanner(stopSequences: readonly string[]): StopScanner {
  const stops = stopSequences.filter((stop) => stop !== "");
  let held = ""; // the longest suffix of the text that could begin a stop sequence
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

/** Length of the longest suffix of `text` that is a prefix of a stop sequence. */
function lengthOfPossibleStart(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops) {
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(stop.slice(0, length))) longest = length;
    }
  }
  return longest;
}

const LOOP_WINDOW_TOKENS = 128; // how many of the last tokens are examined
const LOOP_TOKENS = 24; // fewest tokens that a loop covers
const LOOP_ROUNDS = 4; // fewest rounds of a loop

/**
 * Whether `tokens` ends in a loop: a period repeated for at least four rounds and 24 tokens. Knuth, Morris and Pratt's prefix function of the
 * reversed tokens gives the smallest period of each suffix.
 */
export function endsInLoop(tokens: readonly number[]): boolean {
  const reversed = tokens.slice(-LOOP_WINDOW_TOKENS).reverse();
  const borders = new Int32Array(reversed.length); // for each prefix: the length of its longest proper prefix that is also its suffix
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
