// `sotto tests`: tests for the exported function on a line, with what the code does now as expected values; with --write they become a file.

import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { badInput } from "../../common/errors.ts";
import { counted } from "../../common/util/counted.ts";
import { pythonChecker } from "../../src/actions/fix/python/pythonChecker.ts";
import { hasPieces } from "../../src/actions/pieces/piecesAt.ts";
import { pythonTestsFor } from "../../src/actions/tests/python/pythonTests.ts";
import { NO_TESTS } from "../../src/actions/tests/reasons.ts";
import { networkWords } from "../../src/actions/tests/sandbox.ts";
import { type TestPlace, type TestsFound, testsFor } from "../../src/actions/tests/testsFor.ts";
import type { TestsDocument } from "../../src/protocol/tests.ts";
import { loadCompiler, shippedCompiler } from "../../src/typescript/loadCompiler.ts";
import { slashed } from "../../src/typescript/projectFiles.ts";
import { Projects } from "../../src/typescript/projects.ts";
import { refusalToComplete } from "../../src/workspace/workspace.ts";
import { defineCommand, required } from "../command.ts";
import { asReadError } from "../sourceFile.ts";
import { type AskedPlace, openPlace, positionOptions } from "./position.ts";

export const tests = defineCommand({
  name: "tests",
  options: {
    file: positionOptions.file,
    line: { type: "string", argument: "L", help: "a line of the exported function, from 1" },
    name: { type: "string", argument: "NAME", help: "its name, in place of a line" },
    write: { type: "boolean", help: "write the test file; one that is there stays as it is" },
  },
  async run({ options, global, io, signal }) {
    const { name } = options;
    const line = name === undefined ? required(options.line, "line") : "1";
    const place = await openPlace({ file: options.file, line, column: "1" }, global);
    const { document, root, sources } = place;
    if (!hasPieces(document.languageId))
      throw badInput(`${options.file}: ${NO_TESTS.unsupportedLanguage}.`, "Choose a file of one of them.");
    if (await refusalToComplete(document.path, sources.workspace))
      throw badInput(`${options.file} is kept from Sotto by the ignore rules.`, "Choose another file.");
    const startMs = performance.now();
    const find = document.languageId === "python" ? inPython : inTypeScript;
    const found = await find({ place, name, line: Number(line), log: io.log, signal });
    const ms = Math.round(performance.now() - startMs);
    const isWritten = options.write === true && found.kind !== "none";
    if (isWritten) writeNew(found.house.file, found.text);
    io.result(told(found, root, isWritten, ms), readable(found, root, isWritten));
  },
});

interface Asked {
  place: AskedPlace;
  name: string | undefined;
  line: number;
  log: (line: string) => void;
  signal: AbortSignal;
}

type Found = TestsFound<TestPlace>;

async function inTypeScript({ place, name, log, signal }: Asked): Promise<Found> {
  const { document, root, offset } = place;
  const loaded = loadCompiler({ root, shippedCompiler: shippedCompiler() }, log);
  if (!loaded) throw badInput(`${root} has no TypeScript that Sotto can ask.`, "Install typescript 4.7 to 6 there.");
  const { compiler } = loaded;
  const projects = new Projects(compiler, { root: slashed(root) });
  try {
    const file = slashed(path.join(root, document.path));
    const at = name === undefined ? { offset } : { name };
    return await testsFor({ compiler, projects, root, file, text: document.text.getText(), at, signal });
  } finally {
    projects.dispose();
  }
}

async function inPython({ place, name, line, signal }: Asked): Promise<Found> {
  const { document, root, sources } = place;
  const file = path.join(root, document.path);
  const problems = (await pythonChecker(document, sources)?.problems()) ?? [];
  const at = name === undefined ? { line } : { name };
  const files = (await sources.workspace.list())
    .filter((one) => one.endsWith(".py"))
    .map((one) => path.join(root, one));
  return pythonTestsFor({ root, file, text: document.text.getText(), files, at, problems, signal });
}

function told(found: Found, root: string, isWritten: boolean, ms: number): TestsDocument {
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

function readable(found: Found, root: string, isWritten: boolean): string {
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
