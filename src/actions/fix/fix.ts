// Fixes for the problems of a file: the compiler's own candidates first, then the model's, and of both only those that the compiler verifies.
// Returns edits; applies none.

import { Cancelled } from "../../../common/errors.ts";
import type { PromptInput, Sampling } from "../../../server/host/protocol/messages.ts";
import type { Checker } from "../../typescript/checker.ts";
import { type NoFix, type Problem, type TextChange, withChanges } from "../../typescript/problems.ts";
import { isMissingMember } from "../../typescript/typeCandidates.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { attempts, promptOfGap, type Writer, writeInto } from "../gap.ts";
import { type Hole, holesOf } from "./holes.ts";
import { nearNames } from "./nearNames.ts";
import { scopeCandidates } from "./scopeCandidates.ts";

export interface Fix {
  problem: Problem;
  source: "language" | "editor" | "names" | "model";
  edit: TextChange; // a single change of the document, in UTF-16 units
  /** Mean log probability per token; 0 where no model wrote it. */
  logProb: number;
}

export interface Fixes {
  fixes: Fix[]; // the best first; empty where none is right
  tried: number;
  faults: NoFix[]; // why the other candidates failed
}

export interface FixDeps {
  checker: Checker;
  model?: Writer; // absent: the compiler's own candidates alone
  /** Candidates from elsewhere: the editor's code actions for the problem. */
  offered?: readonly (readonly TextChange[])[];
}

/** Comments that suppress a checker's message: the message is gone, but the code is as wrong as before. */
const SUPPRESSION =
  /@ts-(ignore|nocheck|expect-error)|eslint-disable|biome-ignore|#\s*(type:\s*ignore|noqa|pyright:|pylint:)/;

/** For each hole: the likeliest text, then others. */
const ATTEMPTS = attempts(0, 0.7, 0.7);
const MOST_FIXES = 3;
const SMALL_UNITS = 24;
const MAX_TOKENS: Record<Hole["kind"], number> = { place: 16, argument: 16, expression: 32, line: 48, statement: 96 };

/**
 * Verified fixes of one problem, at most three.
 * @param before all problems of the document, as the checker gives them
 * @throws UserError when the model cannot be asked; Cancelled
 */
export async function fixesFor(
  document: OpenDocument,
  problem: Problem,
  before: readonly Problem[],
  { checker, model, offered = [] }: FixDeps,
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
    const fault = SUPPRESSION.test(edit.newText) ? "suppresses" : await checker.faultOf([edit], problem, before);
    if (signal.aborted) throw new Cancelled();
    if (fault) result.faults.push(fault);
    else result.fixes.push({ problem, source, edit, logProb });
  };
  const declaring: [changes: readonly TextChange[], source: Fix["source"]][] = [];
  const weigh = async (changes: readonly TextChange[], source: Fix["source"]): Promise<void> => {
    if (declares(changes, text, problem)) declaring.push([changes, source]);
    else if (changes.length > 0) await consider(changes, source, 0);
  };
  for (const changes of await checker.ownFixes(problem)) await weigh(changes, "language");
  for (const changes of offered) await weigh(changes, "editor");
  if (result.fixes.length === 0) {
    const { start, end } = problem;
    for (const name of nearNames(text, text.slice(start, end)))
      await consider([{ start, end, newText: name }], "names", 0);
  }
  // a name that is near to a known one is misspelt: it is not declared
  if (result.fixes.length === 0) for (const [changes, source] of declaring) await consider(changes, source, 0);
  if (result.fixes.length === 0) {
    for (const changes of scopeCandidates(text, document.tree, document.languageId, problem)) {
      await consider(changes, "names", 0);
      if (result.fixes.length >= MOST_FIXES) break;
    }
  }
  if (result.fixes.length === 0 && model) {
    for (const hole of holesOf(text, document.tree, problem)) {
      const prompt = promptOfGap(document, text.slice(0, hole.start) + hole.lead, text.slice(hole.end));
      for (const sampling of ATTEMPTS) {
        const written = await fill(prompt, hole.kind, sampling, model, signal);
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
  prompt: PromptInput,
  kind: Hole["kind"],
  sampling: Sampling,
  model: Writer,
  signal: AbortSignal,
): Promise<{ text: string; logProb: number } | undefined> {
  const how = { sampling, maxTokens: MAX_TOKENS[kind], stop: kind === "statement" ? [] : ["\n"] };
  const generation = await writeInto(prompt, how, model, signal);
  const written = generation.text.trimEnd();
  if (generation.stop === "maxTokens" || written.trim() === "") return undefined;
  const { logProbs } = generation;
  return { text: written, logProb: logProbs.reduce((sum, value) => sum + value, 0) / Math.max(1, logProbs.length) };
}

/** Whether changes declare what the problem names, elsewhere: a member, a function, a variable. */
function declares(changes: readonly TextChange[], text: string, problem: Problem): boolean {
  if (changes.some(({ start, end }) => start < problem.end && problem.start < end)) return false;
  if (isMissingMember(problem)) return changes.length > 0;
  const name = text.slice(problem.start, problem.end);
  return changes.some(({ newText }) => declaredNames(newText).includes(name));
}

const declaredNames = (code: string): string[] =>
  [...code.matchAll(/\b(?:function|class|const|let|var|def)\s+([\p{L}_$][\p{L}\p{N}_$]*)/gu)].map(([, name]) => name!);

/** Joins several changes into one that spans from the first to the last. */
export function asOne(text: string, changes: readonly TextChange[]): TextChange {
  const start = Math.min(...changes.map((change) => change.start));
  const end = Math.max(...changes.map((change) => change.end));
  const changed = withChanges(text, changes);
  return { start, end, newText: changed.slice(start, changed.length - (text.length - end)) };
}

/** The cost of a fix: its changed units and its improbability; a nat per token weighs as much as four units. */
const cost = (text: string, { edit, logProb }: Fix): number => changedUnits(text, edit) - 4 * logProb;

/** Whether enough of the old code remains: otherwise it is another program, not a fix of this one. */
const isSmall = (text: string, edit: TextChange): boolean =>
  changedUnits(text, edit) <= SMALL_UNITS + 0.5 * (edit.end - edit.start);

/** Number of removed and inserted units, without the common beginning and end of both texts. */
function changedUnits(text: string, edit: TextChange): number {
  const [was, is] = [text.slice(edit.start, edit.end), edit.newText];
  let head = 0;
  while (head < Math.min(was.length, is.length) && was[head] === is[head]) head++;
  let tail = 0;
  while (tail < Math.min(was.length, is.length) - head && was.at(-1 - tail) === is.at(-1 - tail)) tail++;
  return was.length + is.length - 2 * (head + tail);
}
