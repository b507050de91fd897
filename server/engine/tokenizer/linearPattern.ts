// Holds the patterns of foreign tokenizers linear: cutting a text takes time in proportion to its length, whatever the pattern and the text.
// Accepts what it can prove, which the patterns of all known families are, and refuses the rest by name. Reads what pattern.ts has translated.
//
// A loop is an item that may repeat without end. It costs where something after it can fail: `a+b` reads all a's of a run, finds no b, and does
// the same from the next a on. Accepted are
//   - loops after which nothing can fail;
//   - one in an alternative whose next alternatives read the same run, up to one that keeps it: a run is read a few times then;
//   - one with which the only alternative begins, where it is followed by conditions alone: it need be tried only where a run begins.

import { modelUnsupported } from "../../../common/errors.ts";
import { translatePattern } from "./pattern.ts";

const MOST_UNITS = 10_000; // the longest known pattern has 1,600
const MOST_DEPTH = 16;
const MOST_REPEATS = 8; // more are a loop
const MOST_WAYS = 64; // in which an alternative may be read at one place, apart from its loop

interface Item {
  text: string; // of what repeats
  min: number;
  isLoop: boolean;
  consumes: boolean;
  ways: number;
}

type Sequence = readonly Item[];

/**
 * The pattern `source`, translated.
 * @throws UserError modelUnsupported for one that has no exact counterpart here, and for one that may take more than linear time
 */
export function linearPattern(source: string): RegExp {
  if (source.length > MOST_UNITS) throw tooSlow(source, "it is too long");
  const pattern = translatePattern(source);
  try {
    return faster(pattern);
  } catch (error) {
    throw error instanceof Slow ? tooSlow(source, error.message) : error;
  }
}

/** The same pattern, or one that matches the same in less time. @throws Slow */
function faster(pattern: RegExp): RegExp {
  const choices = new Reader(pattern.source).read();
  for (const [at, sequence] of choices.entries()) {
    const loop = failingLoop(sequence);
    if (!loop) continue;
    if (
      choices.length === 1 &&
      loop === sequence[0] &&
      loop.min > 0 &&
      !sequence.slice(1).some((item) => item.consumes)
    )
      return new RegExp(`(?<!${loop.text})${pattern.source}`, pattern.flags);
    if (!isBacked(loop, choices.slice(at + 1))) throw new Slow("what follows a loop can fail");
  }
  return pattern;
}

class Slow extends Error {}

const tooSlow = (source: string, why: string) =>
  modelUnsupported(`its tokenizer's pattern "${source.slice(0, 100)}" may take too long (${why})`);

/** The loop of an alternative after which something can fail. */
function failingLoop(sequence: Sequence): Item | undefined {
  if (waysOf(sequence) > MOST_WAYS) throw new Slow("it can be read in too many ways");
  const last = sequence.findLastIndex(({ min, consumes }) => min > 0 || !consumes); // the last that can fail
  const loops = sequence.slice(0, Math.max(0, last)).filter(({ isLoop }) => isLoop);
  if (loops.length > 1) throw new Slow("several loops may share a text");
  return loops[0];
}

const waysOf = (sequence: Sequence): number => sequence.reduce((product, item) => product * item.ways, 1);

function isBacked({ text }: Item, next: readonly Sequence[]): boolean {
  for (const sequence of next) {
    const at = sequence.findIndex((item) => item.isLoop && item.text === text);
    const failing = failingLoop(sequence);
    if (at === -1 || (failing && failing !== sequence[at])) return false;
    if (!failing)
      return sequence[at].min <= 1 && sequence.slice(0, at).every(({ min, consumes }) => min === 0 && consumes);
  }
  return false;
}

/** What stands for one character. */
const ONE = /\[(?:\\.|[^\]\\])*\]|\\(?:u\{[\da-f]+\}|[pP]\{[^}]+\}|[a-z])|[A-Za-z0-9 ]/y;
/** Reads what pattern.ts writes. */
class Reader {
  readonly #source: string;
  #at = 0;
  #depth = 0;

  constructor(source: string) {
    this.#source = source;
  }

  read(): Sequence[] {
    const choices = this.#choices();
    if (this.#at < this.#source.length) throw this.#unread();
    return choices;
  }

  #choices(): Sequence[] {
    if (++this.#depth > MOST_DEPTH) throw new Slow("its groups are too deep");
    const choices = [this.#sequence()];
    while (this.#take(/\|/y)) choices.push(this.#sequence());
    this.#depth--;
    return choices;
  }

  #sequence(): Sequence {
    const items: Item[] = [];
    while (this.#at < this.#source.length && !"|)".includes(this.#source[this.#at])) items.push(this.#item());
    return items;
  }

  #item(): Item {
    const start = this.#at;
    if (this.#take(/\$/y)) return CONDITION;
    const opened = this.#take(/\((?:\?(?:(=)\(\?<p\d+>|(<?[=!])|:))?/y);
    if (opened?.[1]) return this.#possessive();
    const group = opened && this.#group();
    if (opened?.[2]) return CONDITION;
    if (!opened && !this.#take(ONE)) throw this.#unread();
    const text = this.#source.slice(start, this.#at);
    const { min, max } = this.#repeats();
    const isLoop = max > MOST_REPEATS;
    if (isLoop && group) throw new Slow("a group repeats without end");
    const { consumes, ways } = group ?? { consumes: true, ways: 1 };
    return { text, min, isLoop, consumes, ways: isLoop ? 1 : (max - min + 1) * ways ** max };
  }

  /** What stands in a group, up to its end. */
  #group(): { consumes: boolean; ways: number } {
    const choices = this.#choices();
    if (!this.#take(/\)/y)) throw this.#unread();
    const items = choices.flat();
    if (items.some(({ isLoop }) => isLoop)) throw new Slow("a loop stands in a group");
    return {
      consumes: items.some(({ consumes }) => consumes),
      ways: choices.reduce((sum, sequence) => sum + waysOf(sequence), 0),
    };
  }

  /** A lookahead with a named group, and what the group has matched. */
  #possessive(): Item {
    const inner = this.#item();
    if (!this.#take(/\)\)\\k<p\d+>/y)) throw this.#unread();
    return { ...inner, ways: 1 };
  }

  #repeats(): { min: number; max: number } {
    const [, sign, least, range, most] = this.#take(/(?:([*+?])|\{(\d+)(,(\d*))?\})/y) ?? [];
    const max = sign ? (sign === "?" ? 1 : Infinity) : Number((range ? most || Infinity : least) ?? 1);
    if (this.#take(/\?/y) && max > MOST_REPEATS) throw new Slow("a loop takes as little as it can");
    return { min: sign ? Number(sign === "+") : Number(least ?? 1), max };
  }

  #take(expected: RegExp): RegExpExecArray | undefined {
    expected.lastIndex = this.#at;
    const found = expected.exec(this.#source) ?? undefined;
    this.#at += found?.[0].length ?? 0;
    return found;
  }

  readonly #unread = () => new Slow(`"${this.#source.slice(this.#at, this.#at + 20)}" is not known`);
}

/** What takes up no text and may fail. */
const CONDITION: Item = { text: "", min: 1, isLoop: false, consumes: false, ways: 1 };
