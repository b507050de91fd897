// The docstring of the definition at a place: the tree gives its structure, the model its words, and the checks accept or reject them.
// Returns an edit; applies none.

import type { PromptInput } from "../../../server/host/protocol/messages.ts";
import type { Sources } from "../../context/sources/sources.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { refusalToComplete } from "../../workspace/workspace.ts";
import { promptOfGap, type Writer } from "../gap.ts";
import type { Fault, Subject } from "./checks.ts";
import { type DocEntry, type DocText, emptyDoc } from "./docText.ts";
import { type DocFacts, factsOf, NO_FACTS, reconciled } from "./reconcile.ts";
import { isSameClass } from "./signature/signature.ts";
import type { Style, StyleName } from "./styles/style.ts";
import { styleFor } from "./styles/styleFor.ts";
import { type NoTarget, type Target, targetAt } from "./target.ts";
import { targetInPart } from "./targetInPart.ts";
import { findWords } from "./words.ts";

export type NoDocstringReason =
  | NoTarget
  | "ignoredFile"
  | "fileTooLarge"
  | "noTree" // it does not parse in time
  | "upToDate" // the docstring that is there says what the code does
  | "nothingExported" // of a whole file
  | "noTrueSummary" // no sentence of the model passed the checks
  | "documentChanged";

/** Each reason as text for a person. */
export const NO_DOCSTRING: Readonly<Record<NoDocstringReason, string>> = {
  unsupportedLanguage: "docstrings are written for TypeScript, JavaScript and Python",
  noDefinition: "no definition stands there",
  ignoredFile: "the file is one that nobody should look at",
  fileTooLarge: "the file is too large",
  noTree: "the file cannot be parsed in time",
  upToDate: "the docstring that is there says what the code does",
  nothingExported: "the file exports nothing that a docstring could be written for",
  noTrueSummary: "the model has found no sentence that passes the checks",
  documentChanged: "the file was changed meanwhile",
};

export interface DocstringRequest {
  document: OpenDocument;
  offset: number; // UTF-16 units
  style?: StyleName; // default: the file's own
}

export interface DocstringDeps {
  model: Writer;
  sources?: Sources;
}

export interface Checked {
  params: boolean; // names and order are the signature's
  returns: boolean; // a returned value is described only where there is one
  throws: boolean; // no class is named that the code does not throw
}

export type DocstringOutcome =
  | { kind: "none"; reason: NoDocstringReason; faults: Fault[] }
  | {
      kind: "offered";
      name: string; // of the definition
      text: string; // the docstring, delimiters included, with "\n" line ends
      style: StyleName;
      checked: Checked;
      faults: Fault[]; // of rejected sentences
      edit: DocstringEdit;
    };

/** An edit for a version of the document, in UTF-16 units. */
export interface DocstringEdit {
  start: number;
  end: number;
  newText: string;
  version: number;
}

/** Files beyond this size, in UTF-16 units, are data rather than code that needs documentation. */
const MAX_FILE_UNITS = 2_000_000;
/** Placeholder for the words that the model is to write; no text contains it. */
const GAP = "\uE000";
const MOST_COLUMNS = 100;

/** @throws UserError when the model cannot be asked; Cancelled */
export async function docstringAt(
  { document, offset, style: asked }: DocstringRequest,
  { model, sources }: DocstringDeps,
  signal: AbortSignal,
): Promise<DocstringOutcome> {
  const refusal = await refusalToDocument(document, sources);
  if (refusal) return none(refusal);
  const text = document.text.getText();
  const target = targetOf(document, offset);
  if (typeof target === "string") return none(target);
  const style = await styleFor(document, asked, sources);
  return docstringOf(target, { document, text, style, model, signal });
}

/** The definition around a place; where the file does not parse, the definition's own lines are parsed. */
export function targetOf({ text, tree, languageId, parsers }: OpenDocument, offset: number): Target | NoTarget {
  const found = targetAt(text.getText(), tree!, languageId, offset);
  const parser = found === "noDefinition" && tree!.rootNode.hasError ? parsers.for(languageId) : undefined;
  return parser ? targetInPart(text.getText(), parser, languageId, offset) : found;
}

/** Why no docstring can be written in a document; undefined where one can, and then there is a tree. */
export async function refusalToDocument(
  { text, path, tree }: OpenDocument,
  sources: Sources | undefined,
): Promise<NoDocstringReason | undefined> {
  if (text.getText().length > MAX_FILE_UNITS) return "fileTooLarge";
  if (await refusalToComplete(path, sources?.workspace)) return "ignoredFile";
  return tree ? undefined : "noTree";
}

/** The inputs for writing a docstring. */
export interface Writing {
  document: OpenDocument;
  text: string; // of the document when it was asked for
  style: Style;
  model: Writer;
  signal: AbortSignal;
}

/** The docstring of a definition of the document. @throws as `docstringAt` */
export async function docstringOf(target: Target, writing: Writing): Promise<DocstringOutcome> {
  const { document, text, style } = writing;
  const { version } = document;
  const { doc, faults } = await written(target, writing);
  if (document.version !== version) return none("documentChanged", faults);
  if (doc.lead === "") return none("noTrueSummary", faults);
  const rendered = style.render(doc, target.indent);
  const same = target.existing !== undefined && style.render(style.parse(target.existing), target.indent) === rendered;
  if (same) return none("upToDate", faults);
  const newText = `${target.before}${rendered}${target.after}`;
  const lineBreak = text.includes("\r\n") ? "\r\n" : "\n";
  return {
    ...{ kind: "offered", name: target.name, text: rendered, style: style.name, faults },
    checked: checkedAgainst(style.parse(rendered), docFactsOf(target)),
    edit: { ...target.place, newText: newText.replaceAll("\n", lineBreak), version },
  };
}

const none = (reason: NoDocstringReason, faults: Fault[] = []): DocstringOutcome => ({ kind: "none", reason, faults });

/** Whether the existing docstring names only parameters of the signature. */
export const namesItsParameters = (target: Target & { existing: string }, style: Style): boolean =>
  checkedAgainst(style.parse(target.existing), docFactsOf(target)).params;

const docFactsOf = ({ signature, typeParameters }: Target): DocFacts =>
  signature ? factsOf(signature) : { ...NO_FACTS, typeParameters };

/** The docstring with words for every empty entry; an entry without acceptable words is left out where possible. */
async function written(target: Target, writing: Writing): Promise<{ doc: DocText; faults: Fault[] }> {
  const { text, style } = writing;
  const facts = docFactsOf(target);
  const doc = reconciled(target.existing === undefined ? undefined : style.parse(target.existing), facts);
  const knownNames = new Set(text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
  const claims = { signature: target.signature, knownNames, code: text.slice(target.start, target.end) };
  const faults: Fault[] = [];
  const sofar: DocText = emptyDoc(); // the docstring up to the words that the model is to write
  const fill = async (words: string, subject: Subject, shown: DocText): Promise<string> => {
    if (words !== "") return words;
    const found = await findWords(
      (begin) => gapIn(shown, begin, target, writing),
      subject,
      { ...claims, said: sofar.lead },
      writing.model,
      writing.signal,
    );
    faults.push(...found.faults);
    return wrapped(asSentence(found.words), MOST_COLUMNS - target.indent.length);
  };
  const part = (...names: string[]): Subject => ({ of: "part", names });
  sofar.lead = await fill(doc.lead, { of: "definition", names: [target.name] }, { ...emptyDoc(), lead: GAP });
  if (sofar.lead === "") return { doc: sofar, faults };
  for (const list of ["typeParameters", "parameters"] as const)
    for (const entry of doc[list]) {
      const shown = { ...sofar, [list]: [...sofar[list], { ...entry, words: GAP }] };
      const words = await fill(entry.words, part(entry.name, target.name), shown);
      sofar[list].push({ ...entry, words });
    }
  for (const list of ["yields", "returns"] as const) {
    const entry = doc[list];
    if (!entry) continue;
    const words = await fill(entry.words, part(target.name), { ...sofar, [list]: { ...entry, words: GAP } });
    if (words !== "" || entry.type !== undefined) sofar[list] = { ...entry, words };
  }
  for (const entry of doc.throws) {
    const shown = { ...sofar, throws: [...sofar.throws, { ...entry, words: GAP }] };
    sofar.throws.push({ ...entry, words: await fill(entry.words, part(entry.name), shown) });
  }
  for (const list of ["typeParameters", "parameters"] as const) if (!sofar[list].some(says)) sofar[list] = [];
  return { doc: { ...sofar, others: doc.others }, faults };
}

/** Whether an entry has content: a bare name says nothing that the signature does not. */
const says = ({ words, type }: DocEntry): boolean => words !== "" || type !== undefined;

/** The place of `doc`'s gap in the document. @param begin words that are before the gap already */
function gapIn(
  doc: DocText,
  begin: string,
  { place, before, after, indent }: Target,
  { document, text, style }: Writing,
): PromptInput {
  const [start, end] = style.renderAsked(doc, indent).split(GAP);
  return promptOfGap(
    document,
    `${text.slice(0, place.start)}${before}${start}${begin}`,
    `${end}${after}${text.slice(place.end)}`,
  );
}

/** The words as a sentence: with a capital, unless it begins with a name, and a full stop. */
function asSentence(words: string): string {
  const capital = /^\p{Ll}+(?![\p{L}\p{N}_$.(])/u.test(words) ? words[0].toUpperCase() + words.slice(1) : words;
  return /[\p{L}\p{N})`"']$/u.test(capital) ? `${capital}.` : capital;
}

/** Wraps text into lines of at most `columns`, broken between words. */
function wrapped(words: string, columns: number): string {
  const lines = [""];
  for (const word of words.split(/\s+/)) {
    const line = lines.at(-1)!;
    if (line !== "" && line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines.join("\n");
}

/** Parses the docstring's text again and compares it with the facts, so that the result holds for the inserted text. */
function checkedAgainst(doc: DocText, facts: DocFacts): Checked {
  const names = doc.parameters.map(({ name }) => name).filter((name) => !name.includes("."));
  const wanted = facts.parameters.map(({ name }) => name);
  return {
    params: names.length === 0 || (names.length === wanted.length && names.every((name, at) => name === wanted[at])),
    returns: !doc.returns || facts.returns !== "nothing" || facts.isGenerator,
    throws:
      facts.namelessErrors || doc.throws.every(({ name }) => facts.throws.some((type) => isSameClass(type, name))),
  };
}
