// Tells which expressions hold nothing but texts that the code itself writes down, whatever chooses among them: literals, conditions with
// literals in their branches, look-ups in a table of literals, names that are given only such. Pure; looks at assignments, not at the flow.

import type { Code } from "./code.ts";

const literal = String.raw`(?:["'][^"'\n]{0,80}["']|\`[^\`$\n]{0,80}\`|-?\d[\d_.]{0,20})`;
const table = String.raw`([A-Za-z_$][\w$]{0,60}(?:(?:\.|::)[A-Za-z_]\w{0,40}){0,2})`;
const lookup = String.raw`${table}(?:\[[^\]\n]{1,80}\]|\.(?:get|fetch|getOrDefault|GetValueOrDefault)\([^()\n]{1,80}(?:\([^()\n]{0,40}\)[^()\n]{0,40})?\))(?:\.copied\(\))?`;
const fallback = String.raw`\s?(?:\?\?|\|\||\?:|or|(?:\.unwrap_or\())\s?(?:${literal})\)?`;
const value = `(?:${literal}|${lookup}(?:${fallback})?)`;

const ends = String.raw`\s{0,4}\)?(?:\s?as\s\w{1,20})?[;,]?\s{0,20}(?://[^\n]*|#[^\n]*)?$`;
const isValue = new RegExp(`^\\(?\\s{0,4}${value}${ends}`);
/** What stands before its "?" may be anything without a sum. */
const condition = String.raw`(?:[^?"'\n+]|"[^"\n]{0,80}"|'[^'\n]{0,80}'|\?\.){1,120}`;
const isChoice = new RegExp(`^${condition}\\?\\s{0,4}${value}\\s{0,4}:\\s{0,4}${value}${ends}`);
const isPythonChoice = new RegExp(`^\\(?${value}\\s{1,4}if\\s[^\\n]{1,120}?\\selse\\s{1,4}${value}${ends}`);
/** `COLUMNS.includes(sort) ? sort : "name"`: whatever is chosen was looked for in a list. */
const isLookedFor = new RegExp(
  `^\\(?(?:[^?\\n]{0,80}(?:in_array|array_key_exists|isset|\\.(?:includes|has|contains|Contains|ContainsKey|containsKey|include\\?|key\\?))\\([^?\\n]{1,120}(?:\\?\\?[^?\\n]{1,60})?\\?[^?:\\n]{1,80}:\\s{0,4}${literal}|\\w{1,40} if \\w{1,40} in [A-Z][A-Z_\\d]{2,40} else ${literal})${ends}`,
);
const isBranch = new RegExp(
  `^if\\s{0,4}[^\\n]{1,120}?\\{?\\s{0,4}${value}\\s{0,4}\\}?\\s{0,4}else\\s{0,4}\\{?\\s{0,4}${value}\\s{0,4}\\}?${ends}`,
);
const forms = [isValue, isChoice, isPythonChoice, isBranch, isLookedFor];
/** `match sort {`, `when (sort) {`, `sort switch {`: every arm gives a literal, or leaves. */
const beginsArms = /^(?:match|when|switch)\b[^\n{]{0,80}\{|^[\w.]{1,60}\s{1,4}switch\s{0,40}\{/;
const arm = new RegExp(
  `(?:=>|->)\\s{0,4}(?:${literal}(?:\\.to_string\\(\\)|\\.into\\(\\))?|(?:return|throw|panic|unreachable|Err|error|die)\\b)`,
);
const ARMS_UNITS = 600;

const assignment =
  /(?<![\w$.])(\$?[A-Za-z_]\w{0,60})(?:,\s?\w{1,20})?(?:\s?:\s?[\w<>[\]|"'?&]{1,60}(?:\s\|\s["'\w]{1,40}){0,8})?\s{0,4}([.+|?]{0,2}=|:=)(?![=>~])\s{0,20}([^\n]{0,240})/g;
/** `for (const table of ["users", "orders"])`, `for column in COLUMNS` */
const loop = /\bfor(?:each)?\s{0,4}\(?\s{0,4}(?:const |let |var )?(\$?\w{1,60})\s{1,4}(?:of|in)\s{1,4}([^\n]{1,160})/g;
const listOfLiterals = new RegExp(`^[[(]\\s{0,4}${literal}(?:\\s{0,4},\\s{0,4}${literal}){0,20}`);
/** Types of which the values are written down: `"asc" | "desc"`, `Literal["asc", "desc"]`. */
const typed =
  /(?<![\w$.])(\w{1,60})\??\s?:\s?(?:["'][^"'\n]{1,40}["'](?:\s?\|\s?["'][^"'\n]{1,40}["']){1,12}|Literal\[["'][^\]\n]{1,160}\])/g;
const constantName =
  /^(?!(?:self\.|this\.)?(?:req|request|ctx|c)\.)(?:\w{1,40}(?:\.|::)){0,2}(?!(?:GET|POST|COOKIES?|META|FILES|REQUEST|ENV|ARGV|PARAMS)$)[A-Z][A-Z0-9_]*$/;
const allowedName = /allow|permitted|whitelist|sortable|orderable|known|valid/i;
const TABLE_UNITS = 500;

/** A membership check, in a line that decides: `if (!COLUMNS.includes(sort))`, `if sort not in COLUMNS`. */
const decides = /\b(?:if|unless|assert\w*|ensure|require|guard|match|when)\b|\?|&&|\|\|/;
const member = (name: string): RegExp =>
  new RegExp(
    `(?:includes|has|hasOwn|contains|Contains|contains_key|containsKey|ContainsKey|TryGetValue|indexOf|include\\?|key\\?|hasOwnProperty)\\(\\s?(?:[\\w.]{1,40},\\s?)?[&$]?${name}(?![\\w$])|\\b(?:in_array|array_key_exists)\\(\\s?\\$?${name}(?![\\w$])|(?<![\\w$])${name}\\s(?:not\\s)?in\\s(?:self\\.|cls\\.)?(?:[A-Z][A-Z\\d_]+(?!\\w)|\\w{0,20}(?:allow|permitted|valid|known|whitelist|supported|choices|columns|sortable)|[([{]["'])|\\[${name}\\]|(?:\\.test|(?:full)?match|preg_match|MatchString|IsMatch|is_match)\\((?:[^,\\n]{1,60},\\s?)?[&$]?${name}(?![\\w$])|(?<![\\w$])${name}\\.(?:isidentifier|isalnum|isdigit|isdecimal|matches)\\(`,
  );

const judges = new WeakMap<Code, (expression: string) => boolean>();

/** Tells of an expression whether the code itself writes down whatever it may hold. */
export function constantsOf(code: Code): (expression: string) => boolean {
  const known = judges.get(code) ?? judgeOf(code);
  judges.set(code, known);
  return known;
}

function judgeOf(code: Code): (expression: string) => boolean {
  const { text } = code;
  let given: ReadonlyMap<string, readonly string[]> | undefined;
  const known = new Map<string, boolean>();
  const isTable = (name: string): boolean =>
    constantName.test(name) || allowedName.test(name) || definesTable(text, name);
  const isConstant = (expression: string): boolean => {
    const said = expression.trim();
    const found = forms.map((form) => form.exec(said)).filter((match) => match !== null);
    if (found.length > 0)
      return found.some((tables) => tables.slice(1).every((name) => name === undefined || isTable(name)));
    const ofEnum = /^(\w{1,60})\.name\(\)$/.exec(said)?.[1];
    if (ofEnum !== undefined) return isEnum(text, ofEnum);
    if (!/^\$?[A-Za-z_]\w{0,60}$/.test(said)) return false;
    return isConstantName(said);
  };
  const isConstantName = (said: string): boolean => {
    const name = said.replace(/^\$/, "");
    const before = known.get(name);
    if (before !== undefined) return before;
    known.set(name, false); // of a name that is given itself nothing is known
    given ??= valuesOf(code);
    const values = given.get(name) ?? [];
    const result =
      isMember(code, name) ||
      (values.length > 0 && values.every((one) => isConstant(one) || isList(one, isConstant) || hasConstantArms(one)));
    known.set(name, result);
    return result;
  };
  return isConstant;
}

/** What each name is given in a piece of code; "" for what is none of the forms. */
function valuesOf({ text, lexemes }: Code): ReadonlyMap<string, readonly string[]> {
  const strings = lexemes.filter(({ kind }) => kind === "string");
  const isText = (at: number): boolean => strings.some(({ start, end }) => start < at && at < end);
  const found = new Map<string, string[]>();
  const add = (said: string, value: string): void => {
    const name = said.replace(/^\$/, "");
    const known = found.get(name);
    if (known) known.push(value);
    else found.set(name, [value]);
  };
  for (const { 1: name, 3: value, 0: whole, index } of text.matchAll(assignment)) {
    if (isText(index)) continue;
    const start = index + whole.length - value!.length;
    add(name!, beginsArms.test(value!) ? text.slice(start, start + ARMS_UNITS) : value!);
  }
  for (const [, name, value] of text.matchAll(loop)) add(name!, `for ${value}`);
  for (const [, name] of text.matchAll(typed)) add(name!, '""');
  return found;
}

/** Whether a name's type is an enum of this piece of code, as in Java's `sort.name()`. */
function isEnum(text: string, name: string): boolean {
  const type = new RegExp(`\\b([A-Z]\\w{0,60})\\s{1,4}${escaped(name)}(?![\\w$])`).exec(text)?.[1];
  return type !== undefined && new RegExp(`\\benum\\s{1,4}${type}\\b`).test(text);
}

const isList = (value: string, isConstant: (expression: string) => boolean): boolean => {
  if (!value.startsWith("for ")) return false;
  const list = value.slice(4);
  const name = /^[\w.]{1,60}/.exec(list)?.[0] ?? "";
  return listOfLiterals.test(list) || constantName.test(name) || (name !== "" && isConstant(name));
};

function hasConstantArms(value: string): boolean {
  const begins = beginsArms.exec(value);
  if (!begins) return false;
  const arms = value.slice(begins[0].length).split("}", 1)[0]!;
  const signs = arms.match(/=>|->/g) ?? [];
  return signs.length > 0 && (arms.match(new RegExp(arm, "g")) ?? []).length === signs.length;
}

/** Whether a name is given a table of literals in this piece of code. */
function definesTable(text: string, name: string): boolean {
  const defined = new RegExp(
    `(?<![\\w$.])${escaped(name)}(?:\\s?:\\s?[^=\\n]{1,60})?\\s{0,4}:?=\\s{0,4}(?:new\\s?(?:\\(\\)\\s{0,40})?)?(?:Object\\.freeze\\(|(?:map\\[\\w{1,20}\\]\\w{1,20}|Map\\.of(?:Entries)?|mapOf|Map|Dictionary<[^>\\n]{1,40}>|HashMap::from|phf_map!)\\s?\\(?)?[{([]`,
  ).exec(text);
  if (!defined) return false;
  const from = defined.index + defined[0].length;
  const body = text.slice(from, from + TABLE_UNITS).split(/\n\s{0,20}[})\]]|[})\]];?\n/, 1)[0]!;
  return /["'`]/.test(body) && !/\b(?:req|request|params|query|body|input|args|argv|ctx)\b/.test(body);
}

function isMember({ text, lexemes }: Code, name: string): boolean {
  const checks = member(escaped(name));
  let at = 0;
  return text.split("\n").some((line) => {
    const start = at;
    at += line.length + 1;
    const match = decides.test(line) ? checks.exec(line) : null;
    if (!match) return false;
    const place = start + match.index;
    return !lexemes.some((one) => one.kind === "string" && one.start < place && place < one.end);
  });
}

const escaped = (name: string): string => name.replace(/[$.]/g, "\\$&");
