// Runs one evaluation case through the product's own completion path and measures the result. Computes no totals.

import { Cancelled } from "../../common/errors.ts";
import { countErrors } from "../../common/syntax/errors.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { endingWith, patientSettings } from "../../finetune/judge/runHeldOutCase.ts";
import type { ContextPiece } from "../../server/host/protocol/messages.ts";
import { CompletionCache } from "../../src/completion/cache.ts";
import { complete } from "../../src/completion/complete.ts";
import type { Completion } from "../../src/completion/outcome.ts";
import type { CompletionResult, GeneratedResult } from "../../src/completion/result.ts";
import { ownText } from "../../src/context/ownText.ts";
import { openDocument } from "../../src/workspace/documents.ts";
import type { CliModel } from "../model.ts";
import type { CaseCompiler } from "./caseCompiler.ts";
import { documentItem, type EvaluationCase, isExplicitKind } from "./cases.ts";
import { type ContextChooser, goldChunks, holdsGold } from "./contextModes.ts";
import { type CaseResult, namesIt } from "./metrics.ts";
import { isSiblingCopy, type RepositoryLines } from "./siblingCopies.ts";
import { passesTest } from "./testRunner.ts";

export interface RunOptions {
  filter: boolean;
  explicit: boolean; // all cases as explicit requests, not only those of kinds span, multi and body
  maxTokens: number | undefined;
  alternatives: number; // how many further suggestions each explicit case asks for
}

export interface RunDeps {
  model: CliModel;
  parsers: Parsers;
  context: ContextChooser;
  repository?: RepositoryLines; // beside the case's file; absent where there is none
  compiler?: CaseCompiler; // absent where there is no compiler: then none is asked
}

/** The tokens for which `retrieved` is computed, whatever room the prompt has. */
const RETRIEVED_TOKENS = 1_200;

/** @throws Cancelled when `signal` fires; what the model throws */
export async function runCase(
  value: EvaluationCase,
  options: RunOptions,
  deps: RunDeps,
  signal: AbortSignal,
): Promise<CaseResult> {
  const startMs = performance.now();
  const { model, context } = deps;
  const choose = (piecesTokens?: number) => context(value, model.promptBudget, signal, piecesTokens);
  const pieces = await choose();
  const { text, texts, outcome, reason, passed, result } = await completeCase(value, pieces, options, deps, signal);
  const totalMs = performance.now() - startMs;

  const { expected } = value;
  const { generation, scored } = generatedIn(result);
  const asked = isAsked(value, options);
  const prompt = promptInput(value, pieces);
  return {
    value,
    text,
    texts,
    raw: generation?.text ?? "",
    outcome,
    reason,
    asked,
    scored: asked || passed === undefined || scored === undefined ? undefined : { text: passed, score: scored.score },
    expectedLogProb: expected === null ? undefined : (await model.score?.({ prompt, text: expected }, signal))?.logProb,
    siblingCopy: isSiblingCopy(text, value, deps.repository),
    syntaxOk: syntaxOk(value, text, deps.parsers),
    pass: await passesTest(value, text, signal),
    ...(await retrieval(value, pieces, model)),
    retrieved: goldChunks(value).length > 0 ? holdsGold(value, await choose(RETRIEVED_TOKENS)) : undefined,
    totalMs,
    decodeMs: generation?.timingMs.decode ?? 0,
    generatedTokens: generation?.tokens.generated ?? 0,
  };
}

/** The model's part of a result, if the model ran. */
export const generatedIn = (result: CompletionResult): Partial<GeneratedResult> =>
  result.kind === "generated" ? result : {};

export interface Completed {
  text: string; // what was shown; "" where nothing was
  texts: string[]; // the same, and the other suggestions
  outcome: "shown" | "none";
  reason: string | null;
  passed: string | undefined; // the suggestion for the show decision: it passed all filters
  result: CompletionResult;
}

/** Only the text completed with these pieces, for a baseline with other context. */
export async function completeCase(
  value: EvaluationCase,
  pieces: ContextPiece[],
  options: RunOptions,
  { model, parsers, compiler }: Omit<RunDeps, "context">,
  signal: AbortSignal,
): Promise<Completed> {
  const request = {
    document: openDocument(documentItem(value), parsers),
    offset: value.prefix.length,
    explicit: isAsked(value, options),
    filter: options.filter,
    maxTokens: options.maxTokens,
    pieces,
  };
  const writer = options.filter ? model : endingWith(endsOf(value), model);
  const deps = { model: writer, cache: new CompletionCache(), settings: patientSettings, compiler };
  const result = await complete(request, deps, signal);
  if (signal.aborted) throw new Cancelled();
  if (result.kind === "failed") throw result.error; // a case that could not be run is not a wrong answer
  const inserted = ({ text, replaceAfter }: Completion) => withoutReplaced(text, value.suffix.slice(0, replaceAfter));
  const { scored } = generatedIn(result);
  const passed = scored && inserted(scored.completion);
  if (result.outcome.kind === "none")
    return { text: "", texts: [], outcome: "none", reason: result.outcome.reason, passed, result };
  const more = result.kind === "generated" ? await result.more?.(options.alternatives, signal) : undefined;
  const texts = [result.outcome.items[0], ...(more ?? [])].map(inserted);
  return { text: texts[0], texts, outcome: "shown", reason: null, passed, result };
}

/** The stop sequences of raw text, by the kind of the case: the line's end, or the stop sequences of the case. */
const endsOf = ({ kind, stop = [] }: EvaluationCase): string[] => (isExplicitKind(kind) ? stop : ["\n"]);

/** A completion may repeat the text that it replaces after the cursor; only what it adds is compared. */
const withoutReplaced = (text: string, replaced: string): string =>
  replaced !== "" && text.endsWith(replaced) ? text.slice(0, -replaced.length) : text;

function promptInput(value: EvaluationCase, pieces: ContextPiece[]) {
  const { path, languageId } = documentItem(value);
  const { prefix, suffix } = ownText(value.prefix, value.suffix);
  return { path, languageId, prefix, suffix, pieces };
}

const isAsked = ({ kind }: EvaluationCase, { explicit }: RunOptions): boolean => explicit || isExplicitKind(kind);

/** Which of the pieces got into the prompt; undefined where the case has nothing to find. */
export async function retrieval(value: EvaluationCase, pieces: ContextPiece[], model: CliModel) {
  const { target } = value;
  const hasGold = goldChunks(value).length > 0;
  if (!hasGold && target === undefined) return { recalled: undefined, targetTold: undefined };
  const own = new Set(["prefix", "suffix"]);
  const sent = (await model.inspect(promptInput(value, pieces))).pieces.filter(({ kind }) => !own.has(kind));
  return {
    recalled: hasGold ? holdsGold(value, sent) : undefined,
    targetTold: target === undefined ? undefined : sent.some(({ text }) => namesIt(text, target)),
  };
}

/** Whether the program has no more syntax errors than with the expected text (or none at all, where there is no expected text). */
function syntaxOk(value: EvaluationCase, text: string, parsers: Parsers): boolean | undefined {
  const parser = parsers.for(documentItem(value).languageId);
  const errors = (completion: string): number | undefined => {
    const tree = parser?.parse(value.prefix + completion + value.suffix);
    return tree && countErrors(tree).count;
  };
  const found = errors(text);
  if (found === undefined) return undefined;
  return found <= (value.expected === null ? 0 : (errors(value.expected) ?? 0));
}
