// Recorded model outputs at places, and the product's processing of them, repeatable without the model.

import { readFileSync } from "node:fs";
import path from "node:path";
import type { EvaluationCase } from "../../cli/evaluation/cases.ts";
import { isExactMatchCut } from "../../cli/evaluation/metrics.ts";
import { completeCase, generatedIn, type RunDeps, type RunOptions } from "../../cli/evaluation/runCase.ts";
import type { CliModel } from "../../cli/model.ts";
import { badInput } from "../../common/errors.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { editSimilarity } from "../../finetune/editSimilarity.ts";
import { firstLines, isExactMatch } from "../../finetune/norm.ts";
import type { Answered, ContextPiece, GenerateResult } from "../../server/host/protocol/messages.ts";
import { promptBudgetOf } from "../../server/host/protocol/promptBudget.ts";
import type { Tier } from "../../server/host/protocol/tiers.ts";
import type { ShowFeatures } from "../../src/completion/show/showDecision.ts";

export interface RecordedCase {
  value: EvaluationCase; // without its crossfile chunks
  pieces: ContextPiece[]; // that the product would have sent along
  generation: GenerateResult | undefined; // says which model wrote; undefined where the place refused before one was asked
}

/** A suggestion that passed all filters. */
export interface Suggestion {
  value: EvaluationCase;
  text: string;
  features: ShowFeatures;
  score: number; // as the product scores it now
  right: boolean;
  similarity: number; // of the text and what was written there, 0 to 1
}

/** A file of recorded cases. */
export interface Recording {
  name: string;
  asked: Answered[]; // who wrote, for each place where a model was asked
  suggestions: Suggestion[];
}

/** Nobody asked. */
const options: RunOptions = { filter: true, explicit: false, maxTokens: undefined, alternatives: 0 };
const never = new AbortController().signal;

/** Has the model write at the place. */
export async function recordCase(
  value: EvaluationCase,
  pieces: ContextPiece[],
  deps: Pick<RunDeps, "model" | "parsers">,
): Promise<RecordedCase> {
  const { result } = await completeCase(value, pieces, options, deps, never);
  const { crossfile: _, ...bare } = value;
  return { value: bare, pieces, generation: generatedIn(result).generation };
}

export async function readRecording(file: string, parsers: Parsers): Promise<Recording> {
  const recording: Recording = { name: path.basename(file, ".jsonl"), asked: [], suggestions: [] };
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line === "") continue;
    const recorded: RecordedCase = JSON.parse(line);
    if (recorded.generation) recording.asked.push(recorded.generation);
    const suggestion = await suggestionOf(recorded, parsers);
    if (suggestion) recording.suggestions.push(suggestion);
  }
  return recording;
}

/**
 * The tier whose model wrote all of the recordings; undefined where a model of the user's own did.
 * @throws UserError where several models wrote them: what is fitted for one says nothing of another
 */
export function tierOf(recordings: readonly Recording[]): Tier | undefined {
  const [first, ...others] = recordings.flatMap(({ name, asked }) => asked.map((writer) => ({ name, ...writer })));
  const other = others.find(({ model, tier }) => model !== first.model || tier !== first.tier);
  if (!other) return first?.tier;
  const told = ({ tier, model }: Answered) => (tier ? `the ${tier} model` : model);
  throw badInput(
    `${first.name} was written by ${told(first)}, and ${other.name} by ${told(other)}.`,
    "Give recordings of one model.",
  );
}

/** What passes the filters as they are now; undefined where nothing does. */
export async function suggestionOf(
  { value, pieces, generation }: RecordedCase,
  parsers: Parsers,
): Promise<Suggestion | undefined> {
  if (!generation) return undefined;
  const deps = { model: replaying(generation), parsers };
  const { passed: text, result } = await completeCase(value, pieces, options, deps, never);
  const { scored } = generatedIn(result);
  if (text === undefined || scored === undefined) return undefined;
  const { features, score } = scored;
  return {
    value,
    text,
    features,
    score,
    right: isRight(text, value),
    similarity: editSimilarity(text, value.expected!),
  };
}

/** A right beginning counts where a block is written whose end nobody could guess. */
function isRight(text: string, { kind, expected }: EvaluationCase): boolean {
  if (kind === "block") return isExactMatch(text, firstLines(expected!, text.split("\n").length));
  return kind === "lineStart" ? isExactMatchCut(text, expected!) : isExactMatch(text, expected!);
}

/** A model that writes what was recorded. */
function replaying(generation: GenerateResult): CliModel {
  const unused = () => {
    throw new Error("a recording only writes");
  };
  return {
    async generate(_, onText) {
      onText(generation.text);
      return generation;
    },
    inspect: unused,
    score: unused,
    remember: unused,
    status: unused,
    tier: generation.tier,
    promptBudget: promptBudgetOf(generation.tier),
    dispose: () => {},
  };
}
