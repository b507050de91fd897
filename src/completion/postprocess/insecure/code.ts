// Finds the strings that a piece of code composes, their parts, and the call or name that they go to. Pure; holds no security rule.

import {
  afterClosed,
  afterOperand,
  argumentsIn,
  beforeOpened,
  type Call,
  calleeBefore,
  callsIn,
  isCloser,
  isMark,
  isOpener,
  operandBefore,
} from "./calls.ts";
import { type Lexeme, lexemes, type Span } from "./lexemes.ts";

/** A string that is put together: by "+", "." or "%", by `format` and `concat`, by substitution, by standing side by side. */
export interface Composed extends Span {
  text: string; // with HOLE where something is put in
  holes: string[]; // the expressions that are put in
  callees: { callee: string; argument: number }[]; // the calls that it is an argument of, innermost first
  target: string; // the name that it is assigned or added to, or the key that it stands beside; "" without one
}

export interface Code {
  text: string;
  languageId: string;
  lexemes: Lexeme[];
  composed: Composed[];
  calls: Call[];
  added: Composed[]; // names to which a value is added that is no literal
}

export const HOLE = "\0";

const MAX_NESTING = 3;

export function readCode(text: string, languageId: string): Code {
  const found = lexemes(text, languageId);
  const code: Code = {
    text,
    languageId,
    lexemes: found,
    composed: [],
    calls: callsIn(text, found, languageId),
    added: [],
  };
  code.composed = [
    ...composedIn(code),
    ...joinedIn(code),
    ...formattedIn(code),
    ...appendedIn(code),
    ...streamedIn(code),
  ];
  addSubstituted(code, found, 0);
  code.added = addedIn(code);
  return code;
}

/** Adds the code in substitutions. */
function addSubstituted(code: Code, found: Lexeme[], depth: number): void {
  if (depth === MAX_NESTING) return;
  for (const { start, end } of found.flatMap(({ holes = [] }) => holes)) {
    const inner = lexemes(code.text.slice(start, end), code.languageId).map((lexeme) => shifted(lexeme, start));
    code.calls.push(...callsIn(code.text, inner, code.languageId));
    code.composed.push(...composedIn({ ...code, lexemes: inner }));
    addSubstituted(code, inner, depth + 1);
  }
}

function shifted(lexeme: Lexeme, by: number): Lexeme {
  const move = ({ start, end }: Span): Span => ({ start: start + by, end: end + by });
  return {
    ...lexeme,
    ...move(lexeme),
    ...(lexeme.inner && { inner: move(lexeme.inner) }),
    ...(lexeme.holes && { holes: lexeme.holes.map(move) }),
  };
}

function composedIn(code: Code): Composed[] {
  const { lexemes: all } = code;
  const found: Composed[] = [];
  const known = new Set<number>(); // operands of the chains that were read
  for (let i = 0; i < all.length; i++) {
    if (all[i]!.kind !== "string" || known.has(i) || isTagged(all, i)) continue;
    let first = i;
    while (isConcatenation(all, first - 1) && operandBefore(all, first - 1) < first - 1)
      first = operandBefore(all, first - 1);
    const piece = chain(code, first, known);
    if (piece.holes.length > 0) found.push({ ...piece, ...contextOf(code, first) });
  }
  return found;
}

/** `["a ", b].join("")` */
function joinedIn(code: Code): Composed[] {
  const { lexemes: all, text } = code;
  return all.flatMap((lexeme, i) => {
    if (!isMark(lexeme, "[") || all[i + 1]?.kind !== "string") return [];
    const after = afterClosed(all, i);
    if (!isMark(all[after], ".") || all[after + 1]?.text !== "join") return [];
    const parts = argumentsIn(all, i + 1, after - 1);
    const inner = all.slice(i + 1, after - 1);
    const literal = ({ start, end }: Span) =>
      inner.find((one) => one.kind === "string" && one.start === start && one.end === end);
    const holes = parts.filter((part) => !literal(part)).map(({ start, end }) => text.slice(start, end));
    const whole = parts.map((part) => (literal(part) ? constantText(code, literal(part)!) : HOLE)).join(" ");
    const span = { start: lexeme.start, end: all[after - 1]!.end };
    return holes.length > 0 ? [{ ...span, text: whole, holes, ...contextOf(code, i) }] : [];
  });
}

/** Calls that put values into the literal that is one of their first arguments. */
const formats =
  /(?:^|\.|::)(?:format|formatted|v?(?:s(?:n|w)?|as)printf(?:_s)?|Sprintf|F(?:ormat|printf)|AppendFormat|appendFormat|fprintf|format_args|format!|write!|writeln!)!?$|^c\.String$/;
const FORMAT_WITHIN = 3; // arguments

/** `util.format("… %s", a)`, `sprintf(text, "… %s", a)`, `String.format`, `format!("… {}", a)`; numbers are harmless. */
function formattedIn(code: Code): Composed[] {
  return code.calls.flatMap(({ callee, start, end, args }) => {
    if (isQtFormat.test(callee)) return qtFormat(code, { callee, start, end, args });
    if (!formats.test(callee)) return [];
    for (const [index, arg] of args.slice(0, FORMAT_WITHIN).entries()) {
      const first = code.lexemes.findIndex(
        (one) => one.kind === "string" && one.start === arg.start && one.end === arg.end,
      );
      if (first === -1) continue;
      const constant = constantText(code, code.lexemes[first]!);
      const named = [...constant.matchAll(/\{([A-Za-z_]\w{0,40})(?::[^{}]{0,20})?\}/g)].map(([, name]) => name!);
      const text = constant.replace(
        /%[-+ 0#]{0,4}\d{0,4}(?:\.\d{1,4})?[sqvxX@]|\{[\w.]{0,40}(?::[^{}]{0,20})?\}/g,
        HOLE,
      );
      const given = args.slice(index + 1).map((one) => code.text.slice(one.start, one.end));
      const holes = given.length > 0 ? given : code.languageId === "rust" ? named : [];
      if (holes.length === 0 || !text.includes(HOLE)) return [];
      const { callees, target } = contextOf(code, first);
      const written = index > 0 ? code.text.slice(args[0]!.start, args[0]!.end).replace(/^&(?:mut )?/, "") : "";
      return [{ start, end, text, holes, callees: index > 0 ? callees : callees.slice(1), target: target || written }];
    }
    return [];
  });
}

/** Qt's `QString("… %1").arg(a)` */
const isQtFormat = /^(?:QString|QStringLiteral|QLatin1String|tr)\([\s\S]{0,400}\)\s{0,40}\.arg$/;

function qtFormat(code: Code, { start, end, args }: Call): Composed[] {
  const first = code.lexemes.findIndex((one) => one.kind === "string" && one.start > start && one.start < end);
  if (first === -1) return [];
  const text = constantText(code, code.lexemes[first]!).replace(/%L?\d{1,2}/g, HOLE);
  const holes = args.map((one) => code.text.slice(one.start, one.end));
  const { callees, target } = contextOf(code, first);
  return text.includes(HOLE) ? [{ start, end, text, holes, callees: callees.slice(1), target }] : [];
}

/** `text.append("a ").append(b)`: what one chain of calls adds to its name. */
function appendedIn(code: Code): Composed[] {
  const chains = new Map<number, Call[]>();
  for (const call of code.calls) {
    if (!/\.(?:append|Append)$/.test(call.callee)) continue;
    const known = chains.get(call.start);
    if (known) known.push(call);
    else chains.set(call.start, [call]);
  }
  return [...chains].flatMap(([start, calls]) => {
    if (calls.length < 2) return [];
    const holes: string[] = [];
    let text = "";
    for (const { args } of calls) {
      const [arg] = args;
      if (!arg) continue;
      const literal = code.lexemes.find(
        (one) => one.kind === "string" && one.start === arg.start && one.end === arg.end,
      );
      if (literal) text += constantText(code, literal);
      else {
        text += HOLE;
        holes.push(code.text.slice(arg.start, arg.end));
      }
    }
    const base = /^[\w$]+/.exec(calls[0]!.callee)?.[0] ?? "";
    const end = Math.max(...calls.map((call) => call.end));
    return holes.length > 0 ? [{ start, end, text, holes, callees: [], target: base }] : [];
  });
}

/** Streams that people read. */
const told = /^(?:cout|cerr|clog|wcout|wcerr|out|err|log\w{0,20}|LOG\w{0,20}|[oO]?s|os_|file|fout|ofs)$/;

/** C++'s `text << "a " << b` */
function streamedIn(code: Code): Composed[] {
  const { lexemes: all, languageId } = code;
  if (languageId !== "cpp") return [];
  const shifts = (i: number): boolean =>
    isMark(all[i], "<") && isMark(all[i + 1], "<") && all[i]!.end === all[i + 1]!.start;
  const found: Composed[] = [];
  for (let i = 0; i + 2 < all.length; i++) {
    if (all[i]!.kind !== "name" || told.test(all[i]!.text) || !shifts(i + 1) || isMark(all[i - 1], "<")) continue;
    const piece: Piece = { start: all[i]!.start, end: all[i]!.end, text: "", holes: [] };
    let at = i + 1;
    while (shifts(at) && all[at + 2]) {
      const after = Math.max(afterOperand(all, at + 2), at + 3);
      addOperand(code, piece, at + 2, after);
      piece.end = all[after - 1]!.end;
      at = after;
    }
    if (piece.holes.length > 0 && piece.text !== HOLE) found.push({ ...piece, callees: [], target: all[i]!.text });
    i = at;
  }
  return found;
}

/** `text += name`, where the name was given a literal before; C's `strcat(text, name)`. */
function addedIn({ lexemes: all, text, composed, calls }: Code): Composed[] {
  const begun = new Map<string, string>();
  const found: Composed[] = [];
  for (const { callee, start, end, args } of calls) {
    const [to, what] = args.map((one) => text.slice(one.start, one.end));
    if (!/^(?:str(?:n|l)?cat(?:_s)?|g_string_append)$/.test(callee) || !to || !what || /^"/.test(what)) continue;
    found.push({ start, end, text: HOLE, holes: [what], callees: [], target: to });
  }
  for (const [i, { kind, text: name }] of all.entries()) {
    const sign = all[i + 1];
    const value = all[i + 2];
    if (kind !== "name" || sign?.kind !== "mark" || !value) continue;
    const isLiteral = value.kind === "string" && (value.holes ?? []).length === 0;
    if (sign.text === "=" && isLiteral) begun.set(name, value.text.slice(1, -1));
    else if (sign.text === "+=" && value.kind === "name") {
      const before = begun.get(name) ?? composed.find((one) => one.target === name)?.text;
      if (before === undefined) continue;
      const end = all[afterOperand(all, i + 2) - 1]!.end;
      found.push({
        start: all[i]!.start,
        end,
        text: before + HOLE,
        holes: [text.slice(value.start, end)],
        callees: [],
        target: name,
      });
    }
  }
  return found;
}

/** Whether a template literal has a tag (sql`…`, String.raw`…`): the tag decides what becomes of the text. */
function isTagged(all: Lexeme[], index: number): boolean {
  const before = all[index - 1];
  if (!all[index]!.text.startsWith("`") || !before || before.end !== all[index]!.start) return false;
  return before.kind === "name" || isMark(before, ">") || isMark(before, ")");
}

const joinsStrings = (lexeme: Lexeme | undefined): boolean =>
  isMark(lexeme, "+") || isMark(lexeme, "%") || isMark(lexeme, "&");

function isConcatenation(all: Lexeme[], index: number): boolean {
  return isMark(all[index], "+") && index > 0;
}

type Piece = Pick<Composed, "start" | "end" | "text" | "holes">;

/** Reads a composed string from the operand at `first` to its last part, and adds the operands' indexes to those known. */
function chain(code: Code, first: number, known: Set<number>): Piece {
  const { lexemes: all } = code;
  const piece: Piece = { start: all[first]!.start, end: all[first]!.end, text: "", holes: [] };
  let i = first;
  for (;;) {
    const after = Math.max(afterOperand(all, i), i + 1);
    known.add(i);
    addOperand(code, piece, i, after);
    piece.end = all[after - 1]!.end;
    const sign = all[after];
    if (sign?.kind === "string" && all[after - 1]?.kind === "string")
      i = after; // adjacent literals
    else if (joinsStrings(sign) && all[after + 1]) {
      if (isMark(sign, "%")) {
        const end = afterOperand(all, after + 1);
        piece.text = piece.text.replace(/%(\(\w+\))?[-+#0-9.]*[sdifrxg]/g, HOLE);
        piece.holes.push(code.text.slice(all[after + 1]!.start, all[end - 1]!.end));
        piece.end = all[end - 1]!.end;
        if (!joinsStrings(all[end]) || isMark(all[end], "%")) return piece;
        i = end + 1;
      } else i = after + 1;
    } else {
      if (joinsStrings(sign)) piece.end = sign!.end; // the operand to add has not been written yet
      return piece;
    }
    if (!all[i]) return piece;
  }
}

function addOperand(code: Code, piece: Piece, from: number, to: number): void {
  const { lexemes: all, text } = code;
  const lexeme = all[from]!;
  const whole = text.slice(lexeme.start, all[to - 1]!.end);
  if (lexeme.kind === "number") {
    piece.text += whole;
    return;
  }
  if (isMark(lexeme, "(") && all[to - 1] && isMark(all[to - 1], ")")) {
    const inner = { ...code, lexemes: all.slice(from + 1, to - 1) };
    if (inner.lexemes.some(({ kind }) => kind === "string") && inner.lexemes.every(({ text }) => text !== "?")) {
      const nested = chain(inner, 0, new Set());
      piece.text += nested.text;
      piece.holes.push(...nested.holes);
      return;
    }
  }
  if (lexeme.kind !== "string") {
    piece.text += HOLE;
    piece.holes.push(whole);
    return;
  }
  const method = to > from + 2 ? all[from + 2]!.text : "";
  if (method === "format" || method === "formatted" || method === "concat") {
    const constant = constantText(code, lexeme);
    piece.text += method === "concat" ? constant + HOLE : constant.replace(/\{[^{}]*\}|%[-\d.]{0,8}[sdxf]/g, HOLE);
    piece.holes.push(text.slice(all[Math.min(from + 3, to - 1)]!.end, all[to - 1]!.start) || whole);
  } else if (method === "join" || method === "replace" || method === "replaceAll") {
    const [what, sign, by] = all.slice(from + 4, to - 1);
    const isReplaced = method !== "join" && what?.kind === "string" && isMark(sign, ",") && by !== undefined;
    const key = isReplaced ? what.text.slice(1, -1) : "";
    piece.text += key === "" ? HOLE : constantText(code, lexeme).replace(key, HOLE);
    if (key === "" || by!.kind !== "string")
      piece.holes.push(key === "" ? whole : text.slice(by!.start, all[to - 2]!.end));
  } else {
    piece.text += constantText(code, lexeme);
    for (const { start, end } of lexeme.holes ?? []) piece.holes.push(text.slice(start, end));
  }
}

/** The text of a string with HOLE for each substitution. */
function constantText({ text }: Code, { inner, holes = [] }: Lexeme): string {
  let constant = "";
  let at = inner!.start;
  for (const { start, end } of holes) {
    constant += text.slice(at, start).replace(/(\$\{|#\{|\{|\\\(|\$)$/, "") + HOLE;
    at = /[})]/.test(text[end] ?? "") ? end + 1 : end;
  }
  return constant + text.slice(at, Math.max(at, inner!.end));
}

/** The calls around a lexeme, innermost first, and the name that it is given to. */
export function contextOf(code: Code, first: number): Pick<Composed, "callees" | "target"> {
  const { lexemes: all, text } = code;
  const callees: Composed["callees"] = [];
  let target = targetBefore(code, first);
  let argument = 0;
  for (let i = first - 1; i >= 0 && callees.length < 4; i--) {
    const lexeme = all[i]!;
    if (isMark(lexeme, ";")) break;
    if (isCloser(lexeme)) i = beforeOpened(all, i);
    else if (isMark(lexeme, ",")) argument++;
    else if (isOpener(lexeme)) {
      if (lexeme.text === "(") {
        const { callee, start } = calleeBefore(text, all, i);
        if (callee !== "") callees.push({ callee, argument });
        const isSlice = isMark(all[start - 1], "]") && isMark(all[start - 2], "["); // Go's []byte(…)
        if (target === "") target = targetBefore(code, isSlice ? start - 2 : start);
      } else if (lexeme.text === "{" && isMark(all[i - 1], ")"))
        break; // a body
      else if (lexeme.text === "[" && target === "" && isMark(all[i - 1], "=")) target = targetBefore(code, i);
      argument = 0;
    }
  }
  return { callees, target };
}

/** `name = │`, `name += │`, `name: │`, `"name": │` */
function targetBefore({ lexemes: all, text }: Code, index: number): string {
  const sign = all[index - 1];
  if (sign?.kind !== "mark" || !/^(=|\+=|:)$/.test(sign.text)) return "";
  const named = all[index - 4]; // `name: string = │`
  const typed =
    named?.kind === "name" && isMark(all[index - 3], ":") && !text.slice(named.end, sign.start).includes("\n");
  const declared = sign.text === "=" && isMark(all[index - 2], ":"); // Go's :=
  const name = all[index - (typed ? 4 : declared ? 3 : 2)];
  return name?.kind === "name" ? name.text : name?.kind === "string" ? name.text.slice(1, -1) : "";
}
