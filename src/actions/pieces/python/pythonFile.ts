// What pieces need to know of a Python file, by its text alone: its classes, their fields and methods, and the types that annotations name. Pure.

import { lineEndOf, lineStartOf } from "../../../../common/syntax/lines.ts";
import type { SyntaxNode, SyntaxTree } from "../../../../common/syntax/syntax.ts";
import type { TextChange } from "../../../typescript/problems.ts";
import type { Range } from "../../../typescript/unresolved.ts";

export interface Field {
  name: string;
  type: string; // as annotated
}

export interface Method {
  name: string;
  decorators: string[]; // without "@"
  node: SyntaxNode; // function_definition
}

export interface PythonClass {
  name: string;
  node: SyntaxNode; // class_definition
  bases: string[];
  isDecorated: boolean;
  /** Annotated in the body, without a value. */
  bare: Field[];
  /** Names that get a value in the body. */
  constants: string[];
  methods: Method[];
}

export class PythonFile {
  readonly text: string;
  readonly root: SyntaxNode;
  readonly lines: Range; // whole lines that are asked about
  readonly indent: string; // one level
  readonly classes: PythonClass[];
  /** The members of enums of other files, by the names that they have here. */
  readonly imported: ReadonlyMap<string, readonly string[]>;

  constructor(
    text: string,
    tree: SyntaxTree,
    { start, end }: Range,
    imported: ReadonlyMap<string, readonly string[]> = new Map(),
  ) {
    this.imported = imported;
    this.text = text;
    this.root = tree.rootNode;
    this.lines = { start: lineStartOf(text, start), end: lineEndOf(text, end) };
    this.indent = indentIn(text) ?? "    ";
    this.classes = this.nodes("class_definition", this.root).map((node) => this.#classOf(node));
  }

  textOf = ({ startIndex, endIndex }: SyntaxNode): string => this.text.slice(startIndex, endIndex);

  /** All nodes of a type, in the order of the text. */
  nodes(type: string, root: SyntaxNode): SyntaxNode[] {
    const found: SyntaxNode[] = [];
    const waiting = [root];
    for (let node = waiting.pop(); node; node = waiting.pop()) {
      if (node.type === type) found.push(node);
      waiting.push(...[...node.namedChildren].reverse());
    }
    return found;
  }

  /** Where a name comes from that the file imports from a module. */
  importOf(name: string): { module: string; name: string } | undefined {
    for (const node of this.nodes("import_from_statement", this.root)) {
      const [module, ...names] = node.namedChildren;
      for (const one of names) {
        const alias = one.childForFieldName("alias");
        const own = one.childForFieldName("name") ?? one;
        if (module && this.textOf(alias ?? own) === name)
          return { module: this.textOf(module), name: this.textOf(own) };
      }
    }
    return undefined;
  }

  /** Whether a node begins on the lines. */
  isAsked = ({ startIndex }: SyntaxNode): boolean => startIndex >= this.lines.start && startIndex <= this.lines.end;

  indentOf = ({ startIndex }: SyntaxNode): string =>
    /^[ \t]*/.exec(this.text.slice(lineStartOf(this.text, startIndex)))![0];

  /** Lines at the end of a class's body, one level in. */
  inClass({ node }: PythonClass, lines: readonly string[]): TextChange {
    const at = node.startIndex + this.textOf(node).trimEnd().length;
    const inner = this.indentOf(node) + this.indent;
    const newText = ["", "", ...lines.map((line) => (line === "" ? "" : inner + line))].join("\n");
    return { start: at, end: at, newText };
  }

  #classOf(node: SyntaxNode): PythonClass {
    const list = node.childForFieldName("superclasses")?.namedChildren ?? [];
    const found: PythonClass = {
      name: this.textOf(node.childForFieldName("name")!),
      node,
      bases: list.map((one) => this.textOf(one)),
      isDecorated: node.parent?.type === "decorated_definition",
      ...{ bare: [], constants: [], methods: [] },
    };
    for (const child of node.childForFieldName("body")?.namedChildren ?? []) {
      const definition = child.type === "decorated_definition" ? child.childForFieldName("definition") : child;
      if (definition?.type === "function_definition") {
        const decorators = child === definition ? [] : child.namedChildren.filter(({ type }) => type === "decorator");
        const name = this.textOf(definition.childForFieldName("name")!);
        found.methods.push({ name, decorators: decorators.map((one) => this.textOf(one).slice(1)), node: definition });
      }
      const assignment = child.type === "expression_statement" ? child.namedChildren[0] : undefined;
      if (assignment?.type !== "assignment") continue;
      const [left, type] = [assignment.childForFieldName("left"), assignment.childForFieldName("type")];
      if (left?.type !== "identifier") continue;
      if (assignment.childForFieldName("right")) found.constants.push(this.textOf(left));
      else if (type) found.bare.push({ name: this.textOf(left), type: this.textOf(type) });
    }
    return found;
  }
}

/** Whether a statement is neither a comment nor the text that documents the file. */
export const isCode = ({ type, namedChildren }: SyntaxNode): boolean =>
  type !== "comment" && !(type === "expression_statement" && namedChildren[0]?.type === "string");

/** The indentation below the first definition of the text. */
function indentIn(text: string): string | undefined {
  for (const [, head, indent] of text.matchAll(/^(?:async )?(?:class|def)\b([^\r\n]*)\r?\n([ \t]+)\S/gm))
    if (head.includes(":")) return indent;
  return undefined;
}
