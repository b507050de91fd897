// `sotto fix`: verified fixes for what the TypeScript compiler finds wrong with a file; with --write the first of each is put into the file.

import path from "node:path";
import { ecmaScriptIds } from "../../common/syntax/languages.ts";
import { badInput } from "../../server/protocol/errors.ts";
import { type Fix, fixesFor } from "../../src/actions/fix/fix.ts";
import { type OpenDocument, openDocument } from "../../src/context/documents.ts";
import { refusalToComplete } from "../../src/context/workspace.ts";
import { loadCompiler } from "../../src/typescript/loadCompiler.ts";
import { keyOf, type Problem, withChanges } from "../../src/typescript/problems.ts";
import { slashed } from "../../src/typescript/projectFiles.ts";
import { Projects } from "../../src/typescript/projects.ts";
import { defineCommand, wholeNumber } from "../command.ts";
import { type CliModel, withSeed } from "../model.ts";
import { writeEdit } from "../sourceFile.ts";
import { workspaceModel } from "../workspaceAdapter.ts";
import { openPlace, positionOptions } from "./position.ts";

export const fix = defineCommand({
  name: "fix",
  summary: "fixes for what the TypeScript compiler finds wrong with a file, each verified by it",
  options: {
    file: positionOptions.file,
    line: { type: "string", argument: "L", help: "only what is wrong on this line, from 1 (default: all of the file)" },
    write: { type: "boolean", help: "put the first fix of each problem into the file" },
  },
  async run({ options, global, io, signal }) {
    const line = wholeNumber(options.line, "line", 1);
    const place = await openPlace({ file: options.file, line: String(line ?? 1), column: "1" }, global);
    const { root, sources } = place;
    if (!ecmaScriptIds.includes(place.document.languageId))
      throw badInput(
        `${options.file} is neither TypeScript nor JavaScript.`,
        "Other languages have no checker here yet.",
      );
    if (await refusalToComplete(place.document.path, sources.workspace))
      throw badInput(`${options.file} is a file that nobody should look at.`, "Take it out of your ignore files.");
    const compiler = loadCompiler({ root }, io.progress);
    if (!compiler)
      throw badInput(`${root} has no TypeScript that Sotto can ask.`, "Install typescript 4.7 to 6 there.");
    const projects = new Projects(compiler, { root: slashed(root) });
    const file = `${slashed(root)}/${place.document.path}`;
    let model: CliModel | undefined;
    try {
      const startMs = performance.now();
      let document: OpenDocument = place.document;
      const text = document.text.getText();
      const checker = await projects.checkerOf(file, text);
      if ("reason" in checker)
        throw badInput(`${document.path} is in no program that can be checked.`, "See its tsconfig.json.");
      const isAsked = ({ start }: Problem) => line === undefined || document.text.positionAt(start).line === line - 1;
      let problems = await checker.problems();
      const diagnosticsBefore = problems.length;
      const asked = problems.filter(isAsked).length;
      if (asked > 0) model = withSeed(await io.loadModel(workspaceModel(global.model, root, io.progress)), global.seed);
      const fixes: ReturnType<typeof described>[] = [];
      const seen = new Set<string>();
      const next = () => problems.find((problem) => isAsked(problem) && !seen.has(keyOf(problem)));
      for (let problem = next(); problem; problem = next()) {
        seen.add(keyOf(problem));
        const [best] = (await fixesFor(document, problem, problems, { checker, model }, signal)).fixes;
        if (!best) continue;
        fixes.push(described(document, best));
        if (!options.write) continue;
        document = changed(document, best);
        projects.setText(file, document.text.getText());
        problems = await checker.problems();
      }
      if (options.write && fixes.length > 0) {
        const edit = { start: 0, end: text.length, newText: document.text.getText() };
        writeEdit(path.join(root, document.path), text, edit);
      }
      const outcome = fixes.length === 0 ? "none" : options.write ? "written" : "offered";
      const ms = Math.round(performance.now() - startMs);
      io.result({ outcome, diagnosticsBefore, diagnosticsAfter: problems.length, fixes, ms }, readable(fixes, asked));
    } finally {
      model?.dispose();
      projects.dispose();
    }
  },
});

function changed({ uri, path: name, languageId, text, parsers }: OpenDocument, { edit }: Fix): OpenDocument {
  return openDocument({ uri, path: name, languageId, text: withChanges(text.getText(), [edit]) }, parsers);
}

/** As the command line says it: lines and columns from 1. */
function described({ text }: OpenDocument, { problem, source, edit }: Fix) {
  const [start, end] = [text.positionAt(edit.start), text.positionAt(edit.end)];
  return {
    line: text.positionAt(problem.start).line + 1,
    code: problem.code,
    message: problem.message,
    edit: {
      ...{ startLine: start.line + 1, startColumn: start.character + 1 },
      ...{ endLine: end.line + 1, endColumn: end.character + 1, newText: edit.newText },
    },
    source,
  };
}

function readable(fixes: readonly ReturnType<typeof described>[], problems: number): string {
  if (problems === 0) return "Nothing is wrong there.";
  const lines = fixes.map(
    ({ line, code, message, edit, source }) =>
      `${line}: TS${code} ${message.split("\n")[0]}\n  ${source}: ${edit.startLine}:${edit.startColumn}-${edit.endLine}:${edit.endColumn} ${JSON.stringify(edit.newText)}`,
  );
  return [...lines, `${fixes.length} of ${problems} problems have a verified fix.`].join("\n");
}
