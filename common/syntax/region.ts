// Tells whether a place is in code, in a string or in a comment. Code inside a string (`${…}`, an f-string's `{…}`) is code;
// a Python docstring is a comment.
// Where the tree has errors around the place, the line is read character by character instead: an open quote has no node yet.

import type { LanguageSyntax } from "./languages.ts";
import { lineStartOf } from "./lines.ts";
import type { Region, SyntaxNode, SyntaxTree } from "./syntax.ts";

/**
 * The region of the gap before `text[offset]`.
 * @param tree of `text`; without one only the line is looked at
 */
export function regionAt(text: string, offset: number, tree: SyntaxTree | undefined, language: LanguageSyntax): Region {
  const lineStart = lineStartOf(text, offset);
  const line = text.slice(lineStart, offset);
  if (!tree) return regionOfLine(line, language);
  const seen = regionInTree(text, offset, tree, language);
  const lost = seen.inError || errorIn(tree, lineStart, offset);
  if (seen.region !== "code") return lost && seen.start >= lineStart ? regionOfLine(line, language) : seen.region;
  if (!lost) return inOpenComment(text, offset, tree, language) ? "comment" : "code";
  // A line that begins inside a string or comment was judged by the tree; any other is read from its start.
  if (lineStart > 0 && regionInTree(text, lineStart, tree, language).region !== "code") return "code";
  return inOpenComment(text, offset, tree, language) ? "comment" : regionOfLine(line, language);
}

interface Seen {
  region: Region;
  start: number; // of the string, comment or substitution
  inError: boolean; // around it the parser was lost
}

function regionInTree(text: string, offset: number, tree: SyntaxTree, language: LanguageSyntax): Seen {
  const path = offset === 0 ? [] : tree.pathTo(offset - 1); // the unit before the gap
  const inError = path.some((node) => node.type === "ERROR");
  for (let i = path.length - 1; i >= 0; i--) {
    const node = path[i]!;
    const start = node.startIndex;
    const inside = offset < node.endIndex;
    if (language.substitutions.has(node.type) && inside) return { region: "code", start, inError };
    if (language.strings.has(node.type) && inside) {
      const docstring = language.indented && path[i - 1]?.type === "expression_statement";
      return { region: docstring ? "comment" : "string", start, inError };
    }
    if (language.comments.has(node.type)) {
      const block = language.blockComment && text.startsWith(language.blockComment[0], start);
      if (!block || inside) return { region: "comment", start, inError };
    }
  }
  return { region: "code", start: 0, inError };
}

function errorIn(tree: SyntaxTree, start: number, end: number): boolean {
  if (!tree.rootNode.hasError || end <= start) return false;
  const node: SyntaxNode | null = tree.rootNode.descendantForIndex(start, end - 1);
  return node?.hasError ?? false;
}

/** A block comment that nothing closes has no node: the parser takes its text for code. */
function inOpenComment(text: string, offset: number, tree: SyntaxTree, language: LanguageSyntax): boolean {
  if (!language.blockComment || !tree.rootNode.hasError) return false;
  const [open, close] = language.blockComment;
  const start = text.lastIndexOf(open, offset - open.length);
  if (start === -1 || text.slice(start, offset).includes(close)) return false;
  return regionInTree(text, start, tree, language).region === "code";
}

/** The region at the end of `line`, which begins in code. Regular expressions are not told from divisions. */
function regionOfLine(line: string, language: LanguageSyntax): Region {
  const open: string[] = []; // quotes, and "{" for a substitution in a string
  let opener: string | undefined; // what begins a substitution in the innermost string
  for (let i = 0; i < line.length; i++) {
    const inside = open.at(-1);
    const char = line[i]!;
    if (inside === undefined || inside === "{") {
      if (line.startsWith(language.lineComment, i)) return "comment";
      if (language.blockComment && line.startsWith(language.blockComment[0], i)) {
        const end = line.indexOf(language.blockComment[1], i + language.blockComment[0].length);
        if (end === -1) return "comment";
        i = end + language.blockComment[1].length - 1;
      } else if (language.quotes.includes(char)) {
        open.push(char);
        opener = substitutionOpener(line, i, language);
      } else if (inside === "{" && char === "}") {
        open.pop();
        opener = language.indented ? "{" : "${";
      }
    } else if (char === "\\") i++;
    else if (char === inside) open.pop();
    else if (opener !== undefined && line.startsWith(opener, i)) {
      open.push("{");
      i += opener.length - 1;
    }
  }
  const last = open.at(-1);
  return last === undefined || last === "{" ? "code" : "string";
}

/** `${` in a template, `{` in an f-string, nothing in other strings. */
function substitutionOpener(line: string, quoteAt: number, language: LanguageSyntax): string | undefined {
  if (!language.indented) return line[quoteAt] === "`" ? "${" : undefined;
  return /\b[rR]?[fF][rR]?$/.test(line.slice(0, quoteAt)) ? "{" : undefined;
}
