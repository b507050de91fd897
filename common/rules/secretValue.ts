// Judges a literal by itself: is it a secret, or a placeholder, an identifier, a path, a hash, a sentence? Pure; linear in the literal.

import { surprise } from "./surprise.ts";

/** Beside a name that says "password", "secret", "API key" …; beside one that may mean anything ("key"); beside nothing. */
export type Nearby = "password" | "strong" | "weak" | "nothing";

const MIN_PASSWORD_UNITS = 6;
const MIN_STRONG_UNITS = 8;
const MIN_NOISE_UNITS = 12;
const MIN_RANDOM_UNITS = 16;
const MIN_LONE_UNITS = 24;
/** Maximum length of a secret without a telling name. Longer literals are data: images, fonts, compressed tables. */
const MAX_LONE_UNITS = 256;

/** From here on letters and digits follow each other as by chance (`surprise`). */
const RANDOM_SURPRISE = 0.4;

/** What is left of a stand-in once these words, digits at its end and separators are taken away is nothing. */
const standInWords =
  /change|replace|insert|enter|your|my|the|this|here|me|it|an?|is|to|with|some|any|example|sample|demo|dummy|fake|mock|test(ing)?|todo|tbd|foo(bar)?|bar|baz|qux|default|placeholder|redacted|removed|hidden|masked|omitted|none|null|undefined|nil|true|false|empty|unset|string|value|secrets?|passw(or)?d|passphrase|pass|pwd|tokens?|api|keys?|access|private|public|client|user(name)?|auth|bearer|basic|credentials?|invalid|wrong|bad|good|old|new|valid|expired|random|id|not|a|real|super|very|only|dev|local|prod|staging|jwt|hash/gi;

/** Values that are computed or filled in elsewhere. */
const reference =
  /^\.{1,2}\/|\$\{[\w.]|\$\{[^{}]{0,60}\}|\$\([\w.][^)]{0,60}\)|\{\{[^{}]{0,60}\}\}|\{\{\s?[A-Za-z]|^\{[^{}]*\}$|%\(\w{1,40}\)|^[$%][A-Za-z_]\w*%?$|^%[sdv]$|^<.*>$|^\[.*\]$|process\.env|import\.meta|os\.environ|getenv|^(env|vault|ssm|arn|op|secret|ref|file|data|blob|urn|did|https?|ftp|git|ssh|node|npm|sha\d+)[:=]|^ENC\[|\.\.\.|^#[0-9a-f]{3,8}$|^\^.*[$\]]|\\[dwsb]|\[[a-z0-9]-[a-z0-9]/i;

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Where a value lies in an object, as loggers are told what to leave out: `*.apiKey`, `req.headers["x-api-key"]`. */
const memberPath =
  /^(?:\*{1,2}|[A-Za-z_$]\w{0,40}(?=.*[*[]))(?:\.(?:\*{1,2}|[A-Za-z_$]\w{0,40})|\[(?:\*|["'][\w-]{1,40}["'])\]){1,8}$/;

/** Rules of what a field may hold, as Laravel writes them: `required|string|min:12`. */
const rules = /^[a-z_]{2,30}(?::[\w,.]{1,40})?(?:\|[a-z_]{2,30}(?::[\w,.]{1,40})?){1,12}$/;
const ruleWord =
  /(?:^|\|)(?:required\w{0,12}|nullable|sometimes|optional|string|confirmed|filled|present|bail|current_password|m(?:in|ax):\d+)(?=[|:]|$)/;
export const isRules = (value: string): boolean => rules.test(value) && ruleWord.test(value);

export function isPlaceholder(value: string): boolean {
  if (isRules(value)) return true;
  if (reference.test(value) || memberPath.test(value) || isFiller(value)) return true;
  return (
    value
      .replace(standInWords, "")
      .replace(/\d{1,4}$/, "")
      .replace(/[-_.:/\d]/g, "") === ""
  );
}

/** The same few characters over and over, or the alphabet. */
export function isFiller(value: string): boolean {
  if (/example/i.test(value)) return true;
  let steps = 0;
  for (let i = 1; i < value.length; i++) {
    const step = value.charCodeAt(i) - value.charCodeAt(i - 1);
    if (step >= -1 && step <= 1) steps++;
  }
  // among few characters, and few pairs, neighbours are frequent by chance
  const mostSteps = value.length < 12 || /^[0-9a-f-]+$/i.test(value) ? 0.6 : 0.45;
  return steps >= (value.length - 1) * mostSteps || new Set(value).size <= Math.min(5, value.length / 3);
}

/** Words with separators, a path, a dotted name, a version: what programs call things. */
function isName(value: string): boolean {
  return value
    .split(/[-_./:]+/)
    .every((part) => (/^([A-Za-z]*\d{0,3}|v?\d{1,4}|[A-Z0-9]{1,6})$/.test(part) && !isMixed(part)) || isLongName(part));
}

/** Camel case of several words with a number within. */
const isLongName = (part: string): boolean => part.length >= 12 && /^[A-Za-z\d]+$/.test(part) && surprise(part) < 0.2;

/** Most of its parts are words. */
function isPath(value: string): boolean {
  const parts = value.split(/[-_./]/).filter((part) => part !== "");
  return parts.filter((part) => /^([A-Z]?[a-z]+|[A-Z]+|\d+)$/.test(part)).length * 2 > parts.length;
}

/** Characters follow each other as they would by chance. */
const isMixed = (value: string): boolean => value.length >= 8 && surprise(value) >= RANDOM_SURPRISE;

/** Shannon's entropy of the characters, in bits. */
function entropyBits(value: string): number {
  const counts = new Map<string, number>();
  for (const unit of value) counts.set(unit, (counts.get(unit) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

/** At least a letter, and nothing that is code. */
const tokenCharacters = /^(?=.*[A-Za-z])[\w+/=.~:!@#$%^&*-]+$/;

function isRandom(value: string): boolean {
  if (value.length < MIN_RANDOM_UNITS) return false;
  if (!tokenCharacters.test(value)) return isNoise(value, 2);
  if (/^[0-9a-f]+$/i.test(value)) return /\d/.test(value) && /[a-f]/i.test(value) && entropyBits(value) >= 2.8;
  return isNoise(value, 2) || (entropyBits(value) >= 3.2 && isMixed(value) && !isPath(value));
}

/** Letters, digits and signs of every kind in no order, as generators of passwords make it and no code is written. */
function isNoise(whole: string, minDigits: number): boolean {
  const value = whole.replace(/^(?:[a-z]{2,12}[-_:.]){1,3}/i, ""); // django-insecure-
  if (value.length < MIN_NOISE_UNITS || /(?:%[a-z]\W?){3}/i.test(value)) return false;
  const [digits, signs] = [/\d/g, /[^A-Za-z0-9]/g].map((kind) => value.match(kind)?.length ?? 0) as [number, number];
  const isVaried = digits > 0 || (value.length >= MIN_RANDOM_UNITS && /[a-z]/.test(value) && /[A-Z]/.test(value));
  if (signs === 0 || signs * 5 > value.length * 3 || digits < minDigits || !isVaried) return false;
  const runs = value.match(/[a-z]+|[A-Z]+|\d+|[^A-Za-z0-9]+/g)!;
  return value.length / runs.length < 1.9 + surprise(value) / 2;
}

/** Whether a literal beside a name of this kind is a secret. */
export function isSecretValue(value: string, nearby: Nearby): boolean {
  if (nearby === "nothing") return isLoneSecret(value);
  if (isPlaceholder(value)) return false;
  if (/\s/.test(value)) return nearby !== "weak" && isPassphrase(value, nearby === "password" ? 3 : 4);
  if (/[^!-~]/.test(value)) return nearby === "password" && isForeignPassword(value);
  if (nearby === "password") return value.length >= MIN_PASSWORD_UNITS && isPassword(value);
  if (uuid.test(value)) return nearby === "strong";
  if (nearby === "weak") return isRandom(value) && !/^[0-9a-f]{24}$/.test(value); // an id of MongoDB's
  if (value.length < MIN_STRONG_UNITS) return false;
  if (isName(value)) return false;
  return isNoise(value, 0) || (tokenCharacters.test(value) && isVaried(value));
}

/** A digit alone may be a part of a name: `+i6t-inline`. */
const isVaried = (value: string): boolean =>
  /\d.*\d.*\d/.test(value) || (/\d/.test(value) && surprise(value) >= 0.2) || isMixed(value);

/** Anything but what programs call things; words count where they are one long one, or a phrase. */
function isPassword(value: string): boolean {
  if (!isName(value)) return true;
  if (/pass|pwd/i.test(value)) return false;
  const areMember = /^[a-z]\w*\.[A-Za-z]\w*$/.test(value) && !/\d\d$/.test(value); // h11.CLIENT
  return (
    (!areMember && /^(?=.*\d)[A-Za-z0-9]+$|^(?=.*\d)(?=.*[a-z]).*[A-Z]|^[a-z]{12,}$/.test(value)) ||
    isJoinedPhrase(value)
  );
}

/** Words with the same sign between, as dice and generators draw them: four, or three and a number. Names of messages have dots and no number. */
const isJoinedPhrase = (value: string): boolean =>
  /^[a-z]{3,}([-_])[a-z]{3,}(?:\1[a-z]{3,}){2,}$|^[a-z]{3,}([-_.])[a-z]{3,}(?:\2[a-z]{3,})+\2?\d{1,4}$/i.test(value);

/** In letters of other Latin alphabets; other scripts are text that people read. */
const isForeignPassword = (value: string): boolean => /^(?=.*\d)(?=.*[A-Za-z])[!-~\u00c0-\u024f]{8,}$/.test(value);

/** Words of sentences, of labels and of messages. Those of one and two letters need not stand here: no phrase has any. */
const sentenceWords = new Set(
  `the your you this that these are was were has have had can cannot could must should shall will would may might not and but for
  from with without when where which what who why how into onto over than then too also all any each both only other please
  enter type choose select click provide specify missing required invalid incorrect wrong valid expired empty blank failed
  failure error unknown unable forgot forgotten reset change confirm repeat verify show hide create update delete remove add set
  get use using used new old current password passwords passphrase secret secrets token tokens key keys user username login sign
  email account access field value string object number length least characters character name file path does match optional
  default example test`.split(/\s+/),
);

/** Words with blanks between, all written alike, that make no sentence: as dice, generators and wallets draw them. */
function isPassphrase(value: string, minWords: number): boolean {
  const words = value.split(" ");
  if (words.length % 3 === 0 && words.length >= 12 && words.every((word) => /^[a-z]{3,8}$/.test(word))) return true; // a wallet's
  if (words.length < minWords || words.length > 25) return false;
  if (words.some((word) => sentenceWords.has(word.toLowerCase()))) return false;
  if (!words.every((word) => /^[A-Za-z]{3,14}[\d!?$#*]{0,4}$|^\d{1,6}$/.test(word))) return false;
  const plain = words.filter((word) => /^[A-Za-z]/.test(word));
  if (plain.length * 2 < words.length) return false;
  const isDecorated = /[A-Za-z][\d!?$#*]|\b\d/.test(value);
  const areLower = plain.every((word) => /^[a-z]+\W*\d*\W*$/.test(word));
  const areTitles = plain.every((word) => /^[A-Z][a-z]+/.test(word)) && (words.length >= 4 || isDecorated);
  return areLower || areTitles;
}

/** Data that begins like this is public: images, fonts, archives, WebAssembly, SSH's public keys. */
const publicData =
  /^(iVBORw0KGgo|\/9j\/|R0lGOD|UklGR|PHN2Zy|PD94bWw|AGFzbQ|d09G|AAEAAA|H4sI|UEsDB|JVBERi|AAAA[BCE]3N|sha\d{1,3}[-=])/;

/** Without a name only what no program calls anything: long, of all three kinds of characters, changing as by chance. */
function isLoneSecret(run: string): boolean {
  if (run.length < MIN_LONE_UNITS || run.length > MAX_LONE_UNITS || publicData.test(run)) return false;
  const value = run.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,}/gi, "");
  if (value.length < MIN_LONE_UNITS || isFiller(value) || isPath(value) || isEncodedText(value)) return false;
  const least = value.length < 36 ? 3 : 2;
  for (const kind of [/\d/g, /[a-z]/g, /[A-Z]/g]) if ((value.match(kind)?.length ?? 0) < least) return false;
  return surprise(value) >= 0.5 && entropyBits(value) >= (value.length < 32 ? 3.8 : 4);
}

/** Text in base64: what is random would hardly be printable. */
function isEncodedText(value: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return false;
  const decoded = Buffer.from(value, "base64").toString("latin1");
  return (decoded.match(/[\t\r\n -~]/g)?.length ?? 0) >= decoded.length * 0.9;
}
