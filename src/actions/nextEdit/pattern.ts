// What two examples have in common: the form of a node, with holes, and what becomes of it. Pure; knows no tree.
// The least general generalisation of two terms (Plotkin, "A Note on Inductive Generalization", 1970), over rows of tokens.

import type { Level, Row } from "./examples.ts";
import { differences, isWord, type Token } from "./tokens.ts";

const CLOSERS: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
const CLOSING = new Set(Object.values(CLOSERS));

/** A token as it is written, or the number of a hole. */
type Element = string | number;

export interface Pattern {
  kind: string; // of the node
  before: Element[]; // each hole stands once
  after: Element[];
  holes: number;
  isTail: boolean; // it fits only at the end of a line
  /** The white space before each element, in the latest example. */
  beforeGaps: string[];
  afterGaps: string[];
}

/** The pattern of two examples; undefined where they do not say the same, or do not say what belongs into a place. */
export function unified(latest: Level, other: Level): Pattern | undefined {
  if (latest.kind !== other.kind || latest.isTail !== other.isTail) return undefined;
  const holes: [string, string][] = []; // what each holds in the two examples
  const before = generalised(latest.before, other.before, (values) => holes.push(values) - 1);
  let last = -1;
  const after =
    before &&
    generalised(latest.after, other.after, (values) => {
      const hole = holeOf(holes, values, last);
      last = hole ?? last;
      return hole;
    });
  if (!before || !after) return undefined;
  if (holes.some((_, hole) => !after.elements.includes(hole))) return undefined; // it would take away what no example names
  return {
    kind: latest.kind,
    isTail: latest.isTail,
    ...{ before: before.elements, beforeGaps: before.gaps, after: after.elements, afterGaps: after.gaps },
    holes: holes.length,
  };
}

/** Of several holes with the same values the next one: parts mostly keep their order. */
function holeOf(
  holes: readonly [string, string][],
  [first, second]: [string, string],
  last: number,
): number | undefined {
  const isIt = ([a, b]: [string, string]) => a === first && b === second;
  const next = holes.findIndex((values, index) => index > last && isIt(values));
  const hole = next === -1 ? holes.findIndex(isIt) : next;
  return hole === -1 ? undefined : hole;
}

type NumberOf = (values: [string, string]) => number | undefined;

/** Elements with the white space before each. */
interface Generalised {
  elements: Element[];
  gaps: string[];
}

/**
 * Bracket by bracket and part by part, so that a hole is one thing in both rows.
 * @param numberOf the hole with these values in the two rows; undefined where there is none
 * @returns undefined where a hole would be more or less than one thing
 */
function generalised(latest: Row, other: Row, numberOf: NumberOf): Generalised | undefined {
  const made: Generalised = { elements: [], gaps: [] };
  const [ours, theirs] = [itemsOf(latest.tokens), itemsOf(other.tokens)];
  if (!ours || !theirs) return undefined;
  const copy = (from: number, to: number) => {
    made.elements.push(...latest.tokens.slice(from, to));
    made.gaps.push(...latest.gaps.slice(from, to));
  };
  const together = (our: readonly Item[], their: readonly Item[]): boolean => {
    let [at, its] = [0, 0];
    const same = (to: number) => {
      for (; at < to; at++, its++) if (!inside(our[at], their[its])) return false;
      return true;
    };
    for (const { start, end, newStart, newEnd } of differences(keysOf(our), keysOf(their))) {
      if (!same(start) || !hole(our.slice(start, end), their.slice(newStart, newEnd))) return false;
      [at, its] = [end, newEnd];
    }
    return same(our.length);
  };
  const inside = (our: Item, their: Item): boolean => {
    if (!our.parts || !their.parts) {
      copy(our.start, our.end);
      return true;
    }
    const [open, close] = [our.start + 1, our.end - 1];
    copy(our.start, open);
    if (sameTokens(latest.tokens.slice(open, close), other.tokens.slice(their.start + 1, their.end - 1)))
      copy(open, close);
    else {
      if (our.parts.length !== their.parts.length) return false;
      for (const [i, part] of our.parts.entries()) if (!partwise(part, their.parts[i])) return false;
    }
    copy(close, our.end);
    return true;
  };
  const partwise = (our: readonly Item[], their: readonly Item[]): boolean => {
    const kept = made.elements.length;
    if (together(our, their)) return true;
    made.elements.length = made.gaps.length = kept;
    return hole(our, their);
  };
  const hole = (our: readonly Item[], their: readonly Item[]): boolean => {
    const values = [spanOf(latest.tokens, our), spanOf(other.tokens, their)];
    const number = values.every(isHoleValue) ? numberOf([values[0].join(" "), values[1].join(" ")]) : undefined;
    if (number === undefined) return false;
    made.elements.push(number);
    made.gaps.push(latest.gaps[our[0].start]);
    return true;
  };
  return together(ours, theirs) ? made : undefined;
}

/** A token, or brackets with what is in them: tokens [start, end) of a row. */
interface Item {
  key: string; // the token, or the opening bracket
  start: number;
  end: number;
  parts?: Item[][]; // what the brackets hold, with each separator as a part of its own
}

/** @returns undefined where a bracket is open */
function itemsOf(tokens: readonly string[]): Item[] | undefined {
  const root: Item[] = [];
  const open: { item: Item; into: Item[]; closer: string }[] = [];
  for (const [at, token] of tokens.entries()) {
    const into = open.at(-1)?.item.parts?.at(-1) ?? root;
    if (CLOSERS[token]) {
      const item: Item = { key: token, start: at, end: at + 1, parts: [[]] };
      into.push(item);
      open.push({ item, into, closer: CLOSERS[token] });
    } else if (CLOSING.has(token)) {
      const last = open.pop();
      if (last?.closer !== token) return undefined;
      last.item.end = at + 1;
      last.item.parts = last.item.parts?.filter((part) => part.length > 0);
    } else {
      const item = { key: token, start: at, end: at + 1 };
      const parts = open.at(-1)?.item.parts;
      if (parts && (token === "," || token === ";")) parts.push([item], []);
      else into.push(item);
    }
  }
  return open.length === 0 ? root : undefined;
}

const keysOf = (items: readonly Item[]): string[] => items.map(({ key }) => key);

const spanOf = (tokens: readonly string[], items: readonly Item[]): string[] =>
  items.length === 0 ? [] : tokens.slice(items[0].start, items.at(-1)!.end);

const sameTokens = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((token, i) => token === b[i]);

const SEPARATORS = new Set([",", ";", ":", "=>", "="]);
const MAX_HOLE_TOKENS = 40;

/** One thing: its brackets are closed, and nothing outside of them separates. */
function isHoleValue(tokens: readonly string[]): boolean {
  if (tokens.length === 0 || tokens.length > MAX_HOLE_TOKENS) return false;
  const open: string[] = [];
  for (const token of tokens) {
    if (CLOSERS[token]) open.push(CLOSERS[token]);
    else if (CLOSING.has(token) && open.pop() !== token) return false;
    else if (open.length === 0 && SEPARATORS.has(token)) return false;
  }
  return open.length === 0;
}

/** The words that every place holds. */
export const wordsOfPattern = ({ before }: Pattern): string[] => [
  ...new Set(before.filter((element): element is string => typeof element === "string" && isWord(element))),
];

/** What fills the holes of a row of tokens; undefined where it has another form, or where several fillings fit. */
export function fillings(pattern: Pattern, tokens: readonly string[]): (readonly string[])[] | undefined {
  const found = allFillings(pattern, tokens);
  return found.length === 1 ? found[0] : undefined;
}

/** At most two. */
function allFillings(
  { before, holes }: Pick<Pattern, "before" | "holes">,
  tokens: readonly string[],
): (readonly string[])[][] {
  const found: (readonly string[])[][] = [];
  const filled: (readonly string[])[] = Array.from({ length: holes }, () => []);
  let steps = 0;
  const assign = (element: number, token: number): void => {
    if (found.length > 1 || ++steps > 2_000) return;
    if (element === before.length) {
      if (token === tokens.length) found.push([...filled]);
      return;
    }
    const wanted = before[element];
    if (typeof wanted === "string") {
      if (tokens[token] === wanted) assign(element + 1, token + 1);
      return;
    }
    const most = Math.min(tokens.length - (before.length - element - 1), token + MAX_HOLE_TOKENS);
    for (let end = token + 1; end <= most; end++) {
      const value = tokens.slice(token, end);
      if (!isHoleValue(value)) continue;
      filled[wanted] = value;
      assign(element + 1, end);
    }
  };
  assign(0, 0);
  return found;
}

/** Whether a place has the new form already: where something is only taken away, that is not to be told. */
export function isDone({ before, after }: Pattern, tokens: readonly string[]): boolean {
  const fixed = (elements: readonly Element[]) => elements.filter((element) => typeof element === "string").length;
  if (fixed(after) < fixed(before) + Number(after.length <= before.length)) return false;
  // Each hole apart: whether two of them hold the same does not matter here.
  const row = after.map((element, i) => (typeof element === "string" ? element : i));
  const numbers = row.filter((element) => typeof element === "number");
  const numbered = row.map((element) => (typeof element === "string" ? element : numbers.indexOf(element)));
  return allFillings({ before: numbered, holes: numbers.length }, tokens).length > 0;
}

/** The tokens that a place gets. */
export const filledIn = ({ after }: Pattern, values: readonly (readonly string[])[]): string[] =>
  after.flatMap((element) => (typeof element === "string" ? element : values[element]));

/**
 * What changes in a place, with its white space: what stays keeps the place's own, what is new has the example's.
 * @param text the whole text
 * @param tokens of the place, with offsets in the text
 * @param indent makes of the example's white space the place's
 * @returns undefined where nothing changes
 */
export function changeOf(
  pattern: Pattern,
  text: string,
  tokens: readonly Token[],
  values: readonly (readonly string[])[],
  indent: (gap: string) => string,
): { start: number; end: number; newText: string } | undefined {
  const was = tokens.map((token) => token.text);
  const is = filledIn(pattern, values);
  const wasGaps = tokens.map((token, i) => (i === 0 ? "" : text.slice(tokens[i - 1].end, token.start)));
  const oldGaps = spread(pattern.before, pattern.beforeGaps, values, wasGaps, was);
  const newGaps = spread(pattern.after, pattern.afterGaps, values, wasGaps, was);
  const found = differences(was, is);
  if (found.length === 0) return undefined;
  const gapOf = (gaps: readonly string[], index: number, length: number) =>
    index === 0 || index === length ? "" : gaps[index];
  let newText = "";
  let start: number | undefined;
  let end = 0;
  for (const { start: from, end: to, newStart, newEnd } of found) {
    const left = from === 0 ? tokens[0].start : tokens[from - 1].end;
    const right = to === tokens.length ? tokens.at(-1)!.end : tokens[to].start;
    if (start === undefined) start = left;
    else newText += text.slice(end, left);
    const [oldLead, oldTrail] = [gapOf(oldGaps, from, was.length), gapOf(oldGaps, to, was.length)];
    const [lead, trail] = [gapOf(newGaps, newStart, is.length), gapOf(newGaps, newEnd, is.length)];
    const keep = (gap: string, old: string, index: number) =>
      gap === old && index < was.length ? (wasGaps[index] ?? "") : indent(gap);
    if (newStart === newEnd) {
      if (from > 0 && to < was.length) newText += lead === oldTrail ? wasGaps[to] : keep(lead, oldLead, from);
    } else {
      const middle = is
        .slice(newStart, newEnd)
        .map((token, i) => (i === 0 ? token : indent(newGaps[newStart + i]) + token));
      newText += keep(lead, oldLead, from) + middle.join("") + (to === was.length ? "" : keep(trail, oldTrail, to));
    }
    end = right;
  }
  return { start: start!, end, newText };
}

/** The gaps of a row with filled holes: within a hole those of the place. */
function spread(
  elements: readonly Element[],
  gaps: readonly string[],
  values: readonly (readonly string[])[],
  placeGaps: readonly string[],
  place: readonly string[],
): string[] {
  return elements.flatMap((element, i) => {
    if (typeof element === "string") return gaps[i];
    const value = values[element];
    const at = place.findIndex((_, from) => value.every((token, k) => place[from + k] === token));
    return value.map((_, k) => (k === 0 ? gaps[i] : placeGaps[at + k]));
  });
}
