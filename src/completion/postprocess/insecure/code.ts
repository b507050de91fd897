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
}

export const HOLE = "\0";

const MAX_NESTING = 3;

export function readCode(text: string, languageId: string): Code {
  const found = lexemes(text, languageId);
  const code: Code = { text, languageId, lexemes: found, composed: [], calls: callsIn(text, found) };
  code.composed = [...composedIn(code), ...joinedIn(code), ...formattedIn(code)];
  addSubstituted(code, found, 0);
  return code;
}

/** Adds the code in substitutions. */
function addSubstituted(code: Code, found: Lexeme[], depth: number): void {
  if (depth === MAX_NESTING) return;
  for (const { start, end } of found.flatMap(({ holes = [] }) => holes)) {
    const inner = lexemes(code.text.slice(start, end), code.languageId).map((lexeme) => shifted(lexeme, start));
    code.calls.push(...callsIn(code.text, inner));
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
  for (let i = 0; i < all.length; ) {
    if (all[i]!.kind !== "string" || isTagged(all, i)) {
      i++;
      continue;
    }
    let first = i;
    while (isConcatenation(all, first - 1) && operandBefore(all, first - 1) < first - 1)
      first = operandBefore(all, first - 1);
    const { piece, next } = chain(code, first);
    if (piece.holes.length > 0) found.push({ ...piece, ...contextOf(code, first) });
    i = Math.max(next, i + 1);
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

/** `util.format("… %s", a)`, `sprintf`, `String.format`; numbers are harmless. */
function formattedIn(code: Code): Composed[] {
  return code.calls.flatMap(({ callee, start, end, args }) => {
    const first = code.lexemes.findIndex(
      (one) => one.kind === "string" && one.start === args[0]?.start && one.end === args[0].end,
    );
    if (first === -1 || !/(?:^|\.)(?:format|v?sprintf|Sprintf|Format)$/.test(callee) || args.length < 2) return [];
    const text = constantText(code, code.lexemes[first]!).replace(/%[sqv]|\{\d+\}|%@/g, HOLE);
    const holes = args.slice(1).map((arg) => code.text.slice(arg.start, arg.end));
    const { callees, target } = contextOf(code, first);
    return text.includes(HOLE) ? [{ start, end, text, holes, callees: callees.slice(1), target }] : [];
  });
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

/** Reads a composed string from the operand at `first` to its last part. */
function chain(code: Code, first: number): { piece: Piece; next: number } {
  const { lexemes: all } = code;
  const piece: Piece = { start: all[first]!.start, end: all[first]!.end, text: "", holes: [] };
  let i = first;
  for (;;) {
    const after = Math.max(afterOperand(all, i), i + 1);
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
        if (!joinsStrings(all[end]) || isMark(all[end], "%")) return { piece, next: end };
        i = end + 1;
      } else i = after + 1;
    } else {
      if (joinsStrings(sign)) piece.end = sign!.end; // the operand to add has not been written yet
      return { piece, next: after };
    }
    if (!all[i]) return { piece, next: i };
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
      const { piece: nested } = chain(inner, 0);
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
  if (method === "format" || method === "concat") {
    piece.text +=
      method === "format" ? constantText(code, lexeme).replace(/\{[^{}]*\}/g, HOLE) : constantText(code, lexeme) + HOLE;
    piece.holes.push(text.slice(all[Math.min(from + 3, to - 1)]!.end, all[to - 1]!.start) || whole);
  } else if (method === "join" || method === "replace" || method === "replaceAll") {
    piece.text += HOLE;
    piece.holes.push(whole);
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

function contextOf(code: Code, first: number): Pick<Composed, "callees" | "target"> {
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
        if (target === "") target = targetBefore(code, start);
      } else if (lexeme.text === "{" && isMark(all[i - 1], ")")) break; // a body
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
  const name = all[index - (typed ? 4 : 2)];
  return name?.kind === "name" ? name.text : name?.kind === "string" ? name.text.slice(1, -1) : "";
}
