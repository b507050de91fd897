// What the measures of missing pieces share: which files are sources, what is offered at a place, and which problems count.

import path from "node:path";
import ts from "typescript";
import type { PieceKind } from "../../src/typescript/pieces/piece.ts";
import { keyOf, type Problem } from "../../src/typescript/problems.ts";
import type { Projects } from "../../src/typescript/projects.ts";

const SOURCE = /\.[cm]?tsx?$/;
const NOT_SOURCE = /\.d\.[cm]?ts$|(^|\/)(tests?|__tests__|fixtures|benchmarks?|locales)\/|\.(test|spec)\.tsx?$/;

/** TypeScript's codes for what is declared and not used: what used it was taken out, and no piece writes that again. */
const UNUSED = new Set([6133, 6138, 6192, 6196, 6198, 6199]);

/** The TypeScript sources below a folder, without tests and declarations. */
export const sourcesIn = (root: string): string[] =>
  ts.sys
    .readDirectory(root, [".ts", ".tsx", ".mts", ".cts"], ["**/node_modules", "**/dist"])
    .filter((file) => SOURCE.test(file) && !NOT_SOURCE.test(path.relative(root, file)));

/** @throws Error where the file has no program */
export async function offersAt(offering: Projects, name: string, text: string, at: number, kind: PieceKind) {
  const checker = await offering.checkerOf(name, text);
  if ("reason" in checker) throw new Error(`${name}: ${checker.reason}`);
  const { pieces, refused } = await checker.pieces({ start: at, end: at });
  const reasons = refused.filter((one) => one.kind === kind).map(({ reason }) => reason);
  return { pieces: pieces.filter((one) => one.kind === kind), reasons, checker };
}

export function nodesIn<T extends ts.Node>(source: ts.Node, is: (node: ts.Node) => node is T): T[] {
  const found: T[] = [];
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

export function used(problems: readonly Problem[]): Problem[] {
  return problems.filter(({ code }) => !UNUSED.has(code));
}

/** The messages that are new, as one text. */
export function newOf(original: readonly Problem[], left: readonly Problem[]): string {
  const known = new Set(original.map(keyOf));
  return left.flatMap((one) => (known.has(keyOf(one)) ? [] : one.message)).join("; ");
}

/** Says on stderr what happened at a place. */
export function show(what: string, name: string, text: string, at: number, said: string): void {
  const part = text
    .slice(at, at + 400)
    .split("\n")
    .slice(0, 12)
    .join("\n");
  process.stderr.write(`\n=== ${what} ${name}: ${said}\n${part}\n`);
}
