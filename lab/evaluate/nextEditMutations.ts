// Mechanical changes of real code, each made by hand in one place, and what the compiler's sources offer for the rest: how many of those that break
// something get an offer, how many of the offered compile as before, and how long an answer takes. Each kind is drawn until there are as many as asked.
//
//   node lab/evaluate/nextEditMutations.ts --root FOLDER --under FOLDER/src [--each 20] [--seed 1] [--seconds 240] --out FILE.jsonl
//   node lab/evaluate/nextEditMutations.ts FILE.jsonl…      prints the tables
//
// The judge is a compiler of its own over the files that name what changed. Beside renames stands "find and replace the last replaced word" in all files.

import { appendFileSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import ts from "typescript";
import { SeededRandom, shuffled } from "../../finetune/data/seededRandom.ts";
import { isWorse, type Problem, problemsOf, type TextChange, withChanges } from "../../src/typescript/problems.ts";
import { parentOf, slashed } from "../../src/typescript/projectFiles.ts";
import { Projects } from "../../src/typescript/projects.ts";
import type { Rewrite, RewriteKind } from "../../src/typescript/rewrites/rewrite.ts";
import { MECHANICAL_KINDS, type Mechanical, type MechanicalKind, mechanicalChanges } from "./mechanicalChanges.ts";

/** As the sources are asked. */
const ORDER: readonly RewriteKind[] = ["rename", "parameters", "import", "moved"];

/** The most files of one change that the judge looks at. */
const MOST_JUDGED = 40;

/** From the settled edit to the mark. */
const GOAL_MS = 200;

interface Outcome {
  root: string;
  kind: MechanicalKind;
  file: string;
  name: string;
  broken: number; // problems that the change adds, in other places
  offered?: RewriteKind;
  reasons: string[];
  places: number;
  ms: number; // of the processor, until the offer, or until the last source has declined
  msOf: Partial<Record<RewriteKind | "broken", number>>; // the same by source
  isClean: boolean; // with all places there is no problem that was not there before the change
  isExact?: boolean; // of an import: it comes from where it came from before
  isReplaceClean?: boolean; // the same after find and replace
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    root: { type: "string" },
    under: { type: "string" },
    each: { type: "string" },
    seed: { type: "string" },
    seconds: { type: "string" }, // of the processor
    out: { type: "string" },
  },
});
if (positionals.length > 0) report(positionals);
else await measure();

async function measure(): Promise<void> {
  const { root: folder, under = folder, out, each = "20", seed = "1", seconds = "240" } = values;
  if (!folder || !under || !out) throw new Error("--root and --out are needed");
  const root = slashed(folder);
  const isOver = () => processorMs() > Number(seconds) * 1_000;
  const random = new SeededRandom(Number(seed));
  const files = shuffled(
    ts.sys.readDirectory(under, [".ts", ".tsx"], ["**/node_modules", "**/*.d.ts"]).map(slashed).sort(),
    random,
  );
  const projects = new Projects(ts, { root });
  const judge = judgeOf(files);
  const counts = new Map(MECHANICAL_KINDS.map((kind) => [kind, 0]));
  for (const file of files) {
    const isWanted = (kind: MechanicalKind) => counts.get(kind)! < Number(each);
    if (!MECHANICAL_KINDS.some(isWanted) || isOver()) break;
    projects.setText(file, readFileSync(file, "utf8"));
    if (await projects.build(file)) continue;
    const program = projects.of(file)!.program()!;
    const here = new Set<MechanicalKind>();
    for (const change of mechanicalChanges(program, file, files, random)) {
      if (!isWanted(change.kind) || here.has(change.kind) || isOver()) continue; // one of each kind a file: files differ more than places
      const outcome = await outcomeOf(projects, judge, root, change);
      if (!outcome) continue;
      here.add(change.kind);
      counts.set(change.kind, counts.get(change.kind)! + 1);
      appendFileSync(out, `${JSON.stringify(outcome)}\n`);
    }
    projects.setText(file, undefined);
  }
  process.stderr.write(`${[...counts].map(([kind, count]) => `${kind} ${count}`).join(", ")}\n`);
}

/** The processor's time, which other programs do not lengthen. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

async function outcomeOf(
  projects: Projects,
  judge: Judge,
  root: string,
  change: Mechanical,
): Promise<Outcome | undefined> {
  const { kind, name, steps, names } = change;
  const judged = judge.mentioning(names).slice(0, MOST_JUDGED);
  const before = judge.problemsNow(judged);
  const texts = new Map(steps.map(({ file, now }) => [file, now]));
  const broken = judge.problems(judged, texts);
  const count = (all: Map<string, Problem[]>) => [...all.values()].reduce((sum, { length }) => sum + length, 0);
  const added = count(broken) - count(before);

  let found: Rewrite = { reason: "otherEdit" };
  let of: RewriteKind | undefined;
  let ms = 0;
  let msOf: Outcome["msOf"] = {};
  const reasons: string[] = [];
  for (const { file, before: was, now } of steps) {
    projects.setText(file, was);
    if (await projects.build(file)) return undefined;
    const project = projects.of(file)!;
    project.problems(file); // as after the keys before
    projects.setText(file, now);
    const startMs = processorMs();
    of = undefined;
    msOf = {};
    for (const one of ORDER) {
      const askedMs = processorMs();
      found = project.rewrite(file, was, one, () => false);
      msOf[one] = Math.round(processorMs() - askedMs);
      if (!("reason" in found)) of = one;
      else if (found.reason !== "otherEdit") reasons.push(found.reason);
      if (of) break;
    }
    if (!of) {
      const askedMs = processorMs();
      project.broken(file, was, () => false); // what is asked last; its fixes are not looked for here
      msOf.broken = Math.round(processorMs() - askedMs);
    }
    ms = processorMs() - startMs;
  }
  const places = "reason" in found ? [] : found.places;
  const after = new Map(texts);
  const byFile = new Map<string, TextChange[]>();
  for (const place of places) byFile.set(place.file, [...(byFile.get(place.file) ?? []), place]);
  for (const [file, changes] of byFile)
    after.set(file, withChanges(texts.get(file) ?? readFileSync(file, "utf8"), changes));
  const isClean = (now: Map<string, string>) => {
    const inWords = (problems: readonly Problem[]) =>
      problems.map((one) => ({ ...one, message: one.message.replaceAll(name, change.newName ?? name) }));
    const concerned = [...new Set([...judged, ...byFile.keys()])];
    const was = judge.problemsNow(concerned);
    const is = judge.problems(concerned, now);
    return [...is].every(([file, problems]) => !isWorse(inWords(was.get(file) ?? []), inWords(problems)));
  };
  const { newName, importedFrom } = change;
  const outcome: Outcome = {
    root,
    kind,
    file: steps[0]!.file,
    name,
    broken: added,
    ...(of && { offered: of }),
    reasons,
    places: places.length,
    ms,
    msOf,
    isClean: places.length > 0 && isClean(after),
    ...(importedFrom !== undefined && { isExact: imports(after.get(steps[0]!.file)!, name, importedFrom) }),
    ...(newName !== undefined && { isReplaceClean: isClean(replacedIn(judge, judged, name, newName)) }),
  };
  for (const { file } of steps) projects.setText(file, undefined);
  return outcome;
}

function imports(text: string, name: string, from: string): boolean {
  const { statements } = ts.createSourceFile("a.ts", text, ts.ScriptTarget.ESNext);
  return statements.some((one) => {
    if (!ts.isImportDeclaration(one) || (one.moduleSpecifier as ts.StringLiteral).text !== from) return false;
    const bindings = one.importClause?.namedBindings;
    return (
      bindings !== undefined && ts.isNamedImports(bindings) && bindings.elements.some((it) => it.name.text === name)
    );
  });
}

function replacedIn(judge: Judge, files: readonly string[], name: string, newName: string): Map<string, string> {
  const word = new RegExp(`(?<![\\w$])${name.replaceAll("$", "\\$")}(?![\\w$])`, "g");
  return new Map(files.map((file) => [file, judge.textOf(file).replaceAll(word, () => newName)]));
}

interface Judge {
  textOf(file: string): string;
  mentioning(names: readonly string[]): string[];
  /** Of the files as they are on the disk. */
  problemsNow(files: readonly string[]): Map<string, Problem[]>;
  problems(files: readonly string[], texts: ReadonlyMap<string, string>): Map<string, Problem[]>;
}

/** A compiler apart from the one that is judged. */
function judgeOf(files: readonly string[]): Judge {
  const config = ts.findConfigFile(files[0]!, ts.sys.fileExists);
  const parsed =
    config === undefined
      ? undefined
      : ts.parseJsonConfigFileContent(ts.readConfigFile(config, ts.sys.readFile).config, ts.sys, parentOf(config));
  const options = { ...parsed?.options, noEmit: true, skipLibCheck: true, composite: false, declaration: false };
  const names = new Set([...files, ...(parsed?.fileNames ?? [])]);
  const cached = new Map<string, string>();
  let texts: ReadonlyMap<string, string> = new Map();
  const versions = new Map<string, { text: string; version: number }>();
  const textOf = (file: string) => {
    if (!cached.has(file)) cached.set(file, ts.sys.readFile(file) ?? "");
    return cached.get(file)!;
  };
  const versionOf = (file: string) => {
    const text = texts.get(file) ?? textOf(file);
    const known = versions.get(file);
    if (known?.text === text) return String(known.version);
    versions.set(file, { text, version: (known?.version ?? 0) + 1 });
    return versionOf(file);
  };
  const service = ts.createLanguageService({
    getCompilationSettings: () => options,
    getScriptFileNames: () => [...names],
    getScriptVersion: versionOf,
    getScriptSnapshot: (file) =>
      ts.sys.fileExists(file) ? ts.ScriptSnapshot.fromString(texts.get(file) ?? textOf(file)) : undefined,
    getCurrentDirectory: () => parentOf(files[0]!),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
  });
  const problems: Judge["problems"] = (asked, now) => {
    texts = now;
    const program = service.getProgram()!;
    return new Map(
      asked.flatMap((file) => {
        const source = program.getSourceFile(file);
        return source ? [[file, problemsOf(ts, program, source)] as const] : [];
      }),
    );
  };
  const unchanged = new Map<string, Problem[]>();
  return {
    textOf,
    mentioning: (all) => files.filter((file) => all.some((name) => textOf(file).includes(name))),
    problems,
    problemsNow(asked) {
      const missing = asked.filter((file) => !unchanged.has(file));
      if (missing.length > 0) for (const [file, found] of problems(missing, new Map())) unchanged.set(file, found);
      return new Map(asked.flatMap((file) => (unchanged.has(file) ? [[file, unchanged.get(file)!] as const] : [])));
    },
  };
}

function report(files: readonly string[]): void {
  const all = files.flatMap((file) =>
    readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Outcome),
  );
  const share = (part: number, whole: number) =>
    whole === 0 ? "–" : `${part} of ${whole} (${Math.round((100 * part) / whole)} %)`;
  const at = (times: readonly number[], part: number) =>
    times.length === 0 ? "–" : Math.round(times.toSorted((a, b) => a - b)[Math.ceil(part * times.length) - 1]!);
  console.log(
    "| change | drawn | break something | of those offered | offered that compile | find and replace compiles | ms p50 | p95 |",
  );
  console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
  const line = (name: string, of: readonly Outcome[]) => {
    const breaking = of.filter(({ broken }) => broken > 0);
    const offered = of.filter(({ offered: kind }) => kind !== undefined);
    const replaced = of.filter(({ isReplaceClean }) => isReplaceClean !== undefined);
    const cells = [
      name,
      of.length,
      breaking.length,
      share(breaking.filter(({ offered: kind }) => kind !== undefined).length, breaking.length),
      share(offered.filter(({ isClean }) => isClean).length, offered.length),
      share(replaced.filter(({ isReplaceClean }) => isReplaceClean).length, replaced.length),
      at(
        of.map(({ ms }) => ms),
        0.5,
      ),
      at(
        of.map(({ ms }) => ms),
        0.95,
      ),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  };
  for (const kind of MECHANICAL_KINDS)
    line(
      kind,
      all.filter((one) => one.kind === kind),
    );
  line("all", all);
  const few = all.filter(({ places, offered }) => offered && places <= 3);
  console.log(
    `ms with at most three places: p50 ${at(
      few.map(({ ms }) => ms),
      0.5,
    )}, p95 ${at(
      few.map(({ ms }) => ms),
      0.95,
    )}`,
  );
  for (const source of [...ORDER, "broken"] as const) {
    const times = all.flatMap(({ msOf }) => msOf[source] ?? []);
    console.log(`ms of ${source}: ${times.length} asked, p50 ${at(times, 0.5)}, p95 ${at(times, 0.95)}`);
  }
  const shown = all.flatMap(({ ms, offered }) => (offered ? ms : []));
  const late = shown.filter((ms) => ms > GOAL_MS).length;
  console.log(
    `ms until an offer: p50 ${at(shown, 0.5)}, p95 ${at(shown, 0.95)}; later than ${GOAL_MS}: ${share(late, shown.length)}`,
  );
  const imports = all.filter(({ isExact, offered }) => isExact !== undefined && offered);
  console.log(
    `imports from where they came from: ${share(imports.filter(({ isExact }) => isExact).length, imports.length)}`,
  );
  const reasons = new Map<string, number>();
  for (const { kind, reasons: its, offered } of all) {
    const reason = `${kind}: ${its.at(-1) ?? "otherEdit"}`;
    if (!offered) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  for (const [reason, count] of [...reasons].toSorted((a, b) => b[1] - a[1])) console.log(`- ${reason} ${count}`);
}
