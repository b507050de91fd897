// Docstrings of TypeScript and JavaScript: TSDoc (no types, a hyphen before the words) and JSDoc. They differ in a tag and in types.

import { type DocEntry, type DocText, emptyDoc, hasLeadOnly, tidied } from "../docText.ts";
import type { Style } from "./style.ts";

const LINE_WIDTH = 100; // a lead that is longer stands in lines of its own

const TAGS: Readonly<Record<string, "parameters" | "typeParameters" | "returns" | "yields" | "throws">> = {
  ...{ param: "parameters", arg: "parameters", argument: "parameters" },
  ...{ typeParam: "typeParameters", template: "typeParameters" },
  ...{ returns: "returns", return: "returns", yields: "yields", yield: "yields" },
  ...{ throws: "throws", exception: "throws" },
};

export const jsDocStyle = (name: "tsdoc" | "jsdoc"): Style => ({
  name,
  parse: parseJsDoc,
  render: (doc, indent) => renderJsDoc(doc, indent, typeParamTag(name)),
  // In one line the model begins with a tag 9 times in 10, and after "//" with a directive: in lines of its own a sentence comes 6 times in 10.
  renderAsked: (doc, indent) => inLines(doc, indent, typeParamTag(name)),
});

function parseJsDoc(text: string): DocText {
  const inner = text.replace(/^\/\*\*/, "").replace(/(?<!\*)\*+\/$/, "");
  const lines = inner.split(/\r?\n/).map((line, row) => (row === 0 ? line.trim() : line.replace(/^\s*\*? ?/, "")));
  const doc = emptyDoc();
  const blocks: { tag: string; lines: string[] }[] = [{ tag: "", lines: [] }];
  let isFenced = false;
  for (const line of lines) {
    const tag = isFenced ? null : /^\s*@([A-Za-z]+)(?![\w@])[ \t]?(.*)$/.exec(line);
    if (/^\s*```/.test(line)) isFenced = !isFenced;
    if (tag) blocks.push({ tag: tag[1], lines: [tag[2]] });
    else blocks.at(-1)!.lines.push(line);
  }
  for (const block of blocks) {
    if (block.tag === "") doc.lead = tidied(block.lines);
    else addBlock(doc, block);
  }
  return doc;
}

function addBlock(doc: DocText, { tag, lines }: { tag: string; lines: readonly string[] }): void {
  const part = TAGS[tag];
  const entry = part && entryOf(part, tidied(lines));
  if (!entry || ((part === "returns" || part === "yields") && doc[part]))
    doc.others.push(tidied([`@${tag} ${lines[0]}`, ...lines.slice(1)]));
  else if (part === "returns" || part === "yields") doc[part] = entry;
  else doc[part].push(entry);
}

/** @returns undefined where the content cannot be told apart, as in `@template A, B` */
function entryOf(part: string, content: string): DocEntry | undefined {
  let rest = content;
  let type: string | undefined;
  if (rest.startsWith("{")) {
    const end = closing(rest, "{", "}");
    if (end === -1) return undefined;
    type = rest.slice(1, end).replace(/^@link\s+/, "");
    rest = rest.slice(end + 1).trimStart();
  }
  const typed = type === undefined ? {} : { type };
  if (part === "returns" || part === "yields") return { name: "", ...typed, words: wordsOf(rest) };
  if (part === "throws") {
    const named = type === undefined ? /^([\p{Lu}][\p{L}\p{N}_$.]*)(?=\s|$)/u.exec(rest) : null;
    if (named) return { name: named[1], words: wordsOf(rest.slice(named[0].length)) };
    return { name: type ?? "", words: wordsOf(rest) };
  }
  const end = rest.startsWith("[") ? closing(rest, "[", "]") + 1 : /^\S*/.exec(rest)![0].length;
  const label = rest.slice(0, end);
  const named = label.startsWith("[") ? label.slice(1, -1).split("=", 1)[0].trim() : label;
  const name = named.replace(/^\.\.\./, "").replace(/:$/, "");
  if (!/^[\p{L}_$][\p{L}\p{N}_$.[\]]*$/u.test(name)) return undefined;
  return { name, ...(label === name ? {} : { label }), ...typed, words: wordsOf(rest.slice(end)) };
}

const wordsOf = (rest: string): string => rest.replace(/^\s*(?:[-–—:]\s+)?/, "").trimEnd();

/** Where the bracket that begins `text` is closed; -1 where it is not. */
function closing(text: string, open: string, close: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === open) depth++;
    else if (text[at] === close && --depth === 0) return at;
  }
  return -1;
}

const typeParamTag = (name: "tsdoc" | "jsdoc"): string => (name === "tsdoc" ? "typeParam" : "template");

function renderJsDoc(doc: DocText, indent: string, typeParamTag: string): string {
  const isShort = !doc.lead.includes("\n") && indent.length + doc.lead.length + "/**  */".length <= LINE_WIDTH;
  return hasLeadOnly(doc) && isShort ? `/** ${doc.lead} */` : inLines(doc, indent, typeParamTag);
}

function inLines(doc: DocText, indent: string, typeParamTag: string): string {
  const tags = [
    ...doc.typeParameters.map((entry) => tagLine(typeParamTag, entry)),
    ...doc.parameters.map((entry) => tagLine("param", entry)),
    ...(doc.yields ? [tagLine("yields", doc.yields)] : []),
    ...(doc.returns ? [tagLine("returns", doc.returns)] : []),
    ...doc.throws.map(({ name, words }) => tagLine("throws", { name: "", ...(name ? { type: name } : {}), words })),
    ...doc.others,
  ];
  const lead = doc.lead === "" ? [] : doc.lead.split("\n");
  const lines = [
    ...lead,
    ...(lead.length > 0 && tags.length > 0 ? [""] : []),
    ...tags.flatMap((tag) => tag.split("\n")),
  ];
  return ["/**", ...lines.map((line) => `${indent} *${line === "" ? "" : ` ${line}`}`), `${indent} */`].join("\n");
}

function tagLine(tag: string, { name, label = name, type, words }: DocEntry): string {
  const head = [`@${tag}`, ...(type === undefined ? [] : [`{${type}}`]), ...(label === "" ? [] : [label])].join(" ");
  if (words === "") return head;
  return label === "" ? `${head} ${words}` : `${head} - ${words}`;
}
