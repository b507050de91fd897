// One sentence of a model for each exported function that has no docstring: the docstring engine's, with its checks, and none where they do not pass.
// What a type or a value is for, no code tells, so nothing is asked about those.

import { documentedIds } from "../../../common/syntax/languages.ts";
import { counted } from "../../../common/util/counted.ts";
import type { Sources } from "../../context/sources/sources.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { type DocstringDeps, docstringOf, NO_DOCSTRING, refusalToDocument } from "../docstring/docstring.ts";
import { exportedTargets } from "../docstring/documentFile.ts";
import { styleFor } from "../docstring/styles/styleFor.ts";
import type { FileSummary } from "./summary.ts";

export interface Sentences {
  byName: ReadonlyMap<string, string>;
  /** What has none, and why. */
  notes: string[];
}

/** The most exports that a sentence is written for: each costs seconds. */
const MOST_SENTENCES = 12;

export const NO_SENTENCES: Sentences = { byName: new Map(), notes: [] };

/**
 * @param onSentence called after each, with all so far and how many are asked for
 * @throws UserError when the model cannot be asked; Cancelled
 */
export async function sentencesFor(
  document: OpenDocument,
  exports: FileSummary["exports"],
  deps: DocstringDeps & { sources?: Sources },
  onSentence: (sofar: Sentences, done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Sentences> {
  if (!documentedIds.includes(document.languageId)) return NO_SENTENCES;
  const refusal = await refusalToDocument(document, deps.sources);
  if (refusal) return { byName: new Map(), notes: [`The model was not asked: ${NO_DOCSTRING[refusal]}.`] };
  const text = document.text.getText();
  const { version } = document;
  const wanted = new Set(exports.filter(({ hasDocstring }) => !hasDocstring).map(({ local }) => local));
  const undocumented = exportedTargets(text, document.tree!, document.languageId).filter(
    ({ name, existing, signature, kind }) =>
      existing === undefined && signature && kind === "function" && wanted.has(name),
  );
  const asked = undocumented.slice(0, MOST_SENTENCES);
  if (asked.length === 0) return NO_SENTENCES;
  const style = await styleFor(document, undefined, deps.sources);
  const byName = new Map<string, string>();
  const left = new Map<string, string[]>(); // by reason
  const notes = (): string[] => [
    ...[...left].map(
      ([reason, names]) => `No sentence for ${names.map((name) => `\`${name}\``).join(", ")}: ${reason}.`,
    ),
    ...(undocumented.length > asked.length
      ? [
          `Of ${counted(undocumented.length, "function")} without a docstring the model was asked about the first ${asked.length}.`,
        ]
      : []),
  ];
  for (const [at, target] of asked.entries()) {
    const outcome = await docstringOf(target, {
      document,
      text,
      style,
      model: deps.model,
      signal,
      patience: deps.patience,
    });
    if (document.version !== version)
      return { byName, notes: [...notes(), "The file was changed meanwhile, so no further sentence was written."] };
    const sentence =
      outcome.kind === "offered" ? style.parse(outcome.text).lead.split("\n\n", 1)[0]!.replace(/\s+/g, " ").trim() : "";
    if (sentence !== "") byName.set(target.name, sentence);
    else {
      const reason = outcome.kind === "none" ? NO_DOCSTRING[outcome.reason] : NO_DOCSTRING.noTrueSummary;
      left.set(reason, [...(left.get(reason) ?? []), target.name]);
    }
    onSentence({ byName: new Map(byName), notes: notes() }, at + 1, asked.length);
    if (outcome.kind === "none" && outcome.reason === "busy") break;
  }
  return { byName, notes: notes() };
}
