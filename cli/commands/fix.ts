// `sotto fix`: verified fixes for the problems of a file; with --write they are applied to it.

import path from "node:path";
import { badInput } from "../../common/errors.ts";
import { documentedIds } from "../../common/syntax/languages.ts";
import type { Fix } from "../../src/actions/fix/fix.ts";
import { isGenerated, NO_FIX } from "../../src/actions/fix/fixAt.ts";
import { fixFile } from "../../src/actions/fix/fixFile.ts";
import type { Problem } from "../../src/typescript/problems.ts";
import type { OpenDocument } from "../../src/workspace/documents.ts";
import { refusalToComplete } from "../../src/workspace/workspace.ts";
import { defineCommand, wholeNumber } from "../command.ts";
import { engineOptions } from "../engineOptions.ts";
import { type CliModel, withSeed } from "../model.ts";
import { openedChecker } from "../openedChecker.ts";
import { writeEdits } from "../sourceFile.ts";
import { workspaceModel } from "../workspaceAdapter.ts";
import { openPlace, positionOptions } from "./position.ts";

export const fix = defineCommand({
  name: "fix",
  defaultModel: "auto",
  options: {
    file: positionOptions.file,
    line: { type: "string", argument: "L", help: "only what is wrong on this line, from 1 (default: all of the file)" },
    write: { type: "boolean", help: "put them into the file" },
    ...engineOptions,
  },
  async run({ options, global, io, signal }) {
    const line = wholeNumber(options.line, "line", 1);
    const place = await openPlace({ file: options.file, line: String(line ?? 1), column: "1" }, global);
    const { document, root, sources } = place;
    if (!documentedIds.includes(document.languageId))
      throw badInput(
        `${options.file} is neither TypeScript, JavaScript nor Python.`,
        "Other languages have no checker here yet.",
      );
    if (await refusalToComplete(document.path, sources.workspace))
      throw badInput(`${options.file} is a file that nobody should look at.`, "Take it out of your ignore files.");
    if (isGenerated(document))
      throw badInput(`${NO_FIX.generatedFile}: ${options.file}.`, "Mend what it is generated from.");
    const opened = await openedChecker(document, root, sources, io.log);
    const { checker, checkedBy } = opened;
    io.log(`Checked by ${checkedBy}.`);
    let model: CliModel | undefined;
    try {
      const startMs = performance.now();
      const isAsked = ({ start }: Problem) => line === undefined || document.text.positionAt(start).line === line - 1;
      const asked = (await checker.problems()).filter(isAsked).length;
      if (asked > 0)
        model = withSeed(await io.loadModel(await workspaceModel(global.model, root, io.log)), global.seed);
      const isTaken = line === undefined ? undefined : () => true; // who names a line has looked at it
      const found = await fixFile(document, { checker, model }, isAsked, () => {}, signal, isTaken);
      if (found.tooMany) throw badInput(`${NO_FIX.tooManyProblems}: ${options.file}.`, "Name one with --line.");
      const { problems, fixes, left, unsure } = found;
      const told = [];
      for (const fix of fixes) {
        const diagnosticsAfter = (await checker.problemsWith([fix.edit])).length;
        told.push({ ...described(document, fix), diagnosticsAfter });
      }
      if (options.write && fixes.length > 0) {
        const edits = fixes.map(({ edit }) => edit);
        writeEdits(path.join(root, document.path), document.text.getText(), edits);
      }
      const outcome = fixes.length === 0 ? "none" : options.write ? "written" : "offered";
      const ms = Math.round(performance.now() - startMs);
      const counts = { diagnosticsBefore: problems.length, diagnosticsAfter: left.length };
      const facts = { outcome, checkedBy, ...counts, unsure, fixes: told, ms };
      io.result(facts, readable(told, asked, unsure, document.languageId));
    } finally {
      model?.dispose();
      opened.dispose();
    }
  },
});

/** A fix in the command line's terms: lines and columns from 1. */
function described({ text }: OpenDocument, { problem, source, edit, title, confidence }: Fix) {
  const [start, end] = [text.positionAt(edit.start), text.positionAt(edit.end)];
  return {
    line: text.positionAt(problem.start).line + 1,
    code: problem.code,
    message: problem.message,
    edit: {
      ...{ startLine: start.line + 1, startColumn: start.character + 1 },
      ...{ endLine: end.line + 1, endColumn: end.character + 1, newText: edit.newText },
    },
    ...{ source, title, confidence: Math.round(confidence * 100) / 100 },
  };
}

function readable(
  fixes: readonly ReturnType<typeof described>[],
  problems: number,
  unsure: number,
  languageId: string,
): string {
  if (problems === 0) return "Nothing is wrong there.";
  const lines = fixes.map(({ line, code, message, edit, title }) => {
    const place = `${edit.startLine}:${edit.startColumn}-${edit.endLine}:${edit.endColumn}`;
    return `${line}: ${languageId === "python" ? "" : `TS${code} `}${message.split("\n")[0]}\n  ${place} ${title}`;
  });
  const others = unsure === 0 ? [] : [`${unsure} more have fixes that are not sure enough: --line offers them.`];
  return [...lines, `${fixes.length} of ${problems} problems have a verified fix.`, ...others].join("\n");
}
