// What the licence guard finds in a workspace: planted functions of its packages with other blanks, those that it imports told apart (found), and
// blocks of other code (marks, each to be read by a person: a true copy is no false mark). Time is that of one look, files read anew each time.
// node lab/evaluate/copyAlarms.ts --root WORKSPACE [--max-bytes N] [--seed N] [--each N] OTHER_CODE…

import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildCopies } from "../../src/index/copies/buildCopies.ts";
import { CopyIndex, type ReadPart } from "../../src/index/copies/copyIndex.ts";
import type { Dependency } from "../../src/index/copies/dependencies.ts";
import { isInstalled } from "../../src/workspace/declarationFiles.ts";
import { folderWorkspace } from "../../src/workspace/workspace.ts";
import { Draws } from "../../test/support/planted/draws.ts";
import { blocksOf, functionsOf, otherBlanks, textsUnder } from "./copySamples.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    root: { type: "string" },
    "max-bytes": { type: "string" },
    seed: { type: "string", default: "1" },
    each: { type: "string", default: "100" },
  },
});
if (values.root === undefined) throw new Error("--root names the workspace, with its packages installed");

const { root } = values;
const draws = new Draws(Number(values.seed));
const workspace = folderWorkspace(root);
const read: ReadPart = async (file, part) =>
  isInstalled(file) ? workspace.readInstalled!(file, part) : workspace.read(file);

const started = performance.now();
const leftOut = new Map<string, string>();
const mostBytes = values["max-bytes"] === undefined ? undefined : Number(values["max-bytes"]);
const { tables, packages, imported, skipped } = await buildCopies(root, workspace, {
  mostBytes,
  onSkip: (file, reason) => leftOut.set(file, reason),
});
const index = new CopyIndex(tables);
const seconds = ((performance.now() - started) / 1000).toFixed(1);
const megabytes = ((4 * tables.low.length + tables.starts.byteLength) / 1e6).toFixed(1);
console.log(
  `${index.files} files of ${packages.length} packages (${imported.length} imported), ${megabytes} MB of fingerprints, ${seconds} s; left out:`,
  skipped,
);

for (const [name, from] of [
  ["functions of imported packages", imported],
  ["functions of all packages", packages],
] as const) {
  const pool = from.flatMap((one) =>
    textsOf(one).flatMap(({ file, text }) => functionsOf(text).map((body) => ({ file, body }))),
  );
  if (pool.length === 0) continue;
  const planted = Array.from({ length: Number(values.each) }, () => draws.pick(pool));
  const found = await report(
    name,
    planted.map(({ body }) => otherBlanks(body)),
  );
  for (const [i, { file, body }] of planted.entries())
    if (!found.has(i))
      console.log(
        `  not found: ${file} (${leftOut.get(file) ?? "indexed or not looked at"}): ${body.slice(0, 100).replace(/\s+/g, " ")}`,
      );
}

const blocks = positionals.flatMap((folder) => textsUnder(folder).flatMap(({ text }) => blocksOf(text)));
for (const [i, place] of await report("blocks of other code", blocks)) console.log(`\n${place}\n${blocks[i]}`);

/** @returns the places of those that were found, by index */
async function report(name: string, texts: readonly string[]): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  const times: number[] = [];
  for (const [i, text] of texts.entries()) {
    const start = performance.now();
    const copy = await index.find(text, "", read);
    times.push(performance.now() - start);
    if (copy) found.set(i, `${copy.path}:${copy.line}, ${copy.length} characters (${copy.licence})`);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(2);
  console.log(`${name}: ${found.size} of ${texts.length}; p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`);
  return found;
}

/** Sources of a package, without those of packages in it. */
function textsOf({ path: start }: Dependency): { file: string; text: string }[] {
  const whole = path.join(root!, start);
  if (start.endsWith(".py")) return [{ file: start, text: readFileSync(whole, "utf8") }];
  return textsUnder(whole)
    .map(({ file, text }) => ({ file: path.relative(root!, file), text }))
    .filter(({ file }) => !file.slice(start.length).includes("/node_modules/"));
}
