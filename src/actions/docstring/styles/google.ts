// Docstrings of Python in Google's style: sections with a colon, entries indented under them.
// https://google.github.io/styleguide/pyguide.html#38-comments-and-docstrings

import { type DocEntry, type DocText, dedented, emptyDoc, tidied } from "../docText.ts";
import { indentOf, innerLines, quoted } from "./pythonString.ts";
import type { Style } from "./style.ts";

const STEP = "    ";

const SECTIONS: Readonly<Record<string, "parameters" | "returns" | "yields" | "throws">> = {
  ...{ Args: "parameters", Arguments: "parameters", Parameters: "parameters", Params: "parameters" },
  ...{ Returns: "returns", Return: "returns", Yields: "yields", Yield: "yields" },
  ...{ Raises: "throws", Raise: "throws" },
};
const HEADING = /^([A-Z][A-Za-z]*(?: [A-Za-z]+)?):\s*$/;

export const googleStyle: Style = { name: "google", parse, render, renderAsked: render };

function parse(text: string): DocText {
  const doc = emptyDoc();
  const sections: { heading: string; lines: string[] }[] = [{ heading: "", lines: [] }];
  const lines = innerLines(text);
  for (const [row, line] of lines.entries()) {
    const heading = HEADING.exec(line);
    const next = lines[row + 1];
    if (heading && next !== undefined && indentOf(next) > 0) sections.push({ heading: heading[1], lines: [] });
    else sections.at(-1)!.lines.push(line);
  }
  for (const section of sections) addSection(doc, section);
  return doc;
}

function addSection(doc: DocText, { heading, lines }: { heading: string; lines: string[] }): void {
  if (heading === "") {
    doc.lead = tidied(lines);
    return;
  }
  const part = SECTIONS[heading];
  const inner = dedented(tidied(lines).split("\n"));
  const isList = part === "parameters" || part === "throws";
  const entries = isList ? entriesOf(inner) : undefined;
  if (isList && entries) doc[part].push(...entries);
  else if (part && !isList && !doc[part]) doc[part] = resultOf(inner);
  else doc.others.push(raw(heading, inner));
}

const raw = (heading: string, lines: readonly string[]): string =>
  [`${heading}:`, ...lines.map((line) => (line === "" ? "" : STEP + line))].join("\n");

/** `name (type): words`, with further lines indented more; undefined where something else stands there. */
function entriesOf(lines: readonly string[]): DocEntry[] | undefined {
  const entries: { head: RegExpExecArray; more: string[] }[] = [];
  for (const line of lines) {
    const head = /^(\*{0,2}[\p{L}_][\p{L}\p{N}_.]*)(?:\s*\(([^)]*)\))?\s*:\s*(.*)$/u.exec(line);
    if (head) entries.push({ head, more: [] });
    else if (entries.length > 0 && (line === "" || indentOf(line) > 0)) entries.at(-1)!.more.push(line);
    else return undefined;
  }
  return entries.map(({ head: [, label, type, words], more }) => {
    const name = label.replace(/^\*+/, "");
    const all = tidied([words, ...dedented(more)]);
    return { name, ...(label === name ? {} : { label }), ...(type === undefined ? {} : { type }), words: all };
  });
}

/** `type: words`, or words alone. */
function resultOf(lines: readonly string[]): DocEntry {
  const typed = /^([\p{L}_][\p{L}\p{N}_.[\], |]*):\s+(.*)$/u.exec(lines[0] ?? "");
  if (!typed || /\s\p{Ll}+\s/u.test(typed[1])) return { name: "", words: tidied(lines) };
  return { name: "", type: typed[1], words: tidied([typed[2], ...dedented(lines.slice(1))]) };
}

function render(doc: DocText, indent: string): string {
  const entry = ({ name, label = name, type, words }: DocEntry) =>
    indentedBy(`${label}${type === undefined ? "" : ` (${type})`}:${words === "" ? "" : ` ${words}`}`);
  const result = ({ type, words }: DocEntry) =>
    `${STEP}${type === undefined ? "" : `${type}: `}${words.replaceAll("\n", `\n${STEP}`)}`;
  const sections = [
    ...(doc.parameters.length > 0 ? [["Args:", ...doc.parameters.map(entry)].join("\n")] : []),
    ...(doc.returns ? [`Returns:\n${result(doc.returns)}`] : []),
    ...(doc.yields ? [`Yields:\n${result(doc.yields)}`] : []),
    ...(doc.throws.length > 0 ? [["Raises:", ...doc.throws.map(entry)].join("\n")] : []),
    ...doc.others,
  ];
  return quoted([doc.lead, ...sections].join("\n\n").split("\n"), indent);
}

/** The first line one step, the further ones two. */
const indentedBy = (text: string): string => STEP + text.replaceAll("\n", `\n${STEP}${STEP}`);
