// Judges what `sotto summarise` tells: its effects against files that were read before (effectsTruth.json), and its exports against other readers.
// node lab/evaluate/summaries.ts effects --trees DIR [--half fit|judged]     DIR/OWNER+NAME holds a checkout of each repository at its commit
// node lab/evaluate/summaries.ts exports --trees DIR [--files 500]            TypeScript's checker, Python's ast and Go's lines are the other readers

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";
import { languageOfPath } from "../../common/syntax/languages.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { EFFECT_KINDS, type EffectKind, effectsOf } from "../../src/actions/summary/effects.ts";
import { summaryOf } from "../../src/actions/summary/summary.ts";
import { openDocument } from "../../src/workspace/documents.ts";
import { folderWorkspace } from "../../src/workspace/workspace.ts";

interface Truth {
  files: {
    repository: string;
    commit: string;
    path: string;
    half: string;
    effects: Partial<Record<EffectKind, number>>;
  }[];
}

const PYTHON_READER = `
import ast, json, sys
try:
    tree = ast.parse(sys.stdin.read())
except SyntaxError:
    print("null"); sys.exit()
names, listed = [], None
for node in tree.body:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        names.append(node.name)
    elif isinstance(node, (ast.Assign, ast.AnnAssign)):
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target]):
            for target in (target.elts if isinstance(target, ast.Tuple) else [target]):
                if not isinstance(target, ast.Name):
                    continue
                names.append(target.id)
                if target.id == "__all__":
                    try:
                        listed = list(ast.literal_eval(node.value))
                    except Exception:
                        listed = None
print(json.dumps(listed if listed is not None else [n for n in names if not n.startswith("_")]))
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { trees: { type: "string" }, half: { type: "string" }, files: { type: "string", default: "500" } },
});
const trees = values.trees ?? "";
const parsers = await createParsers();
if (positionals[0] === "effects") judgeEffects();
else if (positionals[0] === "exports") await judgeExports(Number(values.files));
else throw new Error("Say what is judged: effects or exports.");

function judgeEffects(): void {
  const truth: Truth = JSON.parse(readFileSync(path.join(import.meta.dirname, "effectsTruth.json"), "utf8"));
  const files = truth.files.filter(({ half }) => values.half === undefined || half === values.half);
  const table = new Map(EFFECT_KINDS.map((kind) => [kind, { told: 0, right: 0, true: 0 }]));
  for (const { repository, path: file, effects } of files) {
    const text = readFileSync(path.join(trees, repository.replace("/", "+"), file), "utf8");
    const languageId = languageOfPath(file)!;
    const tree = parsers.for(languageId)!.parse(text)!;
    const found = effectsOf(text, tree, languageId);
    for (const kind of EFFECT_KINDS) {
      const first = found.find((one) => one.kind === kind);
      const isTrue = effects[kind] !== undefined;
      const row = table.get(kind)!;
      row.told += Number(first !== undefined);
      row.true += Number(isTrue);
      row.right += Number(first !== undefined && isTrue);
      if ((first !== undefined) === isTrue) continue;
      const where = first
        ? `told: ${first.what}, line ${lineOf(text, first.startIndex)}`
        : `missed: line ${effects[kind]}`;
      console.log(`${kind.padEnd(8)} ${repository} ${file}: ${where}`);
    }
  }
  const all = { told: 0, right: 0, true: 0 };
  for (const [kind, row] of [...table, ["all", all] as const]) {
    if (kind !== "all") for (const name of ["told", "right", "true"] as const) all[name] += row[name];
    const precision = row.told === 0 ? "–" : (row.right / row.told).toFixed(3);
    console.log(
      `${kind.padEnd(8)} told ${row.told}, right ${row.right}, true ${row.true}: precision ${precision}, recall ${(row.right / row.true).toFixed(3)}`,
    );
  }
}

/** Every export of the other reader has to be told, and every name that is told has to stand on its line. */
async function judgeExports(wanted: number): Promise<void> {
  const files = sampled(wanted);
  const count = { files: 0, unread: 0, exports: 0, covered: 0, told: 0, absent: 0 };
  for (const { root, file } of files) {
    const text = readFileSync(path.join(root, file), "utf8");
    const languageId = languageOfPath(file)!;
    const other = exportsByOther(path.join(root, file), text, languageId);
    if (!other) {
      count.unread++;
      continue;
    }
    const document = openDocument({ uri: `file://${root}/${file}`, path: file, languageId, text }, parsers);
    const summary = await summaryOf(document, { workspace: folderWorkspace(root) }, new AbortController().signal);
    if ("reason" in summary) {
      console.log(`${path.basename(root)} ${file}: ${summary.reason}`);
      continue;
    }
    count.files++;
    const told = new Set(summary.exports.flatMap(({ as, name }) => [as, name]));
    for (const name of other) {
      count.exports++;
      if (told.has(name)) count.covered++;
      else console.log(`not covered: ${path.basename(root)} ${file}: ${name}`);
    }
    const lines = text.split("\n");
    const places = [
      ...summary.exports.flatMap((one) => [{ ...one, name: one.local }, ...one.members]),
      ...summary.notes.map(({ word, line }) => ({ name: word, line })),
      ...summary.effects.map(({ what, line }) => ({ name: what.split(/[.?!]/).at(-1)!.replace(/\W.*$/s, ""), line })),
    ];
    for (const { name, line } of places) {
      count.told++;
      const isThere =
        /^(?:default|module\.exports|constructor)$/.test(name) ||
        lines
          .slice(line - 1, line + 2)
          .join("\n")
          .includes(name.replace(/^#/, ""));
      if (!isThere) console.log(`not there: ${path.basename(root)} ${file}:${line}: ${name}`);
      count.absent += Number(!isThere);
    }
    for (const need of summary.needs) {
      count.told++;
      const isThere =
        need.path === undefined
          ? text.includes(need.module.replace(/^node:/, ""))
          : statSync(path.join(root, need.path), { throwIfNoEntry: false }) !== undefined;
      if (!isThere) console.log(`not there: ${path.basename(root)} ${file}: ${need.module}`);
      count.absent += Number(!isThere);
    }
  }
  console.log(
    `${count.files} files (${count.unread} that the other reader cannot read): ${count.covered} of ${count.exports} exports covered; ${count.told - count.absent} of ${count.told} told names stand where they are said to`,
  );
}

/** Evenly spread over the repositories and their files. */
function sampled(wanted: number): { root: string; file: string }[] {
  const roots = readdirSync(trees)
    .sort()
    .map((name) => path.join(trees, name));
  const all = roots.map((root) =>
    (readdirSync(root, { recursive: true }) as string[])
      .filter(
        (file) =>
          /\.(?:[cm]?[jt]sx?|py|go)$/.test(file) &&
          !/node_modules|\.min\./.test(file) &&
          statSync(path.join(root, file)).size < 300_000,
      )
      .sort()
      .map((file) => ({ root, file })),
  );
  for (let share = Math.ceil(wanted / all.length); ; share++) {
    const chosen = all.flatMap((files) => files.filter((_, at) => isChosen(at, files.length, share)));
    if (chosen.length >= wanted || all.every(({ length }) => length <= share)) return chosen.slice(0, wanted);
  }
}

/** Whether an item is one of `share` that are spread evenly over `count`. */
function isChosen(at: number, count: number, share: number): boolean {
  return count <= share || Math.floor((at * share) / count) !== Math.floor(((at - 1) * share) / count);
}

/** undefined where that reader cannot tell. The keys of an object that is exported as a whole stand for it. */
function exportsByOther(file: string, text: string, languageId: string): string[] | undefined {
  if (languageId === "python") return pythonExports(text);
  if (languageId === "go") return goExports(text);
  const program = ts.createProgram([file], {
    allowJs: true,
    noResolve: true,
    noLib: true,
    types: [],
    target: ts.ScriptTarget.Latest,
    module: ts.ModuleKind.ESNext,
    jsx: ts.JsxEmit.Preserve,
  });
  const source = program.getSourceFile(file);
  if (!source || program.getSyntacticDiagnostics(source).length > 0) return undefined;
  const symbol = program.getTypeChecker().getSymbolAtLocation(source);
  const names = [...(symbol?.exports?.keys() ?? [])].map((name) => ts.unescapeLeadingUnderscores(name));
  const isObject = names.length > 1 || /^module\.exports\s*=\s*\{/m.test(text);
  return names.filter((name) => name !== "__export" && !(name === "export=" && isObject));
}

function pythonExports(text: string): string[] | undefined {
  return JSON.parse(execFileSync("python3", ["-c", PYTHON_READER], { input: text, encoding: "utf8" })) ?? undefined;
}

/** By the lines that begin at the left margin, and those of a bracketed group. */
function goExports(text: string): string[] {
  const found: string[] = [];
  let isGroup = false;
  for (const line of text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ""))
    .replace(/`[^`]*`/g, (raw) => raw.replace(/[^\n`]/g, ""))
    .split("\n")) {
    if (/^(?:const|var|type)\s*\(/.test(line)) isGroup = true;
    else if (/^\)/.test(line)) isGroup = false;
    const plain =
      /^(?:func|type|var|const)\s+(\p{Lu}[\p{L}\p{N}_]*)/u.exec(line) ??
      (isGroup ? /^\t(\p{Lu}[\p{L}\p{N}_]*)(?=[\s,]|$)/u.exec(line) : null);
    if (plain) found.push(plain[1]!);
  }
  return [...new Set(found)];
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
