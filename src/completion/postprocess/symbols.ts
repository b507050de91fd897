// Judges the names of a suggestion by the tree that the document has with it: is each of them declared where it can be seen, imported, global, or
// a member of what stands before the dot? Says nothing where it cannot know. This quick check always runs; a language service knows more.

import { type NamePlace, nameAt, namesIn, Scopes } from "../../../common/syntax/names/bindings.ts";
import { type Range, textOf } from "../../../common/syntax/names/names.ts";
import type { SyntaxTree } from "../../../common/syntax/syntax.ts";
import type { KnownSymbols } from "../symbols/knownSymbols.ts";
import { type Judged, soundVariant } from "./syntaxErrors.ts";

/** The text of the document with the suggestion, its tree, and the range of the suggestion. */
export interface WithSuggestion extends Range {
  tree: SyntaxTree;
  text: string;
}

/** How many occurrences of a name are checked to see whether the document uses it as a global. */
const MAX_OCCURRENCES = 20;

/** A name that does not exist. */
export interface UnknownName {
  name: string;
  start: number; // in the suggestion; negative where the name was begun before it
  instead?: ReadonlySet<string>; // all names that exist there, where these are known
}

/**
 * The first unknown name in a suggestion; undefined where there is none, or where the text could not be parsed in time. A text that leaves
 * something open is judged with an end supplied.
 * @param documentText without the suggestion
 */
export function unknownSymbol(
  text: string,
  replaceAfter: number,
  judged: Judged,
  documentText: string,
  known: KnownSymbols,
): UnknownName | undefined {
  const written = withSuggestion(text, replaceAfter, judged, documentText);
  return written && unknownIn(written, known);
}

/**
 * The text without the names of its imports that their module does not export, where names remain; a text without any is left to `unknownSymbol`.
 * @param documentText without the suggestion
 */
export function withoutUnknownImports(
  text: string,
  replaceAfter: number,
  judged: Judged,
  documentText: string,
  known: KnownSymbols,
): string {
  const written = withSuggestion(text, replaceAfter, judged, documentText);
  if (!written || known.modules.modules.size === 0) return text;
  const { tree, startIndex, endIndex } = written;
  const imported = namesIn(tree, written.text, startIndex, endIndex, known.rules).filter(
    (one) => one.role === "imported",
  );
  const unknown = imported.filter((one) => exportsThere(one, written.text, known)?.has(one.name) === false);
  if (unknown.length === imported.length) return text;
  let kept = text;
  for (const { path } of unknown.reverse()) {
    const entry = path.findLast(({ type }) =>
      /^(import_specifier|export_specifier|aliased_import|dotted_name)$/.test(type),
    );
    if (!entry || entry.startIndex < startIndex) return text;
    kept = withoutEntry(kept, entry.startIndex - startIndex, entry.endIndex - startIndex);
  }
  return kept;
}

/** Without the entry of a list and the comma before it, or behind it where it is the first. */
function withoutEntry(text: string, start: number, end: number): string {
  const before = text.slice(0, start).replace(/,\s*$/, "");
  if (before.length < start) return before + text.slice(end);
  return before + text.slice(end).replace(/^\s*,\s*/, "");
}

/** The document with the suggestion; undefined where it could not be parsed in time. A text that leaves something open has an end supplied. */
export function withSuggestion(
  text: string,
  replaceAfter: number,
  judged: Judged,
  documentText: string,
): WithSuggestion | undefined {
  const { draft, offset, pending } = judged;
  const sound = soundVariant(text, replaceAfter, judged) ?? text;
  const tree = draft.parse(pending + sound, replaceAfter);
  const startIndex = offset + pending.length;
  const whole = documentText.slice(0, offset) + pending + sound + documentText.slice(offset + replaceAfter);
  return tree && { tree, text: whole, startIndex, endIndex: startIndex + text.length };
}

/** The first unknown name in a part of a text. */
export function unknownIn(written: WithSuggestion, known: KnownSymbols): UnknownName | undefined {
  const { tree, text, startIndex, endIndex } = written;
  const scopes = new Scopes(text, known.rules, { startIndex, endIndex });
  for (const place of namesIn(tree, text, startIndex, endIndex, known.rules)) {
    const { name, path } = place;
    const instead = namesThere(place, written, known, scopes);
    if (instead ? instead.has(name) : isKnown(place, written, known, scopes)) continue;
    return { name, start: path.at(-1)!.startIndex - startIndex, instead };
  }
  return undefined;
}

/** All names that may stand at the place of a member or of an imported name; undefined where they are not known. */
function namesThere(
  place: NamePlace,
  written: WithSuggestion,
  known: KnownSymbols,
  scopes: Scopes,
): ReadonlySet<string> | undefined {
  if (place.role === "member") return membersThere(place, written, known, scopes);
  return place.role === "imported" ? exportsThere(place, written.text, known) : undefined;
}

function isKnown(place: NamePlace, written: WithSuggestion, known: KnownSymbols, scopes: Scopes): boolean {
  const { name, role } = place;
  if (role !== "reference") return true;
  if (known.open || known.names.has(name) || known.isGlobal(name)) return true;
  // Where the suggestion itself does not parse, what looks like a name may be none.
  if (place.path.some(({ type, startIndex }) => type === "ERROR" && startIndex >= written.startIndex)) return true;
  if (scopes.find(name, place.path) || scopes.isOpen(place.path)) return true;
  return mayBeDeclared(place, written, known, scopes) || known.isDefinedElsewhere(name);
}

function membersThere(
  { path }: NamePlace,
  { text, ...range }: WithSuggestion,
  known: KnownSymbols,
  scopes: Scopes,
): ReadonlySet<string> | undefined {
  const parent = path.at(-2)!;
  const receiver = parent.childForFieldName("object") ?? parent.childForFieldName("module");
  const word = receiver?.type === "identifier" ? textOf(text, receiver) : undefined;
  if (word !== undefined && !/^(self|cls)$/.test(word)) {
    if (known.names.has(word) && !known.owners.has(word)) return undefined;
    const owner = scopes.find(word, path)?.owner;
    const exported = owner && isImport(owner.type) ? known.modules.namespaces.get(word) : undefined;
    if (exported) return exported;
  }
  return known.rules.shapeOf(path, text, (each) => scopes.find(each, path)?.owner, range)?.members;
}

/** Whether a node type stands for a module that is imported as a whole. */
const isImport = (type: string): boolean => /^(namespace_import|aliased_import|dotted_name)$/.test(type);

/** What the module exports of which an import names something. */
export function exportsThere(
  { path }: NamePlace,
  text: string,
  { modules }: KnownSymbols,
): ReadonlySet<string> | undefined {
  const statement = path.findLast(({ type }) => /^(import|export|import_from)_statement$/.test(type));
  const source = statement?.childForFieldName("source") ?? statement?.childForFieldName("module_name");
  return source ? modules.modules.get(textOf(text, source).replace(/^["']|["']$/g, "")) : undefined;
}

/**
 * Judges a name by its other occurrences in the document. A name that is used elsewhere but declared nowhere comes from outside. A declaration
 * that is not visible here counts only where neither place parses: an open bracket swallows what follows, visible declarations included.
 */
function mayBeDeclared(
  { name, path }: NamePlace,
  written: WithSuggestion,
  known: KnownSymbols,
  scopes: Scopes,
): boolean {
  const { tree, text, startIndex, endIndex } = written;
  let isUsed = false;
  let isDeclared = false;
  let isInBrokenCode = false;
  let looked = 0;
  for (let at = text.indexOf(name); at !== -1 && looked < MAX_OCCURRENCES; at = text.indexOf(name, at + name.length)) {
    const end = at + name.length;
    if ((end > startIndex && at < endIndex) || isWordUnit(text[at - 1]) || isWordUnit(text[end])) continue;
    const place = nameAt(tree, text, at, known.rules);
    if (place?.name !== name) continue;
    looked++;
    isUsed ||= place.role === "reference";
    if (place.role !== "declaration" && place.role !== "unsure") continue;
    isDeclared = true;
    isInBrokenCode ||= isBroken(place);
  }
  if (!isDeclared) return isUsed;
  return isInBrokenCode && (isBroken({ path }) || known.damaged.has(name) || scopes.isInDamage(name, path));
}

const isWordUnit = (unit: string | undefined): boolean => unit !== undefined && /[\w$\u0080-\uffff]/.test(unit);

/** Whether something around the place does not parse: a part of the text, or all of it. */
const isBroken = ({ path }: Pick<NamePlace, "path">): boolean =>
  path[0]!.type === "ERROR" || (path[0]!.hasError && path.slice(1).some((node) => node.hasError));
