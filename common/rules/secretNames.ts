// The names that give a secret away: `password`, `api_key`, `clientSecret`, `DB_PASS`, in several languages. Pure.

import type { Nearby } from "./secretValue.ts";

/** A name in a text, the parts before and after its telling word included. */
export interface TellingName {
  start: number;
  end: number;
  nearby: Nearby;
}

/** The stems that every telling name holds; which kind it is, the text around the stem says. One pass over the text, so it has to stay short. */
const stems = new RegExp(
  "pass|p[as]?swd|pwd|pw|psk|mdp|mnemonic|phrase|kennwort|contrase|senha|wachtwoord|senord|haslo|identified|" +
    "secure-?string|secret|key|cred|login|token|bearer|auth|salt|pepper|session|cookie|webhook|dsn|jwt|pin|" +
    "otp|seed|sas|hmac|pat",
  "gi",
);
/** The same in other scripts. */
const foreignStems = /пароль|密码|密碼|パスワード|비밀번호/gi;
const foreignScript = /[\u0400-\u04ff\u3040-\u9fff\uac00-\ud7a3]/;

/** What a stem goes on with, or what stands before it, where that makes it tell more. */
const passwordWord = new RegExp(
  "^(?:pass[_-]?w(?:or)?[dt]|passwd|passw[oö]rt|pass[_-]?(?:phrase|code)|p[as]?swd|pwd|psk|mdp|mnemonic|" +
    String.raw`phrase|kennwort|contrase(?:n|ñ)a|senha|wachtwoord|senord|haslo|identified (?:with \w{1,30} )?by|secure-?string|` +
    "pass|pw)",
  "i",
);
const passwordKey = /pre[_-]?shared[_-]?$/i;
const phraseBefore = /(?:seed|recovery|backup|wallet)[_-]?$/i;
const strongWord = /^(?:secret|credential|creds|token|bearer|authorization)/i;
const keyBefore = new RegExp(
  "(?:api|access|account|auth|private|priv|encryption|encrypt|decryption|crypto|cipher|signing|sign|signature|" +
    "master|shared|service|storage|licen[cs]e|app|application|consumer|client|customer|deploy|hmac|aes|rsa|" +
    "jwt|session|cookie|admin|security|subscription|integration|instrumentation|server|write|secure)[_-]?$",
  "i",
);

/** Words that are parts of others: they count where a name or a part of one is nothing else. */
const shortWords = /^(?:pw|pass|mdp|pat|psk|pin|otp|sas|seed)$/i;
/** What may stand directly before them. */
const ownerBefore = /(?:require|db|pg|sql|smtp|root|admin|user|mail|ftp|ldap|bind|redis|store|key|ssh|rabbit)[_-]?$/i;

/** The rest of a name that speaks of something else: what kind of token, where it comes from, how many there are. */
const harmlessEnd = new RegExp(
  String.raw`^[_.-]?(i[sz]e.*|\w{0,12}(count|type|kind|url|uri|path|file|dir|folder|field|label|hint|message|error|` +
    String.raw`length|limit|regexp?|pattern|index|start|end|range|ids?|identifier|hash|digest|checksum|fingerprint|sha\d*|` +
    "class(name)?|selector|placeholder|policy|scopes?|expiry|column|name))$",
  "i",
);

/** What is meant for everyone, and what is a key of a table or of a keyboard. */
const harmlessBefore =
  /(?:public|pub|publishable|foreign|primary|partition|cache|sort|hot|short|translation|idempotency|websocket)[_-]?$/i;

const restOfName = /[\w$.-]{0,40}/y;
const MAX_NAME_UNITS = 60;

export function* tellingNames(text: string): Generator<TellingName> {
  const pattern = new RegExp(stems); // of its own, since its place is kept from one to the next
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const found = wordAt(text, match.index, match[0]);
    pattern.lastIndex = found?.end ?? match.index + 1;
    if (!found) continue;
    const name = nameAround(text, match.index, found.end, found.nearby);
    if (name) yield name;
  }
  if (!foreignScript.test(text)) return;
  for (const { 0: word, index } of text.matchAll(foreignStems)) {
    const name = nameAround(text, index, index + word.length, "password");
    if (name) yield name;
  }
}

/** How much the name of a parameter or of a column tells; "nothing" where it does not. */
export function nearbyOfName(name: string): Nearby {
  for (const { nearby } of tellingNames(name)) return nearby;
  return "nothing";
}

/** The whole telling word at a stem and what it says; undefined where the stem is part of another word. */
function wordAt(text: string, start: number, stem: string): { end: number; nearby: Nearby } | undefined {
  const here = text.slice(start, start + 50);
  const before = () => text.slice(Math.max(0, start - 16), start);
  const lower = stem.toLowerCase();
  if (lower === "key") {
    const isPassword = passwordKey.test(before());
    return { end: start + 3, nearby: isPassword ? "password" : keyBefore.test(before()) ? "strong" : "weak" };
  }
  if (lower === "phrase" && !phraseBefore.test(before())) return undefined;
  if ("pmkcswhi".includes(lower[0]!)) {
    const word = passwordWord.exec(here)?.[0];
    if (word !== undefined) {
      const end = start + word.length;
      if (shortWords.test(word) && !standsAlone(text, start, end) && !ownerBefore.test(before())) return undefined;
      return { end, nearby: "password" };
    }
  }
  const strong = strongWord.exec(here)?.[0];
  if (strong !== undefined) return { end: start + strong.length, nearby: "strong" };
  if (lower === "identified") return undefined;
  const end = start + stem.length;
  return shortWords.test(stem) && !standsAlone(text, start, end) ? undefined : { end, nearby: "weak" };
}

function nameAround(text: string, wordStart: number, wordEnd: number, nearby: Nearby): TellingName | undefined {
  restOfName.lastIndex = wordEnd;
  restOfName.test(text);
  const end = restOfName.lastIndex;
  if (end > wordEnd && harmlessEnd.test(text.slice(wordEnd, end))) return undefined;
  const before = text.slice(Math.max(0, wordStart - MAX_NAME_UNITS), wordStart);
  if (harmlessBefore.test(before) && /key$/i.test(text.slice(wordStart, wordEnd))) return undefined;
  let start = wordStart;
  while (start > wordStart - MAX_NAME_UNITS && start > 0 && isNamePart(text.charCodeAt(start - 1))) start--;
  return { start, end, nearby };
}

/** Letters, digits, `_`, `-` and `.` */
const isNamePart = (unit: number): boolean =>
  (unit >= 97 && unit <= 122) ||
  (unit >= 65 && unit <= 90) ||
  (unit >= 48 && unit <= 57) ||
  unit === 95 ||
  unit === 45 ||
  unit === 46;

/** In `dbPass`, `DB_PASS`, `pass`, but not in `compass` or `passing`. */
function standsAlone(text: string, start: number, end: number): boolean {
  const [before = "", first = "", after = ""] = [text[start - 1], text[start], text[end]];
  const begins = !/[A-Za-z]/.test(before) || (/[a-z]/.test(before) && /[A-Z]/.test(first));
  return begins && (!/[A-Za-z]/.test(after) || (/[A-Z]/.test(after) && /[a-z]/.test(text[end - 1]!)));
}
