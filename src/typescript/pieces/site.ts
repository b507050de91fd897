// Where a missing piece is asked for: the lines, the compiler's nodes there, and how the file is written. Changes nothing.

import type ts from "typescript";
import { lineEndOf, lineStartOf } from "../../../common/syntax/lines.ts";
import type { Compiler } from "../compiler.ts";
import type { Range } from "../unresolved.ts";
import { quoted, type Style, styleOf } from "./style.ts";

/** The most nodes of a kind that one place is asked about. */
const MOST_NODES = 6;

export class Site {
  readonly compiler: Compiler;
  readonly checker: ts.TypeChecker;
  readonly source: ts.SourceFile;
  readonly text: string;
  readonly style: Style;
  readonly lines: Range; // whole lines, without the last line's end
  readonly isTyped: boolean; // whether types can be written in it

  constructor(compiler: Compiler, program: ts.Program, source: ts.SourceFile, { start, end }: Range) {
    this.compiler = compiler;
    this.checker = program.getTypeChecker();
    this.source = source;
    this.text = source.text;
    this.style = styleOf(source.text);
    this.lines = { start: lineStartOf(source.text, start), end: lineEndOf(source.text, end) };
    this.isTyped = /\.[cm]?tsx?$/.test(source.fileName);
  }

  /** Nodes that begin on the lines, the outer ones first; where there are none, the innermost one around them that no function separates. */
  nodes<T extends ts.Node>(is: (node: ts.Node) => node is T): T[] {
    const { start, end } = this.lines;
    const beginning: T[] = [];
    let around: T | undefined;
    const visit = (node: ts.Node): void => {
      if (node.end < start || node.getFullStart() > end) return;
      const from = node.getStart(this.source);
      const holds = from < start && node.end > start;
      if (holds && this.compiler.isFunctionLike(node)) around = undefined;
      if (is(node)) {
        if (from >= start && from <= end) beginning.push(node);
        else if (holds) around = node;
      }
      this.compiler.forEachChild(node, visit);
    };
    visit(this.source);
    if (beginning.length > 0) return beginning.slice(0, MOST_NODES);
    return around ? [around] : [];
  }

  /** Whether a node begins on the lines. */
  isAsked(node: ts.Node): boolean {
    const from = node.getStart(this.source);
    return from >= this.lines.start && from <= this.lines.end;
  }

  textOf = (node: ts.Node): string => node.getText(this.source);

  quoted = (text: string): string => quoted(text, this.style.quote);

  /** The white space before the first character of a place's line. */
  indentAt(at: number): string {
    return /^[ \t]*/.exec(this.text.slice(lineStartOf(this.text, at)))![0];
  }

  /** A name by which the place can see what a symbol stands for; undefined where it cannot. */
  nameInScope(symbol: ts.Symbol, place: ts.Node): string | undefined {
    const { SymbolFlags } = this.compiler;
    const inScope = this.checker.getSymbolsInScope(place, SymbolFlags.Value | SymbolFlags.Alias);
    return inScope.find((one) => one === symbol || this.targetOf(one) === symbol)?.name;
  }

  targetOf(symbol: ts.Symbol): ts.Symbol {
    const isAlias = (symbol.flags & this.compiler.SymbolFlags.Alias) !== 0;
    return isAlias ? this.checker.getAliasedSymbol(symbol) : symbol;
  }

  /** Lines before the closing bracket of a node, which stay in their order. */
  beforeClosing(node: ts.Node, lines: readonly string[]): { start: number; end: number; newText: string } {
    const { newline } = this.style;
    const close = node.end - 1;
    const lineStart = lineStartOf(this.text, close);
    const isAlone = this.text.slice(lineStart, close).trim() === "";
    if (isAlone) return { start: lineStart, end: lineStart, newText: lines.map((line) => line + newline).join("") };
    const indent = this.indentAt(node.getStart(this.source));
    const before = this.text.slice(0, close);
    const start = before.trimEnd().length; // spaces before the bracket go
    return { start, end: close, newText: `${newline}${lines.join(newline)}${newline}${indent}` };
  }
}
