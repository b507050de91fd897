// The slow oracle of `unresolved.ts`: the compiler's own diagnostics of a whole file that report an unknown name or member.

import type ts from "typescript";
import type { Compiler } from "./compiler.ts";
import { isEnvironmentName } from "./environmentNames.ts";
import type { Range, UnresolvedIdentifier } from "./unresolved.ts";

/**
 * TypeScript's codes for a name that is in no scope, or that has the wrong meaning for its place (a type for a value, …). Codes for types that
 * are not installed (2580 to 2584, 2591 to 2593, 2867, 2868) are left out.
 */
const NAME_CODES = [2304, 2311, 2503, 2552, 2570, 2585, 2662, 2663, 2690, 2693, 2702, 2708, 2709, 2749, 2833, 18004];

/** TypeScript's codes for a member that a type, namespace or module does not have. */
const MEMBER_CODES = [2305, 2339, 2459, 2460, 2550, 2551, 2568, 2576, 2614, 2694, 2724, 2812];

const kinds: ReadonlyMap<number, "name" | "member"> = new Map([
  ...NAME_CODES.map((code) => [code, "name"] as const),
  ...MEMBER_CODES.map((code) => [code, "member"] as const),
]);

/** In the order of the text, each once; only diagnostics at an identifier. */
export function unresolvedByDiagnostics(
  compiler: Compiler,
  program: ts.Program,
  file: ts.SourceFile,
  range: Range,
): UnresolvedIdentifier[] {
  const found = new Map<number, UnresolvedIdentifier>();
  for (const { code, start = 0, length = 0 } of program.getSemanticDiagnostics(file)) {
    const kind = kinds.get(code);
    const identifier = kind && lastIdentifier(compiler, file, start, start + length);
    if (!identifier || isEnvironmentName(identifier.text)) continue;
    const at = identifier.getStart(file);
    if (at < range.end && identifier.end > range.start) found.set(at, { name: identifier.text, kind, start: at });
  }
  return [...found.values()].sort((a, b) => a.start - b.start);
}

/** The identifier of a diagnostic: at its position, or the last one of a chain of names. */
function lastIdentifier(
  compiler: Compiler,
  file: ts.SourceFile,
  start: number,
  end: number,
): ts.Identifier | undefined {
  let found: ts.Identifier | undefined;
  const visit = (node: ts.Node): void => {
    if (node.end <= start || node.pos >= end) return;
    if (compiler.isIdentifier(node) && node.end === end && node.getStart(file) >= start) found = node;
    compiler.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
