// What the index of third-party copies finds: functions of dependencies with other blanks (found), and blocks of other code (marks, each to be read
// by a person: a true copy is no false mark). Time is that of one look, the files read anew each time.
// node lab/evaluate/copyAlarms.ts --dependencies FOLDER [--max-bytes N] [--seed N] [--each N] OWN_FOLDER…

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { CopyIndexBuilder } from "../../src/index/copies/copyIndex.ts";
import { SHORTEST_COPY, withoutBlanks } from "../../src/index/copies/winnow.ts";
import { Draws } from "../../test/support/planted/draws.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dependencies: { type: "string" },
    "max-bytes": { type: "string", default: "15000000" },
    seed: { type: "string", default: "1" },
    each: { type: "string", default: "100" },
  },
});
if (values.dependencies === undefined) throw new Error("--dependencies names the folder of third-party code");

const BLOCK_LINES = 6;
const draws = new Draws(Number(values.seed));
const sources = textsUnder(values.dependencies).toSorted((a, b) => a.text.length - b.text.length); // the largest are left out first
const started = performance.now();
const builder = new CopyIndexBuilder(Number(values["max-bytes"]));
for (const { file, text } of sources) builder.add(file, text);
const index = builder.build();
const seconds = ((performance.now() - started) / 1000).toFixed(1);
const reasons = new Map<string, number>();
for (const reason of builder.skipped.values()) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
const leftOut = [...reasons].map(([reason, times]) => `${reason} ${times}`).join(", ");
console.log(
  `${index.files} of ${sources.length} files, ${(index.bytes / 1e6).toFixed(1)} MB of fingerprints, ${seconds} s; left out: ${leftOut}`,
);

const functions = sources.flatMap(({ file, text }) => functionsOf(text).map((body) => ({ file, body })));
for (const [name, pool] of [
  ["functions of indexed files", functions.filter(({ file }) => !builder.skipped.has(file))],
  ["functions of all files", functions],
] as const) {
  const planted = Array.from({ length: Number(values.each) }, () => otherBlanks(draws.pick(pool).body));
  report(name, planted);
}

const blocks = positionals.flatMap((folder) => textsUnder(folder).flatMap(({ text }) => blocksOf(text)));
for (const { text, place } of report("blocks of other code", blocks)) console.log(`\n${place}\n${text}`);

function report(name: string, texts: readonly string[]): { text: string; place: string }[] {
  const found: { text: string; place: string }[] = [];
  const times: number[] = [];
  for (const text of texts) {
    const start = performance.now();
    const copy = index.find(text, (file) => readFileSync(file, "utf8"));
    times.push(performance.now() - start);
    if (copy !== undefined) found.push({ text, place: `${copy.path}:${copy.line}, ${copy.length} characters` });
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => (times[Math.floor(times.length * share)] ?? 0).toFixed(2);
  console.log(`${name}: ${found.length} of ${texts.length}; p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms`);
  return found;
}

/** Sources under a folder; links are not followed. */
function textsUnder(folder: string): { file: string; text: string }[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:[cm]?[jt]sx?|py)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({ file, text: readFileSync(file, "utf8") }));
}

/** Functions of 3 to 30 lines: from a line that begins one to the closing brace at the same indentation. */
function functionsOf(text: string): string[] {
  const lines = text.split("\n");
  return lines.flatMap((line, first) => {
    const indentation = /^(\s*)(?:export |default |async )*function\b.*\{$/.exec(line)?.[1];
    if (indentation === undefined) return [];
    const length = lines.slice(first, first + 30).indexOf(`${indentation}}`);
    const body = lines.slice(first, first + length + 1).join("\n");
    return length >= 2 && withoutBlanks(body).length >= SHORTEST_COPY ? [body] : [];
  });
}

/** Another indentation, and blanks around operators gone. */
function otherBlanks(text: string): string {
  return text.replace(/^[ \t]+/gm, (blanks) => "\t".repeat(blanks.length)).replace(/ ([=+<>&|?:]+) /g, "$1");
}

/** Blocks of a few lines, one after the other, that are long enough to be looked at. */
function blocksOf(text: string): string[] {
  const lines = text.split("\n");
  return Array.from({ length: Math.ceil(lines.length / BLOCK_LINES) }, (_, block) =>
    lines.slice(block * BLOCK_LINES, (block + 1) * BLOCK_LINES).join("\n"),
  ).filter((block) => withoutBlanks(block).length >= SHORTEST_COPY);
}
