// Seeded draws for planted secrets: alphabets, passwords as people and as generators make them, names in every style. Nothing here is a real secret.

export const LOWER = "abcdefghijklmnopqrstuvwxyz";
export const UPPER = LOWER.toUpperCase();
export const DIGITS = "0123456789";
export const HEX = "0123456789abcdef";
export const BASE36 = LOWER + DIGITS;
export const BASE62 = LOWER + UPPER + DIGITS;
export const BASE64 = `${BASE62}+/`;
export const URL_SAFE = `${BASE62}-_`;
export const BASE32 = `${UPPER}234567`;
const SIGNS = "!#%&()*+,-./:;<=>?@[]^_{|}~";

/** What a test draws from: xorshift32, the same for the same seed. */
export class Draws {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2654435761 + 1013904223) | 0 || 1;
    for (let i = 0; i < 8; i++) this.next();
  }

  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) / 4294967296;
  }

  int(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  pick<T>(from: readonly T[]): T {
    return from[this.int(0, from.length - 1)]!;
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  text(alphabet: string, least: number, most = least): string {
    return Array.from({ length: this.int(least, most) }, () => alphabet[this.int(0, alphabet.length - 1)]).join("");
  }

  /** A word that can be said and that no dictionary has. */
  word(): string {
    const syllable = () =>
      this.text("bcdfghklmnprstvw", 1) + this.text("aeiou", 1) + (this.chance(0.4) ? this.text("lmnrst", 1) : "");
    return Array.from({ length: this.int(2, 3) }, syllable).join("");
  }
}

/** Which signs a value may hold without breaking the place it stands in. */
export type Place = "quoted" | "bare" | "url";

const signsOf: Record<Place, string> = { quoted: SIGNS, bare: "!%*+-./:=?@^_~", url: "!*-._~+" };

/** @returns what people and generators use beside a name that says "password" */
export function drawnPassword(draws: Draws, place: Place): string {
  const capital = () => draws.word().replace(/^./, (letter) => letter.toUpperCase());
  const signs = signsOf[place];
  const sign = () => draws.text(place === "url" ? "!*-._" : "!%*@.-_?", 1);
  const kinds: (() => string)[] = [
    () => capital() + draws.text(DIGITS, 2, 4) + sign(),
    () => capital() + sign() + draws.word() + draws.text(DIGITS, 2, 3),
    () => draws.text(BASE62, 10, 32),
    () => draws.text(BASE62 + signs, 14, 32),
    () => draws.text(HEX, 16, 40),
    () => draws.text(BASE36, 12, 28),
    () =>
      Array.from({ length: draws.int(4, 6) }, () => draws.word()).join(draws.pick(["-", "_", "."])) +
      draws.text(DIGITS, 1, 2),
    ...(place === "quoted" ? [() => Array.from({ length: draws.int(4, 7) }, () => draws.word()).join(" ")] : []),
  ];
  return withDigit(draws.pick(kinds)());
}

/** @returns what generators put beside names that say "secret", "key", "token" */
export function drawnKey(draws: Draws, place: Place): string {
  const uuid = () => [8, 4, 4, 4, 12].map((length) => draws.text(HEX, length)).join("-");
  const kinds: (() => string)[] = [
    () => draws.text(BASE62, 20, 64),
    () => draws.text(HEX, 2 * draws.int(10, 32)),
    () => draws.text(BASE36, 24, 48),
    () => `${draws.text(BASE64, 43)}=`,
    () => draws.text(URL_SAFE, 22, 64),
    () => draws.text(BASE32, 24, 40),
    uuid,
    ...(place === "quoted"
      ? [() => draws.text(`${BASE36}!@#%^&*(-_=+)`, 50), () => draws.text(BASE62 + SIGNS, 24, 48)]
      : []),
  ];
  const value = draws.pick(kinds)();
  return place === "url" ? value.replace(/[+/=]/g, "-") : withDigit(value);
}

/** Nothing is told about values without a digit here: those are words. */
const withDigit = (value: string): string => (/\d/.test(value) || value.includes(" ") ? value : `${value}7`);

const passwordStems = ["password", "passwd", "pwd", "passphrase", "pass", "pw"];
const keyStems = [
  "secret",
  "client secret",
  "api key",
  "apikey",
  "access key",
  "auth token",
  "access token",
  "refresh token",
  "token",
  "private key",
  "encryption key",
  "signing key",
  "signing secret",
  "webhook secret",
  "secret key",
  "jwt secret",
  "session secret",
  "master key",
  "shared secret",
  "service key",
  "license key",
];
const owners = [
  "db",
  "smtp",
  "redis",
  "admin",
  "app",
  "my",
  "prod",
  "stripe",
  "payment",
  "user",
  "root",
  "internal",
  "legacy",
  "mailer",
  "oauth",
  "upstream",
];

export type NameStyle = "camel" | "pascal" | "snake" | "constant" | "kebab" | "dotted";

/** A name that tells, in words; `styled` writes it. */
export function drawnName(draws: Draws, kind: "password" | "key"): string[] {
  const stem = draws.pick(kind === "password" ? passwordStems : keyStems).split(" ");
  return [
    ...(draws.chance(0.65) ? [draws.pick(owners)] : []),
    ...stem,
    ...(draws.chance(0.1) ? [draws.pick(["2", "prod", "new"])] : []),
  ];
}

export function styled(words: readonly string[], style: NameStyle): string {
  const title = (word: string) => word[0]!.toUpperCase() + word.slice(1);
  if (style === "camel") return words[0]! + words.slice(1).map(title).join("");
  if (style === "pascal") return words.map(title).join("");
  if (style === "constant") return words.join("_").toUpperCase();
  return words.join({ snake: "_", kebab: "-", dotted: "." }[style]);
}
