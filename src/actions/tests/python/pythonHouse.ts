// How a repository writes its Python tests: the runner, where a test file lies, its quotes. By the nearest test file and the configuration.

import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { readCappedSync } from "../../../../common/util/cappedRead.ts";
import { type Style, styleOf } from "../../../typescript/pieces/style.ts";

export type PythonRunner = "pytest" | "unittest";

export interface PythonHouse {
  runner: PythonRunner;
  isMissing: boolean; // the runner is not installed
  file: string; // of the new test, absolute
  style: Pick<Style, "quote" | "newline">;
}

const MOST_BYTES = 500_000;
const TEST_NAME = /^test_\w{1,200}\.py$|^\w{1,200}_test\.py$/;
const FOLDERS = ["", "tests", "test"];
const CONFIGURATIONS = ["pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini", "conftest.py", "tests/conftest.py"];

/**
 * @param name of the function
 * @param hasPytest whether it is installed
 */
export function pythonHouseOf({
  root,
  file,
  text,
  name,
  hasPytest,
}: {
  root: string;
  file: string;
  text: string;
  name: string;
  hasPytest: boolean;
}): PythonHouse {
  const bare = path.basename(file, ".py");
  const neighbour = nearestTest(root, file, bare);
  const runner = (neighbour && runnerOf(neighbour.text)) ?? (hasPytest || isConfigured(root) ? "pytest" : "unittest");
  const folder = neighbour ? path.dirname(neighbour.file) : placeWithout(root, file);
  const isAfter = neighbour !== undefined && /_test\.py$/.test(neighbour.file);
  const asTest = (word: string) => path.join(folder, isAfter ? `${word}_test.py` : `test_${word}.py`);
  const [first, second] = [asTest(bare), asTest(`${bare}_${name}`)];
  return {
    runner,
    isMissing: runner === "pytest" && !hasPytest,
    file: existsSync(first) ? second : first,
    style: styleOf(neighbour?.text ?? text),
  };
}

/** Without any test: the folder for tests, where there is one, otherwise beside the module. */
const placeWithout = (root: string, file: string): string =>
  FOLDERS.slice(1)
    .map((one) => path.join(root, one))
    .find((one) => existsSync(one)) ?? path.dirname(file);

const runnerOf = (text: string): PythonRunner | undefined =>
  /\bTestCase\b/.test(text) ? "unittest" : /\bpytest\b|^(?:async )?def test_/m.test(text) ? "pytest" : undefined;

const isConfigured = (root: string): boolean =>
  CONFIGURATIONS.some((one) => /\bpytest\b/.test(readText(path.join(root, one)) ?? ""));

/** The file's own test, otherwise one beside it, otherwise one of the repository's. */
function nearestTest(root: string, file: string, bare: string): { file: string; text: string } | undefined {
  const others: string[] = [];
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    for (const inner of FOLDERS) {
      const tests = testsBelow(path.join(folder, inner), inner === "" ? 0 : 3);
      const own = tests.find((one) => [`test_${bare}.py`, `${bare}_test.py`].includes(path.basename(one)));
      const text = own === undefined ? undefined : readText(own);
      if (own !== undefined && text !== undefined) return { file: own, text };
      others.push(...tests);
    }
    if (folder === root || path.dirname(folder) === folder) break;
  }
  for (const one of others.slice(0, 5)) {
    const text = readText(one);
    if (text !== undefined && runnerOf(text)) return { file: one, text };
  }
  return undefined;
}

/** The test files of a folder, those higher up first. @param depth of folders within it that are looked into */
function testsBelow(folder: string, depth: number): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const own = entries
    .filter((one) => one.isFile() && TEST_NAME.test(one.name))
    .map((one) => path.join(folder, one.name));
  if (depth === 0) return own;
  const inner = entries.filter((one) => one.isDirectory() && !/^[._]/.test(one.name)).slice(0, 50);
  return [...own, ...inner.flatMap((one) => testsBelow(path.join(folder, one.name), depth - 1))];
}

function readText(file: string): string | undefined {
  const read = readCappedSync(file, MOST_BYTES);
  return "bytes" in read ? read.bytes.toString("utf8") : undefined;
}
