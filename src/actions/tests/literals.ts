// What a function's text says about the values that it tells apart: its literals, those of what it names in its file, and texts that its patterns match.

import type ts from "typescript";
import type { Compiler } from "../../typescript/compiler.ts";
import { regexSamples } from "./regexSamples.ts";
import type { FunctionNode } from "./target.ts";

const MOST_LITERALS = 12; // of a kind
const MOST_UNITS = 120;
const MOST_NAMED = 12; // declarations of the file that are looked at beside the function
const LARGEST = 100_000;

/** As texts of expressions. */
export interface Literals {
  strings: string[];
  numbers: string[];
}

export function literalsOf(compiler: Compiler, source: ts.SourceFile, node: FunctionNode): Literals {
  const strings = new Set<string>();
  const numbers = new Set<string>();
  const samples = new Set<string>();
  const visit = (at: ts.Node): void => {
    if (compiler.isStringLiteralLike(at) && at.text.length <= MOST_UNITS) {
      const { text } = at;
      strings.add(JSON.stringify(text));
      if (text.length > 0 && text.length < 20)
        for (const one of [`a${text}b`, `${text}a`]) strings.add(JSON.stringify(one));
    } else if (compiler.isNumericLiteral(at)) {
      const value = Number(at.text);
      if (Number.isFinite(value) && Math.abs(value) < LARGEST)
        for (const one of [value, value - 1, value + 1]) numbers.add(String(one));
    } else if (compiler.isRegularExpressionLiteral(at)) {
      const pattern = at.text.slice(1, at.text.lastIndexOf("/"));
      for (const sample of regexSamples(pattern)) samples.add(JSON.stringify(sample));
    }
    compiler.forEachChild(at, visit);
  };
  for (const one of [node, ...namedBy(compiler, source, node)]) visit(one);
  const both = [...samples].slice(0, MOST_LITERALS);
  const own = [...strings].slice(0, MOST_LITERALS);
  return {
    strings: own.flatMap((text, index) => [text, ...both.slice(index, index + 1)]).concat(both.slice(own.length)),
    numbers: [...numbers].slice(0, MOST_LITERALS),
  };
}

/** The file's own declarations that a function names, and those that they name. */
function namedBy(compiler: Compiler, source: ts.SourceFile, node: FunctionNode): ts.Node[] {
  const declared = new Map<string, ts.Node>();
  for (const statement of source.statements) {
    if (compiler.isVariableStatement(statement))
      for (const one of statement.declarationList.declarations)
        if (compiler.isIdentifier(one.name)) declared.set(one.name.text, one);
    if (compiler.isFunctionDeclaration(statement) && statement.name) declared.set(statement.name.text, statement);
  }
  const found = new Set<ts.Node>();
  const visit = (at: ts.Node): void => {
    const named = compiler.isIdentifier(at) ? declared.get(at.text) : undefined;
    if (named && named !== node && named !== node.parent && found.size < MOST_NAMED) found.add(named);
    compiler.forEachChild(at, visit);
  };
  visit(node);
  for (const one of found) visit(one); // grows meanwhile
  return [...found];
}
