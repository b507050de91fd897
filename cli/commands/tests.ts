// `sotto tests`: tests for the exported function on a line, with what the code does now as expected values; with --write they become a file.

import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { badInput } from "../../common/errors.ts";
import { counted } from "../../common/util/counted.ts";
import { hasPieces } from "../../src/actions/pieces/piecesAt.ts";
import { NO_TESTS } from "../../src/actions/tests/reasons.ts";
import { networkWords } from "../../src/actions/tests/sandbox.ts";
import { type TestsFound, testsFor } from "../../src/actions/tests/testsFor.ts";
import type { TestsDocument } from "../../src/protocol/tests.ts";
import { loadCompiler, shippedCompiler } from "../../src/typescript/loadCompiler.ts";
import { slashed } from "../../src/typescript/projectFiles.ts";
import { Projects } from "../../src/typescript/projects.ts";
import { refusalToComplete } from "../../src/workspace/workspace.ts";
import { defineCommand, required } from "../command.ts";
import { asReadError } from "../sourceFile.ts";
import { openPlace, positionOptions } from "./position.ts";

export const tests = defineCommand({
  name: "tests",
  options: {
    file: positionOptions.file,
    line: { type: "string", argument: "L", help: "a line of the exported function, from 1" },
    write: { type: "boolean", help: "write the test file; one that is there stays as it is" },
  },
  async run({ options, global, io, signal }) {
    const line = required(options.line, "line");
    const { document, root, sources, offset } = await openPlace({ file: options.file, line, column: "1" }, global);
    if (!hasPieces(document.languageId))
      throw badInput(`${options.file}: ${NO_TESTS.unsupportedLanguage}.`, "Choose a file of one of them.");
    if (await refusalToComplete(document.path, sources.workspace))
      throw badInput(`${options.file} is kept from Sotto by the ignore rules.`, "Choose another file.");
    const loaded = loadCompiler({ root, shippedCompiler: shippedCompiler() }, io.log);
    if (!loaded) throw badInput(`${root} has no TypeScript that Sotto can ask.`, "Install typescript 4.7 to 6 there.");
    const projects = new Projects(loaded.compiler, { root: slashed(root) });
    try {
      const startMs = performance.now();
      const file = slashed(path.join(root, document.path));
      const text = document.text.getText();
      const found = await testsFor({ compiler: loaded.compiler, projects, root, file, text, offset, signal });
      const ms = Math.round(performance.now() - startMs);
      const isWritten = options.write === true && found.kind !== "none";
      if (isWritten) writeNew(found.house.file, found.text);
      io.result(told(found, root, isWritten, ms), readable(found, root, isWritten));
    } finally {
      projects.dispose();
    }
  },
});

function told(found: TestsFound, root: string, isWritten: boolean, ms: number): TestsDocument {
  if (found.kind === "none")
    return { outcome: "none", reason: NO_TESTS[found.reason], ...(found.detail && { detail: found.detail }), ms };
  const { name, house, text } = found;
  const file = slashed(path.relative(root, house.file));
  const common = { name, file, text, runner: house.runner, isRunnerMissing: house.isMissing, ms };
  if (found.kind === "skeleton") {
    const of = found.of === undefined ? {} : { of: found.of };
    return { outcome: isWritten ? "written" : "skeleton", ...common, reason: NO_TESTS[found.reason], ...of };
  }
  const { calls, tried, arms, mutants } = found;
  return {
    outcome: isWritten ? "written" : "offered",
    ...common,
    tests: calls.length,
    tried,
    branches: { before: 0, after: arms.reached, all: arms.all },
    mutants,
    network: networkWords(),
  };
}

function readable(found: TestsFound, root: string, isWritten: boolean): string {
  if (found.kind === "none")
    return `No test: ${NO_TESTS[found.reason]}${found.detail === undefined ? "" : ` (${found.detail})`}.`;
  const { house, name, text } = found;
  const file = slashed(path.relative(root, house.file));
  const runner = `${house.runner}${house.isMissing ? ", which is not installed here" : ""}`;
  const start = isWritten ? `Written: ${file} (${runner}).` : `${file} (${runner}):\n\n${text}`;
  if (found.kind === "skeleton") {
    const where = found.of === undefined ? "" : ` (${slashed(path.relative(root, found.of))})`;
    return `${start}\n${name} was not run: ${NO_TESTS[found.reason]}${where}.`;
  }
  const { calls, tried, arms, mutants } = found;
  return [
    start,
    `${counted(calls.length, "test")} of ${counted(tried, "call")} that ${tried === 1 ? "was" : "were"} tried. Each passed five times.`,
    `Branches of ${name} by these tests alone: 0 → ${arms.reached} of ${arms.all}.`,
    `Small changes of ${name} that they notice: ${mutants.killed} of ${mutants.all}; calling it and expecting no throw would notice ${mutants.killedByThrowing}.`,
    `Ran in the sandbox, ${networkWords()}.`,
  ].join("\n");
}

/** @throws UserError where there is such a file, or none can be written */
function writeNew(file: string, text: string): void {
  if (existsSync(file))
    throw badInput(`${file} is there already.`, "Move it, or take over what is shown without --write.");
  try {
    writeFileSync(file, text, { flag: "wx" });
  } catch (error) {
    throw asReadError(error, file);
  }
}
