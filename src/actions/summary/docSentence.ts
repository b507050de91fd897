// The first sentence of what is written about a definition: of the string that begins a Python body, else of the comment right above. Pure.

import type { FoundDefinition } from "../../../common/syntax/definitions.ts";
import { lineStartOf } from "../../../common/syntax/lines.ts";

const MOST_UNITS = 240;
/** How far above a definition its comment may begin, in UTF-16 units. */
const MOST_COMMENT_UNITS = 20_000;

export interface DocComment {
  sentence?: string; // undefined where it has only tags
  isDeprecated: boolean;
}

/** undefined where nothing is written. */
export function docOf(text: string, languageId: string, found: FoundDefinition): DocComment | undefined {
  const words = languageId === "python" ? pythonString(text, found) : commentAbove(text, languageId, found.startIndex);
  if (words === undefined) return undefined;
  const isDeprecated = /^[ \t]{0,80}(?:@deprecated\b|Deprecated:|\.\. deprecated::)/m.test(words);
  return { sentence: firstSentence(words), isDeprecated };
}

/** The first sentence about the whole file: of Python's first string, else of the comment that it begins with; none of a licence. */
export function sentenceOfFile(text: string, languageId: string): string | undefined {
  const start = text.slice(0, MOST_COMMENT_UNITS).replace(/^\ufeff?(?:#![^\n]*\n)?\s*/, "");
  if (languageId === "python") {
    const words = /^\w?("""|'''|["'])([\s\S]*?)\1/.exec(start)?.[2];
    return words === undefined || /^\s*(?:the )?[\w-]{1,20} licen[cs]e\b|copyright|SPDX/i.test(words.slice(0, 400))
      ? undefined
      : firstSentence(words);
  }
  const block = blockApart(start);
  const lines = /^(?:[ \t]*\/\/[^\n]*\n)+/.exec(start)?.[0].replace(/^[ \t]*\/\/[/!]?[ \t]?/gm, "");
  const words = block?.replace(/^\s*@file(?:overview)?\s+/, "") ?? lines;
  return words === undefined || LICENCE.test(words) ? undefined : firstSentence(words);
}

/** The words of the block comment that a file begins with, where a blank line or the imports follow. */
function blockApart(start: string): string | undefined {
  const end = start.startsWith("/*") ? start.indexOf("*/", 2) : -1;
  if (end === -1) return undefined;
  const rest = start.slice(end + 2);
  const next = rest.trimStart();
  const lineEnds = rest.slice(0, rest.length - next.length).split("\n").length - 1;
  const isApart = lineEnds > 1 || (lineEnds === 1 && /^(?:import|package|["']use strict)\b/.test(next));
  return isApart ? wordsOfBlock(start.slice(0, end + 2)) : undefined;
}

/** The words of a block comment, without its signs. */
const wordsOfBlock = (comment: string): string =>
  comment
    .slice(2, -2)
    .replace(/^\*{0,9}!?/, "")
    .replace(/\*{1,9}$/, "")
    .replace(/^[ \t]*\*[ \t]?/gm, "");

const LICENCE = /copyright|licen[cs]e|SPDX|eslint|prettier|@ts-|^\s*go:build|^\s*\+build|generated|#region/i;

function pythonString(text: string, { inner }: FoundDefinition): string | undefined {
  const first = inner.childForFieldName("body")?.namedChildren.find(({ type }) => type !== "comment");
  const only = first?.type === "expression_statement" ? first.namedChildren[0] : first;
  if (only?.type !== "string") return undefined;
  const string = text.slice(only.startIndex, Math.min(only.endIndex, only.startIndex + MOST_COMMENT_UNITS));
  return string.replace(/^\w*("""|'''|["'])/, "").replace(/("""|'''|["'])$/, "");
}

/** The comment that ends on the line above; in TypeScript and JavaScript one of JSDoc. */
function commentAbove(text: string, languageId: string, startIndex: number): string | undefined {
  const from = Math.max(0, startIndex - MOST_COMMENT_UNITS);
  const above = text.slice(from, lineStartOf(text, startIndex));
  const isDirect =
    !/\n[ \t]*\r?\n[ \t]*$/.test(above) && text.slice(lineStartOf(text, startIndex), startIndex).trim() === "";
  if (!isDirect) return undefined;
  const before = above.trimEnd();
  if (before.endsWith("*/")) {
    const at = before.lastIndexOf("/*");
    const comment = at === -1 ? "" : before.slice(at);
    if (comment === "" || (isEcmaScript(languageId) && !comment.startsWith("/**"))) return undefined;
    return wordsOfBlock(comment);
  }
  if (isEcmaScript(languageId)) return undefined;
  const lines: string[] = [];
  for (const line of before.split("\n").reverse()) {
    const words = /^\s*\/\/[/!]?\s?(.*)$/.exec(line)?.[1];
    if (words === undefined) break;
    lines.unshift(words);
  }
  return lines.length > 0 ? lines.join("\n") : undefined;
}

const isEcmaScript = (languageId: string): boolean => /^(?:type|java)script/.test(languageId);

/** Of the first paragraph, without tags and markup; undefined where there are no words. */
function firstSentence(words: string): string | undefined {
  const plain = words
    .replace(/``([^`]{1,120})``/g, "`$1`")
    .replace(/(`[^`\n]{0,120}`)|<\/?[a-zA-Z][^<>]{0,80}>/g, (_, code?: string) => code ?? " ")
    .replace(/^\s*(?:\|\w{1,40}\|\s*)+(?:\n|$)/, "") // what Sphinx puts in the place of a name: "|coro|"
    .replace(/:[\w:]{1,30}:`~?\.?([^`]{1,120})`/g, "`$1`")
    .replace(/\{@link(?:code|plain)? ([^{}|]{1,80})(?:\|[^{}]*)?\}/g, "`$1`");
  const paragraph = plain.trim().split(/\r?\n[ \t]{0,80}(?:\r?\n|@|:\w[^:`\n]{0,80}:(?!`)|\.\. )/, 1)[0] ?? "";
  const flat = paragraph.replace(/\s+/g, " ").trim();
  if (flat.startsWith("@") || !/\p{L}{2}/u.test(flat)) return undefined;
  const end = /(?<!\b(?:e\.g|i\.e|etc|vs|cf|\p{L}))[.!?](?=\s|$)/u.exec(flat);
  const sentence = end ? flat.slice(0, end.index + 1) : flat;
  return sentence.length > MOST_UNITS ? `${sentence.slice(0, MOST_UNITS).trimEnd()} …` : sentence;
}
