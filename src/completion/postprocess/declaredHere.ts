// Ends a suggestion before a declaration that the same scope of the file already has, above or below the cursor: a function, class, method, type or
// constant. What may be declared again (overloads, accessors, other scopes, merged namespaces) stays. Reads the tree; must not judge other files.

import { type FoundDefinition, findDefinitions } from "../../../common/syntax/definitions.ts";
import type { SyntaxTree } from "../../../common/syntax/syntax.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import type { Place } from "../place.ts";
import { type Judged, soundVariant } from "./syntaxErrors.ts";

/** Languages in which functions of one name may differ in their parameters. */
const overloading = /^(java|csharp|cpp)$/;

/** Words before a name that make it another thing of the same name. */
const variants = /\b(?:get|set|static)\b/g;

/** Words before a name that let it be declared again: by types, by a compiler's flags, in parts. */
const again = /\b(?:overload|register|dispatch|setter|getter|deleter|cfg|template|partial|macro_rules)\b/;

/** Names that every file may have several of. */
const repeatable = /^(?:_|init|constructor)$/;

const IMPORT_WORD = /\b(?:import|from|use|using|#include|require)\b/;

/** A whole statement that brings names into the file; on one line, as most are. */
const IMPORT_LINE =
  /^(?:import\b|from\s+\S+\s+import\b|use\s+\S|using\s+\S|#include\b|(?:const|let|var)\b[^=]*=\s*require\()/;

/** How many lines from the top may be imports. */
const MOST_IMPORT_LINES = 400;

/** How many occurrences of a name are looked at. */
const MAX_OCCURRENCES = 40;

/** How far before a name its decorators or attributes are looked for, in UTF-16 units. */
const LEADING_UNITS = 300;

/** @returns the text before the declaration or import; the text itself where it declares and imports nothing again */
export function cutAtDeclared(
  text: string,
  { document, line }: Pick<Place, "document" | "line">,
  judged: Judged,
): string {
  const cut = cutAtImport(text, line, document.text.getText());
  return cut === text ? withoutDeclared(text, document, judged) : cut;
}

/** The text before a line that imports what a line of the document imports already, word for word. */
function cutAtImport(text: string, line: string, own: string): string {
  if (!IMPORT_WORD.test(line + text)) return text;
  const there = new Set(own.split("\n", MOST_IMPORT_LINES).map((one) => one.trim()));
  const lines = text.split("\n");
  const first = lines.findIndex((one, index) => {
    const whole = (index === 0 ? line + one : one).trim();
    return IMPORT_LINE.test(whole) && there.has(whole);
  });
  return first === -1 ? text : lines.slice(0, first).join("\n");
}

function withoutDeclared(text: string, document: OpenDocument, judged: Judged): string {
  const { draft, offset, pending } = judged;
  const sound = soundVariant(text, 0, judged) ?? text;
  const tree = draft.parse(pending + sound);
  if (!tree) return text;
  const startIndex = offset + pending.length;
  const endIndex = startIndex + text.length;
  const own = document.text.getText();
  const whole = own.slice(0, offset) + pending + sound + own.slice(offset);
  const isNew = ({ nameStart, name }: FoundDefinition) => nameStart < endIndex && nameStart + name.length > startIndex;
  const made = findDefinitions(whole, tree, { startIndex, endIndex }).filter(isNew);
  if (made.length === 0) return text;
  const { languageId } = document;
  const declared = (found: FoundDefinition) => declarationOf(found, whole, tree, languageId);
  const first = made.find((found) => {
    const one = declared(found);
    const others = one
      ? namedLike(found, whole, tree).filter((other) => !isNew(other) || other.nameStart < found.nameStart)
      : [];
    return others.some((other) => isSame(declared(other), one!));
  });
  return first ? withoutComments(text.slice(0, Math.max(0, first.startIndex - startIndex)), judged) : text;
}

/** The definitions of the same name, by where the name stands in the text: a query of the whole tree would take longer than a key may. */
function namedLike({ name }: FoundDefinition, text: string, tree: SyntaxTree): FoundDefinition[] {
  const found: FoundDefinition[] = [];
  let looked = 0;
  for (let at = text.indexOf(name); at !== -1 && looked < MAX_OCCURRENCES; at = text.indexOf(name, at + name.length)) {
    if (/[\w$]/.test(text[at - 1] ?? "") || /[\w$]/.test(text[at + name.length] ?? "")) continue;
    looked++;
    const range = { startIndex: Math.max(0, at - LEADING_UNITS), endIndex: at + 1 };
    found.push(...findDefinitions(text, tree, range).filter(({ nameStart }) => nameStart === at));
  }
  return found;
}

interface Declaration {
  key: string; // what it declares, and where
  variant: string; // words that make it another thing of the same name
  parameters: string; // without white space, where they tell functions apart
}

const isSame = (a: Declaration | undefined, b: Declaration): boolean =>
  a?.key === b.key && a.variant === b.variant && a.parameters === b.parameters;

/** @returns undefined for what may be declared again */
function declarationOf(
  found: FoundDefinition,
  text: string,
  tree: SyntaxTree,
  languageId: string,
): Declaration | undefined {
  const { kind, path, name, container, startIndex, endIndex, nameStart, bodyStart } = found;
  if (kind === "scope" || kind === "namespace" || kind === "field" || repeatable.test(name)) return undefined;
  const before = text.slice(startIndex, nameStart);
  if (again.test(before)) return undefined;
  const isConstant = /\b(?:const|let)\b/.test(before) || (languageId === "python" && /^[A-Z][A-Z0-9_]*$/.test(name));
  if (kind === "variable" ? !isConstant : bodyStart === undefined && kind !== "type") return undefined; // a signature
  const scope = tree
    .pathTo(nameStart)
    .findLast((node) => node.startIndex <= startIndex && node.endIndex >= endIndex && !isAsLong(node, found));
  const space = kind === "interface" || kind === "type" ? "type" : "value";
  const isFunction = kind === "function" || kind === "method";
  return {
    key: [space, container, path, scope?.type, scope?.startIndex].join(" "),
    variant: (before.match(variants) ?? []).join(" "),
    parameters: isFunction && overloading.test(languageId) ? text.slice(nameStart, bodyStart).replace(/\s/g, "") : "",
  };
}

const isAsLong = (node: { startIndex: number; endIndex: number }, { startIndex, endIndex }: FoundDefinition): boolean =>
  node.endIndex - node.startIndex === endIndex - startIndex;

/** Drops the comment that belonged to what was cut off. */
function withoutComments(text: string, { language: { lineComment } }: Judged): string {
  const lines = text.trimEnd().split("\n");
  const last = () => lines.at(-1)!.trim();
  if (last().endsWith("*/")) while (lines.length > 1 && !last().startsWith("/*")) lines.pop();
  while (lines.length > 0 && (last().startsWith(lineComment) || last().startsWith("/*"))) lines.pop();
  return lines.join("\n").trimEnd();
}
