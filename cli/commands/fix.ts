// `sotto fix`: verified fixes for what the TypeScript compiler finds wrong with a file; with --write the first of each is put into the file.

import path from "node:path";
import { createParsers } from "../../common/syntax/parsers.ts";
import { badInput } from "../../server/protocol/errors.ts";
import { type Checker, type Fix, fixesFor } from "../../src/actions/fix/fix.ts";
import { type OpenDocument, openDocument } from "../../src/context/documents.ts";
import { refusalToComplete } from "../../src/context/workspace.ts";
import { loadCompiler } from "../../src/typescript/loadCompiler.ts";
import { type Problem, withChanges } from "../../src/typescript/problems.ts";
import { slashed } from "../../src/typescript/projectFiles.ts";
import { Projects } from "../../src/typescript/projects.ts";
import { defineCommand, wholeNumber } from "../command.ts";
import { type CliModel, withSeed } from "../model.ts";
import { writeEdit } from "../sourceFile.ts";
import { workspaceModel } from "../workspaceAdapter.ts";
import { openPlace, positionOptions } from "./position.ts";

const LANGUAGES = new Set(["typescript", "typescriptreact", "javascript", "javascriptreact"]);

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
    if (!LANGUAGES.has(place.document.languageId))
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
      const checker = await checkerOf(projects, file, document);
      const isAsked = (problem: Problem, of: OpenDocument) =>
        line === undefined || of.text.positionAt(problem.start).line === line - 1;
      const first = await checker.problems();
      const asked = first.filter((problem) => isAsked(problem, document));
      const fixes: { at: ReturnType<typeof described>; fix: Fix }[] = [];
      if (asked.length > 0)
        model = withSeed(await io.loadModel(workspaceModel(global.model, root, io.progress)), global.seed);
      const seen = new Set<string>();
      for (let next: Problem | undefined = asked[0]; next; ) {
        seen.add(`${next.code} ${next.message}`);
        const before = await checker.problems();
        const [best] = (await fixesFor(document, next, before, { checker, model }, signal)).fixes;
        if (best) {
          fixes.push({ at: described(document, best), fix: best });
          if (options.write) document = await applied(document, best, projects, file);
        }
        const left = await checker.problems();
        next = left.find((other) => isAsked(other, document) && !seen.has(`${other.code} ${other.message}`));
      }
      const diagnosticsAfter = (await checker.problems()).length;
      if (options.write && fixes.length > 0) {
        const text = place.document.text.getText();
        writeEdit(path.join(root, place.document.path), text, {
          start: 0,
          end: text.length,
          newText: document.text.getText(),
        });
      }
      const outcome = fixes.length === 0 ? "none" : options.write ? "written" : "offered";
      const ms = Math.round(performance.now() - startMs);
      const facts = {
        outcome,
        diagnosticsBefore: first.length,
        diagnosticsAfter,
        fixes: fixes.map(({ at }) => at),
        ms,
      };
      io.result(facts, readable(facts.fixes, asked.length));
    } finally {
      model?.dispose();
      projects.dispose();
    }
  },
});

/** @throws UserError where the compiler has no program with the file */
async function checkerOf(projects: Projects, file: string, document: OpenDocument): Promise<Checker> {
  projects.setText(file, document.text.getText());
  const problem = await projects.build(file);
  const project = projects.of(file);
  if (problem || !project)
    throw badInput(`${document.path} is in no program that can be checked.`, "See its tsconfig.json.");
  return {
    problems: () => project.problems(file) ?? [],
    ownFixes: (of) => project.ownFixes(file, of),
    faultOf: (changes, of, before) => project.faultOf(file, changes, of, before),
  };
}

async function applied(
  { uri, path: name, languageId, text }: OpenDocument,
  { edit }: Fix,
  projects: Projects,
  file: string,
) {
  const changed = withChanges(text.getText(), [edit]);
  projects.setText(file, changed);
  return openDocument({ uri, path: name, languageId, text: changed }, await createParsers());
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
