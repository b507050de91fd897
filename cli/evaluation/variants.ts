// Variants of a case under edits that preserve its meaning: a robust model answers all of them alike. Pure except for the parser.

import type { Parsers } from "../../common/syntax/parsers.ts";
import type { SyntaxNode } from "../../common/syntax/syntax.ts";
import { documentItem, type EvaluationCase } from "./cases.ts";

interface Replacement {
  start: number; // offsets in prefix + expected + suffix
  end: number;
  text: string;
}

interface Program {
  value: EvaluationCase;
  text: string;
  root: SyntaxNode;
}

const EDITS = { renamedLocal, moreBlankLines, rewordedComments, reversedImports };

export type VariantName = keyof typeof EDITS;

export interface Variant {
  name: VariantName;
  value: EvaluationCase;
}

/** The variants that apply to the case, at most four (some cases have nothing to rename or reorder). */
export function variantsOf(value: EvaluationCase, parsers: Parsers): Variant[] {
  const text = value.prefix + (value.expected ?? "") + value.suffix;
  const root = parsers.for(documentItem(value).languageId)?.parse(text)?.rootNode;
  if (root === undefined) return [];
  const program = { value, text, root };
  return (Object.keys(EDITS) as VariantName[]).flatMap((name) => {
    const edited = apply(value, EDITS[name](program));
    return edited ? [{ name, value: edited }] : [];
  });
}

/** Renames the local declared nearest before the cursor, at every occurrence. */
function renamedLocal({ value, text, root }: Program): Replacement[] {
  const identifiers = descendants(root).filter(({ type }) => type === "identifier");
  const declared = identifiers
    .filter((node) => node.endIndex <= value.prefix.length && isLocalDeclaration(node))
    .map((node) => text.slice(node.startIndex, node.endIndex))
    .reverse();
  for (const name of new Set(declared)) {
    const uses = identifiers.filter((node) => text.slice(node.startIndex, node.endIndex) === name);
    const newName = value.language === "python" ? `${name}_value` : `${name}Value`;
    // the name must mean this local everywhere: it occurs as no property or keyword, and in no string, comment or test
    const safe =
      occurrences(text, name) === uses.length &&
      occurrences(value.test ?? "", name) === 0 &&
      occurrences(text, newName) === 0 &&
      !uses.some(isMemberOrKeyword);
    if (safe) return uses.map((node) => ({ start: node.startIndex, end: node.endIndex, text: newName }));
  }
  return [];
}

const FUNCTIONS = /^(function_|arrow_function|method_|generator_function|lambda)/;
const DECLARATIONS = new Set(["variable_declarator", "required_parameter", "optional_parameter", "formal_parameters"]);
const PYTHON_DECLARATIONS = new Set(["parameters", "typed_parameter", "assignment", "for_statement"]);

function isLocalDeclaration(node: SyntaxNode): boolean {
  const { parent } = node;
  if (parent === null || !isInside(parent, FUNCTIONS)) return false;
  if (DECLARATIONS.has(parent.type)) return parent.type !== "variable_declarator" || isField(parent, "name", node);
  if (!PYTHON_DECLARATIONS.has(parent.type)) return false;
  return parent.type.endsWith("parameter") || parent.type === "parameters" || isField(parent, "left", node);
}

const isMemberOrKeyword = (node: SyntaxNode): boolean =>
  node.parent !== null && (isField(node.parent, "attribute", node) || isKeywordName(node.parent, node));

const isKeywordName = (parent: SyntaxNode, node: SyntaxNode): boolean =>
  parent.type === "keyword_argument" && isField(parent, "name", node);

const isField = (parent: SyntaxNode, field: string, node: SyntaxNode): boolean => {
  const child = parent.childForFieldName(field);
  return child !== null && child.startIndex === node.startIndex && child.endIndex === node.endIndex;
};

function isInside(node: SyntaxNode, type: RegExp): boolean {
  for (let outer: SyntaxNode | null = node; outer !== null; outer = outer.parent)
    if (type.test(outer.type)) return true;
  return false;
}

function occurrences(text: string, name: string): number {
  return [...text.matchAll(/[\p{L}_$][\p{L}\p{N}_$]*/gu)].filter(([identifier]) => identifier === name).length;
}

/** Adds a blank line before each top-level statement before the cursor. */
function moreBlankLines({ value, root }: Program): Replacement[] {
  return root.namedChildren
    .slice(1)
    .filter((node) => node.startPosition.column === 0 && node.startIndex < value.prefix.length)
    .map((node) => ({ start: node.startIndex, end: node.startIndex, text: "\n" }));
}

/** Adds two words at the beginning of comments before the cursor, except comments that control a tool. */
function rewordedComments({ value, text, root }: Program): Replacement[] {
  return descendants(root)
    .filter(({ type, endIndex }) => type === "comment" && endIndex <= value.prefix.length)
    .flatMap((node) => {
      const opening = /^(?:\/\/|#|\/\*\*?)\s+(?:\*\s+)?(?=[\p{L}])/u.exec(text.slice(node.startIndex, node.endIndex));
      if (!opening || /eslint|biome|prettier|type:|noqa|istanbul|@ts-/.test(text.slice(node.startIndex, node.endIndex)))
        return [];
      const at = node.startIndex + opening[0].length;
      return [{ start: at, end: at, text: "Note that " }];
    });
}

/** Reverses the first run of consecutive imports. */
function reversedImports({ value, text, root }: Program): Replacement[] {
  const run: SyntaxNode[] = [];
  for (const node of root.namedChildren) {
    const follows = run.length === 0 || node.startPosition.row === (run.at(-1)?.endPosition.row ?? 0) + 1;
    if (/^import_(from_)?statement$/.test(node.type) && follows && node.endIndex <= value.prefix.length) run.push(node);
    else if (run.length > 0) break;
  }
  if (run.length < 2) return [];
  return run.map((node, index) => {
    const other = run[run.length - 1 - index];
    return { start: node.startIndex, end: node.endIndex, text: text.slice(other.startIndex, other.endIndex) };
  });
}

function descendants(root: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    found.push(node);
    open.push(...node.children.toReversed()); // so that nodes are visited in the order of the text
  }
  return found;
}

/** The case after the replacements; undefined where there are none, or one crosses a boundary of the expected text. */
function apply(value: EvaluationCase, replacements: readonly Replacement[]): EvaluationCase | undefined {
  if (replacements.length === 0) return undefined;
  const cursor = value.prefix.length;
  const end = cursor + (value.expected ?? "").length;
  const parts: [from: number, to: number][] = [
    [0, cursor],
    [cursor, end],
    [end, end + value.suffix.length],
  ];
  const inPart = parts.map(([from, to], index) =>
    replacements.filter((r) => r.start >= from && r.end <= to && (index === 0 || r.start > from || r.end > r.start)),
  );
  if (inPart.flat().length !== replacements.length) return undefined;
  const whole = value.prefix + (value.expected ?? "") + value.suffix;
  const [prefix, expected, suffix] = parts.map(([from, to], index) => replaced(whole, from, to, inPart[index]));
  return { ...value, prefix, expected: value.expected === null ? null : expected, suffix };
}

function replaced(whole: string, from: number, to: number, replacements: readonly Replacement[]): string {
  let text = "";
  let at = from;
  for (const { start, end, text: newText } of replacements.toSorted((a, b) => a.start - b.start)) {
    text += whole.slice(at, start) + newText;
    at = end;
  }
  return text + whole.slice(at, to);
}
