// JavaScript files of real packages as TypeScript: new problems at their callers and in themselves, and the share of parameters of which the compiler
// knows more than `any`. Beside it the compiler's own "infer types from usage" on the same file with its exports converted.
//
//   node lab/evaluate/turnIntoTypescript.ts --each 15 [--seed 1] [--out FOLDER] [--show] ROOT ...
//
// A root is a folder with JavaScript sources; files of tests, examples and builds are not drawn, but tests are callers. With --out the TypeScript is
// written there, to be read beside the code; --show also names each file.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";
import { percentile } from "../../cli/evaluation/metrics.ts";
import { SeededRandom, shuffled } from "../../finetune/data/seededRandom.ts";
import { withChanges } from "../../src/typescript/problems.ts";
import { slashed } from "../../src/typescript/projectFiles.ts";
import { commonJsChanges } from "../../src/typescript/toTypeScript/commonJs.ts";
import { Programs } from "../../src/typescript/toTypeScript/programs.ts";
import { Draft } from "../../src/typescript/toTypeScript/slots.ts";
import { countParameters, Known, turnIntoTypeScript } from "../../src/typescript/toTypeScript/toTypeScript.ts";

const OTHERS =
  /\/(tests?|__tests__|spec|docs?|examples?|dist|build|scripts?|bench(marks?)?|integration|locale|es|esm)\/|\.(test|spec|config|conf|min)\.|[-_](min|umd|esm|node)\b/;

/** What became of the files in one way. */
interface Counts {
  turned: number;
  clean: number; // without any new problem
  atCallers: number; // new problems
  callersWorse: number; // files with one at a caller
  inFile: number;
  parameters: number;
  typed: number;
  casts: number;
  refused: Record<string, number>;
}

const { values, positionals: roots } = parseArgs({
  options: { each: { type: "string" }, seed: { type: "string" }, out: { type: "string" }, show: { type: "boolean" } },
  allowPositionals: true,
});
const each = Number(values.each ?? 15);
const random = new SeededRandom(Number(values.seed ?? 1));
const empty = (): Counts => ({
  turned: 0,
  clean: 0,
  atCallers: 0,
  callersWorse: 0,
  inFile: 0,
  parameters: 0,
  typed: 0,
  casts: 0,
  refused: {},
});
const [own, baseline] = [empty(), empty()];
const milliseconds: number[] = [];
let files = 0;

for (const folder of roots) {
  const root = slashed(path.resolve(folder));
  const all = ts.sys.readDirectory(root, [".js", ".mjs", ".cjs", ".jsx"], ["**/node_modules"], ["**/*"]);
  const sources = all.filter(
    (file) => !OTHERS.test(file.slice(root.length)) && hasParameters(readFileSync(file, "utf8")),
  );
  for (const file of shuffled(sources.sort(), random).slice(0, each)) await measure(root, file);
}
report();

function hasParameters(text: string): boolean {
  return /\bfunction\b[^(]*\([^)]*\w|\w\s*=>|\)\s*=>/.test(text.slice(0, 50_000)) && text.length < 200_000;
}

async function measure(root: string, file: string): Promise<void> {
  files++;
  const text = readFileSync(file, "utf8");
  const startMs = performance.now();
  const made = await turnIntoTypeScript({ compiler: ts, root, file, text, isThere: existsSync });
  milliseconds.push(performance.now() - startMs);
  const name = path.relative(path.dirname(root), file);
  const said =
    "reason" in made ? `${made.reason}: ${made.detail ?? ""}` : `${made.parameters.typed} of ${made.parameters.all}`;
  if (values.show) console.log(`${name}: ${said} (${Math.round(milliseconds.at(-1)!)} ms)`);
  if ("reason" in made) {
    own.refused[made.reason] = (own.refused[made.reason] ?? 0) + 1;
    return;
  }
  if (values.out) {
    const target = path.join(values.out, path.relative(path.dirname(root), made.file));
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, made.text);
  }
  const names = { js: file, ts: made.file };
  const programs = await Programs.open(ts, root, names, text);
  if (!programs) return;
  const known = new Known(programs);
  judge(own, programs, known, new Draft(text, [], { first: made.changes }), made.casts);
  byCompiler(programs, known, text);
  programs.dispose();
}

function judge(counts: Counts, programs: Programs, known: Known, draft: Draft, casts = 0): void {
  const { program, source } = programs.after(draft.text);
  const inFile = programs.problems(program, [programs.names.ts]).get(programs.names.ts) ?? [];
  const callers = [...programs.problems(program, programs.callers)];
  const atCallers = callers.flatMap(([caller, problems]) => problems.filter((one) => known.isNew(caller, one)));
  const fresh = inFile.filter((one) => known.isNewIn(draft, one));
  const { all, typed } = countParameters(ts, program, source);
  counts.turned++;
  counts.clean += atCallers.length + fresh.length === 0 ? 1 : 0;
  counts.atCallers += atCallers.length;
  counts.callersWorse += atCallers.length > 0 ? 1 : 0;
  counts.inFile += fresh.length;
  counts.parameters += all;
  counts.typed += typed;
  counts.casts += casts;
}

/** The compiler's own fix for the whole file. */
function byCompiler(programs: Programs, known: Known, text: string): void {
  const js = programs.before.getSourceFile(programs.names.js)!;
  const first = commonJsChanges(ts, js, "named") ?? [];
  const { service } = programs.after(new Draft(text, [], { first }).text);
  try {
    const scope = { type: "file" as const, fileName: programs.names.ts };
    const { changes } = service.getCombinedCodeFix(scope, "inferFromUsage", ts.getDefaultFormatCodeSettings(), {});
    const converted = new Draft(text, [], { first });
    const added = changes.flatMap(({ fileName, textChanges }) => (fileName === programs.names.ts ? textChanges : []));
    const own = added.map(({ span, newText }) => ({ start: span.start, end: span.start + span.length, newText }));
    const moved = own.map((one) => ({ ...one, start: converted.before(one.start), end: converted.before(one.end) }));
    const draft = new Draft(text, [], { first, last: moved });
    if (draft.text !== withChanges(converted.text, own)) throw new Error("The changes do not fit together.");
    judge(baseline, programs, known, draft);
  } catch {
    baseline.refused.failed = (baseline.refused.failed ?? 0) + 1;
  }
}

function report(): void {
  const share = (part: number, whole: number) =>
    `${part} of ${whole} (${((100 * part) / Math.max(1, whole)).toFixed(0)} %)`;
  const row = (name: string, c: Counts) =>
    `| ${name} | ${c.turned} of ${files} | ${share(c.clean, c.turned)} | ${c.atCallers} (in ${c.callersWorse} files) | ${c.inFile} | ${share(c.typed, c.parameters)} | ${c.casts} |`;
  console.log(
    "| | turned | without a new problem | new at callers | new in the file | parameters better than any | casts |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  console.log(row("Sotto", own));
  console.log(row("TypeScript's infer from usage", baseline));
  console.log(`Refused: ${JSON.stringify(own.refused)}; the compiler's own: ${JSON.stringify(baseline.refused)}`);
  console.log(
    `Time: p50 ${Math.round(percentile(milliseconds, 0.5) ?? 0)} ms, p95 ${Math.round(percentile(milliseconds, 0.95) ?? 0)} ms`,
  );
}
