// The places of a JavaScript file that can take a type, with the types that its JSDoc tells, and what its comments declare. The types of the others
// are found later (`evidence/`). Changes nothing.

import type ts from "typescript";
import type { Compiler } from "../compiler.ts";
import type { TextChange } from "../problems.ts";
import { literalType, RECORD } from "./evidence/writtenTypes.ts";
import { arrayOf, isOptional, typeText } from "./jsDocTypes.ts";
import type { Slot, SlotKind, Typed } from "./slots.ts";

/** What a file has for types. */
export interface Collected {
  slots: Slot[];
  told: Map<Slot, ts.JSDocTag>; // the tag that told a place's type
  generics: TextChange[]; // `<T>` of `@template`
  genericTags: ts.JSDocTag[];
  functions: Map<number, FunctionPlace>; // by where they begin
}

/** Where a function's list of parameters begins and ends, between its brackets. */
export interface FunctionPlace {
  open: number;
  close: number;
  count: number;
}

export function collect(compiler: Compiler, program: ts.Program, js: ts.SourceFile): Collected {
  const found = new Collector(compiler, program, js);
  found.visit(js);
  return found;
}

const NONE: Typed = { type: "", from: "none" };
const ANY: Typed = { type: "any", from: "none" };

class Collector implements Collected {
  readonly slots: Slot[] = [];
  readonly told = new Map<Slot, ts.JSDocTag>();
  readonly generics: TextChange[] = [];
  readonly genericTags: ts.JSDocTag[] = [];
  readonly functions = new Map<number, FunctionPlace>();
  readonly #compiler: Compiler;
  readonly #checker: ts.TypeChecker;
  readonly #js: ts.SourceFile;
  readonly #mustBeTyped: boolean;

  constructor(compiler: Compiler, program: ts.Program, js: ts.SourceFile) {
    this.#compiler = compiler;
    this.#checker = program.getTypeChecker();
    this.#js = js;
    const { strict, noImplicitAny } = program.getCompilerOptions();
    this.#mustBeTyped = noImplicitAny ?? strict ?? false;
  }

  visit = (node: ts.Node): void => {
    const c = this.#compiler;
    if (c.isFunctionLike(node) && !c.isTypeNode(node) && "body" in node)
      this.#function(node as ts.FunctionLikeDeclaration);
    else if (c.isVariableDeclaration(node)) this.#variable(node);
    else if (c.isPropertyDeclaration(node)) this.#property(node);
    else if (c.isPropertyAssignment(node)) this.#cast(node, node.initializer);
    else if (c.isParenthesizedExpression(node)) this.#cast(node, node.expression);
    else if (c.isExportAssignment(node)) this.#exported(node.expression);
    else if (isExportsOf(c, node)) this.#exported(node.right);
    else if (c.isClassLike(node)) this.#class(node);
    c.forEachChild(node, this.visit);
  };

  #function(node: ts.FunctionLikeDeclaration): void {
    const c = this.#compiler;
    if (this.#isOverloaded(node)) return;
    const close = node.getChildren(this.#js).find(({ kind }) => kind === c.SyntaxKind.CloseParenToken);
    for (const parameter of node.parameters) this.#parameter(parameter, node, close === undefined);
    if (!close) return; // an arrow function with one bare parameter
    const { pos } = node.parameters;
    this.functions.set(node.getStart(this.#js), {
      open: pos,
      close: close.getStart(this.#js),
      count: node.parameters.length,
    });
    if (c.isConstructorDeclaration(node)) return;
    this.#generics(node, pos - 1);
    const tag = c.getJSDocReturnTag(node);
    if (c.isSetAccessor(node) || !tag?.typeExpression || this.#isUnknown(tag.typeExpression)) return;
    const type = this.#text(tag.typeExpression);
    if (type === "any") return;
    const isAsync =
      node.modifiers?.some(({ kind }) => kind === c.SyntaxKind.AsyncKeyword) && !type.startsWith("Promise");
    const types: Typed[] = [{ type: isAsync ? `Promise<${type}>` : type, from: "jsDoc" }, NONE, ANY];
    const nameStart = (node.name ?? node).getStart(this.#js);
    this.#add({ kind: "return", name: "return", nameStart, at: close.end, types }, tag);
  }

  /** `@overload` has no counterpart that could be written here: the function keeps its comment. */
  #isOverloaded(node: ts.Node): boolean {
    return this.#compiler.getJSDocTags(node).some(({ tagName }) => tagName.text === "overload");
  }

  /** @param isBare whether it stands without brackets */
  #parameter(node: ts.ParameterDeclaration, of: ts.FunctionLikeDeclaration, isBare: boolean): void {
    const c = this.#compiler;
    const isContextual =
      !c.getJSDocType(node) && !node.initializer && this.#isTyped(node) && !c.isFunctionDeclaration(of);
    const tag = c.getJSDocParameterTags(node)[0] ?? c.getJSDocTypeTag(node) ?? tagOfWrapper(c, node, of);
    const types: Typed[] = [];
    const written = c.getJSDocType(node) ?? tag?.typeExpression?.type;
    const isVariadic = written?.kind === c.SyntaxKind.JSDocVariadicType && !node.dotDotDotToken;
    if (written && !isVariadic && !this.#isUnknown(written)) {
      const text = this.#text(written);
      const isArray = !node.dotDotDotToken || /\[\]$|^(Readonly)?Array</.test(text) || text === "any";
      types.push({ type: isArray ? text : arrayOf(text), from: "jsDoc" });
    }
    const taken = c.isObjectBindingPattern(node.name) ? patternTypes(c, node.name, node.initializer !== undefined) : [];
    if (node.initializer && lacksDefault(c, node.name)) types.push(...taken.splice(0));
    if (!this.#mustBeTyped || isContextual || node.initializer) types.push(NONE);
    types.push(...taken);
    types.push(node.dotDotDotToken ? { type: "any[]", from: "none" } : ANY);
    const mayBeOptional =
      !node.initializer && !node.dotDotDotToken && !c.isSetAccessor(of) && c.isIdentifier(node.name);
    const told = tag && c.isJSDocParameterTag(tag) ? isOptional(tag) : false;
    const start = node.name.getStart(this.#js);
    this.#add(
      {
        kind: "parameter",
        name: c.isIdentifier(node.name) ? node.name.text : "",
        nameStart: start,
        at: node.name.end,
        types,
        isOptional: mayBeOptional && told,
        mayBeOptional,
        hasUse: isContextual,
        of: of.getStart(this.#js),
        ...(isBare && { openBracket: start }),
      },
      types[0]?.from === "jsDoc" ? tag : undefined,
    );
  }

  #variable(node: ts.VariableDeclaration): void {
    const c = this.#compiler;
    const { parent } = node;
    if (!c.isIdentifier(node.name) || !c.isVariableDeclarationList(parent) || !c.isVariableStatement(parent.parent))
      return;
    this.#valued("variable", node, node.name, node.initializer);
  }

  #property(node: ts.PropertyDeclaration): void {
    if (!this.#compiler.isComputedPropertyName(node.name)) this.#valued("variable", node, node.name, node.initializer);
  }

  #valued(kind: SlotKind, node: ts.Node, name: ts.PropertyName, value: ts.Expression | undefined): void {
    const c = this.#compiler;
    const types: Typed[] = [];
    const tag = c.getJSDocTypeTag(node);
    const written = c.getJSDocType(node);
    if (written && !this.#isUnknown(written)) types.push({ type: this.#text(written), from: "jsDoc" });
    types.push(NONE);
    let object = value;
    while (object && isExportsOf(c, object)) object = object.right; // `const proto = (module.exports = {…})`
    if (object && c.isObjectLiteralExpression(object)) types.push({ type: RECORD, from: "none" });
    types.push(ANY);
    const told = types[0]!.from === "jsDoc" ? tag : undefined;
    this.#add({ kind, name: name.getText(this.#js), nameStart: name.getStart(this.#js), at: name.end, types }, told);
  }

  /** `(value)` and `name: value` with a type in a comment. */
  #cast(node: ts.Node, value: ts.Expression): void {
    const c = this.#compiler;
    const tag = c.getJSDocTypeTag(node);
    if (!tag || c.isFunctionLike(value) || this.#isUnknown(tag.typeExpression)) return;
    const type = this.#text(tag.typeExpression);
    const start = value.getStart(this.#js);
    const isPlain = c.isLeftHandSideExpression(value);
    const types: Typed[] = [{ type, from: "jsDoc" }, NONE];
    const openBracket = isPlain ? {} : { openBracket: start };
    this.#add({ kind: "cast", name: "", nameStart: start, at: value.end, types, ...openBracket }, tag);
  }

  /** An object that is exported as it is: others may add members to it, as they can in JavaScript. */
  #exported(value: ts.Expression): void {
    const c = this.#compiler;
    if (!c.isObjectLiteralExpression(value)) return;
    const types: Typed[] = [NONE, { type: RECORD, from: "none" }];
    this.#add({ kind: "cast", name: "", nameStart: value.getStart(this.#js), at: value.end, types }, undefined);
  }

  /** The fields that a class only assigns. */
  #class(node: ts.ClassLikeDeclaration): void {
    const c = this.#compiler;
    if (node.name) this.#generics(node, node.name.end);
    const { symbol: own } = this.#checker.getTypeAtLocation(node);
    const type = own && this.#checker.getDeclaredTypeOfSymbol(own); // of its objects, also where the class is an expression
    if (!type) return;
    const base = node.heritageClauses?.some(({ token }) => token === c.SyntaxKind.ExtendsKeyword) ?? false;
    const open = this.#js.text.indexOf("{", Math.max(node.members.pos - 1, 0));
    const first = node.members[0];
    const indent = first ? indentAt(this.#js.text, first.getStart(this.#js)) : "  ";
    for (const [name, assigned] of assignedFields(c, node)) {
      const symbol = type.getProperty(name);
      const declarations = symbol?.declarations ?? [];
      const isOwn = declarations.every((one) => !c.isClassElement(one) && one.pos >= node.pos && one.end <= node.end);
      if (!symbol || !isOwn || declarations.length === 0) continue;
      const tag = assigned.map((one) => c.getJSDocTypeTag(one) ?? c.getJSDocTypeTag(one.parent)).find((one) => one);
      const types: Typed[] = [];
      if (tag && !this.#isUnknown(tag.typeExpression))
        types.push({ type: this.#text(tag.typeExpression), from: "jsDoc" });
      types.push(ANY);
      const inConstructor = assigned.some((one) => isInConstructor(c, one));
      this.#add(
        {
          kind: "field",
          name,
          nameStart: assigned[0]!.left.getStart(this.#js),
          at: open + 1,
          types,
          isOptional: !inConstructor,
          prefix: `\n${indent}${base ? "declare " : ""}`, // a field would hide what the parent's constructor has set
        },
        types.length > 1 ? tag : undefined,
      );
    }
  }

  #generics(node: ts.Node, at: number): void {
    const c = this.#compiler;
    const tags = c.getJSDocTags(node).filter(c.isJSDocTemplateTag);
    const names = tags.flatMap((tag) => genericsOf(tag, (inner) => this.#text(inner)));
    if (names.length === 0) return;
    const comma = this.#js.languageVariant === c.LanguageVariant.JSX && c.isArrowFunction(node) ? "," : "";
    this.generics.push({ start: at, end: at, newText: `<${names.join(", ")}${comma}>` });
    this.genericTags.push(...tags);
  }

  #text(node: ts.Node): string {
    return typeText(this.#compiler, node, this.#js);
  }

  #isTyped(node: ts.Node): boolean {
    return (this.#checker.getTypeAtLocation(node).flags & this.#compiler.TypeFlags.Any) === 0;
  }

  /** Whether a comment's type names something that is not there. */
  #isUnknown(node: ts.Node): boolean {
    const c = this.#compiler;
    let isUnknown = false;
    const visit = (inner: ts.Node): void => {
      if (
        c.isTypeReferenceNode(inner) &&
        c.isIdentifier(inner.typeName) &&
        !/^(array|function|object|Void)$/.test(inner.typeName.text)
      ) {
        const symbol = this.#checker.getSymbolAtLocation(inner.typeName);
        isUnknown ||=
          !symbol && !/^(Object|String|Number|Boolean|Array|Function|Promise|Symbol)$/.test(inner.typeName.text);
      }
      c.forEachChild(inner, visit);
    };
    visit(node);
    return isUnknown;
  }

  #add(
    slot: Pick<Slot, "kind" | "name" | "nameStart" | "at" | "types"> & Partial<Slot>,
    tag: ts.JSDocTag | undefined,
  ): void {
    const whole: Slot = { tried: 0, isOptional: false, mayBeOptional: false, hasUse: false, of: -1, ...slot };
    this.slots.push(whole);
    if (tag) this.told.set(whole, tag);
  }
}

/** `module.exports = …` */
const isExportsOf = (c: Compiler, node: ts.Node): node is ts.BinaryExpression =>
  c.isBinaryExpression(node) &&
  node.operatorToken.kind === c.SyntaxKind.EqualsToken &&
  /^(module\s*\.\s*)?exports$/.test(node.left.getText());

/**
 * The tag for a parameter of a function that a call makes the documented value of, such as `const f = curry(function (a, b) {…})`: where the tags name
 * that function's parameters, all and in their order.
 */
function tagOfWrapper(
  c: Compiler,
  node: ts.ParameterDeclaration,
  of: ts.FunctionLikeDeclaration,
): ts.JSDocParameterTag | undefined {
  const call = of.parent;
  if (!c.isCallExpression(call) || call.arguments.filter((one) => c.isFunctionLike(one)).length !== 1) return undefined;
  if (!c.isVariableDeclaration(call.parent) && !c.isBinaryExpression(call.parent)) return undefined;
  const documented = c.isVariableDeclaration(call.parent) ? call.parent : call.parent.parent;
  const tags = c.getJSDocTags(documented).filter(c.isJSDocParameterTag);
  const isSame = tags.length === of.parameters.length;
  if (!isSame || !of.parameters.every(({ name }, i) => name.getText() === tags[i]!.name.getText())) return undefined;
  return tags[of.parameters.indexOf(node)];
}

/** Whether a name is taken out of an object whose default does not have it. */
const lacksDefault = (c: Compiler, name: ts.BindingName): boolean =>
  c.isObjectBindingPattern(name) && name.elements.some(({ initializer }) => !initializer);

/** The type of a destructured parameter, by its names and their defaults. */
function patternTypes(c: Compiler, { elements }: ts.ObjectBindingPattern, mayLack: boolean): Typed[] {
  const members = elements.map(({ propertyName, name, initializer, dotDotDotToken }) => {
    const key = propertyName ?? name;
    if (dotDotDotToken || !(c.isIdentifier(key) || c.isStringLiteral(key))) return "";
    return `${key.getText()}${mayLack || initializer ? "?" : ""}: ${literalType(c, initializer)}`;
  });
  if (members.includes("") || members.length === 0) return [];
  return [
    { type: `{ ${members.join("; ")} }`, from: "use" },
    { type: `{ ${[...members, "[key: string]: any"].join("; ")} }`, from: "use" },
  ];
}

/** `T extends string = "a"` for each name of a tag. */
export function genericsOf(
  { typeParameters, constraint }: ts.JSDocTemplateTag,
  text: (node: ts.Node) => string,
): string[] {
  return typeParameters.map((one, i) => {
    const bound = constraint && i === 0 ? ` extends ${text(constraint)}` : "";
    return `${one.name.text}${bound}${one.default ? ` = ${text(one.default)}` : ""}`;
  });
}

/** Assignments to `this.name` in the constructor and methods of a class, by name, in the order of the text. */
export function assignedFields(c: Compiler, node: ts.ClassLikeDeclaration): Map<string, ts.BinaryExpression[]> {
  const found = new Map<string, ts.BinaryExpression[]>();
  const visit = (inner: ts.Node): void => {
    if (c.isClassLike(inner) || c.isFunctionDeclaration(inner) || c.isFunctionExpression(inner)) return; // they have a `this` of their own
    if (c.isBinaryExpression(inner) && inner.operatorToken.kind === c.SyntaxKind.EqualsToken) {
      const { left } = inner;
      if (
        c.isPropertyAccessExpression(left) &&
        left.expression.kind === c.SyntaxKind.ThisKeyword &&
        c.isIdentifier(left.name)
      ) {
        const known = found.get(left.name.text);
        if (known) known.push(inner);
        else found.set(left.name.text, [inner]);
      }
    }
    c.forEachChild(inner, visit);
  };
  for (const member of node.members) {
    const isStatic =
      c.canHaveModifiers(member) && c.getModifiers(member)?.some(({ kind }) => kind === c.SyntaxKind.StaticKeyword);
    if (!isStatic && !c.isClassStaticBlockDeclaration(member)) c.forEachChild(member, visit);
  }
  return found;
}

export const isInConstructor = (c: Compiler, node: ts.Node): boolean =>
  c.findAncestor(node, (one) => c.isFunctionLike(one) && !c.isArrowFunction(one))?.kind === c.SyntaxKind.Constructor;

function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))![0];
}
