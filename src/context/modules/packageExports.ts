// What a package.json says of its entries: `exports`, `imports`, `types`, `main`, with conditions and patterns. Pure.
// Source: Node's "Modules: Packages", and TypeScript's "Modules - Reference".

import { isRecord, memberOf, stringOf, stringsOf } from "./parseJson.ts";

const CONDITIONS = new Set(["source", "types", "import", "require", "module", "node", "browser", "default"]);
const MAX_DEPTH = 10;

/**
 * The targets of an entry in the order of the file, as the package writes them: "./dist/a.d.ts".
 * @param entry ".", "./sub/path" or, of `imports`, "#name"
 */
export function targetsOf(entries: unknown, entry: string): string[] {
  const isMap = isRecord(entries) && Object.keys(entries).some((key) => /^[.#]/.test(key));
  if (!isMap) return entry === "." ? leaves(entries) : [];
  const exact = memberOf(entries, entry);
  if (exact !== undefined && !entry.includes("*")) return leaves(exact);
  const matched = matchPattern(Object.keys(entries), entry);
  return matched ? leaves(entries[matched.pattern]).map((target) => target.replaceAll("*", () => matched.star)) : [];
}

/** The most special of `patterns` (each with at most one "*") that `name` matches, and what the "*" stands for. */
export function matchPattern(patterns: readonly string[], name: string): { pattern: string; star: string } | undefined {
  let best: { pattern: string; star: string; prefix: number } | undefined;
  for (const pattern of patterns) {
    const prefix = pattern.indexOf("*");
    if (prefix === -1) {
      if (pattern === name) return { pattern, star: "" };
      continue;
    }
    const suffix = pattern.slice(prefix + 1);
    if (name.length < pattern.length - 1 || !name.startsWith(pattern.slice(0, prefix)) || !name.endsWith(suffix))
      continue;
    if (best && best.prefix >= prefix) continue;
    best = { pattern, star: name.slice(prefix, name.length - suffix.length), prefix };
  }
  return best;
}

/** The targets of a package without `exports`, or whose `exports` do not have the entry. */
export function plainTargetsOf(manifest: unknown, entry: string): string[] {
  if (entry !== ".") return [...typesVersions(manifest, entry.slice(2)), entry];
  const fields = ["source", "types", "typings", "module", "main"];
  return fields.flatMap((field) => stringOf(memberOf(manifest, field)) ?? []).concat("./index");
}

/** `typesVersions` are asked as by the newest compiler: the first range counts. */
function typesVersions(manifest: unknown, subPath: string): string[] {
  const versions = memberOf(manifest, "typesVersions");
  const paths = isRecord(versions) ? Object.values(versions)[0] : undefined;
  const matched = isRecord(paths) ? matchPattern(Object.keys(paths), subPath) : undefined;
  return matched
    ? stringsOf(memberOf(paths, matched.pattern)).map((target) => target.replace("*", () => matched.star))
    : [];
}

function leaves(target: unknown, depth = 0): string[] {
  if (typeof target === "string") return [target];
  if (depth >= MAX_DEPTH) return [];
  if (Array.isArray(target)) return target.flatMap((each) => leaves(each, depth + 1));
  if (!isRecord(target)) return [];
  return Object.entries(target).flatMap(([condition, each]) =>
    CONDITIONS.has(condition) || condition.startsWith("types@") ? leaves(each, depth + 1) : [],
  );
}
