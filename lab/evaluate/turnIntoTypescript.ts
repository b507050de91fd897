// JavaScript files of real packages as TypeScript: new problems at their callers and in themselves, and the share of parameters of which the compiler
// knows more than `any`. Beside it the compiler's own "infer types from usage" on the same file with its exports converted.
//
//   node lab/evaluate/turnIntoTypescript.ts --each 15 [--seed 1] [--out FOLDER] [--sheet FILE] [--show] ROOT ...
//
// A root is a folder with JavaScript sources; files of tests, examples and builds are not drawn, but tests are callers. With --out the TypeScript is
// written there, to be read beside the code; --sheet draws thirty of the written types of each way with their functions, to be judged by a person; --show
// also names each file. Last comes why parameters have no type.

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

/** How much is drawn for a person to judge: types, and lines of each one's function. */
const [SHEET_TYPES, SHEET_LINES] = [30, 40];

/** What became of the files in one way. */
interface Counts {
  turned: number;
  clean: number; // without any new problem
  atCallers: number; // new problems
  callersWorse: number; // files with one at a caller
  inFile: number;
  parameters: number;
  typed: number;
  unknown: number; // of these: the type says that it may be anything
  casts: number;
  refused: Record<string, number>;
}

const { values, positionals: roots } = parseArgs({
  options: {
    each: { type: "string" },
    seed: { type: "string" },
    out: { type: "string" },
    sheet: { type: "string" },
    show: { type: "boolean" },
  },
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
  unknown: 0,
  casts: 0,
  refused: {},
});
const [own, baseline] = [empty(), empty()];
const milliseconds: number[] = [];
const causes = new Map<string, number>(); // why parameters have no type
const written = new Map<Counts, string[]>([
  [own, []],
  [baseline, []],
]);
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
if (values.sheet) writeSheet(values.sheet);

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
  countCauses(programs, made.text);
  byCompiler(programs, known, text);
  programs.dispose();
}

function judge(counts: Counts, programs: Programs, known: Known, draft: Draft, casts = 0): void {
  const { program, source } = programs.after(draft.text);
  const inFile = programs.problems(program, [programs.names.ts]).get(programs.names.ts) ?? [];
  const callers = [...programs.problems(program, programs.callers)];
  const atCallers = callers.flatMap(([caller, problems]) => problems.filter((one) => known.isNew(caller, one)));
  const fresh = inFile.filter((one) => known.isNewIn(draft, one));
  const { all, typed, unknown } = countParameters(ts, program, source);
  written.get(counts)!.push(...typesIn(source));
  counts.turned++;
  counts.clean += atCallers.length + fresh.length === 0 ? 1 : 0;
  counts.atCallers += atCallers.length;
  counts.callersWorse += atCallers.length > 0 ? 1 : 0;
  counts.inFile += fresh.length;
  counts.parameters += all;
  counts.typed += typed;
  counts.unknown += unknown;
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

/** The parameters of a file with a written type, each with its function. */
function typesIn(source: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isParameter(node) && node.type && !/^any(\[\])?$/.test(node.type.getText(source)) && !isThis(node, source)) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      const code = node.parent.getText(source).split("\n").slice(0, SHEET_LINES).join("\n");
      found.push(`## ${source.fileName}:${line} \`${node.getText(source)}\`\n\n\`\`\`ts\n${code}\n\`\`\`\n`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isThis({ name }: ts.ParameterDeclaration, source: ts.SourceFile): boolean {
  return name.getText(source) === "this";
}

function countCauses(programs: Programs, text: string): void {
  const { program, source } = programs.after(text);
  const checker = program.getTypeChecker();
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    if (ts.isParameter(node) && !isThis(node, source)) {
      const type = checker.typeToString(checker.getTypeAtLocation(node));
      const isAny = type === "any" || (node.dotDotDotToken !== undefined && type === "any[]");
      if (isAny) causes.set(causeOf(checker, node), (causes.get(causeOf(checker, node)) ?? 0) + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

/** Why nothing tells a parameter's type, by the places where it is used. */
function causeOf(checker: ts.TypeChecker, { name, dotDotDotToken, parent }: ts.ParameterDeclaration): string {
  if (dotDotDotToken) return "a rest of arguments";
  if (!ts.isIdentifier(name)) return "taken apart";
  const symbol = checker.getSymbolAtLocation(name);
  const places: ts.Identifier[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node !== name && node.text === name.text) {
      const isShort = ts.isShorthandPropertyAssignment(node.parent);
      const meant = isShort
        ? checker.getShorthandAssignmentValueSymbol(node.parent)
        : checker.getSymbolAtLocation(node);
      if (meant === symbol) places.push(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(parent);
  if (places.length === 0) return "not used";
  if (places.some(isAsked)) return "asked what it is, and used as well";
  if (places.every((one) => isHandedOn(one) || isCompared(one)))
    return places.some(isHandedOn) ? "only handed on" : "only compared or converted";
  return "members or calls that many types have, or that callers contradict";
}

function isAsked({ parent }: ts.Node): boolean {
  if (ts.isTypeOfExpression(parent)) return true;
  if (ts.isCallExpression(parent)) return /(^|\.)is[A-Z]\w*$/.test(parent.expression.getText());
  return ts.isBinaryExpression(parent) && /^(instanceof|in)$/.test(parent.operatorToken.getText());
}

function isHandedOn(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isBinaryExpression(parent)) return parent.operatorToken.getText() === "=" && parent.right === node;
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) return parent.expression !== node;
  return (
    ts.isReturnStatement(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isShorthandPropertyAssignment(parent) ||
    ts.isArrayLiteralExpression(parent) ||
    ts.isSpreadElement(parent) ||
    ts.isVariableDeclaration(parent) ||
    ts.isArrowFunction(parent) ||
    (ts.isConditionalExpression(parent) && parent.condition !== node)
  );
}

function isCompared({ parent }: ts.Node): boolean {
  return (
    ts.isBinaryExpression(parent) ||
    ts.isPrefixUnaryExpression(parent) ||
    ts.isTemplateSpan(parent) ||
    ts.isIfStatement(parent) ||
    ts.isConditionalExpression(parent) ||
    ts.isElementAccessExpression(parent)
  );
}

function writeSheet(file: string): void {
  const drawn = [own, baseline].map((counts) =>
    shuffled(written.get(counts)!, random).slice(0, SHEET_TYPES).join("\n"),
  );
  writeFileSync(file, `# Sotto\n\n${drawn[0]}\n# TypeScript's infer from usage\n\n${drawn[1]}`);
}

function report(): void {
  const share = (part: number, whole: number) =>
    `${part} of ${whole} (${((100 * part) / Math.max(1, whole)).toFixed(0)} %)`;
  const row = (name: string, c: Counts) =>
    `| ${name} | ${c.turned} of ${files} | ${share(c.clean, c.turned)} | ${c.atCallers} (in ${c.callersWorse} files) | ${c.inFile} | ${share(c.typed, c.parameters)} | ${c.unknown} | ${c.casts} |`;
  console.log(
    "| | turned | without a new problem | new at callers | new in the file | parameters better than any | of these unknown | casts |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
  console.log(row("Sotto", own));
  console.log(row("TypeScript's infer from usage", baseline));
  console.log("| parameters that Sotto gives no type | |\n| --- | ---: |");
  for (const [cause, count] of [...causes].toSorted((a, b) => b[1] - a[1])) console.log(`| ${cause} | ${count} |`);
  console.log(`Refused: ${JSON.stringify(own.refused)}; the compiler's own: ${JSON.stringify(baseline.refused)}`);
  console.log(
    `Time: p50 ${Math.round(percentile(milliseconds, 0.5) ?? 0)} ms, p95 ${Math.round(percentile(milliseconds, 0.95) ?? 0)} ms`,
  );
}
