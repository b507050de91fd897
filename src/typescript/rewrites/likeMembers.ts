// What a renamed member leaves behind: other members of the old name. An object that fitted a type by both may fit it no longer, in files where neither
// name stands; all else that can differ stands at a place of the name.

import type ts from "typescript";
import { isOwn, nodeAt, ownFiles, type PlaceInFile, type ProjectView } from "./projectView.ts";

/** The most places of the old name, and pairs of types, that are looked at. */
const MOST_PLACES = 400;
const MOST_PAIRS = 400;

/** What the rename leaves: places that have to be checked besides the renamed ones, in the text before it. */
export type LikeMembers = { isTold: true; places: PlaceInFile[] } | { isTold: false };

const UNTOLD: LikeMembers = { isTold: false };

/** A type with a member of the name, and whether it stands for many. */
interface Holder {
  node: ts.Node; // the first that makes it
  type: ts.Type;
  isGeneric: boolean;
}

/**
 * @param name of the member
 * @param renamed all of its places
 * @param files those in which objects of its types are likely: what they spread is looked at
 */
export function likeMembers(
  view: ProjectView,
  program: ts.Program,
  name: string,
  renamed: readonly PlaceInFile[],
  files: Iterable<string>,
): LikeMembers {
  const { compiler } = view;
  const checker = program.getTypeChecker();
  const renamedAt = new Set(renamed.map(keyOf));
  const word = wordsOf(name);
  const its = new Holders(compiler, checker);
  const others = new Holders(compiler, checker);
  const places: PlaceInFile[] = [];
  let looks = 0;
  for (const source of ownFiles(view, program)) {
    if (!source.text.includes(name)) continue;
    for (const { index: start } of source.text.matchAll(word)) {
      if (++looks > MOST_PLACES) return UNTOLD;
      const place = { file: source.fileName, start, end: start + name.length };
      const node = nodeAt(view, source, start) ?? literalAt(view, source, start, name);
      if (!node) continue; // in a comment, or in a longer text
      if (renamedAt.has(keyOf(place))) its.addOf(node);
      else if (compiler.isStringLiteralLike(node)) places.push(place);
      else if (!others.addOf(node)) {
        const foreign = memberUsedAt(compiler, checker, node)?.declarations ?? [];
        for (const one of foreign) if (!isOwn(view, one.getSourceFile().fileName)) others.add(one);
      }
    }
  }
  if (its.all.length * others.all.length > MOST_PAIRS) return UNTOLD;
  for (const other of others.all) {
    if (!its.all.some((one) => mayFit(checker, one, other))) continue;
    const user = usedWithin(compiler, other.node);
    if (!user) return UNTOLD;
    places.push({ file: user.getSourceFile().fileName, start: user.getStart(), end: user.end });
  }
  if (others.all.length > 0) places.push(...spreadsOf(view, program, name, its, files));
  return { isTold: true, places };
}

class Holders {
  readonly all: Holder[] = [];
  readonly #compiler: ProjectView["compiler"];
  readonly #checker: ts.TypeChecker;

  constructor(compiler: ProjectView["compiler"], checker: ts.TypeChecker) {
    this.#compiler = compiler;
    this.#checker = checker;
  }

  /** @returns whether the name is that of a member, where it stands */
  addOf(node: ts.Node): boolean {
    const { parent } = node;
    if ((parent as { name?: ts.Node }).name !== node || !isMember(this.#compiler, parent)) return false;
    this.add(parent);
    return true;
  }

  add(member: ts.Declaration): void {
    const compiler = this.#compiler;
    const isOfConstructor = compiler.isParameter(member);
    const holder: ts.Node = isOfConstructor ? member.parent.parent : member.parent;
    if (compiler.isEnumDeclaration(holder)) return; // nothing but the enumeration itself fits one
    const isStatic =
      compiler.canHaveModifiers(member) &&
      (compiler.getModifiers(member)?.some(({ kind }) => kind === compiler.SyntaxKind.StaticKeyword) ?? false);
    const symbol = isStatic ? (holder as { symbol?: ts.Symbol }).symbol : undefined;
    const type = symbol
      ? this.#checker.getTypeOfSymbolAtLocation(symbol, holder)
      : this.#checker.getTypeAtLocation(holder);
    if (this.all.some((one) => one.type === type)) return;
    this.all.push({ node: holder, type, isGeneric: isGeneric(holder) });
  }
}

/** Whether an object of one type may be one of the other, either way. Where types have parameters, their names alone tell. */
function mayFit(checker: ts.TypeChecker, one: Holder, other: Holder): boolean {
  if (one.type === other.type) return true;
  if (!namesFit(one.type, other.type) && !namesFit(other.type, one.type)) return false;
  if (one.isGeneric || other.isGeneric || !checker.isTypeAssignableTo) return true;
  return checker.isTypeAssignableTo(one.type, other.type) || checker.isTypeAssignableTo(other.type, one.type);
}

/** The function that holds an object literal, and outside of which nothing depends on the literal's type; undefined for all other nodes. */
function usedWithin(compiler: ProjectView["compiler"], node: ts.Node): ts.Node | undefined {
  if (!compiler.isObjectLiteralExpression(node)) return undefined;
  let at: ts.Node = node;
  while (!compiler.isSourceFile(at)) {
    if (compiler.isFunctionLike(at) && at.type) return at;
    at = at.parent;
  }
  return undefined;
}

/** Whether a type has all that another asks for. */
const namesFit = (type: ts.Type, asked: ts.Type): boolean =>
  asked.getProperties().every((one) => (one.flags & OPTIONAL) !== 0 || type.getProperty(one.name) !== undefined);

/** `ts.SymbolFlags.Optional`. */
const OPTIONAL = 1 << 24;

function isGeneric(node: ts.Node): boolean {
  for (let at: ts.Node | undefined = node; at; at = at.parent)
    if (((at as { typeParameters?: readonly unknown[] }).typeParameters?.length ?? 0) > 0) return true;
  return false;
}

/** Where an object with the member is spread into another, which may need the old name. */
function spreadsOf(
  { compiler }: ProjectView,
  program: ts.Program,
  name: string,
  its: Holders,
  files: Iterable<string>,
): PlaceInFile[] {
  const checker = program.getTypeChecker();
  const found: PlaceInFile[] = [];
  const types = new Set(its.all.map(({ type }) => type.getProperty(name)));
  for (const file of new Set(files)) {
    const source = program.getSourceFile(file);
    if (!source?.text.includes("...")) continue;
    const visit = (node: ts.Node): void => {
      const isSpread = compiler.isSpreadAssignment(node) || compiler.isJsxSpreadAttribute(node);
      if (isSpread && types.has(checker.getTypeAtLocation(node.expression).getProperty(name)))
        found.push({ file, start: node.getStart(source), end: node.end });
      compiler.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

function memberUsedAt(
  compiler: ProjectView["compiler"],
  checker: ts.TypeChecker,
  node: ts.Node,
): ts.Symbol | undefined {
  const { parent } = node;
  const isUse =
    (compiler.isPropertyAccessExpression(parent) && parent.name === node) ||
    compiler.isJsxAttribute(parent) ||
    (compiler.isBindingElement(parent) && (parent.propertyName ?? parent.name) === node);
  return isUse ? checker.getSymbolAtLocation(node) : undefined;
}

export const isMember = (compiler: ProjectView["compiler"], node: ts.Node): node is ts.Declaration =>
  compiler.isClassElement(node) ||
  compiler.isTypeElement(node) ||
  compiler.isObjectLiteralElementLike(node) ||
  compiler.isEnumMember(node) ||
  (compiler.isParameter(node) && node.modifiers !== undefined);

/** A string that is the name alone, with the quote before it. */
function literalAt(view: ProjectView, source: ts.SourceFile, start: number, name: string): ts.Node | undefined {
  const node = nodeAt(view, source, start - 1);
  return node && view.compiler.isStringLiteralLike(node) && node.text === name ? node : undefined;
}

const keyOf = ({ file, start }: Pick<PlaceInFile, "file" | "start">): string => `${file} ${start}`;

/** All places of a name as a whole word. */
export const wordsOf = (name: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}_$])${name.replaceAll("$", "\\$")}(?![\\p{L}\\p{N}_$])`, "gu");
