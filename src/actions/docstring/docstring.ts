// The docstring of the definition at a place: the tree gives its structure, the model its words, and the checks accept or reject them.
// Returns an edit; applies none.

import { saysGenerated } from "../../../common/rules/textRules.ts";
import type { PromptInput } from "../../../server/host/protocol/messages.ts";
import type { Sources } from "../../context/sources/sources.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { refusalToComplete } from "../../workspace/workspace.ts";
import { promptOfGap, promptOfInstruction, type Writer } from "../gap.ts";
import type { Claims } from "./checks.ts";
import { type DocEntry, type DocText, emptyDoc } from "./docText.ts";
import { doubtOf, type Evidence } from "./facts/entailed.ts";
import { factEntries } from "./facts/factEntries.ts";
import { type House, houseOf } from "./house.ts";
import { type DocFacts, factsOf, NO_FACTS, reconciled } from "./reconcile.ts";
import { isSameClass, type Signature } from "./signature/signature.ts";
import type { Style, StyleName } from "./styles/style.ts";
import { styleFor } from "./styles/styleFor.ts";
import { findSummary, type Patience } from "./summary.ts";
import { type NoTarget, type Target, targetAt, targetsIn } from "./target.ts";
import { targetInPart } from "./targetInPart.ts";
import { type Fault, findWords } from "./words.ts";

export type NoDocstringReason =
  | NoTarget
  | "ignoredFile"
  | "fileTooLarge"
  | "noTree" // it does not parse in time
  | "documented" // the docstring that is there fits the signature
  | "generatedFile"
  | "otherLanguage" // the docstrings nearby are not in English
  | "busy" // the model has written nothing in time
  | "nothingExported" // of a whole file
  | "noTrueSummary" // no sentence of the model passed the checks and said more than the name, and the code tells nothing either
  | "documentChanged";

/** Each reason as text for a person. */
export const NO_DOCSTRING: Readonly<Record<NoDocstringReason, string>> = {
  unsupportedLanguage: "docstrings are written for TypeScript, JavaScript and Python",
  noDefinition: "no definition stands there",
  ignoredFile: "the file is one that nobody should look at",
  fileTooLarge: "the file is too large",
  noTree: "the file cannot be parsed in time",
  documented: "the docstring that is there says what the code does",
  generatedFile: "the file says that it is generated",
  otherLanguage: "the docstrings nearby are not in English",
  busy: "the machine is busy, and the model has written nothing in time; try again later",
  nothingExported: "the file exports nothing that a docstring could be written for",
  noTrueSummary: "the model has found no sentence that passes the checks and says more than the name",
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
  patience?: Patience; // default: a person's
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
/** How much of the file the model reads, in UTF-16 units: what is far away costs seconds, and says little about the definition. */
const ABOVE_UNITS = 1_500;
const BELOW_UNITS = 2_500;

/** @throws UserError when the model cannot be asked; Cancelled */
export async function docstringAt(
  { document, offset, style: asked }: DocstringRequest,
  { model, sources, patience }: DocstringDeps,
  signal: AbortSignal,
): Promise<DocstringOutcome> {
  const refusal = await refusalToDocument(document, sources);
  if (refusal) return none(refusal);
  const text = document.text.getText();
  const target = targetOf(document, offset);
  if (typeof target === "string") return none(target);
  const style = await styleFor(document, asked, sources);
  return docstringOf(target, { document, text, style, model, signal, patience });
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
  if (saysGenerated(text.getText())) return "generatedFile";
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
  patience?: Patience;
}

/** The docstring of a definition of the document. @throws as `docstringAt` */
export async function docstringOf(target: Target, writing: Writing): Promise<DocstringOutcome> {
  const { document, text, style } = writing;
  const { version } = document;
  const judging = judgingOf(target, writing);
  const { existing } = target;
  const found =
    existing === undefined
      ? await writtenAnew(target, judging, writing)
      : await broughtUpToDate({ ...target, existing }, judging, writing);
  if (document.version !== version) return none("documentChanged", "faults" in found ? found.faults : []);
  if ("reason" in found) return none(found.reason);
  const { doc, faults } = found;
  if (doc.lead === "" && existing === undefined) return none("noTrueSummary", faults);
  const rendered = style.render(doc, target.indent);
  const same = target.existing !== undefined && style.render(style.parse(target.existing), target.indent) === rendered;
  if (same) return none("documented", faults);
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

/** What the sentences of a docstring are judged by. */
interface Judging {
  evidence: Evidence;
  claims: Omit<Claims, "said">;
  house: House;
}

function judgingOf(target: Target, { document, text, style }: Writing): Judging {
  const { signature, facts, name, start, end } = target;
  const { tree, languageId } = document;
  const all = tree ? targetsIn(text, tree, languageId) : [];
  const told = (all.find((one) => one.start === start && one.name === name) ?? target).tell?.() ?? [];
  const outer = all.filter((one) => one.start <= start && end <= one.end).map((one) => one.name);
  const around = outer.join(" ");
  const code = text.slice(start, end);
  const knownNames = new Set(text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
  return {
    evidence: { name, signature, facts, told, code, around },
    claims: { signature, knownNames, code: `${code}\n${around}` },
    house: houseOf(all, style, languageId),
  };
}

type Written = { doc: DocText; faults: Fault[] } | { reason: NoDocstringReason };

/** A new docstring: a summary, and only those entries that say what name and type do not. */
async function writtenAnew(target: Target, judging: Judging, writing: Writing): Promise<Written> {
  const { evidence, claims, house } = judging;
  const { model, signal, patience } = writing;
  if (!house.isEnglish) return { reason: "otherLanguage" };
  const asked = { ...emptyDoc(), lead: GAP };
  const gapAfter = (begin: string) => gapIn(asked, begin, target, writing);
  const instruction = questionAbout(target, writing);
  const question = (begin: string) => promptOfInstruction(writing.document, instruction, begin);
  const about = { evidence, house, claims: { ...claims, said: "" }, gapAfter, question };
  const found = await findSummary(about, model, signal, patience);
  if (found === "busy") return { reason: "busy" };
  const { faults } = found;
  const doc: DocText = { ...emptyDoc(), lead: wrapped(found.words, MOST_COLUMNS - target.indent.length) };
  if (doc.lead === "") return { doc, faults };
  if (target.signature && target.facts) {
    if (house.tagsParameters) doc.parameters = await parametersOf(target.signature, doc, target, judging, writing);
    const entries = factEntries(target.signature, target.facts, writing.style.name);
    if (entries.returns && !found.words.includes(entries.returns))
      doc.returns = { name: "", words: inLines(entries.returns, target) };
    doc.throws = entries.throws.map(({ name, words }) => ({ name, words: inLines(words, target) }));
  }
  return { doc, faults };
}

/** An entry for each parameter, or none: where the model has no true words for one, a list would be a list of names. */
async function parametersOf(
  { parameters }: Signature,
  sofar: DocText,
  target: Target,
  judging: Judging,
  writing: Writing,
): Promise<DocEntry[]> {
  const entries: DocEntry[] = [];
  for (const { name } of parameters) {
    const shown = { ...sofar, parameters: [...entries, { name, words: GAP }] };
    const { words } = await wordsFor(name, shown, target, judging, writing);
    if (words === "") return [];
    entries.push({ name, words });
  }
  return entries;
}

/** Words for one entry, each of which the code bears out. */
async function wordsFor(name: string, shown: DocText, target: Target, { evidence, claims }: Judging, writing: Writing) {
  const found = await findWords(
    (begin) => gapIn(shown, begin, target, writing),
    { of: "part", names: [name, target.name] },
    { ...claims, said: shown.lead },
    writing.model,
    writing.signal,
    (words) => doubtOf(words, { ...evidence, name, signature: undefined }),
  );
  return { words: inLines(found.words, target), faults: found.faults };
}

/** The docstring that is there, with the signature's parameters and without what is no longer true. */
async function broughtUpToDate(
  target: Target & { existing: string },
  judging: Judging,
  writing: Writing,
): Promise<Written> {
  const { doc, faults } = {
    doc: reconciled(writing.style.parse(target.existing), docFactsOf(target)),
    faults: [] as Fault[],
  };
  for (const list of ["typeParameters", "parameters"] as const) {
    for (const [at, entry] of doc[list].entries()) {
      if (entry.words !== "" || entry.type !== undefined) continue;
      const shown = { ...doc, [list]: doc[list].map((one, index) => (index === at ? { ...one, words: GAP } : one)) };
      const found = await wordsFor(entry.name, shown, target, judging, writing);
      faults.push(...found.faults);
      doc[list] = doc[list].map((one, index) => (index === at ? { ...one, words: found.words } : one));
    }
    if (!doc[list].some(says)) doc[list] = [];
  }
  return { doc, faults };
}

const inLines = (words: string, { indent }: Target): string => wrapped(asSentence(words), MOST_COLUMNS - indent.length);

/** Whether an entry has content: a bare name says nothing that the signature does not. */
const says = ({ words, type }: DocEntry): boolean => words !== "" || type !== undefined;

/** The place of `doc`'s gap in the document. @param begin words that are before the gap already */
function gapIn(
  doc: DocText,
  begin: string,
  { place, before, after, indent, end: definitionEnd }: Target,
  { document, text, style }: Writing,
): PromptInput {
  const [start, end] = style.renderAsked(doc, indent).split(GAP);
  const above = text.slice(Math.max(0, place.start - ABOVE_UNITS), place.start);
  const below = text.slice(place.end, Math.min(definitionEnd, place.end + BELOW_UNITS));
  return promptOfGap(document, `${above}${before}${start}${begin}`, `${end}${after}${below}\n`);
}

/** What a model that follows instructions is asked: the code comes first, so that each further question finds it in the KV cache. */
function questionAbout({ name, start, end, place, signature }: Target, { document, text }: Writing): string {
  const { languageId } = document;
  const isInside = place.start >= start; // Python's docstring
  const whole = isInside
    ? `${text.slice(start, place.start).trimEnd()}${text.slice(place.end, end)}`
    : text.slice(start, end);
  const what = signature?.kind === "constructor" ? "constructor" : "function";
  return `\`\`\`${languageId}\n${whole.slice(0, ABOVE_UNITS + BELOW_UNITS)}\n\`\`\`\nDescribe in one short sentence what the ${what} \`${name}\` does, as the first line of its documentation: start with a verb, say what is returned and in which case, and do not repeat the name.`;
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
