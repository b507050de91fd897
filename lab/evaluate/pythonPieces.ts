// Missing pieces of real Python code: python_pieces.py draws the places and runs what they become; a type checker, where one is given, says whether it
// has new errors. Where nothing is missing, and where the piece is there already, nothing may be offered.
//
//   node lab/evaluate/pythonPieces.ts --each 40 [--seed 1] [--python python3] [--pyright FILE] [--show] ROOT ...
//
// A root is a folder with Python sources. "made" are classes that were rewritten to have the form that a kind needs (a dataclass with an `__init__`); the
// functions of `cases` are written over enums and literal types of the file. --pyright is the JavaScript file that starts pyright;
// it sees each text within a copy of its root.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { createParsers } from "../../common/syntax/parsers.ts";
import { piecesAt } from "../../src/actions/pieces/piecesAt.ts";
import { withChanges } from "../../src/typescript/problems.ts";
import { openDocument } from "../../src/workspace/documents.ts";

const READER = path.join(import.meta.dirname, "python_pieces.py");
const MOST_BYTES = 1_000_000_000; // of a process's answer

interface Place {
  kind: string;
  root: string;
  file: string;
  made?: boolean;
  text: string;
  line: number; // from 1: where it is asked
  name: string;
  untouched?: string; // the text in which nothing is missing
}

interface Counts {
  places: number;
  offered: number;
  written: number; // pieces: of cases there are two
  compiles: number; // Python's compiler takes it
  ran: number;
  runs: number; // of them: does what it says
  checked: number; // by the type checker
  clean: number; // of them: no new error
  whatFails: Record<string, number>;
  refused: Record<string, number>;
  untouched: number;
  false: number;
}

const { values, positionals: roots } = parseArgs({
  options: {
    each: { type: "string" },
    seed: { type: "string" },
    python: { type: "string" },
    pyright: { type: "string" },
    show: { type: "boolean" },
  },
  allowPositionals: true,
});
const python = values.python ?? "python3";
const parsers = await createParsers();
const drawn = [READER, "draw", values.each ?? "40", values.seed ?? "1", ...roots.map((root) => path.resolve(root))];
const places: Place[] = JSON.parse(execFileSync(python, drawn, { encoding: "utf8", maxBuffer: MOST_BYTES }));
const counts = new Map<string, Counts>();
const made: (Place & { after: string })[] = [];
for (const place of places) {
  const count = countsOf(place);
  count.places++;
  if (place.untouched !== undefined) await askAgain(place, place.untouched, count);
  const { pieces, reason } = await offersAt(place, place.text);
  const chosen = pieces.at(-1); // of the cases the one with the last case that type checkers know
  if (!chosen) {
    count.refused[reason] = (count.refused[reason] ?? 0) + 1;
    if (values.show) show(`NONE (${reason})`, place, place.text);
    continue;
  }
  count.offered++;
  for (const piece of pieces) made.push({ ...place, after: withChanges(place.text, piece.changes) });
  await askAgain(place, withChanges(place.text, chosen.changes), count);
}
const faults: (string | null)[] = JSON.parse(
  execFileSync(python, [READER, "judge"], {
    encoding: "utf8",
    input: JSON.stringify(made),
    maxBuffer: MOST_BYTES,
    stdio: ["pipe", "pipe", "ignore"],
  }),
);
for (const [index, fault] of faults.entries()) {
  const place = made[index]!;
  const count = countsOf(place);
  count.written++;
  if (!fault?.startsWith("does not compile")) count.compiles++;
  if (fault?.startsWith("not run"))
    count.whatFails[fault.slice(0, 40)] = (count.whatFails[fault.slice(0, 40)] ?? 0) + 1;
  else {
    count.ran++;
    if (fault === null) count.runs++;
    else {
      count.whatFails[fault] = (count.whatFails[fault] ?? 0) + 1;
      if (values.show) show(fault, place, place.after);
    }
  }
}
if (values.pyright) typeCheck(values.pyright);
console.log(JSON.stringify(Object.fromEntries(counts), undefined, 1));

/** Counts errors that the texts have after, and not before: by their rules and messages. */
function typeCheck(pyright: string): void {
  const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-pieces-"));
  const whole = roots.map((root) => path.resolve(root));
  const copyOf = (root: string) => path.join(folder, String(whole.indexOf(root)), path.basename(root)); // two may have the same name
  const isCopied = (file: string) => !/\/(?:node_modules|\.git)$/.test(file);
  for (const root of whole) cpSync(root, copyOf(root), { recursive: true, filter: isCopied });
  const asked: string[] = [];
  for (const [index, { file, text, after }] of made.entries()) {
    const root = whole.find((one) => file.startsWith(one + path.sep))!;
    const beside = path.join(copyOf(root), path.dirname(path.relative(root, file))); // so that relative imports are found
    for (const [name, written] of Object.entries({ [`before_${index}.py`]: text, [`after_${index}.py`]: after })) {
      writeFileSync(path.join(beside, name), written);
      asked.push(path.join(beside, name));
    }
  }
  const extraPaths = whole.flatMap((root) => [path.dirname(copyOf(root)), copyOf(root)]);
  const config = { include: asked, pythonVersion: "3.13", extraPaths };
  writeFileSync(path.join(folder, "pyrightconfig.json"), JSON.stringify(config));
  const { stdout } = spawnSync(process.execPath, [pyright, "--outputjson", "-p", folder], {
    encoding: "utf8",
    maxBuffer: MOST_BYTES,
  });
  rmSync(folder, { recursive: true });
  const errors = new Map<string, string[]>();
  for (const { file, severity, message, rule } of JSON.parse(stdout).generalDiagnostics) {
    if (severity !== "error") continue;
    const name = path.basename(file, ".py");
    errors.set(name, [...(errors.get(name) ?? []), `${rule} ${message.replaceAll(/(?:before|after)_\d+/g, "")}`]);
  }
  for (const [index, place] of made.entries()) {
    const left = [...(errors.get(`before_${index}`) ?? [])];
    const added = (errors.get(`after_${index}`) ?? []).filter((one) => {
      const at = left.indexOf(one);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
    const count = countsOf(place);
    count.checked++;
    if (added.length === 0) count.clean++;
    else if (values.show) show(`pyright: ${added.join("; ")}`, place, place.after);
  }
}

async function askAgain(place: Place, text: string, count: Counts): Promise<void> {
  const lost = text === place.untouched ? lineOf(place, text) : place.line + addedAbove(place.text, text);
  const { pieces } = await offersAt({ ...place, line: lost }, text);
  count.untouched++;
  if (pieces.length === 0) return;
  count.false++;
  if (values.show) show(`FALSE ${pieces[0]!.title}`, place, text);
}

/** The line of the class, or of the match of the probe, in another text. */
function lineOf({ kind, name }: Place, text: string): number {
  const lines = text.split("\n");
  const head = lines.findLastIndex((line) => new RegExp(`^\\s*(?:class|def) ${name}\\b`).test(line));
  return head + (kind === "cases" ? 2 : 1);
}

/** Lines that a piece adds at the top of a file: imports. */
function addedAbove(before: string, after: string): number {
  return after.includes("import assert_never") && !before.includes("import assert_never") ? 1 : 0;
}

async function offersAt({ kind, line }: Place, text: string) {
  const at =
    text
      .split("\n")
      .slice(0, line - 1)
      .join("\n").length + (line > 1 ? 1 : 0);
  const document = openDocument({ uri: "file:///a.py", path: "a.py", languageId: "python", text }, parsers);
  const found = await piecesAt(document, { start: at, end: at }, undefined, async () => ({ reason: "no compiler" }));
  document.tree?.dispose();
  if ("reason" in found) return { pieces: [], reason: found.reason };
  const refused = found.refused.find((one) => one.kind === kind);
  return { pieces: found.pieces.filter((one) => one.kind === kind), reason: refused?.reason ?? "nothing" };
}

function countsOf({ kind, made: isMade }: Place): Counts {
  const key = isMade ? `${kind}, made` : kind;
  const numbers = {
    places: 0,
    offered: 0,
    written: 0,
    compiles: 0,
    ran: 0,
    runs: 0,
    checked: 0,
    clean: 0,
    untouched: 0,
    false: 0,
  };
  const found = counts.get(key) ?? { ...numbers, whatFails: {}, refused: {} };
  counts.set(key, found);
  return found;
}

function show(what: string, { kind, file, line }: Place, text: string): void {
  const part = text
    .split("\n")
    .slice(line - 1, line + 14)
    .join("\n");
  process.stderr.write(`\n=== ${what} (${kind}) ${file}:${line}\n${part}\n`);
}
