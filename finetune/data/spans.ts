// Chooses the part of a file that an example leaves out: the middle that the model should write. The places resemble those where an editor asks.
// The kinds follow the most frequent requests (the rest of a line) and whole syntax nodes (Gong et al., "Structure-Aware Fill-in-the-Middle
// Pretraining for Code", 2025), with some random ones (Bavarian et al., 2022). Pure: reads a text and its tree.

import { lineEndOf, lineStartOf } from "../../common/syntax/lines.ts";
import type { SyntaxNode, SyntaxTree } from "../../common/syntax/syntax.ts";
import type { SeededRandom } from "./seededRandom.ts";

/** How often each kind is drawn, in percent. */
export const SPAN_SHARES = {
  cursorLine: 35, // from a column to the end of the line, sometimes of a later line
  syntaxNode: 22,
  statement: 13,
  lines: 12, // 1 to 8 whole lines
  docComment: 8, // above its definition
  characters: 10, // between any two characters
  pause: 0, // from where a person pauses to type, to the end of the line or of some lines more
  unit: 0, // from such a place to the end of the statement, or of the part of one, that the line begins; sometimes some more
  block: 0, // the inside of a block, or the rest of it from one of its statements on
  documentedBody: 0, // the body of a function that has a docstring
};
export type SpanKind = keyof typeof SPAN_SHARES;

/** The middle is text[start, end): not blank, at most MAX_MIDDLE_CHARS, and never ending with a line break. */
export interface Span {
  start: number;
  end: number;
  /** The span ends with a statement or a block, so where to end can be known without seeing what follows. */
  isWhole?: boolean;
}

export const MAX_MIDDLE_CHARS = 1200;
/** The most characters of a middle of several statements: about 120 tokens. */
const MAX_WHOLE_CHARS = 560;
const MIN_NODE_CHARS = 4;
/** How far around a random place nodes are searched; the whole tree of a long file would take longer than the rest of the example. */
const NEAR_CHARS = 1_500;
const NEAR_COMMENT_CHARS = 6_000;
const ATTEMPTS = 8;

const CURSOR_RUNS_ON = 0.3; // share that continues over 1 to 4 lines more
const CURSOR_BEFORE_CLOSERS = 0.5; // share among the other lines that end with closing brackets or quotes: about a quarter of all
const CURSOR_IN_COMMENT = 0.4; // share of the drawn comment lines that is used: prose is not what completion is for

const PAUSE_AT_LINE_START = 0.35;

const UNIT_OF_LINES = 0.8; // share with several lines at least
const UNIT_RUNS_ON = 0.45; // share that continues over 1 to 5 statements more
const BLOCK_OF_LINES = 0.8; // share with several lines at least
const BLOCK_FROM_WITHIN = 0.4;
/** Weights of the cursor's place before a block's inside: at the end of the line that opens it, indented on the next line, at its beginning. */
const BEFORE_BLOCK = [0.3, 0.6, 0.1];

/** Node types of TypeScript and JavaScript, then of the other grammars, whose types do not clash with TypeScript's. */
const NODE_TYPES = new Set(
  `statement_block class_body interface_body object_type enum_body switch_body switch_case object array arguments formal_parameters
  type_arguments type_parameters named_imports export_clause object_pattern call_expression member_expression subscript_expression
  binary_expression unary_expression ternary_expression assignment_expression await_expression new_expression arrow_function
  function_expression template_string string return_statement expression_statement lexical_declaration variable_declarator
  if_statement else_clause for_statement for_in_statement while_statement try_statement catch_clause method_definition
  function_declaration class_declaration interface_declaration type_alias_declaration type_annotation union_type generic_type
  public_field_definition field_definition property_signature method_signature pair export_statement parenthesized_expression
  jsx_element jsx_self_closing_element jsx_attribute jsx_expression

  block argument_list parameters parameter_list call invocation_expression method_invocation list dictionary tuple subscript lambda
  lambda_expression conditional_expression comparison_operator boolean_operator binary_operator assignment augmented_assignment
  keyword_argument default_parameter typed_parameter list_comprehension elif_clause except_clause import_from_statement
  function_definition class_definition decorated_definition short_var_declaration var_spec const_spec type_spec keyed_element
  composite_literal literal_value selector_expression index_expression struct_type interface_type field_declaration_list
  field_declaration method_declaration constructor_declaration local_variable_declaration enum_constant object_creation_expression
  field_access switch_block property_declaration accessor_list initializer_expression member_access_expression
  element_access_expression function_item impl_item struct_item enum_item trait_item let_declaration closure_expression
  macro_invocation struct_expression field_initializer_list enum_variant_list declaration_list if_expression match_expression
  match_block match_arm for_expression while_expression loop_expression compound_statement initializer_list init_declarator
  struct_specifier class_specifier parameter_declaration string_literal interpreted_string_literal raw_string_literal`.split(
    /\s+/,
  ),
);
const STATEMENT_TYPE =
  /_statement$|_declaration$|_definition$|_item$|(class|struct|enum)_specifier$|^(property_signature|method_signature|abstract_method_signature)$/;
const CLOSERS: Readonly<Record<string, string>> = {
  "{": "}",
  "(": ")",
  "[": "]",
  "<": ">",
  "`": "`",
  '"': '"',
  "'": "'",
};

/** Draws an offset of a text, from 0 to its last. */
export type DrawPlace = (random: SeededRandom) => number;

/**
 * A span of the kind somewhere in `text`, or undefined where none was found in a few attempts.
 * @param tree undefined in a language without a grammar, whose texts have only spans that need no tree
 * @param drawPlace draws where to look for it; default: anywhere
 */
export function drawSpan(
  kind: SpanKind,
  text: string,
  tree: SyntaxTree | undefined,
  random: SeededRandom,
  drawPlace: DrawPlace = (from) => from.between(0, text.length - 1),
): Span | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const drawn = drawAt(kind, text, tree, drawPlace(random), random);
    const span = drawn && withoutLineEnd(text, onWholeCharacters(text, drawn));
    if (span && isUsable(text, span)) return { ...span, isWhole: drawn.isWhole ?? false };
  }
  return undefined;
}

const BY_TEXT = { cursorLine, lines, characters, pause };
const BY_TREE = { syntaxNode, statement, docComment, unit, block, documentedBody };

const needsNoTree = (kind: SpanKind): kind is keyof typeof BY_TEXT => kind in BY_TEXT;

function drawAt(
  kind: SpanKind,
  text: string,
  tree: SyntaxTree | undefined,
  at: number,
  random: SeededRandom,
): Span | undefined {
  if (needsNoTree(kind)) return BY_TEXT[kind](text, at, random);
  return tree && BY_TREE[kind](text, tree, at, random);
}

function isUsable(text: string, { start, end }: Span): boolean {
  return end > start && end - start <= MAX_MIDDLE_CHARS && /\S/.test(text.slice(start, end));
}

/** The span without a line break at its end, which belongs to the suffix, with the indentation of the next line. */
function withoutLineEnd(text: string, { start, end }: Span): Span {
  const blank = /(?<!\s)\s*$/.exec(text.slice(start, end))![0];
  const lineBreak = blank.indexOf("\n");
  return { start, end: lineBreak === -1 ? end : end - blank.length + lineBreak };
}

/** The span, adjusted so that no surrogate pair is split. */
function onWholeCharacters(text: string, { start, end }: Span): Span {
  const splits = (at: number) => /[\udc00-\udfff]/.test(text.charAt(at)) && /[\ud800-\udbff]/.test(text.charAt(at - 1));
  return { start: splits(start) ? start - 1 : start, end: splits(end) ? end + 1 : end };
}

/** From a random column of a line to its end. */
function cursorLine(text: string, at: number, random: SeededRandom): Span | undefined {
  const lineEnd = lineEndOf(text, at);
  const line = text.slice(lineStartOf(text, at), lineEnd);
  const indentation = /^\s*/.exec(line)![0].length;
  if (line.length - indentation < 4) return undefined;
  if (/^\s*(\*|\/\/|\/\*)/.test(line) && !random.chance(CURSOR_IN_COMMENT)) return undefined;
  const start = lineEnd - line.length + random.between(indentation, line.length - 2);
  return toLineEnd(text, start, lineEnd, random);
}

/** From a column to the end of its line, or of one of the next four, or to closing brackets that an editor has inserted. */
function toLineEnd(text: string, start: number, lineEnd: number, random: SeededRandom): Span {
  if (random.chance(CURSOR_RUNS_ON)) return { start, end: endOfLineAfter(text, lineEnd, random.between(1, 4)) };
  const closers = /(?<![)\]}"'`])[)\]}"'`]+(?=[;,]?$)/.exec(text.slice(start, lineEnd));
  if (closers && closers.index > 0 && random.chance(CURSOR_BEFORE_CLOSERS)) {
    const left = Math.min(closers[0].length, random.between(1, 3)); // brackets that the editor inserted stay right of the cursor
    return { start, end: start + closers.index + closers[0].length - left };
  }
  return { start, end: lineEnd };
}

/** The end of the line that is `count` lines after the one that ends at `end`. */
function endOfLineAfter(text: string, end: number, count: number): number {
  for (; count > 0 && end < text.length; count--) end = lineEndOf(text, end + 1);
  return end;
}

/** A syntax node, with each order of magnitude of sizes equally likely; of a bracketed node the inside. */
function syntaxNode(text: string, tree: SyntaxTree, at: number, random: SeededRandom): Span | undefined {
  const bySize = new Map<number, Span[]>();
  for (const node of nodesNear(tree, at, NEAR_CHARS)) {
    if (!NODE_TYPES.has(node.type)) continue;
    const span = insideBrackets(node);
    const size = Math.floor(Math.log2(span.end - span.start));
    if (span.end - span.start < MIN_NODE_CHARS || span.end - span.start > MAX_MIDDLE_CHARS) continue;
    bySize.set(size, [...(bySize.get(size) ?? []), span]);
  }
  if (bySize.size === 0) return undefined;
  const span = random.pick(random.pick([...bySize.values()]));
  return random.chance(0.5) ? span : afterIndentation(text, span);
}

/** The span of a node, without braces, brackets and quotes around it. */
function insideBrackets({ startIndex, endIndex, children }: SyntaxNode): Span {
  const isEnclosed = children.length > 1 && CLOSERS[children[0].type] === children.at(-1)!.type;
  return isEnclosed ? { start: startIndex + 1, end: endIndex - 1 } : { start: startIndex, end: endIndex };
}

/** A span that begins with a line break, as an editor leaves it after Enter: the cursor is indented already. */
function afterIndentation(text: string, { start, end }: Span): Span {
  const blank = /^\s*\n[ \t]*/.exec(text.slice(start, end))?.[0].length ?? 0;
  return { start: start + blank, end };
}

function statement(text: string, tree: SyntaxTree, at: number, random: SeededRandom): Span | undefined {
  const found = nodesNear(tree, at, NEAR_CHARS).filter(
    ({ type, startIndex, endIndex }) =>
      STATEMENT_TYPE.test(type) &&
      (type !== "import_statement" || random.chance(0.3)) &&
      endIndex - startIndex <= MAX_MIDDLE_CHARS &&
      text.slice(lineStartOf(text, startIndex), startIndex).trim() === "",
  );
  if (found.length === 0) return undefined;
  const { startIndex, endIndex } = random.pick(found);
  return { start: startIndex, end: afterSeparator(text, endIndex), isWhole: true };
}

/** Whole lines; the cursor is after the indentation, at the beginning of the first line, or at the end of the line before. */
function lines(text: string, at: number, random: SeededRandom): Span | undefined {
  const lineStart = lineStartOf(text, at);
  const end = endOfLineAfter(text, lineEndOf(text, lineStart), random.between(0, 7));
  const indentation = /^[ \t]*/.exec(text.slice(lineStart, end))![0].length;
  const start = random.pick([lineStart + indentation, lineStart + indentation, lineStart, Math.max(0, lineStart - 1)]);
  return { start, end };
}

/** A doc comment above a definition: whole, from its opening on, or the text between opening and closing. */
function docComment(text: string, tree: SyntaxTree, at: number, random: SeededRandom): Span | undefined {
  const found = nodesNear(tree, at, NEAR_COMMENT_CHARS).filter(({ type, startIndex, endIndex }) => {
    if (type !== "comment" || !text.startsWith("/**", startIndex)) return false;
    if (!/^[ \t]*\n[ \t]*(?!import\b)[\w$@#[]/.test(text.slice(endIndex, endIndex + 200))) return false;
    return endIndex - startIndex <= MAX_MIDDLE_CHARS && !/licen[cs]e|copyright/i.test(text.slice(startIndex, endIndex));
  });
  if (found.length === 0) return undefined;
  const { startIndex: start, endIndex: end } = random.pick(found);
  const opening = start + "/**".length;
  const cursor = random.weighted([0.25, 0.5, 0.25]);
  if (cursor === 0) return { start, end };
  return { start: opening, end: cursor === 1 ? end : end - "*/".length };
}

function characters(text: string, start: number, random: SeededRandom): Span | undefined {
  return { start, end: Math.min(text.length, start + random.logBetween(2, MAX_MIDDLE_CHARS)) };
}

/** After an assignment, an opening bracket, a dot, a comma, a colon or a word that needs a continuation. */
const PAUSES =
  /[=([{.,:<>]\s?|=>\s|\b(?:return|await|new|throw|yield|const|let|def|in|of|if|not|and|or|import|from|typeof|as)\s|[&|?+]\s/g;

/** From a place where typing pauses: the beginning of a line's code, or after something that must be continued. */
function pause(text: string, at: number, random: SeededRandom): Span | undefined {
  const start = pauseIn(text, at, random);
  return start === undefined ? undefined : toLineEnd(text, start, lineEndOf(text, at), random);
}

/** A place where typing pauses in the line of `at`; seldom in a comment line. */
function pauseIn(text: string, at: number, random: SeededRandom): number | undefined {
  const lineStart = lineStartOf(text, at);
  const line = text.slice(lineStart, lineEndOf(text, at));
  const indentation = indentUnits(line);
  if (line.length - indentation < 4 || (/^\s*(\*|\/\/|\/\*|#)/.test(line) && !random.chance(CURSOR_IN_COMMENT / 2)))
    return undefined;
  const places = [...line.matchAll(PAUSES)].map((found) => found.index + found[0].length);
  const within = places.filter((column) => column > indentation && column < line.length);
  return lineStart + (within.length === 0 || random.chance(PAUSE_AT_LINE_START) ? indentation : random.pick(within));
}

const indentUnits = (line: string): number => /^\s*/.exec(line)![0].length;

/**
 * From such a place to the end of the largest part of the code that its line begins: a statement, an argument, a branch; sometimes including its
 * next neighbours.
 */
function unit(text: string, tree: SyntaxTree, at: number, random: SeededRandom): Span | undefined {
  const start = pauseIn(text, at, random);
  if (start === undefined) return undefined;
  const lineStart = lineStartOf(text, at);
  const begin = lineStart + indentUnits(text.slice(lineStart, lineEndOf(text, at)));
  const path = tree.pathTo(begin);
  const index = path.findIndex((node) => node.startIndex === begin && node.isNamed && isPart(node));
  const node = path[index];
  if (!node || node.hasError) return undefined;
  const end = endOfUnit(text, node, path[index - 1], random);
  if (random.chance(UNIT_OF_LINES) && end <= lineEndOf(text, start)) return undefined;
  const isWhole = STATEMENT_TYPE.test(node.type);
  return end > start && end - start <= MAX_WHOLE_CHARS ? { start, end, isWhole } : undefined;
}

const isPart = ({ type }: SyntaxNode): boolean =>
  !BLOCK_TYPES.has(type) && (NODE_TYPES.has(type) || STATEMENT_TYPE.test(type));

/** The end of the node, or of one of the five nodes that follow it in the same block while they are not too far. */
function endOfUnit(text: string, node: SyntaxNode, parent: SyntaxNode | undefined, random: SeededRandom): number {
  const own = afterSeparator(text, node.endIndex);
  if (!parent || !random.chance(UNIT_RUNS_ON)) return own;
  const later = parent.namedChildren.filter(
    (other) => other.startIndex > node.startIndex && other.endIndex - node.startIndex <= MAX_WHOLE_CHARS,
  );
  const more = later.slice(0, random.between(1, 5));
  const last = more.at(-1);
  return last && more.every(({ hasError }) => !hasError) ? afterSeparator(text, last.endIndex) : own;
}

/** `end`, or the end of the comma or semicolon that follows. */
const afterSeparator = (text: string, end: number): number => (/[;,]/.test(text.charAt(end)) ? end + 1 : end);

/** Node types that contain statements or members: in brackets, or indented. */
const BLOCK_TYPES = new Set("block statement_block class_body switch_body interface_body module program".split(" "));
const INNER_BLOCK_TYPES = new Set("block statement_block class_body".split(" "));

/** The inside of a block, longer ones more often: from the first of its statements, or from a later one on. */
function block(text: string, tree: SyntaxTree, at: number, random: SeededRandom): Span | undefined {
  const mustGoOn = random.chance(BLOCK_OF_LINES);
  const bySize = new Map<number, SyntaxNode[]>();
  for (const node of nodesNear(tree, at, NEAR_CHARS)) {
    const parts = partsOf(node);
    if (!INNER_BLOCK_TYPES.has(node.type) || parts.every(isText)) continue;
    const [start, end] = [parts[0].startIndex, parts.at(-1)!.endIndex];
    const chars = end - start;
    if (mustGoOn && end <= lineEndOf(text, start)) continue;
    if (chars < MIN_NODE_CHARS || chars > MAX_WHOLE_CHARS) continue;
    const size = Math.floor(Math.log2(chars));
    bySize.set(size, [...(bySize.get(size) ?? []), node]);
  }
  if (bySize.size === 0) return undefined;
  const sizes = [...bySize.keys()];
  const size = sizes[random.weighted(sizes.map((power) => power ** 3))];
  const parts = partsOf(random.pick(bySize.get(size)!));
  const end = afterSeparator(text, parts.at(-1)!.endIndex);
  if (parts.length > 1 && random.chance(BLOCK_FROM_WITHIN)) {
    const { startIndex } = parts[random.between(1, parts.length - 1)];
    const paused = random.chance(0.5) ? pauseIn(text, startIndex, random) : undefined;
    return { start: Math.max(startIndex, paused ?? startIndex), end, isWhole: true };
  }
  return { start: beforeBlock(text, parts[0].startIndex, random), end, isWhole: true };
}

/** The statements and members of a block, including comments only where they are between those. */
function partsOf({ namedChildren }: SyntaxNode): SyntaxNode[] {
  const isCode = ({ type }: SyntaxNode) => type !== "comment";
  return namedChildren.slice(namedChildren.findIndex(isCode), namedChildren.findLastIndex(isCode) + 1);
}

/** Whether a node is a string that stands alone, like a docstring. */
const isText = ({ type, namedChildren }: SyntaxNode): boolean =>
  type === "expression_statement" && namedChildren.length === 1 && namedChildren[0].type === "string";

/** A place before the first statement of a block, which begins at `start`; `start` itself where other code precedes it on its line. */
function beforeBlock(text: string, start: number, random: SeededRandom): number {
  const lineStart = lineStartOf(text, start);
  if (text.slice(lineStart, start).trim() !== "") return start;
  return [Math.max(0, lineStart - 1), start, lineStart][random.weighted(BEFORE_BLOCK)];
}

/** The body of a function, after its docstring or below its doc comment. */
function documentedBody(text: string, tree: SyntaxTree, at: number, random: SeededRandom): Span | undefined {
  const found = nodesNear(tree, at, NEAR_COMMENT_CHARS).flatMap((node) => {
    if (!/^(function_(definition|declaration)|method_definition)$/.test(node.type)) return [];
    const body = node.childForFieldName("body");
    const parts = body ? partsOf(body) : [];
    const isInside = node.type === "function_definition";
    if (parts.length < (isInside ? 2 : 1)) return [];
    const isTold = isInside
      ? isText(parts[0])
      : /\*\/\s*(export\s+(default\s+)?)?$/.test(text.slice(Math.max(0, node.startIndex - 200), node.startIndex));
    const [first] = isInside ? parts.slice(1) : parts;
    const end = afterSeparator(text, parts.at(-1)!.endIndex);
    return isTold && end - first.startIndex <= MAX_WHOLE_CHARS ? [{ start: first.startIndex, end }] : [];
  });
  if (found.length === 0) return undefined;
  const { start, end } = random.pick(found);
  return { start: beforeBlock(text, start, random), end, isWhole: true };
}

/** The nodes without errors that lie entirely within `units` of a place, outermost first. */
function nodesNear(tree: SyntaxTree, at: number, units: number): SyntaxNode[] {
  const from = at - units;
  const to = at + units;
  const found: SyntaxNode[] = [];
  const stack = [tree.rootNode];
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (node.endIndex <= from || node.startIndex >= to) continue;
    if (node.isNamed && !node.hasError && node.startIndex >= from && node.endIndex <= to) found.push(node);
    const children = node.children;
    for (let i = children.length - 1; i >= 0; i--) stack.push(children[i]);
  }
  return found;
}
