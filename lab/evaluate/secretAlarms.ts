// What the secret rules find: planted secrets by class (left over), and alarms in real files by folder, each to be read by a person.
// node lab/evaluate/secretAlarms.ts [--seed N] [--each N] [--per-folder N] [--show] FOLDER…

import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { refusalOfPath } from "../../common/rules/pathRules.ts";
import { redactSecrets, secretsIn } from "../../common/rules/redactSecrets.ts";
import { refusalOfText } from "../../common/rules/textRules.ts";
import { Draws } from "../../test/support/planted/draws.ts";
import { CLASSES, partsLeft, plantSecrets } from "../../test/support/planted/plantSecrets.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    each: { type: "string", default: "1000" },
    "per-folder": { type: "string", default: "300" },
    show: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);

console.log("| planted, by class | left over | of | by kind of file |\n| --- | ---: | ---: | --- |");
for (const kind of CLASSES) {
  const planted = plantSecrets(kind, Number(values.each), seed);
  const left = planted.filter((one) => partsLeft(one, redactSecrets(one.text).text).length > 0);
  const files = new Map<string, number>();
  for (const { file } of left) files.set(file, (files.get(file) ?? 0) + 1);
  const byFile = [...files].map(([file, times]) => `${file} ${times}`).join(", ");
  console.log(`| ${kind} | ${((100 * left.length) / planted.length).toFixed(1)} % | ${planted.length} | ${byFile} |`);
}

console.log(
  "\n| real files in | files | MB | files with an alarm | alarms by rule |\n| --- | ---: | ---: | ---: | --- |",
);
for (const folder of positionals) {
  const files = drawn(sources(folder), Number(values["per-folder"]));
  let units = 0;
  const alarms: { file: string; text: string }[] = [];
  const rules: Record<string, number> = {};
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    units += text.length;
    const { found } = redactSecrets(text);
    if (Object.keys(found).length > 0) alarms.push({ file, text });
    for (const [rule, count] of Object.entries(found)) rules[rule] = (rules[rule] ?? 0) + count;
  }
  const byRule = Object.entries(rules)
    .map(([rule, count]) => `${rule} ${count}`)
    .join(", ");
  console.log(
    `| ${path.basename(folder)} | ${files.length} | ${(units / 1e6).toFixed(1)} | ${alarms.length} | ${byRule} |`,
  );
  if (values.show) for (const { file, text } of alarms) showAlarms(path.relative(folder, file), text);
}

/** What the product would read: no folder that tools write, no lock file, nothing minified or generated. */
function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) =>
      /\.(?:[cm]?[jt]sx?|pyi?|go|rs|java|cs|rb|php|c|h|cc|cpp|sh|ya?ml|toml|ini|cfg|json|md|sql|tf|xml)$/.test(name),
    )
    .map((name) => path.join(folder, name))
    .filter(
      (file) =>
        refusalOfPath(path.relative(folder, file)) === undefined &&
        statSync(file).isFile() &&
        statSync(file).size < 1_000_000,
    )
    .filter((file) => refusalOfText(readFileSync(file, "utf8")) === undefined)
    .sort();
}

function drawn(files: string[], count: number): string[] {
  const draws = new Draws(seed);
  const rest = [...files];
  return Array.from({ length: Math.min(count, rest.length) }, () => rest.splice(draws.int(0, rest.length - 1), 1)[0]!);
}

function showAlarms(name: string, text: string): void {
  for (const { start, end } of secretsIn(text)) {
    const line = text.lastIndexOf("\n", start) + 1;
    const before = text.slice(Math.max(line, start - 60), start);
    console.log(
      `    ${name}: ${before}⟦${text.slice(start, Math.min(end, start + 80))}⟧${text.slice(end, end + 20).split("\n", 1)[0]}`,
    );
  }
}
