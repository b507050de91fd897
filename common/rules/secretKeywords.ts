// Secrets that are known by the name they stand beside: `password = "…"` in code, .env, YAML, JSON, XML, SQL, headers, connection strings.
// Looks a bounded way past each name, so that the whole stays linear.

import { bareSecret } from "./bareValues.ts";
import { type Literal, literalAt, type Span } from "./literals.ts";
import { type TellingName, tellingNames } from "./secretNames.ts";
import { isSecretValue, type Nearby } from "./secretValue.ts";

const closing = /\\{0,3}["'`]?(?:\[\d{0,5}\]|[\])])?[?!]?/y;
const annotation =
  /[ \t]{0,4}:[ \t]{0,4}(?:&'static )?[\w<>|.&[\]?]{1,40}(?=[ \t]{1,4}=\s|[ \t]{0,4}=[ \t]{0,4}[^=>\s])|[ \t]{1,4}(?:string|String|text|TEXT)(?=[ \t]{1,4}=\s)|\s{0,4}\{\s{0,4}get;[^{}\n]{0,40}\}/y;
const operator = new RegExp(
  String.raw`[ \t]{0,8}(=>|[!=]==?|={1,3}|:=|::|:|,|\(|>\s{0,20}<\w{1,20}>|>|\|\|=?|\?\?=?|\?|(?:\.|->)?(?:equals|` +
    String.raw`compare|assign|append|set|push|add|default|setValue)\(|-eq|<-|\bis\b|value[ \t]?=|\s[\w:-]{1,30}=["'][^"'<>\n]{0,80}["']>|` +
    String.raw`</\w{1,20}>\s{0,20}<\w{1,20}>)[ \t]?[|>]?[-+]?\s{0,40}(?:<!\[CDATA\[|<<[-~]?["']?\w{1,20}["']?\r?\n\s{0,20})?(?:[({]|` +
    String.raw`\[(?!\]))?\s{0,8}`,
  "y",
);
/** `--password …`, `#define PASSWORD "…"`, `IDENTIFIED BY '…'` */
const onlySpace = /[ \t]{1,8}(?:\d[ \t])?/y; // a device says by a digit how it is written

/** How far after a name its value may stand on another line, as `default` of a variable or `value` of an entry. */
const ENTRY_UNITS = 300;
const STATEMENT_UNITS = 200;
const MAX_ITEMS = 50;

/** Where the values lie that names give away, quotes left out. */
export function keywordSecrets(text: string): Span[] {
  const spans: Span[] = [];
  let lastEnd = 0;
  for (const name of tellingNames(text)) {
    if (name.start < lastEnd && name.end <= lastEnd) continue; // within a secret
    for (const span of valuesBeside(text, name)) {
      spans.push(span);
      lastEnd = Math.max(lastEnd, span.end);
    }
  }
  return spans;
}

function valuesBeside(text: string, name: TellingName): readonly Span[] {
  let at = past(closing, text, name.end);
  const isQuoted = /["'`]/.test(text.slice(name.end, at));
  at = past(annotation, text, at);
  operator.lastIndex = at;
  const sign = operator.exec(text)?.[1];
  const start = sign === undefined ? past(onlySpace, text, at) : operator.lastIndex;
  const direct = start === at ? undefined : directValues(text, name, start, sign);
  if (direct?.length) return direct;
  const compared = comparedBefore(text, name);
  if (compared.length > 0) return compared;
  if (isQuoted || isEntryName(text, name)) return entryValue(text, name);
  return insertedValue(text, name);
}

function directValues(text: string, name: TellingName, start: number, sign: string | undefined): readonly Span[] {
  const literal = literalAt(text, start);
  if (literal) {
    if (sign === undefined && !isStatement(text, name)) return [];
    if (sign === "," && !isNameAlone(text, name, start)) return [];
    const found = literalSecrets(text, literal, name.nearby);
    const isList = /[[({]\s{0,8}$/.test(text.slice(Math.max(0, start - 10), start));
    return isList ? [...found, ...furtherItems(text, literal.end, name)] : found;
  }
  const numbers = listedBytes(text, name, start);
  if (numbers) return numbers;
  const bare = bareSecret(text, name, start, sign);
  if (bare) return [bare];
  return sign === undefined || name.nearby === "weak" ? [] : restOfStatement(text, start, name.nearby);
}

/** `get("password", "…")`; in a list of names each stands in its own line, and a name within a sentence is none. */
const isNameAlone = (text: string, name: TellingName, start: number): boolean =>
  /["'`][#.:$[\w=-]{0,12}$/.test(text.slice(Math.max(0, name.start - 14), name.start)) &&
  !/[\r\n]/.test(text.slice(name.end, start));

/** The parts of a literal if what they make together is a secret; the lines of one that has several. */
function literalSecrets(text: string, { parts }: Literal, nearby: Nearby): readonly Span[] {
  const whole = parts.map(({ start, end }) => text.slice(start, end)).join("");
  const value = schemeAndToken.exec(whole)?.[1] ?? whole;
  if (isSecretValue(value, nearby)) return parts.filter(({ start, end }) => end > start);
  if (!/[\r\n]/.test(whole)) return [];
  const lines = parts.flatMap((part) => linesOf(text, part));
  const secret = lines.filter(({ start, end }) => isSecretValue(text.slice(start, end), nearby));
  return secret.length * 2 >= lines.length ? secret : []; // else it is prose
}

/** `Authorization: "ApiKey …"` */
const schemeAndToken = /^[A-Za-z][\w-]{2,30} (\S{8,})$/;

function linesOf(text: string, { start, end }: Span): Span[] {
  return [...text.slice(start, end).matchAll(/\S(?:[^\r\n]*\S)?/g)].map((match) => ({
    start: start + match.index,
    end: start + match.index + match[0].length,
  }));
}

/** A key as the numbers of its bytes; lists of tokens are in order, and larger. */
function listedBytes(
  text: string,
  { start: nameStart, end: nameEnd, nearby }: TellingName,
  start: number,
): readonly Span[] | undefined {
  if (nearby === "weak" || /token/i.test(text.slice(nameStart, nameEnd))) return undefined;
  byteList.lastIndex = start;
  const list = byteList.exec(text)?.[1];
  const bytes = list?.match(/\w+/g)?.map(Number) ?? [];
  if (list === undefined || new Set(bytes).size < 10 || !bytes.every((byte) => byte <= 255)) return undefined;
  if (bytes.every((byte, i) => i === 0 || byte > bytes[i - 1]!)) return undefined;
  return [{ start: byteList.lastIndex - list.length, end: byteList.lastIndex }];
}

const byteList =
  /(?:[\w.]{1,40}(?:\[\])?\s?[([{]{1,2}\s{0,8})?((?:(?:0x)?[0-9a-fA-F]{1,3}\s{0,4},\s{0,20}){12,256}(?:0x)?[0-9a-fA-F]{1,3})/y;

/** The other strings of a list or of a call. After a name that says who somebody is, one of them may be the password. */
function furtherItems(text: string, from: number, { start: nameStart, end: nameEnd, nearby }: TellingName): Span[] {
  const isLogin = nearby === "weak" && /auth|login/i.test(text.slice(nameStart, nameEnd));
  const comma = /\s{0,8},\s{0,40}/y;
  const spans: Span[] = [];
  let at = from;
  for (let i = 0; i < MAX_ITEMS; i++) {
    const start = past(comma, text, at);
    const literal = start === at ? undefined : literalAt(text, start);
    if (!literal || text[literal.end] === ":") break;
    const isPassword =
      isLogin &&
      literal.parts.length === 1 &&
      isObviousPassword(text.slice(literal.parts[0]!.start, literal.parts[0]!.end));
    spans.push(...(isPassword ? literal.parts : literalSecrets(text, literal, nearby)));
    at = literal.end;
  }
  return spans;
}

/** `#define API_KEY "…"`, SQL's `IDENTIFIED BY '…'` and `PASSWORD '…'`, `--token "…"`: a name and a literal with nothing between. */
function isStatement(text: string, { start, end }: TellingName): boolean {
  const before = text.slice(Math.max(0, start - 40), end).trimEnd();
  return /(?:#define\s{1,8}\w{1,40}|(?<![^\s"'])--?[\w-]{1,40}|\bby|\bpassword|\bpasswd|\bpwd|\bsecret|SecureString|\bpsk|\$\w{1,40})$/i.test(
    before,
  );
}

/** What else the statement says: a fallback, a branch, an argument. Here a literal has to look like a secret by itself. */
function restOfStatement(text: string, start: number, nearby: Nearby): Span[] {
  const rest = text.slice(start, start + STATEMENT_UNITS);
  const line = /^[^\r\n;]*(?:(?:[=(,?:]|\?\?|\|\||\bor)[ \t]{0,20}\r?\n[^\r\n;]*)?/.exec(rest)![0];
  const spans: Span[] = [];
  for (const { 0: quoted, index } of line.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/g)) {
    const value = quoted.slice(1, -1);
    const isLikely = isSecretValue(value, "weak") || (nearby === "password" && isObviousPassword(value));
    if (isLikely) spans.push({ start: start + index + 1, end: start + index + quoted.length - 1 });
  }
  return spans;
}

const isObviousPassword = (value: string): boolean =>
  /^(?=.*\d)(?=.*[a-z])(?=.*[A-Z!#$%^&*@]).{8,}$/.test(value) &&
  isSecretValue(value, "password") &&
  !/[/(){}<>[\]]/.test(value);

/** `"…" == password`, `"…".equals(token)` */
function comparedBefore(text: string, { start, nearby }: TellingName): Span[] {
  const before = text.slice(Math.max(0, start - 200), start);
  const match = /(["'`])([^"'`\n]{6,120})\1\s{0,4}(?:[!=]==?|\.equals\(|-eq)\s{0,4}[$\w.>-]{0,40}$/.exec(before);
  if (!match || !isSecretValue(match[2]!, nearby)) return [];
  const from = start - before.length + match.index + 1;
  return [{ start: from, end: from + match[2]!.length }];
}

/** In YAML and the like a name may be a value itself: `- name: DB_PASSWORD`. */
const isEntryName = (text: string, { start }: TellingName): boolean =>
  /\b(?:name|key|id|variable|field|Name|Key|ParameterKey)["']?\s{0,4}[:=]\s{0,4}$/.test(
    text.slice(Math.max(0, start - 40), start),
  );

const entryValueBefore = /["'`]?(?:value|default|defaultValue|val|ParameterValue)["'`]?\s{0,20}[:=]>?\s{0,20}/gi;

/** The value of an entry whose name is one of its members: `variable "db_password" { default = "…" }`, `{ name: "TOKEN", value: "…" }`. */
function entryValue(text: string, { start, end, nearby }: TellingName): Span[] {
  const after = text.slice(end, end + ENTRY_UNITS);
  const later = /^[^{}]*(?:\{[^{}]*)?/.exec(after)![0].split(/\n[ \t]*\r?\n|\n\s*[-*]\s/, 1)[0]!;
  const before = text.slice(Math.max(0, start - ENTRY_UNITS), start);
  const earlier = before
    .slice(Math.max(before.lastIndexOf("{"), before.lastIndexOf("}")) + 1)
    .split(/\n[ \t]*\r?\n|\n\s*-\s/)
    .at(-1)!;
  for (const { part, from } of [
    { part: later, from: end },
    { part: earlier, from: start - earlier.length },
  ]) {
    for (const match of part.matchAll(entryValueBefore)) {
      const at = from + match.index + match[0].length;
      const literal = literalAt(text, at);
      const found = literal ? literalSecrets(text, literal, nearby) : bareEntry(text, at, nearby);
      if (found.length > 0) return [...found];
    }
  }
  return [];
}

/** SQL's `INSERT INTO t (name, password) VALUES ('…', '…')`: the value in the place of the column. */
function insertedValue(text: string, { start, end, nearby }: TellingName): Span[] {
  const after = /^[`"\]]?[^;"'()]{0,200}\)\s{0,20}values\s{0,20}\(/i.exec(text.slice(end, end + ENTRY_UNITS))?.[0];
  if (after === undefined) return [];
  const before = text.slice(Math.max(0, start - ENTRY_UNITS), start);
  const column = before.slice(before.lastIndexOf("(") + 1).split(",").length - 1;
  const rest = text.slice(end + after.length, end + after.length + 2 * ENTRY_UNITS);
  let at = end + after.length;
  for (const [i, item] of (rest.match(/(?:'(?:[^'\\]|\\.|'')*'|[^',()])+,?/g) ?? []).entries()) {
    const literal = i === column ? literalAt(text, at + item.length - item.trimStart().length) : undefined;
    if (literal) return [...literalSecrets(text, literal, nearby)];
    at += item.length;
  }
  return [];
}

function bareEntry(text: string, start: number, nearby: Nearby): Span[] {
  const value = /^[^\s"'`,;(){}<>[\]|&]{6,200}(?=[ \t]*(?:$|[\r\n]|#))/.exec(
    text.slice(start, start + ENTRY_UNITS),
  )?.[0];
  return value !== undefined && isSecretValue(value, nearby) ? [{ start, end: start + value.length }] : [];
}

/** Where the pattern ends that is looked for at `at`; `at` where it does not match. */
function past(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
