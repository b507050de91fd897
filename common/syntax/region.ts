// Tells whether a place is in code, in a string or in a comment. Code inside a string (`${…}`, an f-string's `{…}`) is code;
// a Python docstring is a comment.
// Where the tree has errors around the place, the line is read character by character instead: an open quote has no node yet.

import type { LineSyntax } from "./languages.ts";
import { lineStartOf } from "./lines.ts";
import type { Region, SyntaxNode, SyntaxTree } from "./syntax.ts";

/**
 * The region of the gap before `text[offset]`.
 * @param tree of `text`; without one only the line is looked at
 */
export function regionAt(text: string, offset: number, tree: SyntaxTree | undefined, language: LineSyntax): Region {
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

function regionInTree(text: string, offset: number, tree: SyntaxTree, language: LineSyntax): Seen {
  const seen: Seen = { region: "code", start: 0, inError: false };
  if (offset === 0) return seen;
  let length = Number.POSITIVE_INFINITY; // of the innermost node that decides
  for (const { captures } of tree.matches("regions", { startIndex: offset - 1, endIndex: offset })) {
    for (const { name, node } of captures) {
      const { startIndex: start, endIndex: end } = node;
      if (start >= offset || end < offset) continue; // the unit before the gap is not in it
      if (name === "error") {
        seen.inError = true;
        continue;
      }
      const isLine = name === "comment" && beginsLineComment(text, start, language) && text[offset - 1] !== "\n";
      const inside = offset < end || isLine;
      const region = name === "string" ? "string" : name === "comment" ? "comment" : "code";
      // Of one node that is a string and a comment (a docstring) the comment counts.
      if (inside && (end - start < length || (end - start === length && region === "comment"))) {
        seen.region = region;
        seen.start = start;
        length = end - start;
      }
    }
  }
  return seen;
}

/** A comment of a line goes on at its end; one with an end of its own does not. */
function beginsLineComment(text: string, start: number, { lineComment }: LineSyntax): boolean {
  return text.startsWith(lineComment, start) || text.startsWith("#!", start);
}

function errorIn(tree: SyntaxTree, start: number, end: number): boolean {
  if (!tree.rootNode.hasError || end <= start) return false;
  const node: SyntaxNode | null = tree.rootNode.descendantForIndex(start, end - 1);
  return node?.hasError ?? false;
}

/** A block comment that nothing closes has no node: the parser takes its text for code. */
function inOpenComment(text: string, offset: number, tree: SyntaxTree, language: LineSyntax): boolean {
  if (!language.blockComment || !tree.rootNode.hasError) return false;
  const [open, close] = language.blockComment;
  const start = text.lastIndexOf(open, offset - open.length);
  if (start === -1 || text.slice(start, offset).includes(close)) return false;
  return regionInTree(text, start, tree, language).region === "code";
}

/** The region at the end of `line`, which begins in code. Regular expressions are not told from divisions. */
function regionOfLine(line: string, language: LineSyntax): Region {
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
        opener = language.substitution?.opener;
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
function substitutionOpener(line: string, quoteAt: number, { substitution }: LineSyntax): string | undefined {
  return substitution?.quote.test(line.slice(0, quoteAt + 1)) ? substitution.opener : undefined;
}
