// The material on which the vocabulary is counted: npm packages of a locked list, Python's standard library, and the English in both.
// Fetches, checks and reads; counts nothing. Nothing of it is stored in the repository.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import * as z from "zod";

export const LANGUAGES = ["typescript", "javascript", "python", "english"] as const;
export type Language = (typeof LANGUAGES)[number];
export type Use = "count" | "heldOut";

export interface Document {
  language: Language;
  use: Use;
  source: string;
  text: string;
}

const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  licence: z.string(),
  use: z.enum(["count", "heldOut"]),
  integrity: z.string().startsWith("sha512-"),
});
type CorpusPackage = z.infer<typeof packageSchema>;

/** Folders of Python's library that are held out, and those that hold tables instead of code. */
const PYTHON_HELD_OUT = new Set(["asyncio", "http", "importlib", "unittest"]);
const PYTHON_SKIPPED = new Set([
  "test",
  "tests",
  "encodings",
  "pydoc_data",
  "site-packages",
  "dist-packages",
  "__pycache__",
  "config-3",
]);

const SKIPPED_PATH =
  /(^|\/)(dist|build|bundles?|umd|esm|cjs|vendor|third[-_]?party|fixtures?|locales?|node_modules|tests?|__tests__|\.github)\/|\.d\.[cm]?ts$|\.min\.|changelog|license|history/i;
const BUILT = /__awaiter|_interopRequire|sourceMappingURL|Object\.defineProperty\(exports, "__esModule"/;
const MAX_FILE_BYTES = 400_000;
const MAX_LINE_LENGTH = 400;
const MAX_SOURCE_BYTES = 4_000_000; // of one language from one source, so that no project speaks for all

/** Reads all documents; packages that are not yet in `cacheDir` are fetched with npm. */
export function readCorpus(cacheDir: string, pythonDir: string): Document[] {
  const list = z
    .array(packageSchema)
    .parse(JSON.parse(readFileSync(path.join(import.meta.dirname, "corpusPackages.json"), "utf8")));
  return [...list.flatMap((entry) => readPackage(entry, cacheDir)), ...readPython(pythonDir)];
}

function readPackage(entry: CorpusPackage, cacheDir: string): Document[] {
  const folder = unpack(entry, cacheDir);
  const files = walk(folder, "").filter((file) => !SKIPPED_PATH.test(file));
  const code = {
    typescript: filesOf(folder, files, /\.[cm]?tsx?$/),
    javascript: filesOf(folder, files, /\.[cm]?jsx?$/),
  };
  const isTyped = totalLength(code.typescript) > 0.3 * totalLength(code.javascript);
  const language: Language = isTyped ? "typescript" : "javascript"; // beside its own TypeScript a package's JavaScript is compiled
  const prose = [...filesOf(folder, files, /\.md$/i), ...code[language].map(commentsOfScript)];
  return [
    ...documents(entry.name, entry.use, language, code[language]),
    ...documents(entry.name, entry.use, "english", prose),
  ];
}

function readPython(pythonDir: string): Document[] {
  const out: Document[] = [];
  for (const use of ["count", "heldOut"] as const) {
    const files = walk(pythonDir, "").filter((file) => {
      const folders = file.split("/").slice(0, -1);
      return (
        !folders.some((name) => PYTHON_SKIPPED.has(name)) && PYTHON_HELD_OUT.has(folders[0]) === (use === "heldOut")
      );
    });
    const code = filesOf(pythonDir, files, /\.py$/);
    // The library is many authors' work: one source for each of its folders.
    const cap = MAX_SOURCE_BYTES * 3;
    out.push(
      ...documents("python", use, "python", code, cap),
      ...documents("python", use, "english", code.map(commentsOfPython), cap),
    );
  }
  return out;
}

function documents(
  source: string,
  use: Use,
  language: Language,
  texts: string[],
  maxBytes = MAX_SOURCE_BYTES,
): Document[] {
  const out: Document[] = [];
  let bytes = 0;
  for (const text of texts) {
    if (text.length < 100 || (bytes += Buffer.byteLength(text)) > maxBytes) continue;
    out.push({ language, use, source, text });
  }
  return out;
}

function filesOf(root: string, files: string[], pattern: RegExp): string[] {
  const texts: string[] = [];
  for (const file of files) {
    if (!pattern.test(file) || statSync(path.join(root, file)).size > MAX_FILE_BYTES) continue;
    const text = readFileSync(path.join(root, file), "utf8");
    const isProse = /\.md$/i.test(file);
    if (
      text.includes("\uFFFD") ||
      (!isProse && (BUILT.test(text) || text.split("\n").some((line) => line.length > MAX_LINE_LENGTH)))
    ) {
      continue;
    }
    texts.push(text);
  }
  return texts;
}

function commentsOfScript(text: string): string {
  return (text.match(/\/\*[\s\S]*?\*\/|^[ \t]*\/\/.*$/gm) ?? []).join("\n");
}

function commentsOfPython(text: string): string {
  return (text.match(/"""[\s\S]*?"""|^[ \t]*#.*$/gm) ?? []).join("\n");
}

function totalLength(texts: string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

/** Paths of all plain files below `root`, sorted, relative, with forward slashes. */
function walk(root: string, below: string): string[] {
  const out: string[] = [];
  for (const entry of readdirSync(path.join(root, below), { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const relative = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) out.push(...walk(root, relative));
    else if (entry.isFile()) out.push(relative);
  }
  return out;
}

/** Fetches a package once, checks it against the list, and unpacks it; gives its folder. */
function unpack({ name, version, integrity }: CorpusPackage, cacheDir: string): string {
  const plainName = `${name.replace("@", "").replace("/", "-")}-${version}`;
  const folder = path.join(cacheDir, plainName);
  if (existsSync(folder)) return topFolder(folder);
  mkdirSync(cacheDir, { recursive: true });
  const tarball = path.join(cacheDir, `${plainName}.tgz`);
  if (!existsSync(tarball)) {
    console.error(`fetching ${name}@${version}`);
    execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", cacheDir, `${name}@${version}`]);
  }
  const found = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
  if (found !== integrity) throw new Error(`${tarball} is not the package of the list: ${found}`);
  mkdirSync(folder);
  execFileSync("tar", ["-xzf", tarball, "-C", folder, "--no-same-owner"]);
  return topFolder(folder);
}

/** A package's own folder in its tarball; most, not all, call it "package". */
function topFolder(folder: string): string {
  return path.join(folder, readdirSync(folder)[0]);
}
