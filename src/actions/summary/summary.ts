// The summary of a file: what it exports, who uses it, what it needs, what it does beyond that, what it leaves to do, its size. Facts alone, each
// with its place; the sentences of a model come later (sentences.ts). Changes nothing.

import { definitionsOf } from "../../../common/syntax/definitions.ts";
import { importsOf } from "../../../common/syntax/imports.ts";
import { languageSyntax } from "../../../common/syntax/languages.ts";
import type { Sources } from "../../context/sources/sources.ts";
import type { ResolvedFile } from "../../modules/lookup.ts";
import { ModuleResolver } from "../../modules/resolveModule.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { FileFactsCache } from "../../workspace/fileFacts.ts";
import { refusalToComplete } from "../../workspace/workspace.ts";
import { sentenceOfFile } from "./docSentence.ts";
import { type Effect, type EffectKind, effectsOf, tellsOutside } from "./effects.ts";
import { type ExportedMember, exportsIn } from "./exported.ts";
import { notesIn } from "./notesIn.ts";
import { type FileSize, sizeOf } from "./sizeOf.ts";
import { type Users, usersOf } from "./usersOf.ts";

/** Where something stands in the file. */
interface InFile {
  line: number; // from 1
}

export interface SummarisedMember extends InFile {
  name: string;
  signature: string;
  /** The first of its docstring. */
  sentence?: string;
  isDeprecated: boolean;
}

export interface SummarisedExport extends SummarisedMember {
  kind: string;
  as: string; // what others call it: "default", "export="
  local: string; // what the file itself calls it
  /** The module that it comes from, where it is handed on. */
  module?: string;
  hasDocstring: boolean;
  members: SummarisedMember[];
}

export interface Need extends InFile {
  module: string; // as written
  names: string[];
  /** The file of the workspace that it stands for. */
  path?: string;
}

export interface SummarisedEffect extends InFile {
  kind: EffectKind;
  what: string;
  /** The innermost definition around it. */
  inside?: string;
}

export interface FileSummary {
  path: string;
  languageId: string;
  /** The first sentence of what is written about the whole file. */
  sentence?: string;
  size: FileSize;
  exports: SummarisedExport[];
  stars: (InFile & { module: string })[];
  users: Users;
  needs: Need[];
  effects: SummarisedEffect[];
  notes: (InFile & { word: string; text: string })[];
  /** What is not told, and why. */
  gaps: string[];
}

export type NoSummaryReason = "ignoredFile" | "fileTooLarge";

/** Each reason as text for a person. */
export const NO_SUMMARY: Readonly<Record<NoSummaryReason, string>> = {
  ignoredFile: "the file is one that nobody should look at",
  fileTooLarge: "the file is too large",
};

/** Files beyond this size, in UTF-16 units, are data. */
const MOST_UNITS = 2_000_000;
/** Files of declarations, which export whatever they declare. */
const DECLARATIONS = /\.d\.[cm]?ts$/;
const MOST_NEEDS = 80;

/** Of the files of a Go package the one that has its name, else the first. */
const mainOf = (files: readonly ResolvedFile[]): ResolvedFile | undefined =>
  files.find(({ path }) => /(?:^|\/)([^/]{1,200})\/\1\.go$/.test(path)) ?? files[0];

/** @throws Cancelled */
export async function summaryOf(
  document: OpenDocument,
  sources: Pick<Sources, "workspace" | "index"> | undefined,
  signal: AbortSignal,
): Promise<FileSummary | { reason: NoSummaryReason }> {
  const { path, languageId, tree, parsers } = document;
  const text = document.text.getText();
  if (text.length > MOST_UNITS) return { reason: "fileTooLarge" };
  if (await refusalToComplete(path, sources?.workspace)) return { reason: "ignoredFile" };
  const lineOf = (offset: number) => document.text.positionAt(offset).line + 1;
  const gaps: string[] = [];
  if (!tree) gaps.push(`The file has no syntax tree (${document.noTree}), so only its size and its notes are told.`);
  else if (tree.rootNode.hasError) gaps.push("The file does not parse as a whole, so something may be missing.");
  const exported = tree && exportsIn(text, tree, languageId, DECLARATIONS.test(path));
  if (tree && exported && languageId !== "python" && exported.exports.length + exported.stars.length === 0)
    gaps.push("It exports nothing that its text tells.");
  const definitions = tree ? definitionsOf(text, tree, languageSyntax(languageId)!) : [];
  const effects = tree ? effectsOf(text, tree, languageId) : [];
  if (tree && !tellsOutside(languageId))
    gaps.push("Network, disk and process are told for TypeScript, JavaScript, Python and Go only.");
  else if (tree)
    gaps.push(
      "Effects are those of its own code and of well-known libraries: what the files that it needs do is not told.",
    );
  const names = (exported?.exports ?? []).filter(({ module }) => module === undefined).map(({ name }) => name);
  const users = sources
    ? await usersOf({ path, languageId, names }, sources, new FileFactsCache(parsers), signal)
    : { users: [], gap: "The file lies in no open folder, so nobody knows who uses it." };
  if (users.gap !== undefined) gaps.push(users.gap);
  const sentence = sentenceOfFile(text, languageId);
  return {
    path,
    languageId,
    ...(sentence !== undefined && { sentence }),
    size: sources ? await sizeOf(path, text, sources.workspace, signal) : { lines: text.split("\n").length },
    exports: (exported?.exports ?? []).map(({ startIndex, members, ...one }) => ({
      ...one,
      line: lineOf(startIndex),
      members: members.map(placed),
    })),
    stars: (exported?.stars ?? []).map(({ module, startIndex }) => ({ module, line: lineOf(startIndex) })),
    users,
    needs: tree ? await needsOf() : [],
    effects: effects.map(inDefinition),
    notes: notesIn(text, tree, languageId).map(({ word, text: words, startIndex }) => ({
      word,
      text: words,
      line: lineOf(startIndex),
    })),
    gaps,
  };

  function placed({ startIndex, ...member }: ExportedMember): SummarisedMember {
    return { ...member, line: lineOf(startIndex) };
  }

  async function needsOf(): Promise<Need[]> {
    const imports = importsOf(text, tree!, languageSyntax(languageId)!);
    const resolver = sources && new ModuleResolver(sources.workspace, () => sources.index);
    const needs: Need[] = [];
    if (imports.length > MOST_NEEDS) gaps.push(`Of ${imports.length} imports the first ${MOST_NEEDS} are told.`);
    for (const { module, names: taken, endIndex } of imports.slice(0, MOST_NEEDS)) {
      signal.throwIfAborted();
      const files = (await resolver?.resolve(module, path, languageId, undefined, taken)) ?? [];
      const found = mainOf(files.filter((file) => !file.path.includes("node_modules/")));
      const own = found && (await implementationOf(found));
      const known = needs.find((need) => (own ? need.path === own.path : need.module === module));
      if (known) known.names.push(...taken.filter((name) => !known.names.includes(name)));
      else
        needs.push({
          module,
          names: [...taken],
          ...(own && { path: own.path }),
          line: lineOf(Math.max(0, endIndex - 1)),
        });
    }
    return needs;
  }

  /** Beside declarations that were written for a JavaScript file, the file itself: what runs. */
  async function implementationOf(file: ResolvedFile): Promise<ResolvedFile> {
    if (!/^javascript/.test(languageId) || !DECLARATIONS.test(file.path) || !sources) return file;
    const beside = file.path.replace(/\.d\.([cm]?)ts$/, ".$1js");
    return (await sources.workspace.read(beside)) === undefined ? file : { ...file, path: beside };
  }

  function inDefinition({ kind, what, startIndex }: Effect): SummarisedEffect {
    let inside: string | undefined;
    for (const one of definitions) {
      if (one.startIndex > startIndex) break;
      const holdsIt = one.startIndex <= startIndex && startIndex < one.endIndex;
      if (holdsIt && /^(?:function|method)$/.test(one.kind))
        inside = one.container ? `${one.container}.${one.name}` : one.name;
    }
    return { kind, what, ...(inside !== undefined && { inside }), line: lineOf(startIndex) };
  }
}
