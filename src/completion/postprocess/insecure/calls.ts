// Finds brackets, operands and calls among the lexemes of a piece of code. Pure; a bracket without a partner reaches to the end.

import type { Lexeme, Span } from "./lexemes.ts";

export interface Call extends Span {
  callee: string; // with the object that it is a member of: "fs.readFile"
  args: Span[];
}

export const isOpener = ({ kind, text }: Lexeme): boolean => kind === "mark" && /^[([{]$/.test(text);
export const isCloser = ({ kind, text }: Lexeme): boolean => kind === "mark" && /^[)\]}]$/.test(text);
export const isMark = (lexeme: Lexeme | undefined, text: string): boolean =>
  lexeme?.kind === "mark" && lexeme.text === text;
const isLink = (lexeme: Lexeme | undefined): boolean =>
  lexeme?.kind === "mark" && /^(\.|\?\.|::|->|!)$/.test(lexeme.text);

/** The index of each bracket's partner, by the bracket's own index; kept as long as the lexemes are. */
const partners = new WeakMap<Lexeme[], Map<number, number>>();

function partnersOf(all: Lexeme[]): Map<number, number> {
  const known = partners.get(all);
  if (known) return known;
  const found = new Map<number, number>();
  const open: number[] = [];
  for (const [i, lexeme] of all.entries()) {
    if (isOpener(lexeme)) open.push(i);
    else if (isCloser(lexeme) && open.length > 0) {
      const opener = open.pop()!;
      found.set(opener, i).set(i, opener);
    }
  }
  partners.set(all, found);
  return found;
}

/** The index after the bracket that closes the one at `index`; the end where there is none. */
export const afterClosed = (all: Lexeme[], index: number): number => (partnersOf(all).get(index) ?? all.length - 1) + 1;

/** The index of the bracket that the one at `index` closes. */
export const beforeOpened = (all: Lexeme[], index: number): number => partnersOf(all).get(index) ?? 0;

/** The index after the operand that begins at `index`: a name or literal with its members, calls and subscripts. */
export function afterOperand(all: Lexeme[], index: number): number {
  let i = index;
  while (all[i]?.kind === "name" && /^(await|new|typeof|not)$/.test(all[i]!.text)) i++;
  const first = all[i];
  if (!first) return i;
  i = isOpener(first) ? afterClosed(all, i) : i + 1;
  for (;;) {
    const next = all[i];
    if (isLink(next)) i += 2;
    else if (next && (isMark(next, "(") || isMark(next, "["))) i = afterClosed(all, i);
    else return Math.min(i, all.length);
  }
}

/** The index of the operand that ends before `index`. */
export function operandBefore(all: Lexeme[], index: number): number {
  let i = index - 1;
  while (i >= 0) {
    if (isCloser(all[i]!)) i = beforeOpened(all, i);
    const before = all[i - 1];
    if (isLink(before)) i -= 2;
    else if (isOpener(all[i]!) && before && (before.kind === "name" || isCloser(before))) i -= 1;
    else return i;
  }
  return 0;
}

/** The callee ("db.pool.query") of the call whose bracket stands at `index`. */
export function calleeBefore(text: string, all: Lexeme[], index: number): { callee: string; start: number } {
  const last = all[index - 1];
  if (!last || (last.kind !== "name" && !isCloser(last) && !isMark(last, ">"))) return { callee: "", start: index };
  const start = operandBefore(all, beforeTypes(all, index));
  return { callee: plainCallee(text.slice(all[start]!.start, all[index - 1]!.end)), start };
}

const MAX_TYPES = 16; // lexemes

/** The index of the "<" of type arguments that end before `index`, or `index`: `query<Row[]>│(`. */
function beforeTypes(all: Lexeme[], index: number): number {
  if (!isMark(all[index - 1], ">") || all[index - 1]!.end !== all[index]?.start) return index;
  let depth = 0;
  for (let i = index - 1; i > 0 && index - i < MAX_TYPES; i--) {
    if (isMark(all[i], ">")) depth++;
    else if (isMark(all[i], "<") && --depth === 0)
      return all[i - 1]!.kind === "name" && all[i - 1]!.end === all[i]!.start ? i : index;
    else if (all[i]!.kind === "mark" && !/^(?:[.,[\]|&?]|::)$/.test(all[i]!.text)) return index;
  }
  return index;
}

/** A callee without its type arguments, and with "." for whatever else leads to a member. */
const plainCallee = (callee: string): string =>
  callee.replace(/<[^<>()]{0,80}>$/, "").replaceAll(/->|[?!]{1,2}\./g, ".");

/** Words of Ruby after which no argument follows. */
const rubyWord =
  /^(?:if|unless|elsif|else|while|until|when|case|in|and|or|not|return|do|end|then|def|class|module|begin|rescue|ensure|yield|next|break|self|super|nil|true|false|alias|undef|attr_\w{1,10})$/;

/** Ruby's calls without brackets: `redirect_to params[:next]`, `system "ls"`. */
function commandCalls(text: string, all: Lexeme[]): Call[] {
  const calls: Call[] = [];
  for (let i = 0; i + 1 < all.length; i++) {
    const [name, next] = [all[i]!, all[i + 1]!];
    if (name.kind !== "name" || rubyWord.test(name.text) || next.start === name.end) continue;
    const isSymbol = isMark(next, ":") && all[i + 2]?.kind === "name" && all[i + 2]!.start === next.end;
    if ((next.kind === "mark" && !isSymbol) || /^(?:if|unless|and|or|do|in|rescue|then)$/.test(next.text)) continue;
    if (text.slice(name.end, next.start).includes("\n") || isMark(all[i - 1], ":")) continue;
    let after = i + 1;
    while (after < all.length && !endsCommand(text, all, after))
      after = isOpener(all[after]!) ? afterClosed(all, after) : after + 1;
    const { callee, start } = calleeBefore(text, all, i + 1);
    calls.push({ callee, start: all[start]!.start, end: all[after - 1]!.end, args: argumentsIn(all, i + 1, after) });
  }
  return calls;
}

function endsCommand(text: string, all: Lexeme[], index: number): boolean {
  const lexeme = all[index]!;
  if (isCloser(lexeme) || /^(?:do|if|unless|end|rescue)$/.test(lexeme.text) || isMark(lexeme, ";")) return true;
  return text.slice(all[index - 1]!.end, lexeme.start).includes("\n") && !isMark(all[index - 1], ",");
}

export function callsIn(text: string, all: Lexeme[], languageId: string): Call[] {
  const calls: Call[] = languageId === "ruby" ? commandCalls(text, all) : [];
  for (const [index, lexeme] of all.entries()) {
    if (!isMark(lexeme, "(")) continue;
    const { callee, start } = calleeBefore(text, all, index);
    if (callee === "") continue;
    const after = afterClosed(all, index);
    const closed = after > index + 1 && isCloser(all[after - 1]!);
    const end = closed ? all[after - 1]!.start : text.length;
    calls.push({
      callee,
      start: all[start]!.start,
      end,
      args: argumentsIn(all, index + 1, closed ? after - 1 : after),
    });
  }
  return calls;
}

export function argumentsIn(all: Lexeme[], from: number, to: number): Span[] {
  const args: Span[] = [];
  let begin = from;
  for (let i = from; i <= to; i++) {
    if (i < to && isOpener(all[i]!)) {
      i = afterClosed(all, i) - 1;
      if (i < to) continue;
    }
    if (i >= to || isMark(all[i]!, ",")) {
      const last = Math.min(i, to) - 1;
      if (last >= begin) args.push({ start: all[begin]!.start, end: all[last]!.end });
      begin = i + 1;
    }
  }
  return args;
}
