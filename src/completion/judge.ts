// What becomes of a text that the model wrote at a place: the filters, the compiler's word, the show decision. Calls no model, and stores nothing.

import type { Region } from "../../common/syntax/syntax.ts";
import type { ContextPiece, GenerateResult } from "../../server/host/protocol/messages.ts";
import type { Sources } from "../context/sources/sources.ts";
import type { Draft } from "../workspace/draft.ts";
import type { LineMode } from "./classify.ts";
import type { Completion, NoCompletionReason, RepeatedCode } from "./outcome.ts";
import type { Place } from "./place.ts";
import { type FilterStep, postprocess } from "./postprocess/chain.ts";
import { cutAtRest } from "./postprocess/duplicateOfSuffix.ts";
import { type UnknownName, withSuggestion } from "./postprocess/symbols.ts";
import { type Judged, judgedAt } from "./postprocess/syntaxErrors.ts";
import { repeatedCode, type TrainedOn } from "./repeatedCode.ts";
import type { CompletionSettings } from "./settings.ts";
import { type Calibration, calibrated } from "./show/calibration.ts";
import {
  type Eagerness,
  type ShowFeatures,
  type ShowHistory,
  showLogOdds,
  showScore,
  worthwhileScore,
} from "./show/showDecision.ts";
import { type Suggested, showFeatures } from "./show/showFeatures.ts";
import { showFitOf } from "./show/showFitOf.ts";
import { RULE_THRESHOLDS, ruleScore } from "./show/withoutProbabilities.ts";
import type { KnownSymbols } from "./symbols/knownSymbols.ts";
import { withWrittenImports } from "./symbols/moduleExports.ts";
import type { SymbolCheck } from "./symbols/symbolCheck.ts";
import { type NamesInstead, type SymbolVerdict, symbolVerdict } from "./symbols/symbolVerdict.ts";

/** Time limit for reading the exports of imported modules, in milliseconds. In most requests the model writes for longer than that. */
export const MODULES_DEADLINE_MS = 50;

/** The place of a text, and what is known there. */
export interface JudgedPlace {
  place: Place;
  region: Region;
  mode: LineMode;
  explicit: boolean; // a person asked
  pieces: readonly ContextPiece[]; // of the prompt
  draft: Draft | undefined; // undefined where the document has no tree
  known: KnownSymbols | undefined; // undefined where names are not judged
}

export interface JudgeDeps {
  settings: CompletionSettings;
  sources?: Sources;
  compiler?: SymbolCheck;
  history?: () => ShowHistory;
  calibration?: () => Calibration | undefined;
  trainedOn?: TrainedOn;
}

/** A text that passed the filters. */
export interface Passed {
  kind: "passed";
  generation: GenerateResult; // the text as the model wrote it
  steps: readonly FilterStep[]; // that have changed it
  completion: Completion; // with "\n" line ends
  compiler?: SymbolVerdict; // absent where it was not asked
  score: number; // of the show decision
  logOdds?: number; // of the fit alone; absent where a rule has scored
  features: ShowFeatures;
  isSure: boolean; // enough to be shown unasked
  threshold: number; // the least score that is
}

export interface Rejected {
  kind: "rejected";
  generation?: GenerateResult; // absent where no text was written
  steps?: readonly FilterStep[];
  reason: NoCompletionReason;
  compiler?: SymbolVerdict;
  repeats?: RepeatedCode; // where that is the reason
  instead?: NamesInstead; // where it is known what may stand in the place of an unknown name
}

/** @returns undefined where the request has ended meanwhile */
export async function judge(
  generation: GenerateResult,
  { place, region, mode, explicit, pieces, draft, known }: JudgedPlace,
  {
    settings: { maxLines, filters, eagerness, licenceGuard },
    sources,
    compiler,
    history,
    calibration,
    trainedOn,
  }: JudgeDeps,
  signal: AbortSignal,
): Promise<Passed | Rejected | undefined> {
  const { version } = place.document;
  const outdated = () => signal.aborted || place.document.version !== version;
  const cutOff = generation.stop === "maxTokens" || generation.stop === "deadline";
  const judged = judgedAt(place, region, draft);
  const symbols = known && judged && (await withImportsOf(generation.text, known, place, judged, sources, signal));
  if (outdated()) return undefined;
  let existing: NamesInstead | undefined;
  const onUnknown = (unknown: UnknownName, text: string) => (existing = namesInstead(unknown, text));
  const steps: FilterStep[] = [];
  const onStep = (step: FilterStep) => steps.push(step);
  const rules = { maxLines, filters, explicit, symbols, onUnknown, onStep };
  const filtered = postprocess({ text: generation.text, cutOff }, place, mode, region, judged, rules);
  if (typeof filtered === "string")
    return { kind: "rejected", generation, steps, reason: filtered, ...(existing && { instead: existing }) };
  const { verdict, instead } = compiler ? await symbolVerdict(filtered, place, compiler, signal) : {};
  if (outdated()) return undefined;
  if (verdict === "unknown") {
    return { kind: "rejected", generation, steps, reason: "unknownSymbol", compiler: verdict, instead };
  }
  const repeats = await repeatedCode(filtered, place, pieces, licenceGuard, {
    sources,
    tier: generation.tier,
    trainedOn,
  });
  if (outdated()) return undefined;
  if (repeats && licenceGuard === "hide")
    return { kind: "rejected", generation, steps, reason: "repeatsThirdParty", compiler: verdict, repeats };
  const suggested = { answer: filtered, generation, place, region, pieces, judged };
  const decided = decide(suggested, verdict, eagerness, history?.(), calibration?.());
  const { score, threshold } = decided;
  const isSure = !filters.improbable || score >= threshold;
  return {
    kind: "passed",
    generation,
    steps,
    completion: repeats ? { ...filtered, repeats } : filtered,
    compiler: verdict,
    ...decided,
    isSure,
  };
}

/** The show decision. @param calibration what was learnt of the person, with the last answers in it; undefined: only these count */
function decide(
  suggested: Suggested,
  verdict: SymbolVerdict | undefined,
  eagerness: Eagerness,
  history: ShowHistory | undefined,
  calibration: Calibration | undefined,
): Pick<Passed, "score" | "logOdds" | "features" | "threshold"> {
  const { answer, generation, place } = suggested;
  const plain = showFeatures(suggested, history);
  if (generation.logProbs.length === 0)
    return { score: ruleScore(plain, answer.text, verdict), features: plain, threshold: RULE_THRESHOLDS[eagerness] };
  const fit = showFitOf(generation.tier);
  const logOdds = showLogOdds(plain, fit);
  const least = fit.thresholds[eagerness];
  if (!calibration) return { score: showScore(plain, fit), logOdds, features: plain, threshold: least };
  const historyShift = calibrated(logOdds, place.document.languageId, calibration) - logOdds;
  const features = { ...plain, historyShift };
  return { score: showScore(features, fit), logOdds, features, threshold: worthwhileScore(least, answer.text.length) };
}

/** More names than this say nothing about the one that is meant. */
const MOST_NAMES = 400;

const NAME = /^[\p{L}_$][\p{L}\p{N}_$]{0,90}$/u;

/** The names that exist where an unknown one stood; of one that was begun already, the rests of those that begin so. */
function namesInstead({ name, start, instead = new Set() }: UnknownName, text: string): NamesInstead | undefined {
  const begun = name.slice(0, Math.max(0, -start));
  const words = [...instead].filter((word) => NAME.test(word) && word.startsWith(begun) && word !== begun);
  if (words.length === 0 || words.length > MOST_NAMES) return undefined;
  return { begin: text.slice(0, Math.max(0, start)), words: words.map((word) => word.slice(begun.length)) };
}

/** What is known, with the exports of the modules that the text imports from. */
async function withImportsOf(
  text: string,
  known: KnownSymbols,
  { document, line, rest }: Place,
  judged: Judged,
  sources: Sources | undefined,
  signal: AbortSignal,
): Promise<KnownSymbols> {
  if (!/\b(?:import|from)\b/.test(line + text)) return known;
  const written = withSuggestion(cutAtRest(text, rest), 0, judged, document.text.getText());
  if (!written) return known;
  const late = AbortSignal.any([signal, AbortSignal.timeout(MODULES_DEADLINE_MS)]);
  return { ...known, modules: await withWrittenImports(known.modules, written, document, sources, late) };
}
