// Values without quotes beside a telling name: .env, shells, YAML, INI, options, connection strings, XML, `password is …`.
// In code what stands there is an expression, so that a value has to look like none.

import type { Span } from "./literals.ts";
import type { TellingName } from "./secretNames.ts";
import { isPlaceholder, isSecretValue } from "./secretValue.ts";
import { surprise } from "./surprise.ts";

const MAX_BARE_UNITS = 100;
/** What goes on after a value that is longer than that. */
const restOfValue = /[\w+/=.%~-]{0,2000}/y;
const endOfBare = /[ \t]*(?:$|[\r\n]|#|\/\/|<|[;&"'`\\}]|,[ \t]*(?:\r|\n|$)|, )/y;

/** What a value may consist of, by where it stands. */
const plainValue = /[^\s"'`,;(){}<>[\]|&]{4,100}/y;
const untilBlank = /[^\s"'`]{4,100}/y;
const untilSemicolon = /[^;"'`\r\n]{4,100}/y;
const untilBrace = /[^}\s"'`]{4,100}(?=\})/y;
const untilAmpersand = /[^\s"'`<>&#]{4,100}/y;
const untilTag = /[^<>\r\n"'`]{4,100}?(?=\]\]>|<|[ \t]*[\r\n])/y;

/** `ENV PASSWORD …` of a Dockerfile, `login … password …` of .netrc, `/p:Password=…`. */
const option =
  /\s\/p:$|(?:^|\n)\s{0,8}(?:ENV|ARG|setenv|setx|set(?: -\w+)*|RUN set) (?:\w{0,40}=\S{0,40} )?\w*$|\blogin \S{1,60}\s{1,8}$/;

/** @param sign what stands between the name and the value; undefined for blanks */
export function bareSecret(text: string, name: TellingName, start: number, sign: string | undefined): Span | undefined {
  const before = text.slice(Math.max(0, name.start - 60), name.start);
  const gap = text.slice(name.end, start);
  if (/[\r\n]/.test(gap) && !/[|>]|<</.test(gap)) return undefined; // only block scalars and here-documents begin on the next line
  const isOption = (sign === undefined || sign === "=") && (text[name.start] === "-" || option.test(before));
  const place = { text, name, before, gap, start, sign };
  const pattern = isOption ? untilBlank : valuePattern(place);
  if (!pattern) return undefined;
  const shortEnd = past(pattern, text, start);
  const value = text.slice(start, shortEnd).trimEnd();
  if (value === "") return undefined;
  const end = value.length < MAX_BARE_UNITS ? start + value.length : past(restOfValue, text, shortEnd);
  const span = { start, end };
  const isPairOfPairs = pattern === untilBrace || pattern === untilSemicolon; // there even a word is data
  if (isPairOfPairs && name.nearby === "password" && value.length >= 6 && !isPlaceholder(value) && !isCode(value))
    return span;
  if (isOption || pattern !== plainValue)
    return isCode(value) || !isSecretValue(value, name.nearby) ? wholeLine(place) : span;
  return isPlainSecret(place, value, end) ? span : wholeLine(place);
}

interface Place {
  text: string;
  name: TellingName;
  before: string;
  gap: string;
  start: number;
  sign: string | undefined;
}

/** Undefined where no value without quotes can stand. */
function valuePattern({ text, name, before, gap, start, sign }: Place): RegExp | undefined {
  if (sign === undefined) return /(?:^|\n)[ \t]{0,8}(?:[\w-]{1,20} ){0,3}$/.test(before) ? plainValue : undefined;
  if (gap === "={" && (/; ?$/.test(before) || /^[^}\s"'`]{4,100}\};/.test(text.slice(start, start + 110))))
    return untilBrace; // ODBC
  if (gap.includes("{") && gap.startsWith("=")) return undefined; // filled in
  if (gap === "=") {
    if (/^[A-Z0-9_.-]+$/.test(text.slice(name.start, name.end)) && !/[?&;]$/.test(before)) return untilBlank;
    if (/[?&]$/.test(before)) return untilAmpersand;
    if (isConnectionString(text, before, start)) return untilSemicolon;
  }
  if (sign.startsWith(">") || sign.endsWith(">")) return sign === "=>" || sign === "->" ? undefined : untilTag;
  return sign === "=" || sign === ":" || sign === "is" || sign === ":=" || sign === "?" ? plainValue : undefined;
}

/** `"Server=a;Password=…"`, `"Pwd=…;Server=a"` */
const isConnectionString = (text: string, before: string, start: number): boolean =>
  /["'`][^"'`\r\n]*; ?$/.test(before) ||
  (/["'`]$/.test(before) && /^[^;"'`\r\n]{4,100}; ?[A-Za-z ]{1,30}=/.test(text.slice(start, start + 140)));

function isPlainSecret({ text, name, before, gap, sign }: Place, value: string, end: number): boolean {
  const { nearby } = name;
  if (/^[\w.]+[([]/.test(value) || !isSecretValue(value, nearby)) return false; // a call
  // in a string of name=value pairs, as drivers of databases take it
  const isPair = gap === "=" && (/=[^\s,(]+ $/.test(before) || /["'`]/.test(text[end] ?? ""));
  if (isPair) return true;
  if (
    sign === undefined &&
    /(?:^|\n)[ \t]*(?:set )?$/.test(before) &&
    /^[ \t]*(?:$|[\r\n])/.test(text.slice(end, end + 40))
  )
    return nearby !== "weak" && value.length >= 8 && /\d.*\d/.test(value) && !isCode(value);
  if (sign === "is" || sign === undefined) return nearby !== "weak" && isClearlyNoCode(value);
  endOfBare.lastIndex = end;
  if (!endOfBare.test(text)) return nearby !== "weak" && /\s/.test(text[end] ?? "\n") && isClearlyNoCode(value);
  if (sign === ":=" || (value.length < 20 && /[=:]$/.test(value))) return false;
  const isShellDefault = gap.startsWith(":") && /\$\{\w*$/.test(before);
  const isData = isShellDefault || /[;"'`?&] ?$/.test(before) || isLineOfSettings({ text, name, before }, value, end);
  return isData || !isExpression(value);
}

/** A line of YAML or of an INI file that holds nothing else, whatever signs its value has. */
function wholeLine({ text, name, before, start, sign }: Place): Span | undefined {
  if ((sign !== "=" && sign !== ":") || name.nearby === "weak") return undefined;
  if (!/(?:^|\n)[ \t]*(?:- |export |\+ )?["']?[\w.-]{0,20} ?$/.test(before)) return undefined;
  const value = /^[^\s"'`#][^\s"'`]{5,199}(?=[ \t]*(?:$|[\r\n]|#))/.exec(text.slice(start, start + 240))?.[0];
  if (value === undefined || isCode(value) || /[;,{(]$/.test(value)) return undefined;
  return isClearlyNoCode(value) && isSecretValue(value, name.nearby) ? { start, end: start + value.length } : undefined;
}

/** A line of YAML or of an INI file. In code such a line may be a declaration, so that a value needs more than one digit. */
function isLineOfSettings(
  { text, name, before }: Pick<Place, "text" | "name" | "before">,
  value: string,
  end: number,
): boolean {
  if (
    name.nearby === "weak" ||
    !/(^|\n)[ \t]*(- |\/\/[^\s:]{1,50}:|(?:#|\/\/|--|\*|;) (?:\w{1,20} ){0,2})?["']?$/.test(before)
  )
    return false;
  const digits = value.match(/\d/g)?.length ?? 0;
  const isVaried = digits >= 2 || isClearlyNoCode(value);
  return isVaried && /^[ \t]*(#.*)?($|[\r\n])/.test(text.slice(end, end + 80).split("\n", 1)[0]!);
}

/** Signs that no name has, or letters and digits without order. */
const isClearlyNoCode = (value: string): boolean =>
  value.length >= 8 &&
  /\d/.test(value) &&
  /[A-Za-z]/.test(value) &&
  (/[!@#$%^&*~?]/.test(value.slice(1)) || surprise(value) >= 0.4);

/** In code what stands without quotes is a name, unless it looks like nothing that may be one. */
function isExpression(value: string): boolean {
  if (!/^[\w$.?!]+$/.test(value)) return !/\d/.test(value) || !/[A-Za-z]/.test(value);
  return !/\d/.test(value) || !isSecretValue(value, "weak");
}

/** A call, a member, an element: `config.get(key)[0]`. */
const isCode = (value: string): boolean =>
  /^[!&*]?[A-Za-z_$][\w$]*(?:[.:>-]+[\w$]+|\([^()]*\)|\[[^[\]]*\]|[!?])*[([{][^)\]}]*[)\]}]*[;,]?$/.test(value);

function past(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
