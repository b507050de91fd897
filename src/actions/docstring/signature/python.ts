// Reads the signature of a function of Python from the syntax tree. Knows the grammar's node types; ignores docstrings.

import type { SyntaxNode } from "../../../../common/syntax/syntax.ts";
import { eachOnce, type Gives, type Parameter, type Signature, type Thrown } from "./signature.ts";

const ENDS_SCOPE = new Set(["function_definition", "class_definition", "lambda"]);

type TextOf = (node: SyntaxNode) => string;

/** @returns undefined where `node` is no function */
export function pythonSignature(text: string, node: SyntaxNode): Signature | undefined {
  if (node.type !== "function_definition") return undefined;
  const textOf = (part: SyntaxNode) => text.slice(part.startIndex, part.endIndex);
  const nameNode = node.childForFieldName("name");
  const body = node.childForFieldName("body");
  const name = nameNode ? textOf(nameNode) : "";
  const decorators = decoratorsOf(node, textOf);
  const found = body ? look(body, textOf) : undefined;
  const returnType = node.childForFieldName("return_type");
  const type = returnType ? textOf(returnType) : undefined;
  const isMethod = node.parent !== null && isInClass(node);
  const all = (node.childForFieldName("parameters")?.namedChildren ?? []).flatMap(
    (one) => parameterOf(one, textOf) ?? [],
  );
  const isBound = isMethod || (isAdrift(node) && /^(self|cls)$/.test(all[0]?.name ?? ""));
  const skipsFirst = isBound && !decorators.includes("staticmethod") && all[0]?.stars === 0;
  const kind = kindOf(name, isMethod, decorators);
  return {
    kind,
    name,
    isAsync: node.children.some((child) => child.type === "async"),
    isGenerator: found?.yields ?? false,
    typeParameters: [],
    parameters: skipsFirst ? all.slice(1) : all,
    ...(type === undefined ? {} : { returnType: type }),
    returns: kind === "constructor" || kind === "setter" ? "nothing" : gives(type, body, found),
    throws: eachOnce(found?.throws ?? []),
  };
}

function kindOf(name: string, isMethod: boolean, decorators: readonly string[]): Signature["kind"] {
  if (isMethod && name === "__init__") return "constructor";
  if (decorators.some((one) => /(^|\.)(cached_)?property$/.test(one))) return "getter";
  return decorators.some((one) => one.endsWith(".setter")) ? "setter" : "function";
}

/** The names after the `@` of each decorator, without arguments. */
function decoratorsOf(node: SyntaxNode, textOf: TextOf): string[] {
  const around = node.parent;
  if (around?.type !== "decorated_definition") return [];
  const decorators = around.namedChildren.filter((child) => child.type === "decorator");
  return decorators.map((one) => textOf(one).replace(/^@\s*/, "").replace(/\(.*/s, ""));
}

function isInClass(node: SyntaxNode): boolean {
  const outer = node.parent?.type === "decorated_definition" ? node.parent.parent : node.parent;
  return outer?.type === "block" && outer.parent?.type === "class_definition";
}

/** Whether it is indented but nothing around it parses: its class may be the part that does not. */
function isAdrift(node: SyntaxNode): boolean {
  const outer = node.parent?.type === "decorated_definition" ? node.parent.parent : node.parent;
  return node.startPosition.column > 0 && /^(module|ERROR)$/.test(outer?.type ?? "");
}

/** @returns undefined for nodes that docstrings do not describe: `/`, `*`, comments, errors */
function parameterOf(node: SyntaxNode, textOf: TextOf): Parameter | undefined {
  const type = node.childForFieldName("type");
  const value = node.childForFieldName("value");
  const target = node.type === "typed_parameter" ? node.namedChildren[0] : (node.childForFieldName("name") ?? node);
  const stars = target?.type === "list_splat_pattern" ? 1 : target?.type === "dictionary_splat_pattern" ? 2 : 0;
  const named = stars > 0 ? target?.namedChildren[0] : target;
  if (named?.type !== "identifier") return undefined;
  return {
    name: textOf(named),
    isDestructured: false,
    properties: [],
    ...(type ? { type: textOf(type) } : {}),
    ...(value ? { default: textOf(value) } : {}),
    isOptional: value !== null,
    stars,
  };
}

function gives(type: string | undefined, body: SyntaxNode | null, found: Found | undefined): Gives {
  if (type !== undefined)
    return /^(None|NoReturn|Never|(typing|t)\.(NoReturn|Never))$/.test(type) ? "nothing" : "value";
  if (!body || !found) return "unknown";
  return found.returnsValue ? "value" : "nothing";
}

interface Found {
  returnsValue: boolean;
  yields: boolean;
  throws: Thrown[];
}

/** The classes that the clauses around a place catch, by name; "" for all classes. */
type Caught = readonly string[];

/** The values that the function's own code returns, yields and raises, without nested functions and classes. */
function look(body: SyntaxNode, textOf: TextOf): Found {
  const found: Found = { returnsValue: false, yields: false, throws: [] };
  const open: { node: SyntaxNode; caught: Caught; handled?: Thrown[] }[] = [{ node: body, caught: [] }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, caught } = next;
    let { handled } = next;
    if (node !== body && ENDS_SCOPE.has(node.type)) continue;
    if (node.type === "yield") found.yields = true;
    if (node.type === "return_statement" && node.namedChildren.some((value) => value.type !== "none"))
      found.returnsValue = true;
    if (node.type === "raise_statement") {
      for (const thrown of raisedBy(node, handled, textOf)) if (!isCaught(thrown, caught)) found.throws.push(thrown);
    }
    if (node.type === "except_clause") handled = classesOf(node, textOf).map((type) => (type ? { type } : {}));
    const inTry = node.type === "try_statement" ? node.childForFieldName("body")?.startIndex : undefined;
    const clauses = inTry === undefined ? [] : node.namedChildren.filter((child) => child.type.startsWith("except"));
    const also = clauses.flatMap((clause) => classesOf(clause, textOf));
    for (const child of node.namedChildren.toReversed())
      open.push({ node: child, caught: child.startIndex === inTry ? [...caught, ...also] : caught, handled });
  }
  return found;
}

/** The classes that an `except` names; [""] where it catches all. */
function classesOf(clause: SyntaxNode, textOf: TextOf): string[] {
  const named = clause.namedChildren.find((child) => child.type !== "block" && child.type !== "comment");
  const value = named?.type === "as_pattern" ? named.namedChildren[0] : named;
  if (!value) return [""];
  const names = value.type === "tuple" ? value.namedChildren.map(textOf) : [textOf(value)];
  return names.map((name) => (/^(Base)?Exception$/.test(name) ? "" : name));
}

const isCaught = ({ type }: Thrown, caught: Caught): boolean => caught.some((name) => name === "" || name === type);

/** @param handled the errors that the surrounding `except` has caught: a bare `raise` rethrows them */
function raisedBy(node: SyntaxNode, handled: readonly Thrown[] | undefined, textOf: TextOf): readonly Thrown[] {
  const value = node.namedChildren[0];
  if (!value) return handled ?? [{}];
  const made = value.type === "call" ? value.childForFieldName("function") : value;
  const name = made ? textOf(made) : "";
  return [isClassName(name) ? { type: name } : {}];
}

/** Whether a name is that of a class: Python capitalises classes; a lower-case name is a variable or a function that makes an error. */
const isClassName = (name: string): boolean => /^(?:[\p{L}\p{N}_]+\.)*\p{Lu}[\p{L}\p{N}_]*$/u.test(name);
