// Docstrings of Python in NumPy's style: headings that are underlined, a name a line, its words indented under it.
// https://numpydoc.readthedocs.io/en/latest/format.html

import { type DocEntry, type DocText, dedented, emptyDoc, tidied } from "../docText.ts";
import { indentOf, innerLines, quoted } from "./pythonString.ts";
import type { Style } from "./style.ts";

const STEP = "    ";

const SECTIONS: Readonly<Record<string, "parameters" | "returns" | "yields" | "throws">> = {
  ...{ Parameters: "parameters", Returns: "returns", Yields: "yields", Raises: "throws" },
};

export const numpyStyle: Style = { name: "numpy", parse, render, renderAsked: render };

function parse(text: string): DocText {
  const doc = emptyDoc();
  const lines = innerLines(text);
  const sections: { heading: string; lines: string[] }[] = [{ heading: "", lines: [] }];
  for (let row = 0; row < lines.length; row++) {
    if (/^[A-Z]/.test(lines[row]) && /^-{3,}\s*$/.test(lines[row + 1] ?? "")) {
      sections.push({ heading: lines[row].trim(), lines: [] });
      row++;
    } else sections.at(-1)!.lines.push(lines[row]);
  }
  for (const { heading, lines: content } of sections) {
    const part = SECTIONS[heading];
    const isList = part === "parameters" || part === "throws";
    const entries = isList ? entriesOf(content) : undefined;
    if (heading === "") doc.lead = tidied(content);
    else if (isList && entries) doc[part].push(...entries);
    else if (part && !isList && !doc[part]) doc[part] = resultOf(content);
    else doc.others.push(`${heading}\n${"-".repeat(heading.length)}\n${tidied(content)}`);
  }
  return doc;
}

/** `name : type`, and the words under it; undefined where something else stands there. */
function entriesOf(lines: readonly string[]): DocEntry[] | undefined {
  const entries: { head: string; more: string[] }[] = [];
  for (const line of tidied(lines).split("\n")) {
    if (line !== "" && indentOf(line) === 0) entries.push({ head: line, more: [] });
    else if (entries.length > 0) entries.at(-1)!.more.push(line);
    else return undefined;
  }
  return entries.map(({ head, more }) => {
    const [, label, type] = /^(.*?)(?:(?<!\s)\s+:\s*(.*))?$/.exec(head)!;
    const name = label.replace(/^\*+/, "");
    const words = tidied(dedented(more));
    return { name, ...(label === name ? {} : { label }), ...(type ? { type } : {}), words };
  });
}

/** The type, and the words under it; or words alone. */
function resultOf(lines: readonly string[]): DocEntry {
  const [first = "", ...more] = tidied(lines).split("\n");
  if (more.every((line) => line === "" || indentOf(line) > 0) && more.length > 0)
    return { name: "", type: first, words: tidied(dedented(more)) };
  return { name: "", words: tidied(lines) };
}

function render(doc: DocText, indent: string): string {
  const under = (words: string) => (words === "" ? "" : `\n${STEP}${words.replaceAll("\n", `\n${STEP}`)}`);
  const entry = ({ name, label = name, type, words }: DocEntry) =>
    `${label}${type === undefined ? "" : ` : ${type}`}${under(words)}`;
  const result = ({ type, words }: DocEntry) => (type === undefined ? words : `${type}${under(words)}`);
  const section = (heading: string, content: readonly string[]) =>
    content.length === 0 ? [] : [[heading, "-".repeat(heading.length), ...content].join("\n")];
  const sections = [
    ...section("Parameters", doc.parameters.map(entry)),
    ...section("Returns", doc.returns ? [result(doc.returns)] : []),
    ...section("Yields", doc.yields ? [result(doc.yields)] : []),
    ...section("Raises", doc.throws.map(entry)),
    ...doc.others,
  ];
  return quoted([doc.lead, ...sections].join("\n\n").split("\n"), indent);
}
