// The files that a path in TypeScript or JavaScript may mean, by the extensions that compilers try. Pure.
// A compiled name ("./a.js") means its source; in a dependency, only declarations are meant.

import path from "node:path";
import { inDependency } from "./lookup.ts";

const ENDINGS = [".ts", ".tsx", ".mts", ".cts", ".d.ts", ".js", ".jsx", ".mjs", ".cjs"];
const INDEX_ENDINGS = ENDINGS.map((ending) => `/index${ending}`);
const DECLARATION_ENDINGS = [".d.ts", ".d.mts", ".d.cts"];
const OTHER_ENDINGS = [".json", ".vue", ".svelte"];

/** The source extensions of each compiled extension, best first. */
const SOURCES: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx", ".d.ts"],
  ".jsx": [".tsx", ".ts", ".d.ts"],
  ".mjs": [".mts", ".d.mts"],
  ".cjs": [".cts", ".d.cts"],
};

/** Candidate files, best first. @param target relative to the root; its extension may be missing, or that of the compiled file */
export function ecmaScriptCandidates(target: string): string[] {
  const ending = path.posix.extname(target);
  const stem = ending === "" ? target : target.slice(0, -ending.length);
  if (inDependency(target)) {
    if (DECLARATION_ENDINGS.some((each) => target.endsWith(each))) return [target];
    const declarations = SOURCES[ending]?.filter((source) => source.startsWith(".d.")) ?? [];
    return [
      ...declarations.map((source) => stem + source),
      ...DECLARATION_ENDINGS.map((each) => target + each),
      ...DECLARATION_ENDINGS.map((each) => `${target}/index${each}`),
    ];
  }
  const isNamed = ENDINGS.includes(ending) || OTHER_ENDINGS.includes(ending);
  return [
    ...(SOURCES[ending] ?? []).map((source) => stem + source),
    ...(isNamed ? [target] : []),
    ...ENDINGS.map((each) => target + each),
    ...INDEX_ENDINGS.map((each) => target + each),
  ];
}

/** Names of folders that compilers write to. */
const OUTPUT_FOLDERS = new Set(["dist", "build", "out", "lib", "esm", "cjs", "es", "types", "dts", "umd"]);

/** Possible sources of a package's output file, relative to the package and without an extension: "dist/esm/a.d.ts" → "src/a". */
export function sourcesOfOutput(output: string): string[] {
  const parts = path.posix.normalize(output).split("/");
  let outside = 0;
  while (outside < parts.length - 1 && OUTPUT_FOLDERS.has(parts[outside]!)) outside++;
  if (outside === 0) return [];
  const inner = parts
    .slice(outside)
    .join("/")
    .replace(/(\.d)?\.[cm]?[jt]sx?$/, "");
  const bare = inner.replace(/^src\//, "");
  return [`src/${bare}`, bare, ...(parts[0] === "lib" ? [] : [`lib/${bare}`])];
}
