// The material on which the vocabulary is counted: npm packages of a locked list, Python's standard library, and the English in both.
// Fetches, checks and reads; counts nothing. Nothing of it is stored in the repository.

import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { fetchPackages, filesBelow, unpackPackage } from "../training/npmPackages.ts";

/** "other": Go, Rust, Java, C, C++ and C# together. */
export const LANGUAGES = ["typescript", "javascript", "python", "english", "other"] as const;
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
export async function readCorpus(cacheDir: string, pythonDir: string): Promise<Document[]> {
  const list = z
    .array(packageSchema)
    .parse(JSON.parse(readFileSync(path.join(import.meta.dirname, "corpusPackages.json"), "utf8")));
  await fetchPackages(list, cacheDir);
  return [...list.flatMap((entry) => readPackage(entry, cacheDir)), ...readPython(pythonDir)];
}

/** Patterns of the other grammars' languages; each counts for as much of "other". */
const OTHERS = [/\.go$/, /\.rs$/, /\.(java|kt)$/, /\.(c|h)$/, /\.(cpp|cc|hpp)$/, /\.cs$/];
const OTHER_HELD_OUT = 20; // one file in this many
const MAX_OTHER_BYTES = 2_000_000; // of one language

/** Code of other languages in the folder `dir`, whatever it lies in. */
export function readOthers(dir: string): Document[] {
  const files = filesBelow(dir).filter((file) => !/(^|\/)(tests?|vendor|testdata)\//i.test(file));
  return OTHERS.flatMap((pattern) => {
    const texts = filesOf(dir, files, pattern);
    const step = Math.max(1, Math.ceil(totalLength(texts) / MAX_OTHER_BYTES)); // a part of each project
    const some = texts.filter((_, index) => index % step === 0);
    const heldOut = some.filter((_, index) => index % OTHER_HELD_OUT === 0);
    const counted = some.filter((_, index) => index % OTHER_HELD_OUT !== 0);
    return [...documents("others", "count", "other", counted), ...documents("others", "heldOut", "other", heldOut)];
  });
}

function readPackage(entry: CorpusPackage, cacheDir: string): Document[] {
  const folder = unpackPackage(entry, cacheDir);
  const files = filesBelow(folder).filter((file) => !SKIPPED_PATH.test(file));
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
    const files = filesBelow(pythonDir).filter((file) => {
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
