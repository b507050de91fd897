// Docstrings at places where a person wrote one: how often one is offered, whether its structure is the signature's (by parsing the inserted text
// again, and by an independent reader, structureReader.ts), which sentences fail the checks and why, and how close the words are to the person's
// (chrF).
//
//   node lab/evaluate/evaluateDocstrings.ts --cases FILE.jsonl [--limit N] [--model quick|strong] [--threads N] [--out FILE.jsonl]

import { pathToFileURL } from "node:url";
import { languageOfPath } from "../../common/syntax/languages.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { type DocstringEdit, docstringAt } from "../../src/actions/docstring/docstring.ts";
import { openDocument } from "../../src/workspace/documents.ts";
import { type FileCase, openRun } from "./caseRun.ts";
import { chrF } from "./chrF.ts";
import { faultOfEcmaScript, faultsOfPython } from "./structureReader.ts";

interface Case extends FileCase {
  summary: string;
}

const { cases, model, finish } = await openRun<Case>();
if (!model) throw new Error("a docstring needs a model");
const parsers = await createParsers();

const count: Record<string, number> = {};
const add = (name: string, by = 1) => {
  count[name] = (count[name] ?? 0) + by;
};
const scores: number[] = [];
const firstLines: number[] = []; // the definition's first line instead of words: what a reader has anyway
const seconds: number[] = [];
const offered: { id: string; code: string; languageId: string }[] = [];
const lines: object[] = [];
for (const one of cases) {
  const languageId = languageOfPath(one.path)!;
  const text = one.prefix + one.suffix;
  const offset = offsetOf(one, languageId);
  const uri = pathToFileURL(`/${one.path}`).href;
  const document = openDocument({ uri, path: one.path, languageId, text }, parsers);
  const startMs = performance.now();
  const outcome = await docstringAt({ document, offset }, { model }, new AbortController().signal);
  seconds.push((performance.now() - startMs) / 1000);
  for (const fault of outcome.faults) add(`fault ${fault}`);
  if (outcome.kind === "none") add(`none ${outcome.reason}`);
  else {
    add("offered");
    const { params, returns, throws } = outcome.checked;
    if (params && returns && throws) add("structure right");
    add("sentences", sentences(outcome.text));
    scores.push(chrF(plain(outcome.text), plain(one.expected)));
    offered.push({ id: one.id, code: codeOf(document.text.getText(), outcome.edit, languageId, one), languageId });
    firstLines.push(chrF(text.slice(offset).split("\n")[0], plain(one.expected)));
  }
  const { id, expected } = one;
  lines.push({ id, expected, ...(outcome.kind === "offered" ? { text: outcome.text } : outcome) });
}
const isPython = ({ languageId }: (typeof offered)[number]) => languageId === "python";
const python = offered.filter(isPython);
const faults = faultsOfPython(python.map(({ code }) => code)).map((fault, at) => ({ id: python[at].id, fault }));
for (const { id, code } of offered.filter((one) => !isPython(one))) faults.push({ id, fault: faultOfEcmaScript(code) });
for (const { id, fault } of faults) {
  add(fault === undefined ? "structure right, independent reader" : `structure fault ${fault}`);
  if (fault) process.stderr.write(`${id}: ${fault}\n`);
}
const mean = (numbers: readonly number[]) =>
  numbers.reduce((sum, value) => sum + value, 0) / Math.max(1, numbers.length);
finish(lines, seconds, { cases: cases.length, ...count, chrF: mean(scores), chrFOfFirstLine: mean(firstLines) });

/** Where the definition begins: behind the place of the docstring; in Python the docstring's place is inside it, and so is this. */
function offsetOf({ prefix, suffix }: Case, languageId: string): number {
  if (languageId === "python") return prefix.length;
  return prefix.length + /^\s*/.exec(suffix)![0].length;
}

/** The docstring with its definition, as the text has them once it is inserted. */
function codeOf(text: string, edit: DocstringEdit, languageId: string, { prefix }: Case): string {
  const after = text.slice(0, edit.start) + edit.newText + text.slice(edit.end);
  if (languageId !== "python") return after.slice(edit.start);
  const definition = /^[ \t]*(?:async[ \t]+)?(?:def|class)\b/gm;
  const starts = [...after.slice(0, edit.start).matchAll(definition)].map(({ index }) => index);
  const start = starts.findLast((at) => at <= prefix.length) ?? 0;
  return blockAt(after, start);
}

/** The lines that are indented further than the first one, with it. */
function blockAt(text: string, start: number): string {
  const [first, ...rest] = text.slice(start).split("\n");
  const indentOf = (line: string) => /^[ \t]*/.exec(line)![0].length;
  const end = rest.findIndex(
    (line) => line.trim() !== "" && indentOf(line) <= indentOf(first) && !/^\s*[)\]}]/.test(line),
  );
  return [first, ...(end === -1 ? rest : rest.slice(0, end))].join("\n");
}

/** The words alone. */
function plain(docstring: string): string {
  return docstring
    .replace(/^\s*(\/\*\*|\*\/|\*|r?"""|''')|("""|\*\/)\s*$/gm, " ")
    .replace(/\s+/g, " ")
    .trim();
}

function sentences(docstring: string): number {
  return plain(docstring).match(/[.!?](\s|$)/g)?.length ?? 0;
}
