// Translates the regular expressions of tokenizer files, written for Oniguruma, to JavaScript. Translates the constructs that it knows exactly
// and refuses the rest by name. Knows nothing of tokenizers.

import { modelUnsupported } from "../../../common/errors.ts";

/** Unicode's general categories and the scripts that tokenizers use. */
const CATEGORY = /^(?:L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cf]?)$/;
const SCRIPT = /^(?:Han|Hiragana|Katakana|Hangul|Latin|Greek|Cyrillic|Arabic|Hebrew|Thai|Devanagari)$/;

/** Classes that Oniguruma defines over all of Unicode. JavaScript's `\s` also has U+FEFF and lacks U+0085; its `\d` is ASCII only. */
const CLASSES: Readonly<Record<string, string>> = {
  s: "\\p{White_Space}",
  S: "\\P{White_Space}",
  d: "\\p{Nd}",
  D: "\\P{Nd}",
};

const CONTROLS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", f: "\f" };

/** Other characters that case-fold to an ASCII letter: the long s and the Kelvin sign. */
const FOLDED: Readonly<Record<string, string>> = { s: "\u017f", k: "\u212a" };

interface Item {
  text: string; // in JavaScript's syntax
  literal?: string; // the character that the item stands for, if it is a single one
}

/**
 * The pattern `source` for use with `matchAll` and `match`.
 * @throws UserError modelUnsupported, naming the construct, for what has no exact counterpart here
 */
export function translatePattern(source: string): RegExp {
  const translated = new Translator(source).translate();
  try {
    return new RegExp(translated, "gu");
  } catch {
    throw unsupported(source);
  }
}

const unsupported = (construct: string) => modelUnsupported(`its tokenizer's pattern has "${construct}"`);

class Translator {
  readonly #source: string;
  #at = 0;
  #out = "";
  #atom = -1; // index in #out where the item begins that a quantifier would repeat; -1: nothing to repeat
  #possessive = 0; // number of groups so far that emulate possessive quantifiers
  readonly #groups: { start: number; ignoreCase: boolean }[] = [{ start: 0, ignoreCase: false }];

  constructor(source: string) {
    this.#source = source;
  }

  translate(): string {
    while (this.#at < this.#source.length) this.#step();
    if (this.#groups.length !== 1) throw unsupported("(");
    return this.#out;
  }

  get #ignoreCase(): boolean {
    return this.#groups[this.#groups.length - 1].ignoreCase;
  }

  #step(): void {
    const char = this.#next();
    if (char === "\\") this.#addAtom(this.#written(this.#escape()));
    else if (char === "[") this.#addAtom(this.#charClass());
    else if (char === "(") this.#open();
    else if (char === ")") this.#close();
    else if (char === ".") this.#addAtom("[^\\n]");
    else if (char === "|") this.#addGap("|");
    else if (char === "$")
      this.#addGap("(?:(?=\\n)|(?<!\\n)$)"); // the end of any line
    else if (char === "^") throw unsupported("^");
    else if ("?*+{".includes(char)) this.#quantifier(char);
    else this.#addAtom(this.#written({ text: quoted(char), literal: char }));
  }

  #next(): string {
    const char = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
    this.#at += char.length;
    return char;
  }

  #take(expected: RegExp): string | undefined {
    expected.lastIndex = this.#at;
    const found = expected.exec(this.#source)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #addAtom(text: string): void {
    this.#atom = this.#out.length;
    this.#out += text;
  }

  #addGap(text: string): void {
    this.#atom = -1;
    this.#out += text;
  }

  #open(): void {
    const kind = this.#take(/\?(?:i:|:|=|!|<=|<!)/y);
    if (kind === undefined && this.#source[this.#at] === "?") {
      throw unsupported(`(${this.#source.slice(this.#at, this.#at + 3)}`);
    }
    this.#groups.push({ start: this.#out.length, ignoreCase: kind === "?i:" || this.#ignoreCase });
    this.#addGap(kind === undefined || kind === "?i:" ? "(?:" : `(${kind}`);
  }

  #close(): void {
    const group = this.#groups.pop();
    if (!group || this.#groups.length === 0) throw unsupported(")");
    this.#out += ")";
    this.#atom = group.start;
  }

  /** A possessive quantifier never gives back what it matched. Neither does a lookahead, whose group is then matched as a whole. */
  #quantifier(char: string): void {
    const range = char === "{" ? this.#take(/\d+(?:,\d*)?\}/y) : "";
    if (this.#atom < 0 || range === undefined) throw unsupported(char);
    const mode = this.#take(/[?+]/y) ?? "";
    if (mode !== "+") this.#addGap(char + range + mode);
    else if (char === "{") throw unsupported(`{${range}+`);
    else {
      const name = `p${this.#possessive++}`;
      this.#out = `${this.#out.slice(0, this.#atom)}(?=(?<${name}>${this.#out.slice(this.#atom)}${char}))\\k<${name}>`;
      this.#atom = -1;
    }
  }

  /** Translates what follows a backslash. */
  #escape(): Item {
    const char = this.#next();
    if (CLASSES[char]) return { text: CLASSES[char] };
    if (CONTROLS[char]) return literalItem(CONTROLS[char]);
    if (char === "p" || char === "P") {
      const name = this.#take(/\{\w+\}/y)?.slice(1, -1) ?? "";
      if (this.#ignoreCase) throw unsupported(`(?i:\\${char}{${name}}`);
      if (CATEGORY.test(name)) return { text: `\\${char}{${name}}` };
      if (SCRIPT.test(name)) return { text: `\\${char}{Script=${name}}` };
      throw unsupported(`\\${char}{${name}}`);
    }
    if (char === "u" || char === "x") {
      const digits = this.#take(char === "u" ? /[0-9A-Fa-f]{4}/y : /\{0*[0-9A-Fa-f]{1,5}\}|[0-9A-Fa-f]{2}/y);
      if (digits) return literalItem(String.fromCodePoint(Number.parseInt(digits.replace(/[{}]/g, ""), 16)));
    }
    if (/[A-Za-z0-9]/.test(char)) throw unsupported(`\\${char}`);
    return literalItem(char);
  }

  #charClass(): string {
    let out = this.#take(/\^/y) ? "[^" : "[";
    for (let isFirst = true; ; isFirst = false) {
      if (this.#at >= this.#source.length) throw unsupported("[");
      const item = this.#classItem(isFirst);
      if (!item) return `${out}]`;
      const isRange = this.#source[this.#at] === "-" && this.#source[this.#at + 1] !== "]";
      if (!isRange || item.literal === undefined) {
        out += this.#ignoreCase ? casesOf(item) : item.text;
        continue;
      }
      this.#at++;
      const end = this.#classItem(false);
      if (!end?.literal || this.#ignoreCase) throw unsupported(`${item.literal}-`);
      out += `${item.text}-${end.text}`;
    }
  }

  /** The next member of a class; undefined at its end. */
  #classItem(isFirst: boolean): Item | undefined {
    const char = this.#next();
    if (char === "\\") return this.#escape();
    if (char === "]" && !isFirst) return undefined;
    if (char === "[" || char === "]") throw unsupported(`[${char}`); // nested classes
    if (char === "&" && this.#source[this.#at] === "&") throw unsupported("&&");
    return literalItem(char);
  }

  #written(item: Item): string {
    if (!this.#ignoreCase || item.literal === undefined) return item.text;
    const cases = casesOf(item);
    return cases === item.text ? cases : `[${cases}]`;
  }
}

const literalItem = (char: string): Item => ({ text: quoted(char), literal: char });

/** A character as it may stand anywhere in a pattern with the flag u. */
function quoted(char: string): string {
  return /[A-Za-z0-9 ]/.test(char) ? char : `\\u{${char.codePointAt(0)?.toString(16)}}`;
}

/** The members of a class that match the item in either case. @throws UserError for letters outside ASCII */
function casesOf({ text, literal }: Item): string {
  if (literal === undefined || literal.toLowerCase() === literal.toUpperCase()) return text;
  const lower = literal.toLowerCase();
  if (!/^[a-z]$/.test(lower)) throw unsupported(`(?i:${literal}`);
  return lower + lower.toUpperCase() + (FOLDED[lower] ?? "");
}
