// `sotto next-edit`: plays a patch of a file, hunk by hunk, as if somebody typed it, and says what would be offered after the last one. Changes no
// file.

import path from "node:path";
import { fileURLToPath } from "node:url";
import { badInput } from "../../common/errors.ts";
import { ecmaScriptIds } from "../../common/syntax/languages.ts";
import { NextEditFinder } from "../../src/actions/nextEdit/nextEdits.ts";
import { NO_EDIT } from "../../src/actions/nextEdit/reasons.ts";
import { compilerSources } from "../../src/actions/nextEdit/sources/compilerSources.ts";
import { sameEdit } from "../../src/actions/nextEdit/sources/sameEdit.ts";
import { scopedRename } from "../../src/actions/nextEdit/sources/scopedRename.ts";
import { changedPart } from "../../src/actions/nextEdit/tokens.ts";
import { RecentTrees } from "../../src/actions/nextEdit/trees.ts";
import type { Episode, NextEdits, NoEditReason, Place } from "../../src/actions/nextEdit/types.ts";
import { type OpenDocument, openDocument } from "../../src/workspace/documents.ts";
import { refusalToComplete } from "../../src/workspace/workspace.ts";
import { defineCommand, required } from "../command.ts";
import { compilerInProcess } from "../compilerInProcess.ts";
import { textsOfPatch } from "../patch.ts";
import { readSource } from "../sourceFile.ts";
import { openPlace, positionOptions } from "./position.ts";

export const nextEdit = defineCommand({
  name: "next-edit",
  options: {
    file: { ...positionOptions.file, help: "the source file as it was before the patch" },
    patch: { type: "string", argument: "P", help: "a unified diff of that file; each hunk counts as one edit" },
  },
  async run({ options, global, io, signal }) {
    const { root, document, sources } = await openPlace({ file: options.file, line: "1", column: "1" }, global);
    const patch = required(options.patch, "patch");
    if (await refusalToComplete(document.path, sources.workspace))
      throw badInput(`${document.path} is a file that nobody should look at.`, "Take it out of your ignore files.");
    const { uri, languageId, parsers } = document;
    const texts = textsOfPatch(
      document.text.getText(),
      readSource(patch, path.dirname(path.resolve(patch))).text,
      patch,
    );
    const trees = new RecentTrees(parsers);
    const compiler = ecmaScriptIds.includes(languageId) ? compilerInProcess(root, io.log) : undefined;
    let current: OpenDocument = document;
    const documents = {
      document: (asked: string) => (asked === uri ? current : undefined),
      compilerOf: () => compiler,
    };
    const others = [scopedRename(trees), sameEdit(trees)];
    const finder = new NextEditFinder(compilerSources(documents, others));
    const past: Episode[] = [];
    let before = document.text.getText();
    let found: NextEdits | { reason: NoEditReason } = { reason: "noChange" };
    let ms = 0;
    for (const after of texts) {
      const changed = changedPart(before, after);
      if (!changed) continue;
      const episode = { uri, languageId, before, after, changed };
      current = openDocument({ uri, path: document.path, languageId, text: after }, parsers);
      const startMs = performance.now();
      found = await finder.find(episode, { parsers, past, edited: () => [] }, signal);
      ms = performance.now() - startMs;
      past.unshift(episode);
      before = after;
    }
    trees.dispose();
    compiler?.dispose();
    if ("reason" in found) {
      io.result(
        { outcome: "none", reason: found.reason, ms: Math.round(ms) },
        `Nothing is offered: ${NO_EDIT[found.reason]}.`,
      );
      return;
    }
    const { kind, title, places, proof } = found;
    const told = places.map((place) => {
      const file = place.uri === uri ? undefined : fileURLToPath(place.uri);
      const text = file === undefined ? before : readSource(file, root).text;
      const inFile = file === undefined ? document.path : path.relative(root, file).split(path.sep).join("/");
      return { file: inFile, ...described(text, place) };
    });
    const lines = told.map(
      ({ file, line, oldText, newText }) =>
        `  ${file === document.path ? "" : `${file}:`}${line}: ${shown(oldText)} → ${shown(newText)}`,
    );
    io.result(
      { outcome: "offered", kind, title, places: told, proof, ms: Math.round(ms) },
      [title, ...lines].join("\n"),
    );
  },
});

/** A place in the command line's terms: lines and columns of the file after the patch, from 1. */
function described(text: string, { range, oldText, newText }: Place) {
  const head = text.slice(0, range.start);
  const column = range.start - (head.lastIndexOf("\n") + 1) + 1;
  return { line: head.split("\n").length, column, oldText, newText };
}

const shown = (text: string): string => (text === "" ? "nothing" : `\`${text.trim().replace(/\s+/g, " ")}\``);
