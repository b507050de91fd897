// What a function does with a parameter that has no type, and values that fit: JavaScript's parameters say nothing else. By names alone: what hides a
// parameter behind the same name is taken for it.

import type ts from "typescript";
import type { Compiler } from "../../typescript/compiler.ts";
import type { FunctionNode } from "./target.ts";

const OF_STRINGS = new Set(
  (
    "charAt charCodeAt codePointAt endsWith localeCompare match matchAll normalize padEnd padStart replace replaceAll search split startsWith substr " +
    "substring toLowerCase toUpperCase trim trimEnd trimStart"
  ).split(" "),
);
const OF_LISTS = new Set(
  "every fill filter find findIndex findLast flat flatMap forEach join map pop push reduce reduceRight reverse shift some sort splice unshift".split(
    " ",
  ),
);
const OF_NUMBERS = new Set(["toFixed", "toPrecision"]);
const OF_BOTH = new Set(["length", "slice", "indexOf", "includes", "at", "concat", "lastIndexOf"]); // of strings and lists

export interface Usage {
  isText: boolean;
  isNumber: boolean;
  isList: boolean;
  isCalled: boolean;
  members: string[]; // that are of none of the language's own types
}

/** @returns undefined where the function shows nothing of what it expects */
export function usageOf(compiler: Compiler, target: FunctionNode, name: string): Usage | undefined {
  const usage: Usage = { isText: false, isNumber: false, isList: false, isCalled: false, members: [] };
  const visit = (node: ts.Node): void => {
    if (compiler.isIdentifier(node) && node.text === name) look(node);
    compiler.forEachChild(node, visit);
  };
  if (target.body) visit(target.body);
  const { isText, isNumber, isList, isCalled, members } = usage;
  return isText || isNumber || isList || isCalled || members.length > 0 ? usage : undefined;

  function look(node: ts.Identifier): void {
    const { parent } = node;
    if (compiler.isPropertyAccessExpression(parent) && parent.expression === node) member(parent.name.text);
    else if (compiler.isCallExpression(parent) && parent.expression === node) usage.isCalled = true;
    else if (compiler.isCallExpression(parent)) {
      const { expression } = parent;
      if (compiler.isPropertyAccessExpression(expression) && /^(?:test|exec)$/.test(expression.name.text))
        usage.isText = true;
      if (compiler.isIdentifier(expression) && expression.text === "isNaN") usage.isNumber = true;
    } else if (compiler.isForOfStatement(parent) && parent.expression === node) usage.isList = true;
    else if (compiler.isSpreadElement(parent)) usage.isList = true;
    else if (compiler.isBinaryExpression(parent) && /^(?:[<>]=?|[-*/%]=?|\*\*)$/.test(parent.operatorToken.getText()))
      usage.isNumber = true;
    else if (compiler.isVariableDeclaration(parent) && compiler.isObjectBindingPattern(parent.name))
      for (const { propertyName, name: bound } of parent.name.elements) {
        const own = propertyName ?? bound;
        if (compiler.isIdentifier(own)) member(own.text);
      }
  }

  function member(own: string): void {
    if (OF_STRINGS.has(own)) usage.isText = true;
    else if (OF_LISTS.has(own)) usage.isList = true;
    else if (OF_NUMBERS.has(own)) usage.isNumber = true;
    else if (OF_BOTH.has(own)) usage.isText = usage.isList = true;
    else if (
      !/^(?:call|apply|bind|constructor|toString|valueOf|hasOwnProperty)$/.test(own) &&
      !usage.members.includes(own)
    )
      usage.members.push(own);
  }
}
