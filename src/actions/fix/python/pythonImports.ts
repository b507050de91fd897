// Imports that would define a name missing in a Python file: a module of the standard library, or a top-level definition of another file of the
// workspace.

import path from "node:path";
import type { SyntaxTree } from "../../../../common/syntax/syntax.ts";
import type { Sources } from "../../../context/sources/sources.ts";
import type { TextChange } from "../../../typescript/problems.ts";
import modules from "./standardModules.json" with { type: "json" };

const MOST_DEFINITIONS = 5;
const standard = new Set(modules.flatMap((line) => line.split(" ")));

/** The likeliest first; each is one change. */
export function importsFor(
  name: string,
  text: string,
  tree: SyntaxTree,
  file: string,
  sources: Pick<Sources, "index"> | undefined,
): TextChange[][] {
  const lines = standard.has(name) ? [`import ${name}`] : [];
  for (const definition of sources?.index?.definitions(name, MOST_DEFINITIONS) ?? []) {
    if (definition.container !== "" || !definition.path.endsWith(".py") || definition.path === file) continue;
    lines.push(`from ${moduleOf(definition.path, file)} import ${name}`);
  }
  const lineBreak = text.includes("\r\n") ? "\r\n" : "\n";
  const place = importPlace(text, tree);
  return [...new Set(lines)].map((line) => [{ start: place, end: place, newText: `${line}${lineBreak}` }]);
}

/** The module's name in the importing file: with a dot for a file beside it in a package, otherwise by its path from the root or from `src`. */
function moduleOf(target: string, file: string): string {
  const module = (name: string) => name.replace(/(\/__init__)?\.py$/, "").replaceAll("/", ".");
  const folder = path.posix.dirname(file);
  const isBeside = path.posix.dirname(target) === folder;
  if (isBeside) return folder === "." ? module(target) : `.${module(path.posix.basename(target))}`;
  return module(target.replace(/^(?:.*\/)?src\//, ""));
}

/** After the imports at the top, otherwise after the module's docstring and leading comments. */
function importPlace(text: string, tree: SyntaxTree): number {
  const statements = tree.rootNode.namedChildren;
  const isImport = (type: string) => /^(import|import_from|future_import)_statement$/.test(type);
  const last = statements.findLast(({ type }) => isImport(type));
  const first = statements.find(({ type }) => type !== "comment");
  const isDocstring = first?.type === "expression_statement" && first.namedChildren[0]?.type === "string";
  const before = last ?? (isDocstring ? first : undefined);
  if (!before) return first?.startIndex ?? 0;
  const lineEnd = text.indexOf("\n", before.endIndex);
  return lineEnd === -1 ? text.length : lineEnd + 1;
}
