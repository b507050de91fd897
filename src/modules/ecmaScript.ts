// Resolves modules of TypeScript and JavaScript: relative paths, path mappings, packages; otherwise an indexed path with the same end.
// Node's own modules resolve to nothing.

import { isBuiltin } from "node:module";
import path from "node:path";
import { folderOf } from "../../common/util/folders.ts";
import { ecmaScriptCandidates } from "./ecmaScriptPaths.ts";
import { inDependency, joined, type Lookup, type Refused, type ResolvedFile } from "./lookup.ts";
import { resolveOwnImport, resolvePackage } from "./packages.ts";
import { mappedPaths } from "./pathMapping.ts";

export async function resolveEcmaScript(
  module: string,
  fromPath: string,
  lookup: Lookup,
  refused: Refused,
): Promise<ResolvedFile[]> {
  const name = module.replace(/\?.*$/s, ""); // a bundler's "./a.svg?raw"
  const place = path.posix.join(folderOf(fromPath), name).replace(/\/$/, "");
  const file = /^\.\.?(\/|$)/.test(name)
    ? await lookup.firstReadable(ecmaScriptCandidates(place), refused)
    : await resolveBare(name, fromPath, lookup, refused);
  return file ? [file] : [];
}

async function resolveBare(name: string, fromPath: string, lookup: Lookup, refused: Refused) {
  if (name === "" || name.startsWith("node:")) return undefined;
  const mapped = inDependency(fromPath) ? [] : await mappedPaths(name, fromPath, lookup);
  const file = await lookup.firstReadable(mapped.flatMap(ecmaScriptCandidates), refused);
  if (file || isBuiltin(name)) return file;
  return (
    (name.startsWith("#") ? await resolveOwnImport(name, fromPath, lookup, refused) : undefined) ??
    (await resolvePackage(name, fromPath, lookup, refused)) ??
    (await lookup.nearestEndingIn(aliasEnds(name), fromPath, refused))
  );
}

const COMMON_ENDINGS = [".ts", ".tsx", ".js", ".jsx", ".mjs", ".vue", "/index.ts", "/index.tsx", "/index.js"];

/** Possible ends of the path that a bundler's alias stands for: "@/a/b" → "a/b.ts", "@parts/b" → "parts/b.ts". */
function* aliasEnds(name: string): Generator<string> {
  const [head = "", ...rest] = name.split("/");
  if (rest.length === 0 || rest.includes("..")) return;
  const word = head.replace(/^[@~#$]/, "");
  const inner = rest.join("/");
  const stems = word === head || word !== "" ? [joined(word, inner)] : [];
  if (word !== head && (word === "" || rest.length > 1)) stems.push(inner);
  for (const stem of stems) {
    const ending = path.posix.extname(stem);
    if (ending !== "") yield stem.replace(/\.js$/, ".ts");
    for (const each of COMMON_ENDINGS) yield stem + each;
  }
}
