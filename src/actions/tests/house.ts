// How a repository writes its tests: the runner, where a test file lies, how it imports. By package.json and the nearest test file.

import path from "node:path";
import { readCappedSync } from "../../../common/util/cappedRead.ts";
import { parsedJson } from "../../../common/util/parsedJson.ts";
import type { Compiler } from "../../typescript/compiler.ts";
import { type Style, styleOf } from "../../typescript/pieces/style.ts";

const RUNNERS = ["vitest", "jest", "mocha", "node:test"] as const;
export type Runner = (typeof RUNNERS)[number];

const MOST_BYTES = 500_000;
const TEST_NAME = /[._-](test|spec)\.[cm]?[jt]sx?$/;
const FOLDERS = ["", "__tests__", "test", "tests"];

export interface House {
  runner: Runner;
  isMissing: boolean; // the runner is named by the repository, and not installed
  file: string; // of the new test, absolute
  specifier: string; // by which it imports the module
  isRequired: boolean; // it loads by `require`
  word: "test" | "it";
  style: Style;
}

export interface Neighbour {
  file: string;
  text: string;
}

/**
 * @param name of the function
 * @param neighbour the nearest test
 * @param isRequired the module is CommonJS by its text
 */
export function houseOf(
  compiler: Compiler,
  {
    root,
    file,
    text,
    name,
    isRequired,
    neighbour,
  }: { root: string; file: string; text: string; name: string; isRequired: boolean; neighbour: Neighbour | undefined },
): House {
  const manifest = nearestManifest(root, path.dirname(file));
  const runner = (neighbour && runnerOf(neighbour.text)) ?? runnerIn(manifest?.content) ?? "node:test";
  const bare = path.basename(file).replace(/\.[cm]?[jt]sx?$/, "");
  const [, kind = "test"] = (neighbour && TEST_NAME.exec(neighbour.file)) ?? [];
  const ending = path.extname(file);
  const folder = neighbour ? path.dirname(neighbour.file) : path.dirname(file);
  const candidates = [`${bare}.${kind}${ending}`, `${bare}.${name}.${kind}${ending}`].map((one) =>
    path.join(folder, one),
  );
  const own = candidates.find((one) => !compiler.sys.fileExists(one)) ?? candidates[1]!;
  return {
    runner,
    isMissing: runner !== "node:test" && !isInstalled(compiler, root, path.dirname(file), runner),
    file: own,
    specifier: specifierOf(own, file, runner, isLike(neighbour, file) ? neighbour!.text : text),
    isRequired,
    word: wordOf(runner, neighbour?.text ?? ""),
    style: styleOf(neighbour?.text ?? text),
  };
}

/** As the neighbour says it; else the runner's own word: mocha knows no `test` unless it is told to. */
function wordOf(runner: Runner, neighbour: string): House["word"] {
  if (/\bit\(/.test(neighbour)) return "it";
  return runner === "mocha" && !/\btest\(/.test(neighbour) ? "it" : "test";
}

/** Whether a test is in the file's language: how JavaScript imports says nothing about TypeScript. */
const isLike = (neighbour: Neighbour | undefined, file: string): boolean =>
  neighbour !== undefined && /\.[cm]?tsx?$/.test(neighbour.file) === /\.[cm]?tsx?$/.test(file);

/** As the neighbour, or else the module itself, imports: with the file's ending, with ".js" for it, or without. */
function specifierOf(test: string, file: string, runner: Runner, neighbour: string): string {
  const relative = path.relative(path.dirname(test), file).split(path.sep).join("/");
  const whole = relative.startsWith(".") ? relative : `./${relative}`;
  const bare = whole.replace(/\.[cm]?[jt]sx?$/, "");
  const imports = [...neighbour.matchAll(/(?:from|require\()\s*["'](\.{1,2}\/[^"']+)["']/g)].map(([, one]) => one!);
  if (imports.some((one) => /\.[cm]?tsx?$/.test(one))) return whole;
  if (imports.some((one) => /\.[cm]?jsx?$/.test(one))) return whole.replace(/\.([cm]?)tsx?$/, ".$1js");
  if (imports.length > 0) return bare;
  return runner === "node:test" || !/\.[cm]?tsx?$/.test(whole) ? whole : bare;
}

function runnerOf(text: string): Runner | undefined {
  if (/["']vitest["']/.test(text)) return "vitest";
  if (/["']node:test["']/.test(text)) return "node:test";
  if (/["']@jest\/globals["']|\bjest\./.test(text)) return "jest";
  return undefined;
}

function runnerIn(manifest: Record<string, unknown> | undefined): Runner | undefined {
  const named = { ...objectOf(manifest?.dependencies), ...objectOf(manifest?.devDependencies) };
  const script = String(objectOf(manifest?.scripts).test ?? "");
  const node = script.search(/\bnode\b/);
  if (node >= 0 && /--test\b/.test(script.slice(node))) return "node:test";
  const inScript = RUNNERS.find((runner) => new RegExp(`\\b${runner}\\b`).test(script));
  return inScript ?? RUNNERS.find((runner) => Object.hasOwn(named, runner));
}

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

function nearestManifest(root: string, from: string): { content: Record<string, unknown> } | undefined {
  for (const folder of foldersUp(root, from)) {
    const text = readText(path.join(folder, "package.json"));
    if (text !== undefined) return { content: objectOf(parsedJson(text)) };
  }
  return undefined;
}

const isInstalled = (compiler: Compiler, root: string, from: string, runner: Runner): boolean =>
  foldersUp(root, from).some((folder) => compiler.sys.directoryExists(path.join(folder, "node_modules", runner)));

/** The folders from one up to the root. */
function foldersUp(root: string, from: string): string[] {
  const folders = [from];
  while (folders.at(-1) !== root && path.dirname(folders.at(-1)!) !== folders.at(-1))
    folders.push(path.dirname(folders.at(-1)!));
  return folders;
}

/** The file's own test, otherwise one beside it, otherwise one of the repository's. */
export function nearestTest(compiler: Compiler, root: string, file: string): Neighbour | undefined {
  const bare = path.basename(file).replace(/\.[cm]?[jt]sx?$/, "");
  for (const folder of foldersUp(root, path.dirname(file)))
    for (const inner of FOLDERS) {
      const place = path.join(folder, inner);
      if (!compiler.sys.directoryExists(place)) continue;
      const names = compiler.sys.readDirectory(place, undefined, ["**/node_modules"], undefined, 1);
      const tests = names.filter((one) => TEST_NAME.test(one)).sort();
      const found = tests.find((one) => path.basename(one).startsWith(`${bare}.`)) ?? tests[0];
      const text = found === undefined ? undefined : readText(found);
      if (found !== undefined && text !== undefined) return { file: path.resolve(found), text };
    }
  return undefined;
}

function readText(file: string): string | undefined {
  const read = readCappedSync(file, MOST_BYTES);
  return "bytes" in read ? read.bytes.toString("utf8") : undefined;
}
