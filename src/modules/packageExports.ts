// The entries of a package.json: `exports`, `imports`, `types`, `main`, with conditions and patterns. Pure.
// Source: Node's "Modules: Packages", and TypeScript's "Modules - Reference".

import { isRecord } from "../../common/util/parsedJson.ts";
import { memberOf, stringOf, stringsOf } from "./parseJson.ts";

/** Sets of conditions in the order in which they are tried: first those for a module's source, then those that may hold the remaining targets. */
const CONDITIONS: readonly ReadonlySet<string>[] = [
  new Set(["source", "types", "import", "module", "default"]),
  new Set(["source", "types", "import", "module", "default", "node", "require", "browser"]),
];
const MAX_DEPTH = 10;

/**
 * The targets of an entry in the order of the file, in the package's own notation: "./dist/a.d.ts".
 * @param entry ".", "./sub/path" or, for `imports`, "#name"
 */
export function targetsOf(entries: unknown, entry: string): string[] {
  const isMap = isRecord(entries) && Object.keys(entries).some((key) => /^[.#]/.test(key));
  if (!isMap) return entry === "." ? leaves(entries) : [];
  const exact = memberOf(entries, entry);
  if (exact !== undefined && !entry.includes("*")) return leaves(exact);
  const matched = matchPattern(Object.keys(entries), entry);
  return matched ? leaves(entries[matched.pattern]).map((target) => target.replaceAll("*", () => matched.star)) : [];
}

/** The most specific of `patterns` (each with at most one "*") that `name` matches, and the text that "*" stands for. */
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

/** The targets of a package without `exports`, or whose `exports` lack the entry. */
export function plainTargetsOf(manifest: unknown, entry: string): string[] {
  const fields = ["source", "types", "typings", "module", "main"];
  const named = fields.flatMap((field) => stringOf(memberOf(manifest, field)) ?? []);
  const targets = entry === "." ? [...named, "./index"] : [entry];
  return targets.flatMap((target) => [...typesVersions(manifest, target.replace(/^\.\//, "")), target]);
}

function typesVersions(manifest: unknown, target: string): string[] {
  const versions = memberOf(manifest, "typesVersions");
  if (!isRecord(versions)) return [];
  const paths = versions[Object.keys(versions).find(isForNewest) ?? ""];
  const matched = isRecord(paths) ? matchPattern(Object.keys(paths), target) : undefined;
  return matched
    ? stringsOf(memberOf(paths, matched.pattern)).map((each) => each.replace("*", () => matched.star))
    : [];
}

/** Whether a range of compiler versions includes the newest one: "<5.7" is for old ones. */
const isForNewest = (range: string) => !range.startsWith("<");

const leaves = (target: unknown) => [...new Set(CONDITIONS.flatMap((conditions) => leavesUnder(conditions, target)))];

function leavesUnder(conditions: ReadonlySet<string>, target: unknown, depth = 0): string[] {
  if (typeof target === "string") return [target];
  if (depth >= MAX_DEPTH) return [];
  if (Array.isArray(target)) return target.flatMap((each) => leavesUnder(conditions, each, depth + 1));
  if (!isRecord(target)) return [];
  return Object.entries(target).flatMap(([condition, each]) => {
    const [name, range = ""] = condition.split("@", 2);
    return conditions.has(name!) && isForNewest(range) ? leavesUnder(conditions, each, depth + 1) : [];
  });
}
