// How often the symbol check is wrong, on real code: in unchanged text nothing may be unknown (false alarms); in text with one misspelt identifier
// the compiler's own diagnostics tell what is unknown (found, missed, invented). One JSON line at the end.
// Usage: node lab/fit/symbolAlarms.ts [--root FOLDER] [--places N] [FILE_OR_FOLDER ...]

import { globSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";
import { Projects } from "../../src/typescript/projects.ts";
import { unresolvedByDiagnostics } from "../../src/typescript/unresolvedByDiagnostics.ts";
import { symbolPlaces } from "./symbolPlaces.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    root: { type: "string", default: "." },
    places: { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
  },
});
const root = path.resolve(values.root);
const named = positionals.length > 0 ? positionals : ["src", "server", "cli"];
const files = named
  .map((name) => path.resolve(root, name))
  .flatMap((name) =>
    statSync(name).isDirectory()
      ? globSync("**/*.{ts,tsx,js,cjs,mjs}", { cwd: name }).map((found) => path.join(name, found))
      : [name],
  )
  .sort();

const projects = new Projects(ts, { root });
const counts = {
  files: 0,
  places: 0,
  falseAlarms: 0,
  misspelt: 0,
  unknownByCompiler: 0,
  found: 0,
  missed: 0,
  invented: 0,
  misspeltInJavaScript: 0,
  foundInJavaScript: 0,
};
const times: number[] = [];

for (const [index, file] of files.entries()) {
  const places = symbolPlaces(
    readFileSync(file, "utf8"),
    Number(values.seed) * 1_000_003 + index,
    Number(values.places),
  );
  for (const { before, offset, inserted, misspelt } of places) {
    projects.setText(file, before);
    const problem = await projects.build(file);
    if (problem) {
      process.stderr.write(`${path.relative(root, file)}: ${problem}\n`);
      break;
    }
    counts.places++;
    const startMs = performance.now();
    const unknown = unknownIn(file, offset, inserted);
    times.push(performance.now() - startMs);
    if (unknown.length > 0) {
      counts.falseAlarms++;
      tell(`FALSE ALARM ${unknown.map(({ name, kind }) => `${kind} ${name}`).join()}`, file, inserted);
    }
    if (!misspelt) continue;
    const wrong = { offset, text: misspelt.text, replaceAfter: 0 };
    const ofMisspelt = (found: readonly { name: string; kind: string }[]) =>
      found.filter(({ name }) => name === misspelt.name).map(({ name, kind }) => `${kind} ${name}`);
    const got = ofMisspelt(unknownIn(file, offset, misspelt.text)).join();
    if (/\.[cm]?jsx?$/.test(file)) {
      counts.misspeltInJavaScript++; // the compiler's diagnostics do not report these
      if (got !== "") counts.foundInJavaScript++;
      continue;
    }
    const byCompiler = projects.of(file)!.inserted(file, wrong, (program, source, range) =>
      program.getSyntacticDiagnostics(source).length > 0
        ? undefined // a keyword misspelt: the syntax filter's business
        : unresolvedByDiagnostics(ts, program, source, range),
    );
    if (!byCompiler) continue;
    counts.misspelt++;
    const wanted = ofMisspelt(byCompiler).join();
    if (wanted !== "") counts.unknownByCompiler++;
    if (wanted === got) counts.found += wanted === "" ? 0 : 1;
    else {
      counts[got === "" ? "missed" : "invented"]++;
      tell(`MISSPELT ${misspelt.name}, compiler "${wanted}", here "${got}"`, file, misspelt.text);
    }
  }
  projects.setText(file, undefined);
  counts.files++;
  if (counts.files % 20 === 0) process.stderr.write(`${counts.files}/${files.length} files\n`);
}

times.sort((a, b) => a - b);
const quantile = (share: number) => Math.round(times[Math.floor((times.length - 1) * share)] ?? 0);
console.log(JSON.stringify({ ...counts, p50Ms: quantile(0.5), p95Ms: quantile(0.95) }));

function unknownIn(file: string, offset: number, text: string) {
  const answer = projects.unknownIn(file, { offset, text, replaceAfter: 0 });
  if ("reason" in answer) throw new Error(`${file}: ${answer.reason}`);
  return answer.unknown;
}

function tell(what: string, file: string, text: string): void {
  process.stderr.write(`${what}: ${path.relative(root, file)}\n  ${text}\n`);
}
