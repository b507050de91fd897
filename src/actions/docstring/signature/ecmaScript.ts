// Reads the signature of a function of TypeScript or JavaScript from the syntax tree. Knows the grammars' node types; ignores docstrings.

import type { SyntaxNode } from "../../../../common/syntax/syntax.ts";
import { eachOnce, type Gives, type Parameter, type Signature, type Thrown, withUniqueNames } from "./signature.ts";

const FUNCTIONS = new Set([
  "function_declaration",
  "generator_function_declaration",
  "function_expression",
  "generator_function",
  "arrow_function",
  "method_definition",
  "function_signature",
  "method_signature",
  "abstract_method_signature",
  "call_signature",
  "construct_signature",
]);

/** Node types with their own `this` and `return`. */
const ENDS_SCOPE = new Set([
  ...FUNCTIONS,
  "class_declaration",
  "class",
  "abstract_class_declaration",
  "class_static_block",
]);

/** @returns undefined where `node` is no function */
export function ecmaScriptSignature(text: string, node: SyntaxNode): Signature | undefined {
  if (!FUNCTIONS.has(node.type)) return undefined;
  const textOf = (part: SyntaxNode) => text.slice(part.startIndex, part.endIndex);
  const has = (word: string) => node.children.some((child) => child.type === word);
  const name = node.childForFieldName("name");
  const body = node.childForFieldName("body");
  const found = body ? look(body, textOf) : undefined;
  const returnType = node.childForFieldName("return_type");
  const type = returnType && textOf(returnType).replace(/^:\s*/, "");
  const isGenerator = node.type.startsWith("generator") || has("*");
  const kind = kindOf(node, name ? textOf(name) : "", has);
  return {
    kind,
    name: name ? textOf(name) : "",
    isAsync: has("async"),
    isGenerator,
    typeParameters: typeParametersOf(text, node),
    parameters: parametersOf(node, textOf),
    ...(type ? { returnType: type } : {}),
    returns: kind === "constructor" || kind === "setter" ? "nothing" : gives(type ?? undefined, body, found),
    throws: eachOnce(found?.throws ?? []),
  };
}

function kindOf(node: SyntaxNode, name: string, has: (word: string) => boolean): Signature["kind"] {
  if (node.type === "construct_signature" || (node.type === "method_definition" && name === "constructor"))
    return "constructor";
  if (node.type !== "method_definition") return "function";
  return has("get") ? "getter" : has("set") ? "setter" : "function";
}

type TextOf = (node: SyntaxNode) => string;

/** The type parameters of a function, class, interface or type. */
export function typeParametersOf(text: string, node: SyntaxNode): string[] {
  const list = node.childForFieldName("type_parameters")?.namedChildren ?? [];
  return list.flatMap((one) => {
    const name = one.type === "type_parameter" ? one.childForFieldName("name") : undefined;
    return name ? [text.slice(name.startIndex, name.endIndex)] : [];
  });
}

function parametersOf(node: SyntaxNode, textOf: TextOf): Parameter[] {
  const single = node.childForFieldName("parameter"); // x => …
  const list = single ? [single] : (node.childForFieldName("parameters")?.namedChildren ?? []);
  return withUniqueNames(list.flatMap((one) => parameterOf(one, textOf) ?? []));
}

/** @returns undefined for nodes that docstrings do not describe: `this`, comments, errors */
function parameterOf(node: SyntaxNode, textOf: TextOf): Parameter | undefined {
  const isTyped = node.type === "required_parameter" || node.type === "optional_parameter";
  const isDefault = node.type === "assignment_pattern";
  const pattern = isTyped ? node.childForFieldName("pattern") : isDefault ? node.childForFieldName("left") : node;
  if (!pattern) return undefined;
  const value = node.childForFieldName(isTyped ? "value" : "right");
  const type = isTyped ? node.childForFieldName("type") : null;
  const facts = {
    ...(type ? { type: textOf(type).replace(/^:\s*/, "") } : {}),
    ...(value && (isTyped || isDefault) ? { default: textOf(value) } : {}),
    isOptional: node.type === "optional_parameter" || (value !== null && (isTyped || isDefault)),
  };
  const isRest = pattern.type === "rest_pattern";
  const target = isRest ? pattern.namedChildren[0] : pattern;
  const common = { ...facts, stars: isRest ? 1 : 0 } as const;
  if (target?.type === "identifier") return { name: textOf(target), isDestructured: false, properties: [], ...common };
  if (target?.type === "object_pattern")
    return { name: "options", isDestructured: true, properties: propertiesOf(target, textOf), ...common };
  if (target?.type === "array_pattern") return { name: "items", isDestructured: true, properties: [], ...common };
  return undefined;
}

/** The destructured properties of a pattern: a, b and d of `{ a, b: c, d = 1, ...rest }`. */
function propertiesOf(pattern: SyntaxNode, textOf: TextOf): string[] {
  return pattern.namedChildren.flatMap((child) => {
    if (child.type === "shorthand_property_identifier_pattern") return [textOf(child)];
    const key =
      child.type === "pair_pattern"
        ? child.childForFieldName("key")
        : child.type === "object_assignment_pattern"
          ? child.childForFieldName("left")
          : undefined;
    return key && /identifier/.test(key.type) ? [textOf(key)] : [];
  });
}

const NOTHING = "(?:void|undefined|never)";
const NO_VALUE = new RegExp(`^(?:${NOTHING}|Promise(?:Like)?<\\s*${NOTHING}\\s*>|asserts\\b.*)$`, "s");

function gives(type: string | undefined, body: SyntaxNode | null, found: Found | undefined): Gives {
  if (type !== undefined) return NO_VALUE.test(type.trim()) ? "nothing" : "value";
  if (!body || !found) return "unknown";
  if (body.type === "statement_block") return found.returnsValue ? "value" : "nothing";
  const value = body.type === "parenthesized_expression" ? body.namedChildren[0] : body;
  if (!value || /^(assignment|augmented_assignment|update|unary)_expression$/.test(value.type)) return "unknown";
  return value.type === "call_expression" || value.type === "await_expression" ? "unknown" : "value";
}

interface Found {
  returnsValue: boolean;
  throws: Thrown[];
}

/** The values that the function's own code returns and throws, without nested functions and classes. */
function look(body: SyntaxNode, textOf: TextOf): Found {
  const found: Found = { returnsValue: false, throws: [] };
  const open = [{ node: body, isCaught: false }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node, isCaught } = next;
    if (ENDS_SCOPE.has(node.type)) continue;
    if (node.type === "return_statement") {
      const value = node.namedChildren[0];
      if (value && textOf(value) !== "undefined") found.returnsValue = true;
      const rejected = value && rejectedWith(value, textOf);
      if (rejected && !isCaught) found.throws.push(thrownBy(rejected, textOf));
    } else if (node.type === "throw_statement" && !isCaught) {
      const value = node.namedChildren[0];
      if (value) found.throws.push(thrownBy(value, textOf));
    }
    const caughtBody =
      node.type === "try_statement" && node.childForFieldName("handler") ? node.childForFieldName("body") : undefined;
    for (const child of node.namedChildren.toReversed())
      open.push({ node: child, isCaught: isCaught || child.startIndex === caughtBody?.startIndex });
  }
  return found;
}

/** `Promise.reject(x)` */
function rejectedWith(node: SyntaxNode, textOf: TextOf): SyntaxNode | undefined {
  const called = node.type === "call_expression" ? node.childForFieldName("function") : null;
  if (!called || textOf(called) !== "Promise.reject") return undefined;
  return node.childForFieldName("arguments")?.namedChildren[0];
}

function thrownBy(value: SyntaxNode, textOf: TextOf): Thrown {
  const made = value.type === "new_expression" ? value.childForFieldName("constructor") : null;
  return made && /^[\p{L}\p{N}_$.]+$/u.test(textOf(made)) ? { type: textOf(made) } : {};
}
