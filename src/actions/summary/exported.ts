// What a file lets others use, in every language with a grammar: each with its signature, the first sentence of its docstring, and its public members.
// Pure; reads this file only.

import {
  type FoundDefinition,
  findDefinitions,
  type NestedDefinition,
  nested,
} from "../../../common/syntax/definitions.ts";
import { importsOf } from "../../../common/syntax/imports.ts";
import { type LanguageSyntax, languageSyntax } from "../../../common/syntax/languages.ts";
import { lineEndOf, lineStartOf } from "../../../common/syntax/lines.ts";
import type { SyntaxTree } from "../../../common/syntax/syntax.ts";
import { docOf } from "./docSentence.ts";
import { type ExportedName, ecmaScriptExports } from "./ecmaScriptExports.ts";

export interface ExportedMember {
  name: string;
  signature: string;
  sentence?: string;
  startIndex: number; // of its name
  isDeprecated: boolean;
}

export interface Exported extends ExportedMember {
  /** What others call it: "default" for a default export, "export=" for a whole module. */
  as: string;
  /** What the file itself calls it. */
  local: string;
  kind: NestedDefinition["kind"] | "handedOn";
  /** The module that it comes from, where it is handed on. */
  module?: string;
  hasDocstring: boolean;
  members: ExportedMember[];
}

export interface ExportsOfFile {
  exports: Exported[]; // in the order of the file
  /** Modules of which everything is handed on. */
  stars: { module: string; startIndex: number }[];
}

const MOST_SIGNATURE_UNITS = 160;

/**
 * @param isDeclarations whether it is a file of declarations, which exports whatever it declares unless it says what
 * @returns undefined where the language has no grammar, or nothing in it is exported by rules that we know
 */
export function exportsIn(
  text: string,
  tree: SyntaxTree,
  languageId: string,
  isDeclarations = false,
): ExportsOfFile | undefined {
  const language = languageSyntax(languageId);
  if (!language || language.queries.includes("json")) return undefined;
  const all = nested(findDefinitions(text, tree));
  const { top, membersOf } = arranged(all);
  const described = (one: NestedDefinition, name = one.found.name): Exported => ({
    ...memberOf(text, languageId, one, name),
    as: name,
    local: one.found.name,
    kind: one.kind,
    hasDocstring: docOf(text, languageId, one.found) !== undefined,
    members: eachSignatureOnce(
      membersOf(one)
        .filter((member) => isPublicMember(text, languageId, member.found))
        .map((member) => memberOf(text, languageId, member)),
    ),
  });
  if (language.queries.includes("ecmascript")) {
    const { names, stars } = ecmaScriptExports(text, tree);
    const importedFrom = importedNames(text, tree, language);
    const exports = names.map((one) => ofName(one, top, importedFrom, described));
    const isPicked = /^export[ \t]{0,8}(?:\{|=|default[ \t]{1,8}[\w.$]{1,120}[ \t]{0,8};?[ \t\r]{0,8}$)/m.test(text);
    const ambient = isDeclarations && exports.length > 0 && !isPicked ? top.map((one) => described(one)) : [];
    const known = new Set(exports.map(({ local }) => local));
    return { stars, exports: [...exports, ...eachOnce(ambient).filter(({ name }) => !known.has(name))].sort(byPlace) };
  }
  const list = languageId === "python" ? dunderAll(text) : undefined;
  const exports = top
    .filter(({ found }) => (list ? list.has(found.name) : isExported(text, languageId, found)))
    .map((one) => described(one));
  const together = languageId === "python" ? assignedTogether(text, tree, list, exports) : [];
  const handedOn = list ? handedOnBy(text, tree, language, list, exports) : [];
  return { exports: eachOnce([...exports, ...together, ...handedOn]).sort(byPlace), stars: [] };

  /** For `exports.a = b`, where the assignment is itself a definition, what `b` is. */
  function assigned(definition: NestedDefinition, local: string | undefined): NestedDefinition {
    const isAssigned = /^(?:module\.)?exports\b/.test(
      text.slice(definition.found.startIndex, definition.found.nameStart),
    );
    return (
      (isAssigned &&
        local !== undefined &&
        top.find(({ found }) => found.name === local && found !== definition.found)) ||
      definition
    );
  }

  function ofName(
    { name, local, module, startIndex }: ExportedName,
    definitions: readonly NestedDefinition[],
    importedFrom: ReadonlyMap<string, string>,
    describe: typeof described,
  ): Exported {
    const definition =
      module === undefined
        ? (definitions.find(({ found }) => found.nameStart === startIndex) ??
          definitions.find(({ found }) => found.name === (local ?? (name === "default" ? name : undefined))))
        : undefined;
    const shown =
      name === "default" || name === "export=" ? (local ?? (name === "default" ? name : "module.exports")) : name;
    if (definition)
      return {
        ...describe(assigned(definition, local), shown),
        as: name,
        ...(startIndex >= definition.found.startIndex ? {} : { startIndex }),
      };
    const from = module ?? (local === undefined ? undefined : importedFrom.get(local));
    const signature = from === undefined ? lineAt(text, startIndex) : shown;
    const base = {
      name: shown,
      as: name,
      local: local ?? shown,
      signature,
      startIndex,
      isDeprecated: false,
      members: [],
    };
    return {
      ...base,
      hasDocstring: true,
      kind: from === undefined ? "variable" : "handedOn",
      ...(from !== undefined && { module: from }),
    };
  }
}

const byPlace = (a: ExportedMember, b: ExportedMember): number => a.startIndex - b.startIndex;

/** Of several definitions of a name, as of overloads, the first that has a docstring, else the first. */
function eachOnce(exports: readonly Exported[]): Exported[] {
  const byName = new Map<string, Exported>();
  for (const one of exports) {
    const known = byName.get(one.name);
    if (!known || (!known.hasDocstring && one.hasDocstring)) byName.set(one.name, one);
  }
  return [...byName.values()];
}

/** Fields that one line declares, as Go's `Keys, Values []string`, have one signature. */
const eachSignatureOnce = (members: readonly ExportedMember[]): ExportedMember[] =>
  members.filter(({ signature }, at) => at === 0 || members[at - 1]!.signature !== signature);

/** Splits the definitions of a file into those that lie in namespaces at most, and the members of each. */
function arranged(all: readonly NestedDefinition[]) {
  const top: NestedDefinition[] = [];
  const byOwner = new Map<string, NestedDefinition[]>();
  let outer: FoundDefinition | undefined;
  for (const one of all) {
    const { found, kind, container } = one;
    const isInside =
      outer !== undefined &&
      found.startIndex < outer.endIndex &&
      found !== outer &&
      found.startIndex >= outer.startIndex &&
      found.endIndex <= outer.endIndex &&
      !isTogether(outer, found);
    if (kind === "scope" || kind === "namespace") {
      if (kind === "namespace" && !isInside) top.push(one);
      continue;
    }
    if (!isInside && container === "") {
      top.push(one);
      outer = found;
    } else if (!isInside && kind !== "method" && kind !== "field") {
      top.push(one); // in a namespace
      outer = found;
    } else {
      const owner = container.split(".").at(-1)!;
      byOwner.set(owner, [...(byOwner.get(owner) ?? []), one]);
    }
  }
  const own = new Set(["class", "interface", "enum", "type"]);
  const membersOf = ({ found, kind }: NestedDefinition) =>
    own.has(kind)
      ? (byOwner.get(found.name) ?? []).filter((member) => member.kind === "method" || member.kind === "field")
      : [];
  return { top, membersOf };
}

/** Variables that are declared by one statement lie beside each other. */
const isTogether = (a: FoundDefinition, b: FoundDefinition): boolean =>
  a.startIndex === b.startIndex && a.endIndex === b.endIndex;

function memberOf(text: string, languageId: string, { found }: NestedDefinition, name = found.name): ExportedMember {
  const doc = docOf(text, languageId, found);
  return {
    name,
    signature: signatureOf(text, languageId, found),
    ...(doc?.sentence !== undefined && { sentence: doc.sentence }),
    startIndex: found.nameStart,
    isDeprecated: doc?.isDeprecated ?? false,
  };
}

const DECORATORS = /^(?:@[\w.$]+(?:\((?:[^()]|\([^()]*\))*\))?\s*)+/;
const ATTRIBUTES = /^(?:#!?\[(?:[^\][]|\[[^\]]*\])*\]\s*|\[(?:[^\][]|\[[^\]]*\])*\]\s*)+/;

/** What stands before its body, on one line. */
export function signatureOf(text: string, languageId: string, found: FoundDefinition): string {
  const { startIndex, endIndex, inner, bodyStart } = found;
  const from = languageId === "python" ? inner.startIndex : startIndex;
  const isKept = bodyStart === undefined || bodyStart <= found.nameStart;
  const whole = text.slice(from, Math.min(isKept ? endIndex : bodyStart, from + 20 * MOST_SIGNATURE_UNITS));
  const code = languageId === "python" ? whole.replace(/\s#[^\n"']*$/gm, "") : whole;
  const head = withoutBlockComments(code)
    .replace(languageId === "rust" || languageId === "csharp" ? ATTRIBUTES : DECORATORS, "")
    .replace(/^export\s+(?:default\s+)?(?:declare\s+)?/, "")
    .replace(/(?<=^|[\s,(])\/\/[^\n]*/g, " ");
  const cut =
    isKept && /^(?:interface|enum|class|struct|type\s+\w+\s+struct)\b/.test(head) ? head.split("{", 1)[0]! : head;
  const written = languageId === "python" ? `${accessOf(text, found)}${withoutValue(cut)}` : cut;
  const line = written
    .replace(/\s+/g, " ")
    .trim()
    .replace(/ ?(?:=>|[:{;])$/, "")
    .replace(/,? \)|, >/g, (end) => end.at(-1)!) // several lines' last comma
    .replace(/\( |(?<=\w)< /g, (start) => start[0])
    .trim();
  return line.length > MOST_SIGNATURE_UNITS ? `${line.slice(0, MOST_SIGNATURE_UNITS).trimEnd()} …` : line;
}

/** The decorator that says how a Python method is used; "" where none does. */
const accessOf = (text: string, { startIndex, inner }: FoundDefinition): string =>
  /^@(?:[\w.]{1,80}\.)?((?:cached_|class)?property|staticmethod|classmethod)\b/m
    .exec(text.slice(startIndex, inner.startIndex))?.[0]
    .concat(" ") ?? "";

/** An attribute that a Python method sets, by its type alone where it says one: the value is a parameter most times. */
const withoutValue = (code: string): string => /^(self\.\w{1,80}\s*:[^=]{1,200}?)\s*=/.exec(code)?.[1] ?? code;

/** A comment that does not end is kept. */
const withoutBlockComments = (code: string): string =>
  code
    .split("/*")
    .map((part, index) => {
      const end = part.indexOf("*/");
      if (index === 0) return part;
      return end === -1 ? `/*${part}` : ` ${part.slice(end + 2)}`;
    })
    .join("");

function lineAt(text: string, offset: number): string {
  const line = text.slice(lineStartOf(text, offset), lineEndOf(text, offset)).trim();
  return line.length > MOST_SIGNATURE_UNITS ? `${line.slice(0, MOST_SIGNATURE_UNITS)} …` : line;
}

/** By the rules of languages in which a name or a modifier tells; in C and C++ all but `static` functions and variables. */
function isExported(text: string, languageId: string, found: FoundDefinition): boolean {
  const { name, inner, startIndex, nameStart } = found;
  const head = text.slice(Math.min(inner.startIndex, startIndex, nameStart), nameStart);
  switch (languageId) {
    case "python":
      return !name.startsWith("_");
    case "go":
      return /^\p{Lu}/u.test(name);
    case "rust":
      return /(?:^|\s)pub\s(?!\()/.test(head);
    case "java":
    case "csharp":
      return /\bpublic\b/.test(head);
    default:
      return !/\bstatic\b/.test(head);
  }
}

function isPublicMember(text: string, languageId: string, found: FoundDefinition): boolean {
  const { name, inner, nameStart } = found;
  if (/^[#_]/.test(name) && name !== "__init__") return false;
  if (languageId === "go") return /^\p{Lu}/u.test(name);
  const head = text.slice(Math.min(inner.startIndex, nameStart), nameStart);
  return !/\b(?:private|protected)\b/.test(head);
}

/** The names in `__all__`; undefined where a Python file has none, or computes it. */
function dunderAll(text: string): Set<string> | undefined {
  const head = /^__all__[ \t]{0,8}(?::[^=\n]{1,80})?=\s{0,80}[[(]/m.exec(text);
  const list = head ? text.slice(head.index + head[0].length) : "";
  const end = list.search(/[\])]/);
  const written = list.slice(0, Math.max(0, end));
  if (end === -1 || /[^\s\w"',#.-]/.test(written.replace(/#.*$/gm, ""))) return undefined;
  return new Set([...written.replace(/#.*$/gm, "").matchAll(/["']([^"']+)["']/g)].map(([, name]) => name!));
}

/** The names of `a = b = 1` and `a, b = 1, 2` at a Python file's top level, which are no definitions of their own. */
function assignedTogether(
  text: string,
  tree: SyntaxTree,
  list: ReadonlySet<string> | undefined,
  exports: readonly Exported[],
): Exported[] {
  const known = new Set(exports.map(({ name }) => name));
  const found: Exported[] = [];
  for (const statement of tree.rootNode.namedChildren) {
    let node = statement.type === "expression_statement" ? statement.namedChildren[0] : undefined;
    for (; node?.type === "assignment"; node = node.childForFieldName("right") ?? undefined) {
      const left = node.childForFieldName("left");
      for (const one of left ? [left, ...left.namedChildren] : []) {
        const name = one.type === "identifier" ? text.slice(one.startIndex, one.endIndex) : "_";
        if (known.has(name) || !(list ? list.has(name) : !name.startsWith("_"))) continue;
        known.add(name);
        const base = { name, as: name, local: name, startIndex: one.startIndex, isDeprecated: false, members: [] };
        found.push({ ...base, kind: "variable", signature: lineAt(text, one.startIndex), hasDocstring: true });
      }
    }
  }
  return found;
}

const importedNames = (text: string, tree: SyntaxTree, language: LanguageSyntax): Map<string, string> =>
  new Map(
    importsOf(text, tree, language).flatMap(({ module, locals }) => locals.map((local) => [local, module] as const)),
  );

/** What `__all__` names and the file imports. */
function handedOnBy(
  text: string,
  tree: SyntaxTree,
  language: LanguageSyntax,
  list: ReadonlySet<string>,
  exports: readonly Exported[],
): Exported[] {
  const from = importedNames(text, tree, language);
  const own = new Set(exports.map(({ name }) => name));
  return [...list].flatMap((name): Exported[] => {
    const startIndex = new RegExp(`(?<![\\w$])${name.replace(/\W/g, "")}(?![\\w$])`).exec(text)?.index;
    if (own.has(name) || startIndex === undefined) return [];
    const module = from.get(name);
    const base = {
      name,
      as: name,
      local: name,
      signature: name,
      startIndex,
      isDeprecated: false,
      hasDocstring: true,
      members: [],
    };
    return [{ ...base, kind: "handedOn", ...(module !== undefined && { module }) }];
  });
}
