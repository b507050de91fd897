// The cases that a `match` over an Enum of this file or a Literal lacks.

import type { SyntaxNode } from "../../../../common/syntax/syntax.ts";
import { named } from "../../../typescript/pieces/missingCases.ts";
import type { Drafted } from "../../../typescript/pieces/piece.ts";
import type { TextChange } from "../../../typescript/problems.ts";
import { isEnum, membersOf, splitAtTop } from "./annotations.ts";
import { isCode, type PythonFile } from "./pythonFile.ts";

const MOST_CASES = 60;

export function missingCases(file: PythonFile): Drafted[] {
  return askedMatches(file).flatMap((node) => casesOf(file, node));
}

const askedMatches = (file: PythonFile): SyntaxNode[] => file.nodes("match_statement", file.root).filter(file.isAsked);

/** Names that the file imports and that stand before a dot in a case, as an enum's does. */
export function enumsAsked(file: PythonFile): Set<string> {
  const dotted = askedMatches(file).flatMap((node) => file.nodes("dotted_name", node));
  const names = dotted.flatMap((one) => /^(\w+)\.\w+$/.exec(file.textOf(one))?.[1] ?? []);
  return new Set(names.filter((name) => file.importOf(name)));
}

function casesOf(file: PythonFile, node: SyntaxNode): Drafted[] {
  const subject = node.childForFieldName("subject");
  const type = subject?.type === "identifier" ? annotationOf(file, node, file.textOf(subject)) : undefined;
  const values = type === undefined ? undefined : valuesOf(file, type);
  const clauses = file.nodes("case_clause", node).filter((one) => isOwn(one, node));
  if (type !== undefined && !values && enumsAsked(file).has(type)) return [{ kind: "cases", refusal: "otherFile" }];
  if (!subject || !values || clauses.length === 0) return [];
  const covered = new Set<string>();
  let rest: SyntaxNode | undefined;
  for (const clause of clauses) {
    const patterns = clause.namedChildren.filter((one) => one.type === "case_pattern");
    const isGuarded = clause.namedChildren.some((one) => one.type === "if_clause");
    const [pattern, ...others] = patterns;
    if (!pattern || others.length > 0) return [{ kind: "cases", refusal: "computedCase" }];
    const inner = pattern.namedChildren[0];
    const parts = inner?.type === "union_pattern" ? inner.namedChildren : [inner ?? pattern];
    for (const part of parts) {
      const text = file.textOf(part);
      const isName = /^[\p{L}_][\p{L}\p{N}_]*$/u.test(text) && !/^(?:None|True|False)$/.test(text);
      if (isName && !isGuarded)
        rest = clause; // it takes whatever comes
      else if (!isGuarded && !isName) covered.add(keyOf(text));
    }
  }
  if (rest && !/:\s*(?:raise\b|(?:typing\.)?assert_never\()/.test(file.textOf(rest))) return [];
  const missing = values.filter((one) => !covered.has(keyOf(one)));
  if (missing.length === 0) return [];
  if (missing.length > MOST_CASES) return [{ kind: "cases", refusal: "tooMany" }];

  const bodies = clauses.map((clause) => clause.childForFieldName("consequence")?.namedChildren.at(-1)?.type);
  const isLeaving = bodies.every((one) => one === "return_statement" || one === "raise_statement");
  const [first] = clauses;
  const indent = file.indentOf(first!);
  const lines = missing.flatMap((value) => [
    `${indent}case ${value}:`,
    `${indent}${file.indent}${isLeaving ? `raise NotImplementedError(${JSON.stringify(value.replace(/^["'](.*)["']$/, "$1"))})` : "pass"}`,
  ]);
  const title = `Add ${named(missing)}`;
  const last = clauses.at(-1)!;
  const at = rest ? rest.startIndex : last.endIndex;
  const newText = rest ? `${lines.join("\n").trimStart()}\n${indent}` : `\n${lines.join("\n")}`;
  const cases: Drafted = { kind: "cases", title, mends: false, ways: [[{ start: at, end: at, newText }]] };
  if (rest) return [cases];
  const never = neverOf(file);
  const checked = `${newText}\n${indent}case _:\n${indent}${file.indent}${never.name}(${file.textOf(subject)})`;
  const ways = [[...never.imported, { start: at, end: at, newText: checked }]];
  return [cases, { kind: "cases", title: `${title} and a last one of assert_never`, mends: false, ways }];
}

/** How the file says `assert_never`, which type checkers know, and the import that it lacks for that. */
function neverOf(file: PythonFile): { name: string; imported: TextChange[] } {
  const imports = file.root.namedChildren.filter(({ type }) => /^import_(?:from_)?statement$/.test(type));
  const texts = imports.map(file.textOf);
  if (texts.some((text) => /^from .*\bassert_never\b/s.test(text))) return { name: "assert_never", imported: [] };
  const module = texts.some((text) => /^from typing_extensions\b/.test(text)) ? "typing_extensions" : "typing";
  if (module === "typing" && texts.includes("import typing")) return { name: "typing.assert_never", imported: [] };
  const [first] = imports;
  const future = file.root.namedChildren.findLast(({ type }) => type === "future_import_statement");
  const at = first?.startIndex ?? future?.endIndex ?? file.root.namedChildren.find(isCode)?.startIndex ?? 0;
  const line = `from ${module} import assert_never`;
  const newText = first || !future ? `${line}\n${first ? "" : "\n"}` : `\n${line}`;
  return { name: "assert_never", imported: [{ start: at, end: at, newText }] };
}

/** Whether a clause belongs to this statement, and to none within it. */
function isOwn(clause: SyntaxNode, node: SyntaxNode): boolean {
  let at = clause.parent;
  while (at && at.type !== "match_statement") at = at.parent;
  return at?.startIndex === node.startIndex;
}

const keyOf = (text: string): string => text.replace(/^'([^'"\\]*)'$/, '"$1"');

/** The annotation of a parameter or variable that a place can see. */
function annotationOf(file: PythonFile, node: SyntaxNode, name: string): string | undefined {
  for (let at = node.parent; at; at = at.parent) {
    if (at.type !== "function_definition" && at.type !== "module") continue;
    const named = [
      ...(at.childForFieldName("parameters")?.namedChildren ?? []),
      ...file.nodes("assignment", at).filter(({ endIndex }) => endIndex < node.startIndex),
    ].filter((one) => {
      const own = one.childForFieldName("name") ?? one.childForFieldName("left") ?? one.namedChildren[0] ?? one;
      return file.textOf(own) === name;
    });
    const types = named.map((one) => one.childForFieldName("type"));
    if (named.length === 0) continue;
    const [type, ...others] = types;
    return type && others.length === 0 ? file.textOf(type) : undefined; // given another value: then its type may be another
  }
  return undefined;
}

/** The values of a type as patterns; undefined where there is no end of them. */
function valuesOf(file: PythonFile, type: string): string[] | undefined {
  const parts = splitAtTop(type, "|");
  if (parts.length > 1) {
    const each = parts.map((part) => valuesOf(file, part));
    return each.some((one) => one === undefined) ? undefined : each.flatMap((one) => one!);
  }
  const bare = type.trim().replace(/^(["'])(.*)\1$/, "$2");
  if (bare === "None") return ["None"];
  if (bare === "bool") return ["True", "False"];
  const [, wrapper, inner] = /^(?:\w+\.)?(Literal|Optional)\[([\s\S]*)\]$/.exec(bare) ?? [];
  if (wrapper === "Literal") return splitAtTop(inner!, ",").filter((one) => one !== "");
  if (wrapper === "Optional") {
    const own = valuesOf(file, inner!);
    return own && [...own, "None"];
  }
  const own = file.classes.find(({ name }) => name === bare);
  const members = own && isEnum(own) ? membersOf(own) : file.imported.get(bare);
  if (members) return members.map((name) => `${bare}.${name}`);
  const alias = file
    .nodes("assignment", file.root)
    .find((one) => one.parent?.parent?.type === "module" && file.textOf(one.childForFieldName("left")!) === bare);
  const right = alias?.childForFieldName("right");
  return right && /^(?:\w+\.)?Literal\[/.test(file.textOf(right)) ? valuesOf(file, file.textOf(right)) : undefined;
}
