// Secrets that are known by the name they stand beside: `password = "…"` in code, .env, YAML, JSON, XML, headers, connection strings.
// Looks a bounded way past each name, so that the whole stays linear.

import { isSecretValue, type Nearby } from "./secretValue.ts";

export interface Span {
  start: number;
  end: number;
}

const name =
  /(pass[_-]?w(?:or)?d|passwd|pwd|pass[_-]?phrase|passcode|identified by|(?<![A-Za-z])(?:pw|pass)(?![A-Za-z]))|(secret|(?:api|access|account|auth|private|encryption|encrypt|signing|master|shared|service|storage|license|app|consumer)[_-]?key|credential|token|bearer|authorization)|(pass|auth|key|salt|cred|session|cookie|webhook|dsn|jwt|pin)/gi;

/** The rest of a name that speaks of something else: what kind of token, where it comes from, how many there are. */
const harmlessEnd =
  /^[_.-]?(i[sz]e.*|\w{0,12}(count|type|kind|url|uri|path|file|dir|folder|field|label|hint|message|error|length|limit|regexp?|pattern|index|start|end|range|ids?|hash|digest|checksum|fingerprint|sha\d*|class(name)?|selector|placeholder|policy|scopes?|expiry|column|name))$/i;

const restOfName = /[\w$.-]{0,40}/y;
const closing = /\\?["'`]?[\])]?[?!]?/y;
const annotation =
  /[ \t]{0,4}:[ \t]{0,4}(?:&'static )?[\w<>|.&[\]]{1,40}(?=[ \t]{1,4}=\s|[ \t]{0,4}=[ \t]{0,4}[^=>\s])/y;
const operator = /[ \t]{0,8}(=>|={1,3}|:=|:|,|\(|>|\|\||\?\?|value[ \t]?=)[ \t]?[|>]?[-+]?\s{0,40}[[({]?\s{0,8}/y;
/** `--password …`, `#define PASSWORD "…"`, `IDENTIFIED BY '…'` */
const onlySpace = /[ \t]{1,8}/y;
/** A string, perhaps with a letter before it, perhaps in a call: `Buffer.from("…"`. */
const quoteMark = /(?:[\w$.]{1,40}\()?(?:[fbruLR@$]{1,2})?(\\?(?:"""|'''|["'`]))/y;
const bareValue = /[^\s"'`,;(){}<>[\]|&]{4,100}/y;
/** What goes on after a value that is longer than that. */
const restOfValue = /[\w+/=.%~-]{0,2000}/y;
const envValue = /[^\s"'`]{4,100}/y;
const endOfBare = /[ \t]*(?:$|[\r\n]|#|\/\/|<|[;&"'`\\]|,[ \t]*(?:\r|\n|$))/y;

const MAX_QUOTED_UNITS = 4_096;
const MAX_BARE_UNITS = 100; // as in the two patterns

/** Where the values lie that names give away, quotes left out. */
export function keywordSecrets(text: string): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(name)) {
    if (match.index < (spans.at(-1)?.end ?? 0)) continue; // within a secret
    const span = valueBeside(text, match.index, match.index + match[0].length, nearbyOf(match));
    if (span) spans.push(span);
  }
  return spans;
}

const nearbyOf = ([, password, strong]: RegExpMatchArray): Nearby =>
  password !== undefined ? "password" : strong !== undefined ? "strong" : "weak";

function valueBeside(text: string, nameStart: number, keywordEnd: number, nearby: Nearby): Span | undefined {
  const nameEnd = past(restOfName, text, keywordEnd);
  if (harmlessEnd.test(text.slice(keywordEnd, nameEnd))) return undefined;
  let at = past(closing, text, nameEnd);
  at = past(annotation, text, at);
  operator.lastIndex = at;
  const sign = operator.exec(text)?.[1];
  const valueStart = sign === undefined ? past(onlySpace, text, at) : operator.lastIndex;
  if (valueStart === at) return undefined;

  quoteMark.lastIndex = valueStart;
  const quote = quoteMark.exec(text)?.[1];
  if (quote !== undefined) {
    if (sign === undefined && !isStatement(text, nameStart, nameEnd)) return undefined;
    const start = quoteMark.lastIndex;
    const end = endOfQuoted(text, start, quote);
    return end !== undefined && isSecretValue(text.slice(start, end), nearby) ? { start, end } : undefined;
  }
  return bareBeside(text, nameStart, nameEnd, valueStart, sign, nearby);
}

/** `#define API_KEY "…"`, SQL's `IDENTIFIED BY '…'` and `PASSWORD '…'`, `--token "…"`: a name and a literal with nothing between. */
function isStatement(text: string, nameStart: number, nameEnd: number): boolean {
  return /(#define\s+\w*|--?[\w-]*|\bby|\bpassword)$/i.test(text.slice(Math.max(0, nameStart - 40), nameEnd).trimEnd());
}

function bareBeside(
  text: string,
  nameStart: number,
  nameEnd: number,
  start: number,
  sign: string | undefined,
  nearby: Nearby,
): Span | undefined {
  const before = text.slice(Math.max(0, nameStart - 60), nameStart);
  const isOption = (sign === undefined || sign === "=") && option.test(before);
  if (!isOption && sign !== "=" && sign !== ":" && sign !== ">") return undefined;
  const gap = text.slice(nameEnd, start);
  if (/[\r\n]/.test(gap) && !/[|>]/.test(gap)) return undefined; // only YAML's block scalars begin on the next line
  const firstPart = /(?<![\w.-])[\w.-]*$/.exec(before)![0];
  const wholeName = firstPart + text.slice(nameStart, nameEnd);
  const beforeName = before.slice(0, before.length - firstPart.length);
  // NAME=value, as in .env and shell: everything up to the next white space
  const isEnv = gap === "=" && /^[A-Z0-9_.-]+$/.test(wholeName);
  const shortEnd = past(isEnv ? envValue : bareValue, text, start);
  const value = text.slice(start, shortEnd);
  if (/^[\w.]+[([]/.test(value) || !isSecretValue(value, nearby)) return undefined; // a call
  const end = value.length < MAX_BARE_UNITS ? shortEnd : past(restOfValue, text, shortEnd);
  // in a string of name=value pairs, as drivers of databases take it
  const isPair = gap === "=" && (/=[^\s,(]+ $/.test(beforeName) || /["'`]/.test(text[end] ?? ""));
  if (isEnv || isOption || isPair) return { start, end };
  endOfBare.lastIndex = end;
  if (!endOfBare.test(text)) return undefined;
  if (sign === ">" && !/[<\s]/.test(text[end] ?? "\n")) return undefined; // `<password>` as a stand-in within a string
  const isData = sign === ">" || /[;"'`?&] ?$/.test(beforeName) || isWholeLine(text, beforeName, value, end, nearby);
  return isData || !isExpression(value) ? { start, end } : undefined;
}

/** `--password …` of a command, `ENV PASSWORD …` of a Dockerfile, `login … password …` of .netrc. */
const option = /--[\w-]*$|(?:^|\n)(?:ENV|setenv|setx) \w*$|\blogin \S+\s+$/;

/** A line of YAML or of an INI file. In code such a line may be a declaration, so that a value needs two digits. */
function isWholeLine(text: string, beforeName: string, value: string, end: number, nearby: Nearby): boolean {
  if (nearby === "weak" || !/(^|\n)[ \t]*(- )?["']?$/.test(beforeName)) return false;
  const digits = value.match(/\d/g)?.length ?? 0;
  return digits >= 2 && /^[ \t]*(#.*)?($|[\r\n])/.test(text.slice(end, end + 80).split("\n", 1)[0]);
}

/** In code what stands without quotes is a name, unless it looks like nothing that may be one. */
function isExpression(value: string): boolean {
  if (!/^[\w$.?!]+$/.test(value)) return !/\d/.test(value) || !/[A-Za-z]/.test(value);
  return !/\d/.test(value) || !isSecretValue(value, "weak");
}

function endOfQuoted(text: string, start: number, quote: string): number | undefined {
  const limit = Math.min(text.length, start + MAX_QUOTED_UNITS);
  const escaped = quote.startsWith("\\");
  for (let at = start; at < limit; at++) {
    if (text.startsWith(quote, at)) return at;
    const unit = text[at];
    if (unit === "\n" || unit === "\r") return undefined;
    if (unit === "\\" && !escaped) at++;
  }
  return undefined;
}

/** Where the pattern ends that is looked for at `at`; `at` where it does not match. */
function past(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
