// Finds and loads a TypeScript compiler: the workspace folder's own, otherwise the editor's, otherwise the one that comes with Sotto. Loading a
// compiler runs its code, so this is done in trusted workspaces only. Must not look outside of the three places.

import { createRequire } from "node:module";
import path from "node:path";
import { readCappedSync } from "../../common/util/cappedRead.ts";
import { parsedJson } from "../../common/util/parsedJson.ts";
import type { Compiler } from "./compiler.ts";

/** The supported versions: from the oldest whose type checker has what we need; 7 has no compiler in JavaScript. */
const VERSIONS = { least: [4, 7], below: 7 };

const MAX_MANIFEST_BYTES = 1_000_000;

export interface CompilerPlaces {
  root: string; // path of the workspace folder, for its `node_modules/typescript`
  editorCompiler?: string; // folder of the editor's own package `typescript`
  shippedCompiler?: string | undefined; // the same of Sotto's own
}

/** A compiler, and where it was found. */
export interface FoundCompiler {
  compiler: Compiler;
  of: "workspace" | "editor" | "Sotto";
}

/** In words: "TypeScript 5.9.3 of the workspace". */
export const compilerName = ({ version, of }: { version: string; of: FoundCompiler["of"] }): string =>
  `TypeScript ${version} of ${of === "Sotto" ? of : `the ${of}`}`;

/** The folder of the package `typescript` that comes with Sotto; undefined where an installation lacks it. */
export function shippedCompiler(): string | undefined {
  try {
    return path.dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
  } catch {
    return undefined;
  }
}

/** @returns undefined where there is no suitable one; `log` gets a line about an unsuitable one */
export function loadCompiler(
  { root, editorCompiler, shippedCompiler: shipped }: CompilerPlaces,
  log: (line: string) => void,
): FoundCompiler | undefined {
  const places = [
    ["workspace", path.join(root, "node_modules", "typescript")],
    ["editor", editorCompiler],
    ["Sotto", shipped],
  ] as const;
  for (const [of, folder] of places) {
    const version = folder === undefined ? undefined : versionIn(folder);
    if (folder === undefined || version === undefined) continue;
    if (!fits(version)) {
      log(`TypeScript ${version} in ${folder} has no compiler that Sotto can ask.`);
      continue;
    }
    try {
      const compiler: Compiler = createRequire(import.meta.url)(path.join(folder, "lib", "typescript.js"));
      if (typeof compiler.createLanguageService === "function") return { compiler, of };
    } catch (error) {
      log(`TypeScript ${version} in ${folder} cannot be loaded: ${(error as Error).message}`);
    }
  }
  return undefined;
}

function versionIn(folder: string): string | undefined {
  const read = readCappedSync(path.join(folder, "package.json"), MAX_MANIFEST_BYTES);
  if ("unread" in read) return undefined; // not there
  const { version } = (parsedJson(read.bytes.toString("utf8")) ?? {}) as { version?: unknown };
  return typeof version === "string" ? version : undefined;
}

function fits(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = VERSIONS.least as [number, number];
  return major < VERSIONS.below && (major > leastMajor || (major === leastMajor && minor >= leastMinor));
}
