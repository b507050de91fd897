// Where functions of a file change variables that outlive the call: of this module, of an imported one, of the whole program. For TypeScript and
// JavaScript, Python, and Go. A name that any function declares for itself is left out: it may be that one.

import { importsOf } from "../../../common/syntax/imports.ts";
import { languageSyntax } from "../../../common/syntax/languages.ts";
import { matchesByPart, type SyntaxNode, type SyntaxTree } from "../../../common/syntax/syntax.ts";
import { isFunctionNode, walked } from "./walk.ts";

export interface StateChange {
  what: string; // the variable
  startIndex: number;
}

type TextOf = (node: SyntaxNode) => string;

/** The variables of a file's top level, by name, with the code that they begin with. */
type Variables = ReadonlyMap<string, string>;

/** How collections, and other objects that functions put something into, begin. */
const COLLECTION =
  /^(?:new\s+(?:Map|Set|WeakMap|WeakSet|Array)\b|\[|\{|Object\.create\(|(?:dict|set|list)\(|(?:collections\.)?(?:deque|defaultdict|OrderedDict|Counter)\(|(?:threading\.)?local\(|(?:weakref\.)?Weak\w+\(|(?:contextvars\.)?ContextVar[[(])/;
const CHANGES =
  /^(?:set|add|push|pop|shift|unshift|splice|delete|clear|append|appendleft|extend|insert|remove|popleft|update|setdefault|discard|popitem)$/;
const GO_SHARED = /\b(?:sync\.(?:Map|Pool)|atomic\.\w+)/;
const GO_CHANGES = /^(?:Store|Delete|Put|Add|Swap|CompareAndSwap|LoadOrStore|Clear)$/;
const WHOLE_PROGRAM = /^(?:globalThis|global|window)$/;
const BUILT_IN = /^(?:Object|Array|String|Number|Boolean|Function|Promise|Date|RegExp|Error|Map|Set|Symbol|Math|JSON)$/;
const ASSIGNS =
  /^(?:assignment_expression|augmented_assignment_expression|update_expression|assignment|augmented_assignment|assignment_statement|inc_statement|dec_statement|delete_statement)$/;

export function stateChanges(text: string, tree: SyntaxTree, languageId: string): StateChange[] {
  const language = languageSyntax(languageId);
  const isPython = languageId === "python";
  if (!language || !(isPython || languageId === "go" || language.queries.includes("ecmascript"))) return [];
  const textOf: TextOf = ({ startIndex, endIndex }) => text.slice(startIndex, endIndex);
  const own = variablesOf(tree, textOf);
  const imported = new Set(importsOf(text, tree, language).flatMap(({ locals }) => locals));
  const hidden = namesOfFunctions(text, tree);
  const globals = new Set<string>(); // of Python's `global`
  const found: StateChange[] = [];
  walked(
    tree,
    (node, isInFunction: boolean) => {
      if (node.type === "global_statement") for (const name of node.namedChildren) globals.add(textOf(name));
      const changed = changedBy(node, isInFunction);
      if (changed) found.push({ what: changed, startIndex: node.startIndex });
      return (child) => isInFunction || isFunctionNode(child);
    },
    false,
  );
  return found;

  function changedBy(node: SyntaxNode, isInFunction: boolean): string | undefined {
    if (ASSIGNS.test(node.type)) {
      for (const left of targetsOf(node)) {
        const root = rootOf(left, textOf);
        if (root === undefined) continue;
        const isWhole = left.type === "identifier";
        if (!isWhole && WHOLE_PROGRAM.test(root) && !hidden.has(root) && !own.has(root))
          return textOf(left).slice(0, 60);
        if (
          !isWhole &&
          BUILT_IN.test(root) &&
          !isPython &&
          languageId !== "go" &&
          !own.has(root) &&
          !imported.has(root) &&
          !hidden.has(root)
        )
          return textOf(left).slice(0, 60);
        if (!isInFunction) continue;
        if (isWhole && isPython ? globals.has(root) : isOfModule(root, isWhole)) return root;
      }
      return undefined;
    }
    if (!isInFunction || !/^call(?:_expression)?$/.test(node.type)) return undefined;
    const callee = node.childForFieldName("function");
    if (!callee) return undefined;
    const called = textOf(callee).slice(0, 80);
    const first = node.childForFieldName("arguments")?.namedChildren[0];
    if (isPython && (called === "setattr" || called === "delattr"))
      return first?.type === "identifier" && isOfModule(textOf(first), false) ? textOf(first) : undefined;
    if (
      languageId === "go" &&
      /^atomic\.(?:Store|Add|Swap|CompareAndSwap)\w*$/.test(called) &&
      first?.type === "unary_expression"
    ) {
      const root = rootOf(first, textOf);
      return root !== undefined && isOfModule(root, false) ? root : undefined;
    }
    const method =
      callee.childForFieldName("property") ??
      callee.childForFieldName("attribute") ??
      callee.childForFieldName("field");
    const root = method ? rootOf(callee, textOf) : undefined;
    const begins = root === undefined || hidden.has(root) ? undefined : own.get(root);
    if (begins === undefined || !method) return undefined;
    const name = textOf(method);
    const isChange =
      languageId === "go"
        ? GO_SHARED.test(begins) && GO_CHANGES.test(name)
        : COLLECTION.test(begins) && CHANGES.test(name);
    return isChange ? root : undefined;
  }

  function isOfModule(root: string, isWhole: boolean): boolean {
    if (hidden.has(root) || /^(?:exports|module|self|cls|this)$/.test(root)) return false;
    return own.has(root) || (!isWhole && imported.has(root));
  }
}

/** What an assignment, `++` or `delete` changes. */
function targetsOf(node: SyntaxNode): SyntaxNode[] {
  const left = node.childForFieldName("left") ?? node.childForFieldName("argument") ?? node.namedChildren[0];
  if (!left) return [];
  return /^(?:expression_list|pattern_list|tuple_pattern|array_pattern)$/.test(left.type) ? left.namedChildren : [left];
}

/** The name that a path begins with: `a` of `a.b[c].d()`; undefined where it begins with anything else. */
function rootOf(node: SyntaxNode, textOf: TextOf): string | undefined {
  let now: SyntaxNode | null = node;
  for (let depth = 0; now && depth < 20; depth++) {
    if (now.type === "identifier") return textOf(now);
    now =
      /^(?:member_expression|subscript_expression|attribute|subscript|selector_expression|index_expression|non_null_expression|parenthesized_expression|unary_expression|call|call_expression|as_expression)$/.test(
        now.type,
      )
        ? (now.childForFieldName("object") ??
          now.childForFieldName("operand") ??
          now.childForFieldName("value") ??
          now.childForFieldName("function") ??
          now.namedChildren[0] ??
          null)
        : null;
  }
  return undefined;
}

function variablesOf(tree: SyntaxTree, textOf: TextOf): Variables {
  const found = new Map<string, string>();
  const open = tree.rootNode.namedChildren.toReversed();
  for (let node = open.pop(); node; node = open.pop()) {
    if (
      /^(?:export_statement|lexical_declaration|variable_declaration|var_declaration|var_spec_list|expression_statement)$/.test(
        node.type,
      )
    ) {
      open.push(...node.namedChildren.toReversed());
      continue;
    }
    if (node.type === "assignment") {
      const left = node.childForFieldName("left");
      if (left?.type === "identifier") found.set(textOf(left), beginning(node.childForFieldName("right"), textOf));
    } else if (node.type === "variable_declarator") {
      const name = node.childForFieldName("name");
      if (name?.type === "identifier") found.set(textOf(name), beginning(node.childForFieldName("value"), textOf));
    } else if (node.type === "var_spec") {
      for (const name of node.namedChildren)
        if (name.type === "identifier") found.set(textOf(name), textOf(node).slice(0, 200));
    } else if (/^(?:function_declaration|class_declaration|class_definition)$/.test(node.type)) {
      const name = node.childForFieldName("name");
      if (name) found.set(textOf(name), "");
    }
  }
  return found;
}

const beginning = (node: SyntaxNode | null, textOf: TextOf): string => (node ? textOf(node).slice(0, 80) : "");

/** Names that a function declares: as a parameter, a variable, a function of its own. */
function namesOfFunctions(text: string, tree: SyntaxTree): Set<string> {
  const spans: [number, number][] = [];
  walked(
    tree,
    (node, isInFunction: boolean) => {
      const isOuter = !isInFunction && isFunctionNode(node);
      const name = isOuter ? node.childForFieldName("name") : null;
      if (isOuter) spans.push([name ? name.endIndex : node.startIndex, node.endIndex]);
      return () => isInFunction || isOuter;
    },
    false,
  );
  const found = new Set<string>();
  for (const matches of matchesByPart(tree, "references")) {
    for (const { captures } of matches) {
      for (const { name, node } of captures) {
        if (name !== "declared") continue;
        if (holds(spans, node.startIndex)) found.add(text.slice(node.startIndex, node.endIndex));
      }
    }
  }
  return found;
}

/** Whether one of the spans, which are in order and apart, holds the place. */
function holds(spans: readonly [number, number][], at: number): boolean {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]![1] <= at) low = middle + 1;
    else high = middle;
  }
  return low < spans.length && spans[low]![0] <= at;
}
