// What the model wrote at a place, and what the product's path makes of it, again and again without the model.

import type { EvaluationCase } from "../../cli/evaluation/cases.ts";
import { isExactMatchCut } from "../../cli/evaluation/metrics.ts";
import { completeCase } from "../../cli/evaluation/runCase.ts";
import type { CliModel } from "../../cli/model.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { editSimilarity } from "../../finetune/judge/editSimilarity.ts";
import { firstLines, isExactMatch } from "../../finetune/judge/norm.ts";
import type { ContextPiece, GenerateResult } from "../../server/protocol/messages.ts";
import type { ShowFeatures } from "../../src/completion/showDecision.ts";

export interface RecordedCase {
  value: EvaluationCase; // without its crossfile chunks
  pieces: ContextPiece[]; // that the product would have sent along
  generation: GenerateResult | undefined; // undefined where the place refused before the model was asked
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

/** What passes the filters as they are now; undefined where nothing does. */
export async function suggestionOf(
  { value, pieces, generation }: RecordedCase,
  parsers: Parsers,
): Promise<Suggestion | undefined> {
  if (!generation) return undefined;
  const options = { filter: true, explicit: false, maxTokens: undefined };
  const deps = { model: replaying(generation), parsers };
  const { passed: text, result } = await completeCase(value, pieces, options, deps, new AbortController().signal);
  if (text === undefined || result.features === undefined || result.score === undefined) return undefined;
  const { features, score } = result;
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
    status: unused,
    dispose: () => {},
  };
}
