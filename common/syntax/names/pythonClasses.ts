// The members of a Python class that are seen through `self` and `cls`, where all of them stand in it. Where a base, a decorator or a dynamic
// attribute may bring more nothing is said.

import type { SyntaxNode } from "../syntax.ts";
import { type Range, type Shape, textOf } from "./names.ts";

/** Bases that bring no member of their own but dunders. */
const plainBases = /^(object|ABC|abc\.ABC|(typing\.)?(Protocol|Generic)(\[.*\])?|metaclass\s*=\s*(abc\.)?ABCMeta)$/s;

const plainDecorators =
  /^@(dataclasses\.)?dataclass\b|^@(typing\.)?(final|runtime_checkable)$|^@(functools\.)?total_ordering$/;

const dynamic = /\b__(getattr|getattribute|dict|slots)__\b|\b(setattr|vars)\s*\(/;

/** The class of a method whose first parameter is `receiver`. @param path to the member's name */
export function ownClass(path: readonly SyntaxNode[], receiver: string, text: string): SyntaxNode | undefined {
  for (let at = path.length - 1; at > 1; at--) {
    if (path[at]!.type === "ERROR") return undefined;
    if (path[at]!.type !== "function_definition") continue;
    const outer = path[at - 1]!.type === "decorated_definition" ? at - 2 : at - 1;
    if (path[outer]?.type !== "block" || path[outer - 1]?.type !== "class_definition") continue;
    const first = path[at]!.childForFieldName("parameters")?.namedChildren[0];
    const isStatic = outer === at - 2 && /^@staticmethod\b/m.test(textOf(text, path[at - 1]!).slice(0, 1_000));
    if (!first || isStatic || !/^(self|cls)$/.test(receiver)) return undefined;
    const isDecorated = path[outer - 2]?.type === "decorated_definition";
    if (isDecorated && !path[outer - 2]!.namedChildren.every((child) => isPlain(child, text))) return undefined;
    return textOf(text, first).startsWith(receiver) ? path[outer - 1] : undefined;
  }
  return undefined;
}

const isPlain = (child: SyntaxNode, text: string): boolean =>
  child.type !== "decorator" || plainDecorators.test(textOf(text, child).trim());

/** @param written its own uses of members say nothing about them */
export function classMembers(node: SyntaxNode, text: string, written: Range): Shape | undefined {
  const bases = node.childForFieldName("superclasses")?.namedChildren ?? [];
  const body = node.childForFieldName("body");
  const whole = textOf(text, node);
  if (!body || dynamic.test(whole) || bases.some((base) => !plainBases.test(textOf(text, base)))) return undefined;
  const members = new Set<string>();
  const stack = [...body.namedChildren];
  for (let child = stack.pop(); child; child = stack.pop()) {
    if (child.type === "ERROR") return undefined;
    if (/^(function|class)_definition$/.test(child.type)) add(child.childForFieldName("name"), text, members);
    else if (child.type === "assignment") {
      addTargets(child.childForFieldName("left"), text, members);
      if (child.childForFieldName("right")) stack.push(child.childForFieldName("right")!);
    } else if (
      /^(decorated_definition|expression_statement|block|(if|try|for|with)_statement|.*_clause)$/.test(child.type)
    )
      stack.push(...child.namedChildren);
    else if (/^import/.test(child.type)) return undefined;
  }
  for (const { index, 0: use, 1: member } of whole.matchAll(/\b(?:self|cls)\s*\.\s*(\w+)/g)) {
    const at = node.startIndex + index;
    if (at + use.length <= written.startIndex || at >= written.endIndex) members.add(member!);
  }
  return { members };
}

function addTargets(left: SyntaxNode | null, text: string, members: Set<string>): void {
  const stack = left ? [left] : [];
  for (let node = stack.pop(); node; node = stack.pop()) {
    add(node, text, members);
    stack.push(...node.namedChildren);
  }
}

function add(node: SyntaxNode | null, text: string, members: Set<string>): void {
  if (node?.type === "identifier") members.add(textOf(text, node));
}
