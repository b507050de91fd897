// Modules of TypeScript and JavaScript: relative paths, with the endings that the compilers try.
// A compiled name ("./a.js") means the source that it is made from.

import path from "node:path";
import { folderOf, type Lookup, type Refused, type ResolvedFile } from "./lookup.ts";

const ENDINGS = [".ts", ".tsx", ".mts", ".cts", ".d.ts", ".js", ".jsx", ".mjs", ".cjs"];
const INDEX_ENDINGS = ENDINGS.map((ending) => `/index${ending}`);
const OTHER_ENDINGS = [".json", ".vue", ".svelte"];

/** What a compiled ending is made from, best first. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx", ".d.ts"],
  ".jsx": [".tsx", ".ts", ".d.ts"],
  ".mjs": [".mts", ".d.mts"],
  ".cjs": [".cts", ".d.cts"],
};

/** The files that a path without a certain ending may mean, best first. */
export function ecmaScriptCandidates(target: string): string[] {
  const ending = path.posix.extname(target);
  const stem = ending === "" ? target : target.slice(0, -ending.length);
  const named = ENDINGS.includes(ending) || OTHER_ENDINGS.includes(ending) ? [target] : [];
  return [
    ...(SOURCES[ending] ?? []).map((source) => stem + source),
    ...named,
    ...ENDINGS.map((each) => target + each),
    ...INDEX_ENDINGS.map((each) => target + each),
  ];
}

export async function resolveEcmaScript(
  module: string,
  fromPath: string,
  lookup: Lookup,
  refused: Refused,
): Promise<ResolvedFile[]> {
  if (!/^\.\.?(\/|$)/.test(module)) return [];
  const file = await lookup.firstReadable(
    ecmaScriptCandidates(path.posix.join(folderOf(fromPath), module).replace(/\/$/, "")),
    refused,
  );
  return file ? [file] : [];
}
