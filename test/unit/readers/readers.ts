// Finds, by the syntax tree of a TypeScript file, through what its code reads files from the disk. Says what is there, not whether it may be.
// Not a test.

import ts from "typescript";

/** What `node:fs` and `node:fs/promises` export that gives a file's content, or a way to it. */
const READING: ReadonlySet<string> = new Set(
  "readFile readFileSync open openSync openAsBlob createReadStream read readSync readv readvSync copyFile copyFileSync cp cpSync promises".split(
    " ",
  ),
);

const isFs = (module: string): boolean => /^(?:node:)?fs(?:\/promises)?$/.test(module);

/** Such as "readFileSync", "fs as a value", "loads fs", "sys.readFile"; each once, sorted. */
export function readersOf(text: string, name = "a.ts"): string[] {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const found = new Set<string>();
  const whole = new Set<string>(); // local names of the module itself

  function importOf({ importClause: clause, moduleSpecifier }: ts.ImportDeclaration): void {
    if (!clause || clause.isTypeOnly || !isFs((moduleSpecifier as ts.StringLiteral).text)) return;
    const { namedBindings: bindings } = clause;
    if (clause.name) whole.add(clause.name.text);
    if (bindings && ts.isNamespaceImport(bindings)) whole.add(bindings.name.text);
    if (!bindings || !ts.isNamedImports(bindings)) return;
    for (const element of bindings.elements) {
      const exported = (element.propertyName ?? element.name).text;
      if (exported === "default") whole.add(element.name.text);
      else if (!element.isTypeOnly && READING.has(exported)) found.add(exported);
    }
  }

  function useOf(node: ts.Identifier): void {
    const { parent } = node;
    if (ts.isImportClause(parent) || ts.isNamespaceImport(parent) || ts.isImportSpecifier(parent)) return;
    if (ts.isPropertyAccessExpression(parent) && parent.name === node) return;
    const member = ts.isPropertyAccessExpression(parent) ? parent.name.text : undefined;
    if (member === undefined) found.add(`${node.text} as a value`);
    else if (READING.has(member)) found.add(member);
  }

  function visit(node: ts.Node): void {
    if (ts.isImportDeclaration(node)) importOf(node);
    if (ts.isExportDeclaration(node) && node.moduleSpecifier && isFs((node.moduleSpecifier as ts.StringLiteral).text))
      found.add("exports fs");
    if (ts.isCallExpression(node) && node.arguments.some((one) => ts.isStringLiteralLike(one) && isFs(one.text)))
      found.add("loads fs");
    const isOfCompiler = ts.isPropertyAccessExpression(node) && node.name.text === "readFile";
    if (isOfCompiler && /\bsys$/.test(node.expression.getText(source))) found.add("sys.readFile");
    if (ts.isIdentifier(node) && whole.has(node.text)) useOf(node);
    ts.forEachChild(node, visit);
  }

  visit(source);
  return [...found].sort();
}
