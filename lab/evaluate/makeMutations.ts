// Makes the cases of `evaluateFixes.ts`: eight kinds of mutations of real code that the TypeScript compiler flags.
//
//   node lab/evaluate/makeMutations.ts --cache FOLDER --out FILE.jsonl [--each 40] [--seed 1] [--packages evaluation|judges|validation]
//
// The code is that of the packages in `lab/training/evaluationPackages.json`, which ship their TypeScript sources and which nothing is trained on:
// the confidence of fixes is fitted on some of them ("evaluation"), and judged on others ("judges"); or that of the validation packages of `packages.json`.
// They are fetched into FOLDER, which must lie outside of any node_modules: TypeScript offers no imports for what lies in one. Files that have errors
// before they are mutated are left out, so for the most part those that import other packages.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";
import { SeededRandom, shuffled } from "../../finetune/data/seededRandom.ts";
import { type Problem, withChanges } from "../../src/typescript/problems.ts";
import { slashed } from "../../src/typescript/projectFiles.ts";
import { Projects } from "../../src/typescript/projects.ts";
import { evaluationPackages, listedPackages } from "../training/corpus.ts";
import { fetchPackages, type LockedPackage, unpackPackage } from "../training/npmPackages.ts";
import { MUTATIONS, type MutatedFile, type Mutation, type Site } from "./mutations.ts";
import { typedSites } from "./typedMutations.ts";

/** Those that `typedSites` makes. */
const TYPED: ReadonlySet<Mutation> = new Set<Mutation>(["wrongMember", "wrongArgument"]);
const LEAST_NAME_UNITS = 5;
const SITES_A_FILE = 4; // of a kind: several files tell more than one
const SOURCE = /\.[cm]?ts$/;
const NOT_SOURCE = /\.d\.[cm]?ts$|(^|\/)(tests?|__tests__|benchmarks?|locales)\/|\.test\.ts$/;

if (import.meta.main) await main();

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cache: { type: "string" },
      out: { type: "string" },
      each: { type: "string" },
      seed: { type: "string" },
      packages: { type: "string" },
    },
  });
  const { cache, out } = values;
  if (!cache || !out) throw new Error("--cache and --out are needed");
  const packages = packagesOf(values.packages ?? "evaluation");
  await fetchPackages(packages, cache);
  const each = Number(values.each ?? 40);
  const random = new SeededRandom(Number(values.seed ?? 1));
  const found: MutatedFile[] = [];
  const counts = new Map<Mutation, number>(MUTATIONS.map((kind) => [kind, 0]));
  const files = shuffled(
    packages.flatMap((entry) => sourcesOf(path.resolve(unpackPackage(entry, cache)))),
    random,
  );
  for (const { root, file } of files) {
    const wanted = MUTATIONS.filter((kind) => counts.get(kind)! < each);
    if (wanted.length === 0) break;
    const text = readFileSync(file, "utf8");
    const bySyntax = sitesIn(text, file);
    const isOfUse = wanted.some((kind) => TYPED.has(kind) || bySyntax.some((site) => site.kind === kind));
    const checked = isOfUse ? await checkedFile(root, file, text) : undefined;
    if (!checked) continue;
    const sites = shuffled([...bySyntax, ...checked.typedSites(random)], random);
    for (const kind of wanted) {
      let here = 0;
      for (const { start, end, newText } of sites.filter((site) => site.kind === kind)) {
        if (here >= SITES_A_FILE || counts.get(kind)! >= each) break;
        const problems = checked.problemsWith(withChanges(text, [{ start, end, newText }]));
        if (problems.length === 0 || problems.some(({ isSyntax }) => isSyntax)) continue;
        here++;
        counts.set(kind, counts.get(kind)! + 1);
        const relative = path.relative(root, file).split(path.sep).join("/");
        const removed = text.slice(start, end);
        found.push({
          id: `${kind}-${counts.get(kind)}`,
          kind,
          root,
          path: relative,
          start,
          removed,
          inserted: newText,
        });
      }
    }
    checked.dispose();
    process.stderr.write(`${[...counts].map(([kind, count]) => `${kind} ${count}`).join(", ")}\n`);
  }
  writeFileSync(out, found.map((one) => `${JSON.stringify(one)}\n`).join(""));
}

function packagesOf(use: string): LockedPackage[] {
  if (use === "evaluation") return evaluationPackages().filter(({ judges }) => !judges);
  if (use === "judges") return evaluationPackages().filter(({ judges }) => judges);
  return listedPackages().filter((entry) => entry.use === use);
}

function sourcesOf(root: string): { root: string; file: string }[] {
  const files = ts.sys.readDirectory(root, [".ts", ".mts", ".cts"], ["**/node_modules"]);
  return files
    .filter((file) => SOURCE.test(file) && !NOT_SOURCE.test(path.relative(root, file)))
    .map((file) => ({ root, file }));
}

/** The checker of a file that has no error; undefined for one that has, or is in no program. */
async function checkedFile(root: string, file: string, text: string) {
  const projects = new Projects(ts, { root: slashed(root) });
  const name = slashed(file);
  const checker = await projects.checkerOf(name, text);
  const problems = "reason" in checker ? undefined : await checker.problems();
  if (!problems || problems.length > 0) {
    projects.dispose();
    return undefined;
  }
  return {
    typedSites(random: SeededRandom): Site[] {
      const program = projects.of(name)!.program()!;
      return typedSites(program, program.getSourceFile(name)!, random);
    },
    /** None where the compiler has a bug: its checker throws at some texts. */
    problemsWith(changed: string): Problem[] {
      projects.setText(name, changed);
      try {
        return projects.of(name)!.problems(name) ?? [];
      } catch (error) {
        process.stderr.write(`${file}: ${error instanceof Error ? error.message : String(error)}\n`);
        return [];
      }
    },
    dispose: () => projects.dispose(),
  };
}

/** Every place where one of the mutations can be made. */
export function sitesIn(text: string, file: string): Site[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const sites: Site[] = [];
  const add = (kind: Mutation, start: number, end: number, newText: string) =>
    sites.push({ kind, start, end, newText });
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && node.text.length >= LEAST_NAME_UNITS && isUse(node)) {
      const kind =
        ts.isPropertyAccessExpression(node.parent) && node.parent.name === node ? "wrongProperty" : "misspeltName";
      add(kind, node.getStart(source), node.end, misspelt(node.text));
    } else if (ts.isImportSpecifier(node)) {
      const list = node.parent.elements;
      if (list.length > 1) add("missingImport", ...span(list, node, source), "");
    } else if (ts.isAwaitExpression(node))
      add("missingAwait", node.getStart(source), node.expression.getStart(source), "");
    else if (ts.isCallExpression(node) && node.arguments.length > 1) {
      const last = node.arguments.at(-1)!;
      add("missingArgument", node.arguments.at(-2)!.end, last.end, "");
    } else if (ts.isNumericLiteral(node) && !ts.isPropertyAssignment(node.parent))
      add("wrongType", node.getStart(source), node.end, `"${node.text}"`);
    else if (ts.isStringLiteral(node) && (ts.isCallExpression(node.parent) || ts.isVariableDeclaration(node.parent)))
      add("wrongType", node.getStart(source), node.end, String(node.text.length));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return sites;
}

/** A name that is used, not declared. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return true;
  return (
    ts.isExpression(parent) ||
    ts.isReturnStatement(parent) ||
    (ts.isVariableDeclaration(parent) && parent.initializer === node)
  );
}

/** Two letters in its middle the other way round. */
function misspelt(name: string): string {
  for (let at = Math.floor(name.length / 2); at < name.length - 1; at++)
    if (name[at] !== name[at + 1]) return name.slice(0, at) + name[at + 1] + name[at] + name.slice(at + 2);
  return `${name}${name.at(-1)}`;
}

/** An element of a list with the comma that goes with it. */
function span(
  list: ts.NodeArray<ts.ImportSpecifier>,
  node: ts.ImportSpecifier,
  source: ts.SourceFile,
): [number, number] {
  const index = list.indexOf(node);
  if (index > 0) return [list[index - 1]!.end, node.end];
  return [node.getStart(source), list[1]!.getStart(source)];
}
