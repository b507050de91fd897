// Makes the cases of `evaluateDocstrings.ts`: functions of dependencies that a person has documented, with the docstring removed.
//
//   node lab/evaluate/makeDocstringCases.ts --root FOLDER [--root FOLDER …] --out FILE.jsonl [--count 100] [--seed 1]

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";
import { languageOfPath } from "../../common/syntax/languages.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { SeededRandom, shuffled } from "../../finetune/data/seededRandom.ts";
import { targetsIn } from "../../src/actions/docstring/target.ts";

const CASES_A_FILE = 2;
const LEAST_WORDS = 4; // of what the person wrote
const MOST_FILE_UNITS = 200_000;
const NOT_SOURCE = /\.d\.[cm]?ts$|\.min\.js$|(^|\/)(tests?|__tests__|dist|locales)\//;

const { values } = parseArgs({
  options: {
    root: { type: "string", multiple: true },
    out: { type: "string" },
    count: { type: "string" },
    seed: { type: "string" },
  },
});
const { root: roots = [], out } = values;
if (roots.length === 0 || !out) throw new Error("--root and --out are needed");
const count = Number(values.count ?? 100);
const random = new SeededRandom(Number(values.seed ?? 1));
const parsers = await createParsers();

const cases: object[] = [];
for (const file of shuffled(roots.flatMap(sourcesOf), random)) {
  if (cases.length >= count) break;
  const text = readFileSync(file, "utf8");
  const languageId = languageOfPath(file);
  const tree = languageId && text.length <= MOST_FILE_UNITS ? parsers.for(languageId)?.parse(text) : undefined;
  if (!languageId || !tree) continue;
  const documented = targetsIn(text, tree, languageId).filter(({ signature, existing = "" }) => {
    return signature && (existing.match(/[A-Za-z]{2,}/g) ?? []).length >= LEAST_WORDS;
  });
  for (const { place, existing } of shuffled(documented, random).slice(0, CASES_A_FILE)) {
    if (cases.length >= count) break;
    const suffix = text.slice(place.end);
    const name = path.basename(file);
    cases.push({
      id: `${name}:${place.start}`,
      path: name,
      prefix: text.slice(0, place.start),
      suffix,
      expected: existing,
    });
  }
  tree.dispose();
}
writeFileSync(out, cases.map((one) => `${JSON.stringify(one)}\n`).join(""));
process.stderr.write(`${cases.length} cases\n`);

function sourcesOf(root: string): string[] {
  const all = ts.sys.readDirectory(root, [".ts", ".mts", ".cts", ".js", ".mjs"], ["**/node_modules"]);
  return all.filter((file) => !NOT_SOURCE.test(path.relative(root, file)));
}
