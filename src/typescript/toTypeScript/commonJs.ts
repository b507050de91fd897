// CommonJS in TypeScript's words: `require` at the top as imports, and simple exports as exports. What is not simple is left (imports) or refused
// (exports). Pure.

import type ts from "typescript";
import type { Compiler } from "../compiler.ts";
import type { TextChange } from "../problems.ts";

/**
 * named: `export { a }` and `import { a } from`, as in a module; exact: `export =` and `require` as they are, for callers that take the object itself.
 */
export type ExportStyle = "named" | "exact";

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** @param js a syntax tree with parents @returns undefined where its exports are not simple */
export function commonJsChanges(compiler: Compiler, js: ts.SourceFile, style: ExportStyle): TextChange[] | undefined {
  if (
    js.statements.some(
      (one) =>
        compiler.isImportDeclaration(one) || compiler.isExportDeclaration(one) || compiler.isExportAssignment(one),
    )
  )
    return [];
  const imports = js.statements.flatMap((statement) => importChanges(compiler, js, statement, style));
  const exported = new Exports(compiler, js, style).changes();
  if (!exported) return undefined;
  const changes = [...imports, ...exported];
  const isModule = /\brequire\s*\(/.test(js.text) && changes.length === 0;
  return isModule ? [{ start: js.text.length, end: js.text.length, newText: "\nexport {};\n" }] : changes;
}

function importChanges(
  compiler: Compiler,
  js: ts.SourceFile,
  statement: ts.Statement,
  style: ExportStyle,
): TextChange[] {
  const whole = (newText: string): TextChange[] => [{ start: statement.getStart(js), end: statement.end, newText }];
  if (compiler.isExpressionStatement(statement)) {
    const asked = moduleOf(compiler, statement.expression);
    return asked ? whole(`import ${asked.getText(js)};`) : [];
  }
  if (!compiler.isVariableStatement(statement)) return [];
  const lines: string[] = [];
  for (const { name, initializer } of statement.declarationList.declarations) {
    const line = initializer && importLine(compiler, js, name, initializer, style);
    if (!line) return [];
    lines.push(line);
  }
  return whole(lines.join("\n"));
}

function importLine(
  compiler: Compiler,
  js: ts.SourceFile,
  name: ts.BindingName,
  value: ts.Expression,
  style: ExportStyle,
): string | undefined {
  const asked = moduleOf(compiler, value);
  if (asked && compiler.isIdentifier(name)) return `import ${name.text} = require(${asked.getText(js)});`;
  if (style === "exact") return undefined;
  if (asked && compiler.isObjectBindingPattern(name)) {
    const parts = name.elements.map((element) => {
      const { propertyName, name: own, initializer, dotDotDotToken } = element;
      if (initializer || dotDotDotToken || !compiler.isIdentifier(own)) return undefined;
      if (!propertyName) return own.text;
      return compiler.isIdentifier(propertyName) ? `${propertyName.text} as ${own.text}` : undefined;
    });
    return parts.includes(undefined) || parts.length === 0
      ? undefined
      : `import { ${parts.join(", ")} } from ${asked.getText(js)};`;
  }
  if (!compiler.isPropertyAccessExpression(value) || !compiler.isIdentifier(name)) return undefined;
  const from = moduleOf(compiler, value.expression);
  const member = value.name.text;
  return from && `import { ${member === name.text ? member : `${member} as ${name.text}`} } from ${from.getText(js)};`;
}

/** The module's name in `require("x")`. */
function moduleOf(
  { isCallExpression, isIdentifier, isStringLiteral }: Compiler,
  node: ts.Expression,
): ts.StringLiteral | undefined {
  if (!isCallExpression(node) || !isIdentifier(node.expression) || node.expression.text !== "require") return undefined;
  const [name] = node.arguments;
  return name && node.arguments.length === 1 && isStringLiteral(name) ? name : undefined;
}

interface Assigned {
  statement: ts.Statement;
  target: ts.PropertyAccessExpression | ts.Identifier;
  value: ts.Expression;
}

class Exports {
  readonly #compiler: Compiler;
  readonly #js: ts.SourceFile;
  readonly #style: ExportStyle;
  readonly #whole: Assigned[] = []; // module.exports = …
  readonly #named = new Map<string, Assigned>(); // exports.name = …
  readonly #declared: ReadonlySet<string>;
  readonly #topLevel: ReadonlySet<string>;
  #given: string | undefined; // a name for what has none
  #alias: string | undefined; // `const app = module.exports = …`

  constructor(compiler: Compiler, js: ts.SourceFile, style: ExportStyle) {
    this.#compiler = compiler;
    this.#js = js;
    this.#style = style;
    this.#declared = declaredIn(compiler, js);
    this.#topLevel = new Set(js.statements.flatMap((statement) => namesOf(compiler, statement)));
  }

  changes(): TextChange[] | undefined {
    const targets = new Set<ts.Node>();
    for (const statement of this.#js.statements) {
      const named = this.#declaredAs(statement);
      if (named) {
        this.#whole.push(named);
        targets.add(named.target);
      }
      const assigned = this.#assigned(statement);
      if (!assigned) continue;
      for (const target of assigned.targets) targets.add(target);
      const { name, ...rest } = assigned;
      if (name === undefined) this.#whole.push(rest);
      else if (this.#named.has(name)) return undefined;
      else this.#named.set(name, rest);
    }
    const reads = this.#reads(targets);
    if (!reads || this.#whole.length > 1) return undefined;
    const [whole] = this.#whole;
    const written = whole ? this.#wholeChanges(whole) : this.#namedChanges();
    return written && [...written, ...reads];
  }

  /** `const app = module.exports = …` or `= exports = module.exports = …` */
  #declaredAs(statement: ts.Statement): Assigned | undefined {
    const { isVariableStatement, isIdentifier } = this.#compiler;
    if (!isVariableStatement(statement) || statement.declarationList.declarations.length !== 1) return undefined;
    const [{ name, initializer }] = statement.declarationList.declarations as unknown as [ts.VariableDeclaration];
    const assignment = initializer && this.#assignment(initializer);
    if (!assignment || !isIdentifier(name) || this.#exportName(assignment.left) !== "") return undefined;
    if (this.#assignment(assignment.right)) return undefined;
    this.#alias = name.text;
    return { statement, target: assignment.left as Assigned["target"], value: assignment.right };
  }

  #assigned(statement: ts.Statement): (Assigned & { name: string | undefined; targets: ts.Node[] }) | undefined {
    const { isExpressionStatement } = this.#compiler;
    if (!isExpressionStatement(statement)) return undefined;
    const targets: ts.Node[] = [];
    let value: ts.Expression = statement.expression;
    let target: Assigned["target"] | undefined;
    let name: string | undefined;
    for (let next = this.#assignment(value); next; next = this.#assignment(value)) {
      const own = this.#exportName(next.left);
      if (own === undefined || (target && (own !== "" || name !== undefined))) break; // `exports = module.exports = x` is one
      target = next.left as Assigned["target"];
      name = own === "" ? undefined : own;
      targets.push(next.left);
      value = next.right;
    }
    return target && { statement, target, value, name, targets };
  }

  #assignment(node: ts.Expression): ts.BinaryExpression | undefined {
    const { isBinaryExpression, SyntaxKind } = this.#compiler;
    return isBinaryExpression(node) && node.operatorToken.kind === SyntaxKind.EqualsToken ? node : undefined;
  }

  /** "" for the exports themselves, the name for one of them; undefined for anything else. */
  #exportName(node: ts.Node): string | undefined {
    const { isIdentifier, isPropertyAccessExpression } = this.#compiler;
    if (isIdentifier(node)) return node.text === "exports" && !this.#declared.has("exports") ? "" : undefined;
    if (!isPropertyAccessExpression(node)) return undefined;
    const { expression, name } = node;
    if (isIdentifier(expression) && expression.text === "module" && !this.#declared.has("module"))
      return name.text === "exports" ? "" : undefined;
    return this.#exportName(expression) === "" ? name.text : undefined;
  }

  /** What is done with the exports besides assigning them; undefined where that cannot be said otherwise. */
  #reads(targets: ReadonlySet<ts.Node>): TextChange[] | undefined {
    const changes: TextChange[] = [];
    let isSimple = true;
    const visit = (node: ts.Node): void => {
      if (targets.has(node)) return;
      const name = this.#exportName(node);
      if (name === undefined || !this.#isUse(node)) {
        this.#compiler.forEachChild(node, visit);
        return;
      }
      const own = name === "" ? this.#wholeName() : this.#localOf(name);
      if (own === undefined) isSimple = false;
      else changes.push({ start: node.getStart(this.#js), end: node.end, newText: own });
    };
    visit(this.#js);
    return isSimple ? changes : undefined;
  }

  /** Not the name of a member, such as `a.exports`. */
  #isUse({ parent }: ts.Node): boolean {
    const { isPropertyAssignment, isJSDoc } = this.#compiler;
    return parent !== undefined && !isPropertyAssignment(parent) && !isJSDoc(parent);
  }

  /** The name by which the file itself knows all that it exports; where there is none it gets one, which is written. */
  #wholeName(): string | undefined {
    const [whole] = this.#whole;
    if (this.#alias !== undefined || !whole) return this.#alias;
    const { value } = whole;
    if (this.#compiler.isIdentifier(value)) return value.text;
    const { name } = value as { name?: ts.Node };
    const file = this.#js.fileName.slice(this.#js.fileName.lastIndexOf("/") + 1);
    const words = file.slice(0, file.indexOf(".")).split(/[^A-Za-z0-9]+/);
    const camel = words.map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join("");
    const own = name && this.#compiler.isIdentifier(name) ? name.text : camel;
    if (this.#declared.has(own) || !IDENTIFIER.test(own)) return undefined;
    this.#given = own;
    return own;
  }

  /** The name by which the file itself knows an export. */
  #localOf(name: string): string | undefined {
    const assigned = this.#named.get(name);
    const whole = this.#wholeName();
    if (whole !== undefined) return `${whole}.${name}`;
    if (!assigned || this.#whole.length > 0) return undefined;
    if (this.#compiler.isIdentifier(assigned.value)) return assigned.value.text;
    return this.#declared.has(name) || !IDENTIFIER.test(name) ? undefined : name;
  }

  #wholeChanges({ statement, target, value }: Assigned): TextChange[] | undefined {
    const changes: TextChange[] = [];
    const own = this.#named.size > 0 ? this.#wholeName() : undefined;
    if (this.#named.size > 0 && own === undefined) return undefined;
    for (const { target: one } of this.#named.values())
      changes.push({
        start: one.getStart(this.#js),
        end: (one as ts.PropertyAccessExpression).expression.end,
        newText: own!,
      });
    if (this.#alias !== undefined) {
      changes.push({ start: target.getStart(this.#js), end: value.getStart(this.#js), newText: "" });
      changes.push({ start: statement.end, end: statement.end, newText: `\nexport = ${this.#alias};` });
      return changes;
    }
    if (this.#given !== undefined) {
      const isDeclared = (value as { name?: ts.Node }).name !== undefined; // `function f() {}` and `class A {}` declare it
      const newText = isDeclared ? "" : `const ${this.#given} = `;
      changes.push({ start: statement.getStart(this.#js), end: value.getStart(this.#js), newText });
      changes.push({ start: statement.end, end: statement.end, newText: `\nexport = ${this.#given};` });
      return changes;
    }
    const names = this.#style === "named" ? this.#namesOf(value) : undefined;
    const apart = this.#style === "named" && !names ? this.#partsOf(statement, value) : undefined;
    const start = statement.getStart(this.#js);
    if (names) changes.push({ start, end: statement.end, newText: `export { ${names.join(", ")} };` });
    else if (apart) changes.push(...apart);
    else changes.push({ start, end: value.getStart(this.#js), newText: "export = " });
    return changes;
  }

  /** The names of an object that only names what the file declares; undefined where it does more. */
  #namesOf(value: ts.Expression): string[] | undefined {
    const { isObjectLiteralExpression, isShorthandPropertyAssignment, isPropertyAssignment, isIdentifier } =
      this.#compiler;
    if (!isObjectLiteralExpression(value) || value.properties.length === 0) return undefined;
    const names = value.properties.map((property) => {
      if (isShorthandPropertyAssignment(property) && this.#topLevel.has(property.name.text)) return property.name.text;
      if (!isPropertyAssignment(property) || !isIdentifier(property.name) || !isIdentifier(property.initializer))
        return "";
      const own = property.initializer.text;
      if (!this.#topLevel.has(own)) return "";
      return own === property.name.text ? own : `${own} as ${property.name.text}`;
    });
    return names.includes("") ? undefined : names;
  }

  /** Each member of an object as an export of its own, where it stands; undefined where one cannot be. */
  #partsOf(statement: ts.Statement, value: ts.Expression): TextChange[] | undefined {
    const c = this.#compiler;
    if (!c.isObjectLiteralExpression(value) || value.properties.length === 0) return undefined;
    const changes: TextChange[] = [];
    let at = statement.getStart(this.#js);
    for (const property of value.properties) {
      const name = property.name && c.isIdentifier(property.name) ? property.name.text : undefined;
      const isShort = c.isShorthandPropertyAssignment(property) && this.#topLevel.has(property.name.text);
      const isOwn = c.isPropertyAssignment(property) && name !== undefined && !this.#declared.has(name);
      if (!isShort && (!isOwn || name === "default" || /\bthis\b/.test(property.initializer.getText(this.#js))))
        return undefined;
      const start = property.getStart(this.#js);
      const before = this.#js.text
        .slice(at, start)
        .replace(/^[^{]*\{|^\s*,/, "")
        .trim(); // comments
      const lead = `${changes.length > 0 ? "\n" : ""}${before === "" ? "" : `${before}\n`}`;
      if (isOwn)
        changes.push({
          start: at,
          end: property.initializer.getStart(this.#js),
          newText: `${lead}export const ${name} = `,
        });
      else changes.push({ start: at, end: property.end, newText: `${lead}export { ${name} }` });
      changes.push({ start: property.end, end: property.end, newText: ";" });
      at = property.end;
    }
    changes.push({ start: at, end: statement.end, newText: "" });
    return changes;
  }

  #namedChanges(): TextChange[] | undefined {
    const { isIdentifier } = this.#compiler;
    const changes: TextChange[] = [];
    for (const [name, { statement, value }] of this.#named) {
      const start = statement.getStart(this.#js);
      if (isIdentifier(value) && this.#topLevel.has(value.text)) {
        const as = value.text === name ? name : `${value.text} as ${name}`;
        changes.push({ start, end: statement.end, newText: `export { ${as} };` });
      } else if (name === "default") {
        changes.push({ start, end: value.getStart(this.#js), newText: "export default " });
      } else if (!IDENTIFIER.test(name) || this.#declared.has(name)) {
        return undefined;
      } else changes.push({ start, end: value.getStart(this.#js), newText: `export const ${name} = ` });
    }
    return changes;
  }
}

/** All names that are declared anywhere in a file, besides members. */
function declaredIn(compiler: Compiler, js: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (
      compiler.isVariableDeclaration(node) ||
      compiler.isBindingElement(node) ||
      compiler.isParameter(node) ||
      compiler.isFunctionDeclaration(node) ||
      compiler.isClassDeclaration(node)
    ) {
      const { name } = node;
      if (name && compiler.isIdentifier(name)) names.add(name.text);
    }
    compiler.forEachChild(node, visit);
  };
  visit(js);
  return names;
}

function namesOf(compiler: Compiler, statement: ts.Statement): string[] {
  if (compiler.isFunctionDeclaration(statement) || compiler.isClassDeclaration(statement))
    return statement.name ? [statement.name.text] : [];
  if (!compiler.isVariableStatement(statement)) return [];
  const names: string[] = [];
  const add = (name: ts.BindingName): void => {
    if (compiler.isIdentifier(name)) names.push(name.text);
    else for (const element of name.elements) if (compiler.isBindingElement(element)) add(element.name);
  };
  for (const { name } of statement.declarationList.declarations) add(name);
  return names;
}
