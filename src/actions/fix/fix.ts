// Fixes for the problems of a file: the compiler's own candidates first, then the model's, and of both only those that the compiler finds
// right. Gives edits; applies none.

import type { Sampling } from "../../../server/protocol/messages.ts";
import type { OpenDocument } from "../../context/documents.ts";
import { ownText } from "../../context/ownText.ts";
import type { CompletionModel } from "../../model/completionModel.ts";
import type { NoFix, Problem, TextChange } from "../../typescript/problems.ts";
import { type Hole, holesOf } from "./holes.ts";
import { nearNames } from "./nearNames.ts";

/** What a language's checker says of one open file, at once or from a thread of its own. */
export interface Checker {
  problems(): Problem[] | Promise<Problem[]>;
  ownFixes(problem: Problem): TextChange[][] | Promise<TextChange[][]>;
  faultOf(changes: readonly TextChange[], problem: Problem, before: readonly Problem[]): Fault | Promise<Fault>;
}

type Fault = NoFix | undefined;

export interface Fix {
  problem: Problem;
  source: "language" | "names" | "model";
  edit: TextChange; // one, of the document, in UTF-16 units
  /** Mean log probability of a token; 0 where no model wrote it. */
  logProb: number;
}

export interface Fixes {
  fixes: Fix[]; // the best first; empty where none is right
  tried: number;
  faults: NoFix[]; // of the candidates that are none
}

export interface FixDeps {
  checker: Checker;
  model?: Pick<CompletionModel, "generate">; // absent: the compiler's own candidates alone
}

/** For each hole: the likeliest text, then others. */
const ATTEMPTS: readonly Sampling[] = [
  { temperature: 0 },
  { temperature: 0.7, topK: 40, topP: 0.95, seed: 1 },
  { temperature: 0.7, topK: 40, topP: 0.95, seed: 2 },
];
const MOST_FIXES = 3;
const SMALL_UNITS = 24;
const PREFIX_UNITS = 65_536;
const SUFFIX_UNITS = 16_384;
const MAX_TOKENS: Record<Hole["kind"], number> = { place: 16, argument: 16, expression: 32, line: 48, statement: 96 };

/**
 * Verified fixes of one problem, at most three.
 * @param before all problems of the document, as the checker gives them
 * @throws UserError when the model cannot be asked; the signal's reason
 */
export async function fixesFor(
  document: OpenDocument,
  problem: Problem,
  before: readonly Problem[],
  { checker, model }: FixDeps,
  signal: AbortSignal,
): Promise<Fixes> {
  const text = document.text.getText();
  const result: Fixes = { fixes: [], tried: 0, faults: [] };
  const known = new Set<string>();
  const consider = async (changes: readonly TextChange[], source: Fix["source"], logProb: number): Promise<void> => {
    const edit = asOne(text, changes);
    if (source === "model" && !isSmall(text, edit)) return;
    const key = `${edit.start} ${edit.end} ${edit.newText}`;
    if (known.has(key) || text.slice(edit.start, edit.end) === edit.newText) return;
    known.add(key);
    result.tried++;
    const fault = await checker.faultOf([edit], problem, before);
    signal.throwIfAborted();
    if (fault) result.faults.push(fault);
    else result.fixes.push({ problem, source, edit, logProb });
  };
  for (const changes of await checker.ownFixes(problem)) await consider(changes, "language", 0);
  if (result.fixes.length === 0) {
    const { start, end } = problem;
    for (const name of nearNames(text, text.slice(start, end)))
      await consider([{ start, end, newText: name }], "names", 0);
  }
  if (result.fixes.length === 0 && model) {
    for (const hole of holesOf(text, document.tree, problem)) {
      for (const sampling of ATTEMPTS) {
        const written = await fill(document, hole, sampling, model, signal);
        if (written) await consider([{ ...hole, newText: hole.lead + written.text }], "model", written.logProb);
      }
      if (result.fixes.length > 0) break; // a larger hole changes more
    }
  }
  result.fixes = result.fixes.toSorted((a, b) => cost(text, a) - cost(text, b)).slice(0, MOST_FIXES);
  return result;
}

/** @returns undefined where the model wrote nothing that can stand there */
async function fill(
  document: OpenDocument,
  { kind, start, end, lead }: Hole,
  sampling: Sampling,
  model: Pick<CompletionModel, "generate">,
  signal: AbortSignal,
): Promise<{ text: string; logProb: number } | undefined> {
  const text = document.text.getText();
  const own = ownText(text.slice(0, start).slice(-PREFIX_UNITS) + lead, text.slice(end).slice(0, SUFFIX_UNITS));
  const prompt = {
    path: document.path,
    languageId: document.languageId,
    prefix: own.prefix,
    suffix: own.suffix,
    pieces: [],
  };
  const stop = kind === "statement" ? [] : ["\n"];
  const params = { prompt, class: "command" as const, maxTokens: MAX_TOKENS[kind], sampling, stop };
  const generation = await model.generate(params, () => {}, signal);
  signal.throwIfAborted();
  const written = generation.text.trimEnd();
  if (generation.stop === "maxTokens" || written.trim() === "") return undefined;
  const { logProbs } = generation;
  return { text: written, logProb: logProbs.reduce((sum, value) => sum + value, 0) / Math.max(1, logProbs.length) };
}

/** Changes of several places as one of what lies between the first and the last. */
export function asOne(text: string, changes: readonly TextChange[]): TextChange {
  const sorted = changes.toSorted((a, b) => a.start - b.start);
  const [start, end] = [sorted[0]!.start, Math.max(...sorted.map((change) => change.end))];
  let newText = "";
  let at = start;
  for (const change of sorted) {
    newText += text.slice(at, change.start) + change.newText;
    at = change.end;
  }
  return { start, end, newText: newText + text.slice(at, end) };
}

/** How much is changed, and how unlikely it is: a nat a token weighs as much as four units. */
const cost = (text: string, { edit, logProb }: Fix): number => changedUnits(text, edit) - 4 * logProb;

/** What leaves little of the code that stood there is another program, not a fix of this one. */
const isSmall = (text: string, edit: TextChange): boolean =>
  changedUnits(text, edit) <= SMALL_UNITS + 0.5 * (edit.end - edit.start);

/** Units that are taken out or put in, without what both texts begin and end with. */
function changedUnits(text: string, edit: TextChange): number {
  const [was, is] = [text.slice(edit.start, edit.end), edit.newText];
  let head = 0;
  while (head < Math.min(was.length, is.length) && was[head] === is[head]) head++;
  let tail = 0;
  while (tail < Math.min(was.length, is.length) - head && was.at(-1 - tail) === is.at(-1 - tail)) tail++;
  return was.length + is.length - 2 * (head + tail);
}
