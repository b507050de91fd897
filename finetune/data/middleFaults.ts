// The faults of a middle that teaches next to nothing: data, text that nobody types, repetition of earlier middles. Judges one text, and counts.

export const MIDDLE_FAULTS = {
  signs: "nothing but brackets and other signs",
  data: "more signs and digits than letters",
  sameLines: "lines of one form that differ in their literals alone",
  longString: "a string of more than 120 characters",
  notice: "a licence or a copyright notice",
  imports: "several lines of imports and nothing else",
  repeated: "the same text as two middles before it",
} as const;
export type MiddleFault = keyof typeof MIDDLE_FAULTS;

const MIN_DATA_CHARS = 24;
const MIN_LETTERS = 0.4; // share of the characters that are not white space
const MIN_SAME_LINES = 4;
const LONG_STRING = /(["'`])(?:(?!\1)[^\\\n]|\\.){120,}/;
const NOTICE = /\blicen[cs]ed?\b|copyright|all rights reserved/i;
const IMPORT = /^(?:import\b|from\s+[\w.]+\s+import\b|export\s.*\bfrom\b)|\brequire\(["']/;

/** Shorter texts are not counted as repetitions, since they recur everywhere: `return None`, `this.size = size;`. */
const MIN_REPEATED_CHARS = 24;
const MOST_TIMES = 2;

export function middleFault(middle: string): MiddleFault | undefined {
  if (!/[\p{L}\p{N}]/u.test(middle)) return "signs";
  const signs = middle.replace(/\s+/g, "");
  const letters = signs.match(/\p{L}/gu)?.length ?? 0;
  if (signs.length >= MIN_DATA_CHARS && letters < signs.length * MIN_LETTERS) return "data";
  const lines = middle.split("\n").filter((line) => line.trim() !== "");
  if (mostAlike(lines) >= MIN_SAME_LINES) return "sameLines";
  if (LONG_STRING.test(middle)) return "longString";
  if (NOTICE.test(middle)) return "notice";
  if (lines.length > 1 && lines.every((line) => IMPORT.test(line.trimStart()))) return "imports";
  return undefined;
}

/** The largest number of lines that differ only in the literals that they contain. */
function mostAlike(lines: readonly string[]): number {
  const count = new Map<string, number>();
  for (const line of lines) {
    const form = line.trim().replace(/(?<!\\)(["'`])(?:(?!\1)[^\\]|\\.)*\1|\b\d[\w.]*/g, "#");
    if (form.includes("#")) count.set(form, (count.get(form) ?? 0) + 1);
  }
  return Math.max(0, ...count.values());
}

/** Remembers middles, ignoring white space. */
export class SeenMiddles {
  readonly #times = new Map<string, number>();

  /** Whether the middle has been added as often as allowed. */
  has(middle: string): boolean {
    return (this.#times.get(keyOf(middle)) ?? 0) >= MOST_TIMES;
  }

  add(middle: string): void {
    const key = keyOf(middle);
    if (key.length >= MIN_REPEATED_CHARS) this.#times.set(key, (this.#times.get(key) ?? 0) + 1);
  }
}

const keyOf = (middle: string): string => middle.replace(/\s+/g, " ").trim();
