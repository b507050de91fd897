// What is known of the definition around a place: its signature, who uses it, what it does for which condition, what it throws and changes. Fixed
// sentences of facts, each with its place; no model is asked, and of compilers what the editor has asked already.

import type { FoundDefinition } from "../../../common/syntax/definitions.ts";
import { documentedIds, languageSyntax } from "../../../common/syntax/languages.ts";
import { afterIndent } from "../../../common/syntax/lines.ts";
import { enclosingScopes } from "../../../common/syntax/scopes.ts";
import type { Sources } from "../../context/sources/sources.ts";
import type { ToldName } from "../../protocol/summary.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { FileFactsCache } from "../../workspace/fileFacts.ts";
import { refusalToComplete } from "../../workspace/workspace.ts";
import { sentenceOf } from "../docstring/facts/factSentences.ts";
import { targetsIn } from "../docstring/target.ts";
import { type FactLine, type FactPage, joined, line } from "../factPage/factPage.ts";
import { docOf } from "../summary/docSentence.ts";
import { type Effect, effectsOf } from "../summary/effects.ts";
import { signatureOf } from "../summary/exported.ts";
import { usersOf } from "../summary/usersOf.ts";
import { branchesIn } from "./branches.ts";
import { nameSection } from "./nameHere.ts";
import { ownUses } from "./ownUses.ts";

export type NothingHereReason = "ignoredFile" | "noTree" | "noDefinition";

/** Each reason as text for a person. */
export const NOTHING_HERE: Readonly<Record<NothingHereReason, string>> = {
  ignoredFile: "the file is one that nobody should look at",
  noTree: "the file has no syntax tree",
  noDefinition: "no definition stands around that place",
};

const MOST_LINES = 40;
const MOST_USERS = 20;

/** The title of the page about the definition around a place: "function half". Cheap: nothing is looked up. */
export async function definitionHere(
  document: OpenDocument,
  offset: number,
  workspace: Sources["workspace"] | undefined,
): Promise<{ title: string } | { reason: NothingHereReason }> {
  const around = await definitionsAt(document, offset, workspace);
  return "reason" in around ? around : { title: titleOf(around.scopes) };
}

/** "method Box.get": the innermost definition, by its place in the others. */
function titleOf(scopes: readonly FoundDefinition[]): string {
  const { kind } = scopes.at(-1)!;
  const isMember = /^(?:class|interface|enum)$/.test(scopes.at(-2)?.kind ?? "");
  return `${kind === "function" && isMember ? "method" : kind} ${scopes.map(({ name }) => name).join(".")}`;
}

/** The definitions around a place, the innermost last; at least one. */
async function definitionsAt(
  { path, languageId, tree, text: of }: OpenDocument,
  offset: number,
  workspace: Sources["workspace"] | undefined,
): Promise<{ scopes: FoundDefinition[] } | { reason: NothingHereReason }> {
  const language = languageSyntax(languageId);
  if (await refusalToComplete(path, workspace)) return { reason: "ignoredFile" };
  if (!tree || !language) return { reason: "noTree" };
  const text = of.getText();
  const at = afterIndent(text, offset) + 1;
  const all = enclosingScopes(text, Math.min(at, text.length), tree, language);
  const scopes = all.filter(({ kind }) => kind !== "scope");
  return scopes.length > 0 ? { scopes } : { reason: "noDefinition" };
}

/** Where there is nothing but a name to tell of. */
function nameAlone(path: string, named: ToldName, reason: NothingHereReason): FactPage {
  const why = NOTHING_HERE[reason];
  const note = `${why[0]!.toUpperCase()}${why.slice(1)}, so nothing more is told.`;
  return { title: named.name, path, lead: [], sections: [nameSection(named)], notes: [note] };
}

/**
 * @param offset in UTF-16 units
 * @param named what is known of the name there
 * @throws Cancelled
 */
export async function hereAt(
  document: OpenDocument,
  offset: number,
  sources: Pick<Sources, "workspace" | "index"> | undefined,
  signal: AbortSignal,
  named?: ToldName,
): Promise<FactPage | { reason: NothingHereReason }> {
  const { path, languageId, tree, parsers } = document;
  const text = document.text.getText();
  const around = await definitionsAt(document, offset, sources?.workspace);
  if ("reason" in around || !tree) {
    const reason = "reason" in around ? around.reason : "noTree";
    return named && reason !== "ignoredFile" ? nameAlone(path, named, reason) : { reason };
  }
  const found = around.scopes.at(-1)!;
  const isOuter = around.scopes.length === 1;
  const { startIndex: start, endIndex: end, name } = found;
  const placeOf = (index: number) => ({ path, line: document.text.positionAt(index).line + 1 });
  const isInside = ({ startIndex }: { startIndex: number }) => start <= startIndex && startIndex < end;
  const doc = docOf(text, languageId, found);
  const users =
    sources && isOuter
      ? await usersOf({ path, languageId, names: [name] }, sources, new FileFactsCache(parsers), signal)
      : { users: [] };
  const branches = branchesIn(text, tree, start, end);
  const effects = effectsOf(text, tree, languageId).filter(isInside);
  const calls = ownUses(text, tree, around.scopes).slice(0, MOST_USERS);
  const target = documentedIds.includes(languageId)
    ? targetsIn(text, tree, languageId).find((one) => one.start === start && one.name === name)
    : undefined;
  const facts = target?.tell?.() ?? [];
  const notes = [
    ...(users.gap === undefined ? [] : [users.gap]),
    ...(isOuter
      ? []
      : [
          "Of a member or an inner function only uses that are sure are told, and none of other files: a name alone would not tell.",
        ]),
    ...(branches.length > MOST_LINES ? [`Of ${branches.length} branches the first ${MOST_LINES} are listed.`] : []),
    "What the functions that it calls do is not told.",
  ];
  return {
    title: titleOf(around.scopes),
    path,
    lead: [
      line({ code: signatureOf(text, languageId, found) }, ", ", placeOf(found.nameStart)),
      ...(doc?.sentence === undefined ? [] : [line(doc.sentence)]),
    ],
    sections: [
      nameSection(named),
      {
        title: "What it does, as far as its code tells",
        lines: facts.map((fact) => line(`${sentenceOf([fact], "thirdPerson")}.`)),
      },
      {
        title: "Its branches",
        lines: branches.slice(0, MOST_LINES).map(({ words, then, startIndex, of }, at) => {
          const isFar = of !== undefined && branches[at - 1]?.startIndex !== of;
          const what = isFar ? `${words} (than at line ${placeOf(of).line})` : words;
          return line(what, then === undefined ? "" : `: ${then}`, ", ", placeOf(startIndex));
        }),
      },
      {
        title: "What it throws, changes, and does outside",
        lines: byWhat(effects)
          .slice(0, MOST_LINES)
          .map(
            ([first, ...more]): FactLine =>
              line(
                WORDS[first!.kind],
                ...(first!.what === "" ? ["what it was given or has caught"] : [{ code: first!.what }]),
                ", ",
                ...joined([first!, ...more].map(({ startIndex }) => placeOf(startIndex))),
              ),
          ),
      },
      {
        title: "Who uses it",
        lines: [
          ...(calls.length > 0 ? [line("in this file: ", ...joined(calls.map(placeOf)))] : []),
          ...users.users
            .slice(0, MOST_USERS)
            .map(({ path: from, uses }) =>
              line({ path: from, line: uses[0]?.line ?? 1 }, uses.length === 0 ? ": hands it on" : ""),
            ),
        ],
      },
    ],
    notes,
  };
}

/** The effects of one kind by one name are told together. */
function byWhat(effects: readonly Effect[]): Effect[][] {
  const groups = new Map<string, Effect[]>();
  for (const one of effects) {
    const key = `${one.kind} ${one.what}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

const WORDS = {
  network: "uses the network: ",
  disk: "uses the disk: ",
  process: "uses the process, its environment or its streams: ",
  state: "changes a variable that outlives the call: ",
  throws: "throws ",
} as const;
