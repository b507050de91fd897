// Docstrings of Python with fields of reStructuredText, as Sphinx reads them: `:param name: words`.
// https://www.sphinx-doc.org/en/master/usage/domains/python.html#info-field-lists

import { type DocEntry, type DocText, emptyDoc, tidied } from "../docText.ts";
import { innerLines, quoted } from "./pythonString.ts";
import type { Style } from "./style.ts";

const STEP = "    ";

export const reStructuredStyle: Style = { name: "rest", parse, render, renderAsked: render };

function parse(text: string): DocText {
  const doc = emptyDoc();
  const fields: { head: string; words: string[] }[] = [{ head: "", words: [] }];
  for (const line of innerLines(text)) {
    const field = /^:([a-z]+(?:\s[^:]+)?):\s*(.*)$/.exec(line);
    if (field) fields.push({ head: field[1], words: [field[2]] });
    else fields.at(-1)!.words.push(fields.length === 1 ? line : line.trimStart());
  }
  const types = new Map<string, string>();
  for (const { head, words } of fields) addField(doc, types, head, tidied(words));
  for (const entry of doc.parameters) if (types.has(entry.name)) entry.type = types.get(entry.name);
  const returned = types.get("");
  if (returned !== undefined) doc.returns = { ...(doc.returns ?? { name: "", words: "" }), type: returned };
  return doc;
}

function addField(doc: DocText, types: Map<string, string>, head: string, words: string): void {
  const [kind, ...rest] = head.split(/\s+/);
  const label = rest.at(-1) ?? "";
  const name = label.replace(/^\\?\*+/, "").replace(/^\\?\*/, "");
  const labelled = label === name ? {} : { label };
  const inline = rest.length > 1 ? { type: rest.slice(0, -1).join(" ") } : {};
  if (head === "") doc.lead = words;
  else if (/^(param|parameter|arg|argument|key|keyword)$/.test(kind) && name !== "")
    doc.parameters.push({ name, ...labelled, ...inline, words });
  else if (kind === "type" && name !== "") types.set(name, words);
  else if (kind === "rtype") types.set("", words);
  else if (/^returns?$/.test(kind) && !doc.returns) doc.returns = { name: "", words };
  else if (/^yields?$/.test(kind) && !doc.yields) doc.yields = { name: "", words };
  else if (/^(raises?|except|exception)$/.test(kind)) doc.throws.push({ name, words });
  else doc.others.push(`:${head}: ${words}`.trim());
}

function render(doc: DocText, indent: string): string {
  const field = (head: string, words: string) =>
    `:${head}:${words === "" ? "" : ` ${words.replaceAll("\n", `\n${STEP}`)}`}`;
  const parameter = ({ name, label = name, type, words }: DocEntry) => [
    field(`param ${label}`, words),
    ...(type === undefined ? [] : [field(`type ${name}`, type)]),
  ];
  const fields = [
    ...doc.parameters.flatMap(parameter),
    ...(doc.returns && doc.returns.words !== "" ? [field("returns", doc.returns.words)] : []),
    ...(doc.returns?.type === undefined ? [] : [field("rtype", doc.returns.type)]),
    ...(doc.yields ? [field("yields", doc.yields.words)] : []),
    ...doc.throws.map(({ name, words }) => field(name === "" ? "raises" : `raises ${name}`, words)),
    ...doc.others,
  ];
  const blocks = [doc.lead, ...(fields.length > 0 ? [fields.join("\n")] : [])];
  return quoted(blocks.join("\n\n").split("\n"), indent);
}
