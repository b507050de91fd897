// Fixes for the problems of a file: candidates of the compiler, the types and the text first, then the model's, and of all only those that the
// compiler verifies, the surest first. Returns edits; applies none.

import { Cancelled } from "../../../common/errors.ts";
import { editDistance } from "../../../common/util/editDistance.ts";
import type { PromptInput, Sampling } from "../../../server/host/protocol/messages.ts";
import { type Candidate, type Draft, isNear, ranked } from "../../typescript/candidates/candidate.ts";
import { declares } from "../../typescript/candidates/ownCandidates.ts";
import { isWrongName } from "../../typescript/candidates/typeCandidates.ts";
import type { Checker } from "../../typescript/checker.ts";
import { type NoFix, type Problem, type TextChange, withChanges } from "../../typescript/problems.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { attempts, promptOfGap, type Writer, writeInto } from "../gap.ts";
import { confidenceOf } from "./confidence.ts";
import type { FixFacts } from "./fixFeatures.ts";
import { type Hole, holesOf } from "./holes.ts";
import { nearNames } from "./nearNames.ts";
import { scopeCandidates } from "./scopeCandidates.ts";
import { titleOf } from "./title.ts";

export interface Fix {
  problem: Problem;
  source: "language" | "editor" | "names" | "model";
  edit: TextChange; // a single change of the document, in UTF-16 units
  title: string; // what it changes, and why
  confidence: number; // 0 to 1: that it is what was meant
  facts: FixFacts;
}

export interface Fixes {
  fixes: Fix[]; // the best first; empty where none is right
  tried: number;
  faults: NoFix[]; // why the other candidates failed
}

export interface FixDeps {
  checker: Checker;
  model?: Writer | undefined; // absent: the compiler's own candidates alone
  /** Candidates from elsewhere: the editor's code actions for the problem. */
  offered?: readonly (readonly TextChange[])[];
  /** The most fixes; a person is offered three. */
  most?: number;
}

type Sourced = Candidate & { source: Fix["source"] };

/** Comments and casts that suppress a checker's message: the message is gone, but the code is as wrong as before. */
const SUPPRESSION =
  /@ts-(ignore|nocheck|expect-error)|eslint-disable|biome-ignore|#\s*(type:\s*ignore|noqa|pyright:|pylint:)|\bas (any|unknown as)\b/;

/** For each hole: the likeliest text, then others. */
const ATTEMPTS = attempts(0, 0.7, 0.7);
const MOST_FIXES = 3;
/** The most candidates that are tried, and how long: after that what has passed is enough. */
const MOST_TRIED = 24;
const MOST_MS = 10_000;
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
  { checker, model, offered = [], most = MOST_FIXES }: FixDeps,
  signal: AbortSignal,
): Promise<Fixes> {
  const text = document.text.getText();
  const result: Fixes = { fixes: [], tried: 0, faults: [] };
  const known = new Set<string>();
  const startMs = performance.now();
  const consider = async (candidate: Sourced, logProb = 0): Promise<void> => {
    const { source, changes } = candidate;
    const edit = asOne(text, changes);
    if (source === "model" && !isSmall(text, edit)) return;
    const key = `${edit.start} ${edit.end} ${edit.newText}`;
    const was = text.slice(edit.start, edit.end);
    if (known.has(key) || was === edit.newText) return;
    known.add(key);
    result.tried++;
    const fault = SUPPRESSION.test(edit.newText) ? "suppresses" : await checker.faultOf([edit], problem, before);
    if (signal.aborted) throw new Cancelled();
    if (fault) {
      result.faults.push(fault);
      return;
    }
    const facts = factsOf(text, problem, candidate, edit, logProb);
    const title = titleOf(was, edit.newText, candidate.why);
    result.fixes.push({ problem, source, edit, title, confidence: confidenceOf(facts), facts });
  };

  const candidates = await candidatesFor(document, problem, checker, offered);
  const prior = (one: Sourced) =>
    Number(isNear(one)) + confidenceOf(factsOf(text, problem, one, asOne(text, one.changes), 0));
  const usual = candidates.filter(({ kind }) => kind !== "declaration");
  let hasNear = false;
  for (const candidate of usual.toSorted((a, b) => prior(b) - prior(a))) {
    const isEnough = result.fixes.length >= most || (result.fixes.length > 0 && performance.now() - startMs > MOST_MS);
    if (isEnough || result.tried >= MOST_TRIED) break;
    if (hasNear && !isNear(candidate)) continue; // it is misspelt: then nothing else is meant
    const passed = result.fixes.length;
    await consider(candidate);
    if (result.fixes.length > passed && isNear(candidate)) hasNear = true;
  }
  // a name that is near to a known one is misspelt: it is not declared
  const declaring = result.fixes.length === 0 ? candidates.filter(({ kind }) => kind === "declaration") : [];
  for (const candidate of declaring.slice(0, MOST_FIXES)) await consider(candidate);
  if (model && result.fixes.length === 0) {
    for (const hole of holesOf(text, document.tree, problem)) {
      const prompt = promptOfGap(document, text.slice(0, hole.start) + hole.lead, text.slice(hole.end));
      for (const sampling of ATTEMPTS) {
        const written = await fill(prompt, hole.kind, sampling, model, signal);
        if (written) await consider(ofModel({ ...hole, newText: hole.lead + written.text }), written.logProb);
      }
      if (result.fixes.length > 0) break; // a larger hole changes more
    }
  }
  const isWritten = result.fixes.every(({ source }) => source === "model");
  result.fixes.sort((a, b) => (isWritten ? cost(a) - cost(b) : b.confidence - a.confidence));
  result.fixes = result.fixes.slice(0, most);
  return result;
}

/** All that can be thought of without a model, each with where it comes from. */
async function candidatesFor(
  document: OpenDocument,
  problem: Problem,
  checker: Checker,
  offered: readonly (readonly TextChange[])[],
): Promise<Sourced[]> {
  const text = document.text.getText();
  const own = await checker.ownFixes(problem);
  const { start, end } = problem;
  const wrong = text.slice(start, end);
  const isName = isWrongName(problem) && !problem.isSyntax && !own.some(isNear);
  const names = isName ? nearNames(text, wrong) : [];
  const near = names.map((name): Draft => {
    const why =
      names.length === 1 ? "the only name of this file like it" : "a name of this file that is spelt nearly alike";
    return { kind: "nearName", changes: [{ start, end, newText: name }], why, distance: editDistance(wrong, name) };
  });
  const hasArguments = own.some(({ kind }) => kind === "argument");
  const inScope = scopeCandidates(text, document, problem).filter(({ kind }) => kind !== "argument" || !hasArguments);
  const editors = offered.map((changes): Draft => {
    const kind = declares(changes, text, problem) ? "declaration" : "editor";
    return { kind, changes: [...changes], why: "a code action of the editor's" };
  });
  const from = (source: Fix["source"], drafts: readonly Draft[]) => drafts.map((draft) => ({ ...draft, source }));
  const all = [...from("names", [...near, ...inScope]), ...from("language", own), ...from("editor", editors)];
  return ranked(all.filter(({ changes }) => changes.length > 0));
}

function ofModel(change: TextChange): Sourced {
  const [candidate] = ranked([{ kind: "model", changes: [change], why: "written by the model" }]);
  return { ...candidate!, source: "model" };
}

const factsOf = (text: string, problem: Problem, candidate: Candidate, edit: TextChange, logProb: number): FixFacts => {
  const { kind, rivals, order, distance, likeness, uses } = candidate;
  const isThere = edit.start <= problem.end && problem.start <= edit.end;
  return { isThere, kind, rivals, order, distance, likeness, uses, changedUnits: changedUnits(text, edit), logProb };
};

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

/** Joins several changes into one that spans from the first to the last. */
export function asOne(text: string, changes: readonly TextChange[]): TextChange {
  const start = Math.min(...changes.map((change) => change.start));
  const end = Math.max(...changes.map((change) => change.end));
  const changed = withChanges(text, changes);
  return { start, end, newText: changed.slice(start, changed.length - (text.length - end)) };
}

/** The cost of what the model wrote: its changed units and its improbability; a nat per token weighs as much as four units. */
const cost = ({ facts: { changedUnits: units, logProb } }: Fix): number => units - 4 * logProb;

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
