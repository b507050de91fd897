// Judges a literal by itself: is it a secret, or a placeholder, an identifier, a path, a hash? Pure; linear in the literal.

/** Beside a name that says "password", "secret", "API key" …; beside one that may mean anything ("key"); beside nothing. */
export type Nearby = "password" | "strong" | "weak" | "nothing";

const MIN_PASSWORD_UNITS = 6;
const MIN_STRONG_UNITS = 8;
const MIN_RANDOM_UNITS = 16;
const MIN_LONE_UNITS = 32;
/** Maximum length of a secret without a telling name. Longer literals are data: images, fonts, compressed tables. */
const MAX_LONE_UNITS = 256;

/** What is left of a stand-in once these words, digits at its end and separators are taken away is nothing. */
const standInWords =
  /change|replace|insert|enter|your|my|the|this|here|me|it|an?|is|to|with|some|any|example|sample|demo|dummy|fake|mock|test(ing)?|todo|tbd|foo(bar)?|bar|baz|qux|default|placeholder|redacted|removed|hidden|masked|omitted|none|null|undefined|nil|true|false|empty|unset|string|value|secrets?|passw(or)?d|passphrase|pass|pwd|tokens?|api|keys?|access|private|public|client|user(name)?|auth|bearer|basic|credentials?|invalid|wrong|bad|good|old|new|valid|expired|random|id|not|a|real|super|very|only|dev|local|prod|staging|jwt|hash/gi;

/** Values that are computed or filled in elsewhere. */
const reference =
  /\$\{|\$\(|\{\{|^\{[^{}]*\}$|%\(|^[$%][A-Za-z_]\w*%?$|^%[sdv]$|^<.*>$|^\[.*\]$|process\.env|import\.meta|os\.environ|getenv|^(env|vault|ssm|arn|op|secret|ref|file|data|blob|urn|did|https?|ftp|git|ssh|node|npm|sha\d+)[:=]|^ENC\[|\.\.\.|^#[0-9a-f]{3,8}$|^\^.*[$\]]|\\[dwsb]|\[[a-z0-9]-[a-z0-9]/i;

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isPlaceholder(value: string): boolean {
  if (reference.test(value) || isFiller(value)) return true;
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
  return steps >= (value.length - 1) * 0.4 || new Set(value).size <= Math.min(5, value.length / 3);
}

/** Words with separators, a path, a dotted name, a version: what programs call things. */
function isName(value: string): boolean {
  return value
    .split(/[-_./:]+/)
    .every((part) => /^([A-Za-z]*\d{0,3}|v?\d{1,4}|[A-Z0-9]{1,6})$/.test(part) && !isMixed(part));
}

/** Most of its parts are words. */
function isPath(value: string): boolean {
  const parts = value.split(/[-_/]/).filter((part) => part !== "");
  return parts.filter((part) => /^([A-Z]?[a-z]+|[A-Z]+|\d+)$/.test(part)).length * 2 > parts.length;
}

/** Capital and small letters and digits change as often as they would by chance: words in camel case are longer. */
function isMixed(value: string): boolean {
  const letters = value.replace(/[^A-Za-z]/g, "");
  if (letters.length >= 8 && /[bcdfghjklmnpqrstvwxz]{6}/i.test(letters)) return true;
  const runs = value.match(/[A-Z]?[a-z]+|[A-Z]+|\d+|[^A-Za-z0-9]+/g)?.length ?? 1;
  return value.length >= 8 && value.length / runs < 2.7;
}

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
  if (value.length < MIN_RANDOM_UNITS || !tokenCharacters.test(value)) return false;
  const hasDigit = /\d/.test(value);
  if (/^[0-9a-f]+$/i.test(value)) return hasDigit && /[a-f]/i.test(value) && entropyBits(value) >= 2.8;
  return entropyBits(value) >= 3.2 && isMixed(value) && !isName(value);
}

/** Whether a literal beside a name of this kind is a secret. */
export function isSecretValue(value: string, nearby: Nearby): boolean {
  if (nearby === "nothing") return isLoneSecret(value);
  if (/[^!-~]/.test(value) || isPlaceholder(value)) return false; // a sentence, or a word of another language
  if (nearby === "password") return value.length >= MIN_PASSWORD_UNITS && isPassword(value);
  if (uuid.test(value)) return false;
  if (nearby === "weak") return isRandom(value);
  const isVaried = /\d/.test(value) || isMixed(value);
  return value.length >= MIN_STRONG_UNITS && isVaried && tokenCharacters.test(value) && !isName(value);
}

/** Anything but what programs call things; words count where they are one long one, or a phrase of four. */
function isPassword(value: string): boolean {
  if (!isName(value)) return true;
  return (
    /^(?=.*\d)[A-Za-z0-9]+$|^(?=.*\d)(?=.*[a-z]).*[A-Z]|^[a-z]{12,}$|^[a-z]+(-[a-z]+){3,}$/.test(value) &&
    !/pass|pwd/i.test(value)
  );
}

/** Data that begins like this is public: images, fonts, archives, WebAssembly, SSH's public keys. */
const publicData =
  /^(iVBORw0KGgo|\/9j\/|R0lGOD|UklGR|PHN2Zy|PD94bWw|AGFzbQ|d09G|AAEAAA|H4sI|UEsDB|JVBERi|AAAA[BCE]3N|sha\d{1,3}[-=])/;

/** Without a name only what no program calls anything: long, of all three kinds of characters, changing as by chance. */
function isLoneSecret(run: string): boolean {
  if (run.length < MIN_LONE_UNITS || run.length > MAX_LONE_UNITS || publicData.test(run)) return false;
  const value = run.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,}/gi, "");
  if (value.length < MIN_LONE_UNITS || isFiller(value) || isPath(value)) return false;
  for (const kind of [/\d/g, /[a-z]/g, /[A-Z]/g]) if ((value.match(kind)?.length ?? 0) < 3) return false;
  return isMixed(value) && entropyBits(value) >= 4;
}
