// The words around tests that ran: on which line they are offered, and what is said of those that are shown. Must not import `vscode`.

import { counted } from "../../common/util/counted.ts";
import type { TestsDocument, ToldSkeleton, ToldTests } from "../protocol/tests.ts";

const BEGINNINGS = [
  /^\s*export\s+(?:default\s+)?(?:async\s+)?function\b[\s*]*([\w$]+)/,
  /^\s*export\s+(?:const|let)\s+([\w$]+)\s*(?::[^=]*)?=\s*(?:async\s+)?(?:function\b|\(|<|[\w$]+\s*=>)/,
  /^(?:module\.)?exports\.([\w$]+)\s*=\s*(?:async\s+)?(?:function\b|\(|[\w$]+\s*=>)/,
];

/** In Python, of a module: a method is indented, and a coroutine is not run. */
const PYTHON_BEGINNINGS = [/^def\s+(\w+)/];

/** The name of the exported function that begins on a line, by the line's text alone: asked at each move of the cursor. */
export function exportedFunctionOn(line: string, languageId: string): string | undefined {
  for (const beginning of languageId === "python" ? PYTHON_BEGINNINGS : BEGINNINGS) {
    const name = beginning.exec(line)?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}

/** What `sotto tests --json` told; undefined where that is no document of it. */
export function asTestsDocument(stdout: string): TestsDocument | undefined {
  try {
    const told = JSON.parse(stdout) as TestsDocument | null;
    return typeof told?.outcome === "string" ? told : undefined;
  } catch {
    return undefined;
  }
}

/** What a person reads beside the tests, or the skeleton, that are shown. */
export function testsInWords(told: ToldTests | ToldSkeleton): string {
  const { name, file, runner, isRunnerMissing } = told;
  const saved = `Nothing is written before you save ${file} (${runner}${isRunnerMissing ? ", which is not installed here" : ""}).`;
  if ("reason" in told) return `${name} was not run: ${told.reason}. A skeleton is shown. ${saved}`;
  const { tests, branches, mutants, network } = told;
  return [
    `${counted(tests, "test")} for ${name}, with what it does now as expected values.`,
    `Branches by these tests alone: ${branches.before} → ${branches.after} of ${branches.all}.`,
    `They notice ${mutants.killed} of ${counted(mutants.all, "small change")}; calling it and expecting no throw would notice ${mutants.killedByThrowing}.`,
    `Ran in the sandbox, ${network}. ${saved}`,
  ].join(" ");
}
