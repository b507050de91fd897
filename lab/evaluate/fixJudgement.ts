// Whether a fixed text is the code as it was, and whether it would do harm: it compiles, but declares something else. Pure.

import ts from "typescript";

/** Whether two texts are the same code: the same tokens, the order of the names of an import set aside. */
export const isSameCode = (a: string, b: string): boolean => a === b || tokensOf(a) === tokensOf(b);

function tokensOf(text: string): string {
  const source = parsed(text);
  const tokens: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNamedImports(node)) {
      tokens.push(...node.elements.map((one) => one.getText(source).replace(/^type\s+/, "")).sort());
      return;
    }
    const children = node.getChildren(source);
    const isToken = children.length === 0 && node.kind !== ts.SyntaxKind.SyntaxList;
    if (isToken && node.kind !== ts.SyntaxKind.SemicolonToken) tokens.push(node.getText(source));
    for (const child of children) visit(child);
  };
  visit(source);
  return tokens.join(" ");
}

/** Whether a text declares something else than the other one: types, members, functions with their parameters, names of variables. */
export function isHarmful(before: string, after: string): boolean {
  return headsOf(before) !== headsOf(after);
}

function headsOf(text: string): string {
  const source = parsed(text);
  const heads: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isEnumDeclaration(node))
      heads.push(node.getText(source));
    else if (ts.isFunctionLike(node)) {
      const { body } = node as { body?: ts.Node };
      heads.push(text.slice(node.getStart(source), body ? body.getStart(source) : node.end).replace(/^async\s+/, ""));
    } else if (ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node))
      heads.push(`${node.name.getText(source)}: ${node.type?.getText(source) ?? ""}`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return heads.sort().join("\n");
}

const parsed = (text: string): ts.SourceFile => ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest, true);
