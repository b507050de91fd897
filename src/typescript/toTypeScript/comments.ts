// JSDoc comments of a file that became TypeScript: what they declared (`@typedef`, `@callback`, `@import`) as declarations, and the comments without the
// types that stand in the code now. Prose stays. Pure.

import type ts from "typescript";
import type { Compiler } from "../compiler.ts";
import type { TextChange } from "../problems.ts";
import type { Range } from "../unresolved.ts";
import { genericsOf } from "./collect.ts";
import { isOptional, typeText } from "./jsDocTypes.ts";

/** Declarations of a file's comments, and the tags that they replace. */
export interface Declared {
  changes: TextChange[];
  tags: ts.JSDocTag[];
}

type Declaring = ts.JSDocTypedefTag | ts.JSDocCallbackTag | ts.JSDocImportTag;

/** @param isExported whether others may import the types, as they can from any JavaScript module */
export function declaredTypes(c: Compiler, js: ts.SourceFile, isExported: boolean): Declared {
  const changes: TextChange[] = [];
  const tags: ts.JSDocTag[] = [];
  for (const comment of commentsOf(c, js)) {
    const own = [...(comment.tags ?? [])].filter((tag) => isDeclaring(c, tag));
    const lines = own.flatMap((tag) => {
      const text = declarationOf(c, js, comment, tag, isExported);
      return text === undefined ? [] : [{ tag, text }];
    });
    if (lines.length === 0) continue;
    const generics = (comment.tags ?? []).filter(c.isJSDocTemplateTag);
    const isAlone = (comment.tags ?? []).every((tag) => c.isJSDocTemplateTag(tag) || isDeclaring(c, tag));
    const at = placeFor(c, js, comment, isAlone);
    const text = lines.map((line) => line.text).join("\n");
    changes.push({ start: at, end: at, newText: at === comment.end ? `\n${text}` : `${text}\n` });
    tags.push(...lines.map(({ tag }) => tag), ...(isAlone ? generics : []));
  }
  return { changes, tags };
}

const isDeclaring = (c: Compiler, tag: ts.JSDocTag): tag is Declaring & ts.JSDocTag =>
  c.isJSDocTypedefTag(tag) || c.isJSDocCallbackTag(tag) || (c.isJSDocImportTag?.(tag) ?? false); // imports: since 5.5

/** After a comment that only declares, so that its prose is the type's; otherwise before it. Types stand at the top level. */
function placeFor(c: Compiler, js: ts.SourceFile, comment: ts.JSDoc, isAlone: boolean): number {
  const statement = js.statements.find(({ pos, end }) => pos <= comment.pos && comment.end <= end);
  const isInside = statement !== undefined && comment.pos > statement.getStart(js);
  if (isInside) return statement.getStart(js, true);
  return isAlone && c.isJSDoc(comment) ? comment.end : comment.pos;
}

function declarationOf(
  c: Compiler,
  js: ts.SourceFile,
  comment: ts.JSDoc,
  tag: Declaring,
  isExported: boolean,
): string | undefined {
  const text = (node: ts.Node): string => typeText(c, node, js);
  if (!c.isJSDocTypedefTag(tag) && !c.isJSDocCallbackTag(tag)) {
    const { importClause, moduleSpecifier } = tag;
    return (
      importClause &&
      `import type ${importClause.getText(js).replace(/^type\s+/, "")} from ${moduleSpecifier.getText(js)};`
    );
  }
  const { name } = tag;
  if (!name || !c.isIdentifier(name) || !tag.typeExpression) return undefined;
  if (isImported(c, js, name.text)) return undefined; // the comment said the same again
  const names = (comment.tags ?? []).flatMap((one) => (c.isJSDocTemplateTag(one) ? genericsOf(one, text) : []));
  const head = `${name.text}${names.length > 0 ? `<${names.join(", ")}>` : ""}`;
  const start = isExported ? "export " : "";
  const { typeExpression } = tag;
  if (c.isJSDocTypeLiteral(typeExpression) && !typeExpression.isArrayType)
    return `${start}interface ${head} {\n${membersOf(c, typeExpression, text)}}`;
  return `${start}type ${head} = ${text(typeExpression)};`;
}

const isImported = (c: Compiler, js: ts.SourceFile, name: string): boolean =>
  js.statements.some((one) => c.isImportDeclaration(one) && one.importClause?.name?.text === name);

function membersOf(
  c: Compiler,
  { jsDocPropertyTags = [] }: ts.JSDocTypeLiteral,
  text: (node: ts.Node) => string,
): string {
  return jsDocPropertyTags
    .map((tag) => {
      const prose = (c.getTextOfJSDocComment(tag.comment) ?? "").split("\n").map((line) => line.trim());
      const told = prose.join(" ").trim().replace(/^-/, "").trim();
      const name = tag.name.getText().split(".").at(-1);
      const type = tag.typeExpression ? text(tag.typeExpression) : "any";
      return `${told ? `  /** ${told} */\n` : ""}  ${name}${isOptional(tag) ? "?" : ""}: ${type};\n`;
    })
    .join("");
}

/**
 * The comments without what the code says now.
 * @param typed tags whose type became an annotation
 * @param gone tags that became declarations
 * @param declaredAt where those stand
 */
export function commentChanges(
  c: Compiler,
  js: ts.SourceFile,
  typed: ReadonlySet<ts.JSDocTag>,
  gone: ReadonlySet<ts.JSDocTag>,
  declaredAt: ReadonlySet<number>,
): TextChange[] {
  return commentsOf(c, js).flatMap((comment) => {
    const cuts: Range[] = [];
    for (const tag of comment.tags ?? []) {
      if (gone.has(tag)) cuts.push({ start: tag.pos, end: endOf(js, comment, tag) });
      else if (typed.has(tag)) cuts.push(...typesOf(c, js, tag));
    }
    if (cuts.length === 0) return [];
    const text = without(js.text, comment, cuts);
    if (text !== "") return [{ start: comment.pos, end: comment.end, newText: text }];
    const isFollowed = declaredAt.has(comment.end); // by what it declared, on a line of its own
    const before = isFollowed ? (/\r?\n[ \t]*$/.exec(js.text.slice(0, comment.pos))?.[0].length ?? 0) : 0;
    const after = isFollowed ? 0 : (/^[ \t]*\r?\n[ \t]*/.exec(js.text.slice(comment.end))?.[0].length ?? 0);
    return [{ start: comment.pos - before, end: comment.end + after, newText: "" }];
  });
}

/** Up to the next tag or the comment's end. */
function endOf(js: ts.SourceFile, comment: ts.JSDoc, tag: ts.JSDocTag): number {
  const next = (comment.tags ?? []).find(({ pos }) => pos > tag.pos && pos >= Math.min(tag.end, comment.end - 2));
  let end = next?.pos ?? comment.end - 2;
  while (end > tag.pos && " \t*\r\n".includes(js.text[end - 1]!)) end--;
  return end;
}

function typesOf(c: Compiler, js: ts.SourceFile, tag: ts.JSDocTag): Range[] {
  const { typeExpression, constraint } = tag as { typeExpression?: ts.Node; constraint?: ts.Node };
  if (c.isJSDocTemplateTag(tag)) return [{ start: tag.pos, end: endOf(js, tag.parent as ts.JSDoc, tag) }];
  const type = typeExpression ?? constraint;
  if (!type) return [];
  if (c.isJSDocTypeExpression(type) && !c.isJSDocTypeLiteral(type.type)) return [braced(js, type)];
  const literal = c.isJSDocTypeExpression(type) ? type.type : type;
  const inner = c.isJSDocTypeLiteral(literal) ? (literal.jsDocPropertyTags ?? []) : [];
  const own = /\{/.exec(js.text.slice(tag.tagName.end, inner[0]?.pos ?? tag.end));
  const ranges = inner.flatMap((one) => typesOf(c, js, one));
  if (!own) return ranges;
  const start = tag.tagName.end + own.index;
  const end = js.text.indexOf("}", start) + 1;
  return [{ start, end: end + spacesAt(js.text, end) }, ...ranges];
}

function braced(js: ts.SourceFile, node: ts.Node): Range {
  const start = node.getStart(js);
  return { start, end: node.end + spacesAt(js.text, node.end) };
}

const spacesAt = (text: string, offset: number): number => /^[ \t]*/.exec(text.slice(offset, offset + 100))![0].length;

/** Tags that say nothing without their type and prose. */
const EMPTY_TAGS = new Set(["@param", "@arg", "@argument", "@return", "@returns", "@type", "@template", "@typedef"]);

const TOUCHED = "\u0000"; // marks the lines of which something was cut

/** A comment without some parts, and without the lines of which nothing is left; "" where nothing is. */
function without(text: string, comment: ts.JSDoc, cuts: readonly Range[]): string {
  let result = "";
  let at = comment.pos;
  for (const { start, end } of cuts.toSorted((a, b) => a.start - b.start)) {
    result += `${text.slice(at, start)}${TOUCHED}`;
    at = end;
  }
  const lines = (result + text.slice(at, comment.end)).split("\n");
  const kept = lines.filter((line, i) => !line.includes(TOUCHED) || says(line) || i === 0 || i === lines.length - 1);
  const clean = kept.map((line) => (line.includes(TOUCHED) ? cleaned(line) : line));
  while (clean.length > 2 && bare(clean.at(-2)!) === "") clean.splice(-2, 1); // before the end
  return clean.some(says) ? clean.join("\n") : "";
}

function cleaned(line: string): string {
  const left = line.replaceAll(TOUCHED, "").trimEnd();
  if (says(left)) return left;
  const [begins, ends] = [left.trimStart().startsWith("/**"), left.endsWith("*/")];
  return begins && ends ? "/** */" : begins ? "/**" : " */";
}

/** Whether a line of a comment says anything besides the name of what it says nothing about. */
function says(line: string): boolean {
  const [tag = "", , ...more] = bare(line).split(" ");
  return EMPTY_TAGS.has(tag) ? more.some((word) => word !== "" && word !== "-") : tag !== "";
}

/** A line of a comment without the comment's own marks. */
function bare(line: string): string {
  let text = line.replaceAll(TOUCHED, "").trim();
  if (text.endsWith("*/")) text = text.slice(0, -2);
  for (const mark of ["/**", "*"]) if (text.startsWith(mark)) return text.slice(mark.length).trim();
  return text.trim();
}

/** All JSDoc comments of a file. */
function commentsOf(c: Compiler, js: ts.SourceFile): ts.JSDoc[] {
  const found = new Map<number, ts.JSDoc>();
  const visit = (node: ts.Node): void => {
    for (const comment of (node as { jsDoc?: ts.JSDoc[] }).jsDoc ?? []) found.set(comment.pos, comment);
    c.forEachChild(node, visit);
  };
  visit(js);
  return [...found.values()].sort((a, b) => a.pos - b.pos);
}
