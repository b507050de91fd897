// Makes the cases of the own-repository test: single lines that later commits of a repository add to what an adapter was trained on.
// Reads a git repository; writes JSON lines as `sotto evaluate` reads them.
//
// node lab/evaluate/makeRepositoryCases.ts --repository DIR --from COMMIT --to COMMIT --under FOLDER --out FILE [--cases N] [--seed S]

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { languageOfPath, lineSyntax } from "../../common/syntax/languages.ts";
import { SeededRandom, shuffled } from "../../finetune/data/seededRandom.ts";

const MAX_CASES_PER_FILE = 12;
const MIN_EXPECTED_CHARS = 3; // without blanks
const COMMENT = /^\s*(\/\/|\/?\*|#)/;
const TEST_PATH = /(^|\/)(tests?|__tests__|spec|e2e)\/|[._](test|spec)(-d)?\./i;
const DATA = /^jsonc?$/;

interface CasePlace {
  path: string;
  line: number; // from 0, in the file as it is at the end
}

const { values } = parseArgs({
  options: {
    repository: { type: "string" },
    from: { type: "string" },
    to: { type: "string" },
    under: { type: "string", default: "." },
    out: { type: "string" },
    cases: { type: "string", default: "240" },
    seed: { type: "string", default: "1" },
    name: { type: "string", default: "repository" },
    licence: { type: "string", default: "MIT" },
  },
});
const { repository, from, to, under, out, name, licence } = values;
if (!repository || !from || !to || !out) throw new Error("--repository, --from, --to and --out are needed");

const git = (...args: string[]): string =>
  execFileSync("git", ["-C", repository, ...args], { encoding: "utf8", maxBuffer: 2 ** 30 });
const random = new SeededRandom(Number(values.seed));
const texts = new Map<string, string>();
const textOf = (path: string): string => {
  let text = texts.get(path);
  if (text === undefined) texts.set(path, (text = git("show", `${to}:${path}`)));
  return text;
};

const cases = [];
const perFile = new Map<string, number>();
const seen = new Set<string>();
for (const { path, line } of shuffled(addedPlaces(), random)) {
  if (cases.length >= Number(values.cases)) break;
  if ((perFile.get(path) ?? 0) >= MAX_CASES_PER_FILE) continue;
  const lines = textOf(path).split("\n");
  const text = lines[line];
  if (COMMENT.test(text) || isLineComment(text, path)) continue;
  const indentation = /^\s*/.exec(text)![0].length;
  const starts = [...text.matchAll(/[A-Za-z_$][\w$]*|\d+|[^\s\w]/g)].map(({ index }) => index);
  const start = random.chance(0.4) ? indentation : (starts[random.between(0, Math.max(0, starts.length - 1))] ?? 0);
  const expected = text.slice(start).trimEnd();
  if (expected.replace(/\s/g, "").length < MIN_EXPECTED_CHARS || !/\w\w/.test(expected)) continue;
  if (seen.has(expected)) continue;
  seen.add(expected);
  perFile.set(path, (perFile.get(path) ?? 0) + 1);
  cases.push({
    id: `${name}-${cases.length}`,
    source: `${name}@${to}`,
    licence,
    language: languageOf(path),
    kind: "single",
    path,
    prefix: [...lines.slice(0, line), text.slice(0, start)].join("\n"),
    suffix: ["", ...lines.slice(line + 1)].join("\n"),
    expected,
  });
}
writeFileSync(out, cases.map((value) => `${JSON.stringify(value)}\n`).join(""));
console.error(`${cases.length} cases of ${perFile.size} files`);

/** The language of a file's cases: any that is completed, but for data. */
function languageOf(path: string): string | undefined {
  const id = languageOfPath(path)?.replace(/script(react)$/, "script");
  return id === undefined || DATA.test(id) ? undefined : id;
}

function isLineComment(text: string, path: string): boolean {
  return text.trimStart().startsWith(lineSyntax(languageOfPath(path) ?? "")?.lineComment ?? "//");
}

/** Lines that the commits add, in files whose language is completed, without tests. */
function addedPlaces(): CasePlace[] {
  const places: CasePlace[] = [];
  let path = "";
  let line = 0;
  for (const row of git("diff", "-U0", "--no-color", "--no-renames", from!, to!, "--", under!).split("\n")) {
    const file = /^\+\+\+ (?:b\/(.*)|\/dev\/null)$/.exec(row);
    const hunk = /^@@ -\S+ \+(\d+)/.exec(row);
    if (file) path = file[1] ?? "";
    else if (hunk) line = Number(hunk[1]) - 1;
    else if (row.startsWith("+")) {
      const isWanted = path !== "" && languageOf(path) !== undefined && !TEST_PATH.test(path);
      if (isWanted) places.push({ path, line });
      line++;
    }
  }
  return places;
}
