// Finds, by the syntax tree of a TypeScript file, every regular expression that its text decides: literals, and `RegExp` of strings and templates.
// A value that is known only at run time stands as a name. Not a test.

import ts from "typescript";

export interface Pattern {
  place: string; // "src/a.ts:12"
  source: string;
  flags: string;
}

/** Stands for the name of something in the code that is looked at. */
const SOME_NAME = "name";

export function patternsIn(text: string, file = "a.ts"): Pattern[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const constants = new Map<string, ts.Expression>();
  const patterns: Pattern[] = [];

  /** What an expression is worth, as far as this file says it; undefined where nothing of it is written here. */
  function writtenIn(node: ts.Expression): string | undefined {
    if (ts.isStringLiteralLike(node)) return node.text;
    if (ts.isParenthesizedExpression(node)) return writtenIn(node.expression);
    if (ts.isIdentifier(node)) {
      const constant = constants.get(node.text);
      return constant && writtenIn(constant);
    }
    if (ts.isPropertyAccessExpression(node) && node.name.text === "source") {
      const pattern = ts.isIdentifier(node.expression) ? constants.get(node.expression.text) : node.expression;
      return pattern && ts.isRegularExpressionLiteral(pattern) ? partsOf(pattern).source : undefined;
    }
    if (ts.isTemplateExpression(node)) return filled(node, (part) => part.text);
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === "String.raw") {
      const { template } = node;
      return ts.isTemplateExpression(template) ? filled(template, rawOf) : rawOf(template);
    }
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
      const [left, right] = [writtenIn(node.left), writtenIn(node.right)];
      return left === undefined && right === undefined ? undefined : (left ?? SOME_NAME) + (right ?? SOME_NAME);
    }
    return undefined;
  }

  function filled(template: ts.TemplateExpression, textOf: (part: ts.TemplateLiteralLikeNode) => string): string {
    const spans = template.templateSpans.map(
      ({ expression, literal }) => (writtenIn(expression) ?? SOME_NAME) + textOf(literal),
    );
    return textOf(template.head) + spans.join("");
  }

  function visit(node: ts.Node, look: (node: ts.Node) => void): void {
    look(node);
    ts.forEachChild(node, (child) => visit(child, look));
  }

  visit(source, (node) => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      constants.set(node.name.text, node.initializer);
    }
  });
  visit(source, (node) => {
    const place = () => `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
    if (ts.isRegularExpressionLiteral(node)) patterns.push({ place: place(), ...partsOf(node) });
    const isMade = (ts.isNewExpression(node) || ts.isCallExpression(node)) && node.expression.getText() === "RegExp";
    if (!isMade || !node.arguments?.[0]) return;
    const written = writtenIn(node.arguments[0]);
    const flags = node.arguments[1] ? writtenIn(node.arguments[1]) : "";
    if (written !== undefined) patterns.push({ place: place(), source: written, flags: flags ?? "" });
  });
  return patterns;
}

function partsOf(literal: ts.RegularExpressionLiteral): { source: string; flags: string } {
  const end = literal.text.lastIndexOf("/");
  return { source: literal.text.slice(1, end), flags: literal.text.slice(end + 1) };
}

/** The text of a part of a template as it was typed. */
function rawOf(part: ts.TemplateLiteralLikeNode): string {
  return part.getText().replace(/^[`}]|(?:`|\$\{)$/g, "");
}
