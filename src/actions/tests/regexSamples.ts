// Texts that a regular expression probably matches: the shortest, and longer ones. By its text alone; it is never run.

const MOST_UNITS = 80;

/** What each escape stands for; others stand for themselves. */
const OF_ESCAPE: Readonly<Record<string, string>> = {
  ...{ d: "7", D: "x", w: "x", W: "-", s: " ", S: "x", b: "", B: "", n: "\n", t: "\t", r: "\r", f: "\f", v: "\v" },
};

/** How a sample is chosen: how often what may be repeated stands there, and which of several alternatives. */
interface Choice {
  repeats: number;
  isLast: boolean;
}

const CHOICES: readonly Choice[] = [
  { repeats: 1, isLast: false },
  { repeats: 0, isLast: false },
  { repeats: 2, isLast: true },
];

/** @param pattern the text between the slashes */
export function regexSamples(pattern: string): string[] {
  const samples = CHOICES.map((choice) => new Sampler(pattern, choice).all());
  return [...new Set(samples)].filter((one) => one.length > 0 && one.length <= MOST_UNITS);
}

class Sampler {
  readonly #pattern: string;
  readonly #choice: Choice;
  #at = 0;

  constructor(pattern: string, choice: Choice) {
    this.#pattern = pattern;
    this.#choice = choice;
  }

  all(): string {
    let text = this.#alternatives();
    while (this.#at < this.#pattern.length) {
      this.#at++; // a bracket that closes nothing
      text += this.#alternatives();
    }
    return text;
  }

  #alternatives(): string {
    const all = [this.#sequence()];
    while (this.#takes("|")) all.push(this.#sequence());
    return (this.#choice.isLast ? all.at(-1) : all[0])!;
  }

  #sequence(): string {
    let text = "";
    while (this.#at < this.#pattern.length && !/[|)]/.test(this.#pattern[this.#at]!)) {
      const one = this.#atom();
      text += text.length > MOST_UNITS ? "" : one.repeat(this.#count());
    }
    return text;
  }

  #atom(): string {
    const letter = this.#pattern[this.#at++]!;
    if (letter === "^" || letter === "$") return "";
    if (letter === ".") return "x";
    if (letter === "\\") return this.#escape();
    if (letter === "[") return this.#class();
    if (letter !== "(") return letter;
    const [kind = ""] = /^\?(?:[:=!]|<[=!]|<\w+>)/.exec(this.#pattern.slice(this.#at)) ?? [];
    this.#at += kind.length;
    const inner = this.#alternatives();
    this.#at++; // ")"
    return /[=!]$/.test(kind) ? "" : inner; // what only looks around takes nothing
  }

  #escape(): string {
    const [, code] = /^(?:x([\da-f]{2})|u([\da-f]{4}))/i.exec(this.#pattern.slice(this.#at))?.filter(Boolean) ?? [];
    if (code !== undefined) {
      this.#at += code.length + 1;
      return String.fromCharCode(Number.parseInt(code, 16));
    }
    const [property] = /^[pP]\{[^}]*\}/.exec(this.#pattern.slice(this.#at)) ?? [];
    if (property !== undefined) {
      this.#at += property.length;
      return "x";
    }
    const letter = this.#pattern[this.#at++] ?? "";
    return OF_ESCAPE[letter] ?? letter;
  }

  #class(): string {
    const isNegated = this.#takes("^");
    const members: string[] = [];
    const from = this.#at;
    while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== "]") {
      const letter = this.#pattern[this.#at++]!;
      const member = letter === "\\" ? this.#escape() : letter;
      const isRange = this.#pattern[this.#at] === "-" && this.#pattern[this.#at + 1] !== "]";
      if (isRange) this.#at += 2;
      members.push(member);
    }
    const text = this.#pattern.slice(from, this.#at++);
    if (isNegated) return [..."x0 -~"].find((one) => !text.includes(one)) ?? "é";
    return (this.#choice.isLast ? members.at(-1) : members[0]) ?? "";
  }

  /** How often the atom before stands there. */
  #count(): number {
    const [whole, least, comma, most] =
      /^(?:[*+?]|\{(\d{1,5})(?:(,)(\d{1,5})?)?\})/.exec(this.#pattern.slice(this.#at)) ?? [];
    if (whole === undefined) return 1;
    this.#at += whole.length;
    this.#takes("?");
    const { repeats } = this.#choice;
    if (whole === "+") return Math.max(1, repeats);
    if (whole === "*") return repeats;
    if (whole === "?") return Math.min(1, repeats);
    const low = Number(least);
    return Math.min(comma === undefined ? low : Math.max(low, Math.min(repeats, Number(most ?? repeats))), MOST_UNITS);
  }

  #takes(letter: string): boolean {
    if (this.#pattern[this.#at] !== letter) return false;
    this.#at++;
    return true;
  }
}
