// Edits from an instruction, on cases of real commits (instructionCases.ts): how many are offered, and why the others are not; the commit's own
// lines through the same checks beside them; and a sheet on which a reader judges both, shuffled and without labels: is this what was asked for?
// Goes on where it was interrupted. None of the repositories' dependencies are installed, so the compiler sees less than at home.
//
//   node lab/evaluate/instructions.ts --out DIR [--each 5] [--cases 60] REPOSITORY…    draws DIR/cases.json
//   node lab/evaluate/instructions.ts --out DIR [--model strong | --engine URL] [--most N]    the next N cases into DIR/answers.jsonl
//   node lab/evaluate/instructions.ts --out DIR --sheet                                DIR/sheet.md, and who wrote what in DIR/key.json
//   node lab/evaluate/instructions.ts --out DIR --judged FILE.jsonl                    a reader's lines { number, a, b }: yes, partly or no

import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { openPlace } from "../../cli/commands/position.ts";
import { openEngine } from "../../cli/engine.ts";
import { type CliModel, loadLocalModel } from "../../cli/model.ts";
import { openedChecker } from "../../cli/openedChecker.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { SeededRandom, shuffled } from "../../finetune/data/seededRandom.ts";
import { NO_ADAPTER } from "../../server/host/protocol/adapters.ts";
import { changeLines, type NoChangeReason } from "../../src/actions/change/change.ts";
import { faultOfChangedLines } from "../../src/actions/change/checks.ts";
import { type InstructionCase, instructionCases } from "./instructionCases.ts";

interface Answer {
  id: string;
  newText?: string; // what is offered
  reason?: NoChangeReason; // why nothing is
  rejected: string[];
  isOutside: boolean; // the edit reaches beyond the selected lines
  isChecked: boolean; // by a compiler, too
  ownFault: string | null; // of the commit's own lines, by the same checks
  seconds: number;
}

type Verdict = "yes" | "partly" | "no";
type Side = "model" | "commit";

const FILTERS = { secrets: true, insecure: true, harmful: true };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string" },
    each: { type: "string", default: "5" },
    cases: { type: "string", default: "60" },
    model: { type: "string", default: "strong" },
    engine: { type: "string" },
    most: { type: "string", default: "1000" },
    sheet: { type: "boolean" },
    judged: { type: "string" },
  },
});
if (!values.out) throw new Error("--out is needed");
const inOut = (name: string) => path.join(values.out!, name);
mkdirSync(values.out, { recursive: true });

if (positionals.length > 0) {
  const parsers = await createParsers();
  const drawn = positionals.map((gitDir) => instructionCases(gitDir, nameOf(gitDir), Number(values.each), parsers));
  const all = drawn.flat().slice(0, Number(values.cases));
  for (const [at, one] of drawn.entries()) console.log(`${nameOf(positionals[at]!)}: ${one.length}`);
  writeFileSync(inOut("cases.json"), JSON.stringify(all, undefined, 2));
}
const cases: InstructionCase[] = JSON.parse(readFileSync(inOut("cases.json"), "utf8"));
const answers = linesOf<Answer>(inOut("answers.jsonl"));
const left = cases.filter(({ id }) => !answers.some((one) => one.id === id)).slice(0, Number(values.most));
if (positionals.length === 0 && !values.sheet && !values.judged && left.length > 0) await run(left);
if (values.sheet) writeSheet();
report();

function nameOf(gitDir: string): string {
  const parts = path.resolve(gitDir).split(path.sep);
  return parts.findLast((part) => part !== "repo" && part !== ".git")!;
}

function linesOf<T>(file: string): T[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

async function run(asked: readonly InstructionCase[]): Promise<void> {
  const signal = new AbortController().signal;
  const log = (line: string) => console.error(line);
  const engine = values.engine ? { choice: { url: values.engine }, hasConsent: true } : undefined;
  const adapter = engine ? {} : { adapter: NO_ADAPTER };
  const options = { id: values.model, threads: undefined, ...adapter, ...(engine && { engine }) };
  const model = engine ? await openEngine(options, log, signal) : await loadLocalModel(options);
  try {
    for (const one of asked) {
      const answer = await answerTo(one, model, signal);
      appendFileSync(inOut("answers.jsonl"), `${JSON.stringify(answer)}\n`);
      answers.push(answer);
      console.log(
        `${one.id} ${answer.reason ?? "offered"} (the commit: ${answer.ownFault ?? "passes"}) ${answer.seconds} s`,
      );
    }
  } finally {
    model.dispose();
  }
}

async function answerTo(one: InstructionCase, model: CliModel, signal: AbortSignal): Promise<Answer> {
  const tree = mkdtempSync(path.join(tmpdir(), "sotto-instruction-"));
  try {
    unpack(one, tree);
    const file = path.join(tree, one.path);
    const place = await openPlace(
      { file, line: String(one.firstLine), column: "1" },
      {
        ...{ root: tree, json: false, seed: undefined },
        model: { id: undefined, threads: undefined },
      },
    );
    const { document, sources, offset: start, text } = place;
    const lines = text.split("\n").slice(one.firstLine - 1, one.lastLine);
    const end = start + lines.join("\n").length;
    const opened = await openedChecker(document, tree, sources, () => {}).catch(() => undefined);
    const checker = opened?.checker;
    const own = { start, end, newText: one.after };
    const ownFault = (await faultOfChangedLines(document, own, FILTERS, checker)) ?? null;
    const startMs = performance.now();
    const request = { document, start, end, instruction: one.instruction };
    const found = await changeLines(request, { model, sources, checker, filters: FILTERS, allowsSmall: true }, signal);
    const seconds = Math.round((performance.now() - startMs) / 1_000);
    opened?.dispose();
    const about = { id: one.id, isChecked: checker !== undefined, ownFault, seconds };
    if (found.kind === "none") return { ...about, reason: found.reason, rejected: found.answers, isOutside: false };
    const { edit } = found;
    return { ...about, newText: edit.newText, rejected: [], isOutside: edit.start < start || edit.end > end };
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

/** The sources and configuration before the commit: other files, such as pictures, are not needed, and may be absent in a snapshot. */
function unpack({ repository, commit }: InstructionCase, tree: string): void {
  const git = (...args: string[]) => execFileSync("git", ["--git-dir", repository, ...args], { maxBuffer: 1 << 30 });
  const names = git("ls-tree", "-r", "--name-only", `${commit}^`).toString().split("\n");
  const kinds = ["ts", "tsx", "mts", "cts", "js", "mjs", "cjs", "json"].filter((kind) =>
    names.some((name) => name.endsWith(`.${kind}`)),
  );
  const archive = git("archive", `${commit}^`, "--", ...kinds.map((kind) => `:(glob)**/*.${kind}`));
  execFileSync("tar", ["-x", "-C", tree], { input: archive });
}

/** A text for each case that has an offer: the model's and the commit's, in an order that the key alone tells. */
function writeSheet(): void {
  const random = new SeededRandom(1);
  const key: Record<number, { id: string; sides: Side[] }> = {};
  const pages = cases.flatMap((one, at) => {
    const offered = answers.find(({ id }) => id === one.id)?.newText;
    if (offered === undefined) return [];
    const sides = shuffled<Side>(["model", "commit"], random);
    key[at + 1] = { id: one.id, sides };
    const texts = { model: offered, commit: one.after };
    const shown = (title: string, code: string) => `${title}\n\`\`\`ts\n${code}\n\`\`\`\n`;
    const parts = [shown("Before", one.before), shown("A", texts[sides[0]!]), shown("B", texts[sides[1]!])];
    return [`## ${at + 1}. ${one.instruction}\n\n${one.id}, ${one.path}:${one.firstLine}\n\n${parts.join("\n")}`];
  });
  writeFileSync(inOut("sheet.md"), pages.join("\n"));
  writeFileSync(inOut("key.json"), JSON.stringify(key));
}

function report(): void {
  const offered = answers.filter(({ newText }) => newText !== undefined);
  const count = (title: string, n: number, of = answers.length) => console.log(`${title}: ${n} of ${of}`);
  if (answers.length === 0) return;
  count("offered, which applies and parses", offered.length);
  count("… also checked by a compiler", offered.filter(({ isChecked }) => isChecked).length, offered.length);
  count("… outside of the selection", offered.filter(({ isOutside }) => isOutside).length, offered.length);
  count("the commit's own lines pass the same checks", answers.filter(({ ownFault }) => ownFault === null).length);
  const reasons = answers.map(({ reason }) => reason ?? "offered");
  for (const reason of new Set(reasons)) console.log(`  ${reason}: ${reasons.filter((one) => one === reason).length}`);
  const seconds = answers.map((one) => one.seconds).sort((a, b) => a - b);
  console.log(`seconds: median ${seconds[seconds.length >> 1]}, longest ${seconds.at(-1)}`);
  if (values.judged) reportJudged(values.judged);
}

function reportJudged(file: string): void {
  const key: Record<number, { id: string; sides: Side[] }> = JSON.parse(readFileSync(inOut("key.json"), "utf8"));
  const verdicts: Record<Side, Verdict[]> = { model: [], commit: [] };
  for (const { number, a, b } of linesOf<{ number: number; a: Verdict; b: Verdict }>(file)) {
    const [first, second] = key[number]!.sides;
    verdicts[first!].push(a);
    verdicts[second!].push(b);
  }
  for (const side of ["model", "commit"] as const) {
    const of = (verdict: Verdict) => verdicts[side].filter((one) => one === verdict).length;
    console.log(
      `${side}: wanted ${of("yes")}, partly ${of("partly")}, not ${of("no")}; of ${cases.length} cases asked`,
    );
  }
}
