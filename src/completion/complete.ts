// The one path from a cursor to a suggestion or a named reason for none: limits → cache → place → gather → generate → filters.
// Must not know about editors, sockets or the model's tokens.

import { Cancelled } from "../../common/errors.ts";
import type { Region } from "../../common/syntax/syntax.ts";
import type { ContextPiece } from "../../server/host/protocol/messages.ts";
import { promptBudgetOf } from "../../server/host/protocol/promptBudget.ts";
import { gather } from "../context/gather.ts";
import type { Sources } from "../context/sources/sources.ts";
import type { CompletionModel, WritingModel } from "../model/completionModel.ts";
import type { OpenDocument } from "../workspace/documents.ts";
import type { Draft } from "../workspace/draft.ts";
import { refusalToComplete } from "../workspace/workspace.ts";
import { others, REPORTED_BRANCHES, repaired } from "./branches.ts";
import type { CompletionCache } from "./cache.ts";
import { classify } from "./classify.ts";
import { failureReason } from "./failureReason.ts";
import { MODULES_DEADLINE_MS, type Rejected } from "./judge.ts";
import { lookupTexts } from "./lookupTexts.ts";
import { textsAt } from "./otherTexts.ts";
import type { Completion, CompletionOutcome, NoCompletionReason } from "./outcome.ts";
import { type Place, placeOf, refusal, regionOf } from "./place.ts";
import type { TrainedOn } from "./repeatedCode.ts";
import { type CompletionResult, type FailedResult, none, type RefusedResult, refused } from "./result.ts";
import { samplingAt } from "./sampling.ts";
import type { CompletionSettings } from "./settings.ts";
import type { Calibration } from "./show/calibration.ts";
import type { ShowHistory } from "./show/showDecision.ts";
import { knownSymbols } from "./symbols/knownSymbols.ts";
import type { SymbolCheck } from "./symbols/symbolCheck.ts";
import { mostTokens, promptOf, write } from "./writing.ts";

export interface CompletionRequest {
  document: OpenDocument;
  offset: number; // the cursor, in UTF-16 units of the document's text
  explicit: boolean; // a person asked for it
  filter: boolean; // false: the raw text, as the model wrote it
  maxTokens?: number;
  pieces?: ContextPiece[]; // given by the evaluation instead of gathering
  selected?: { text: string; startOffset: number }; // the open suggest widget's item, and where its text begins
}

export interface CompletionDeps {
  model: Pick<CompletionModel, "generate">;
  cache: CompletionCache;
  sources?: Sources; // of the document's folder; absent where nothing but the document may be read
  settings: CompletionSettings;
  compiler?: SymbolCheck; // knows what names and members stand for; absent where none may be loaded
  history?: () => ShowHistory; // what became of the last suggestions; absent where they are not counted
  calibration?: () => Calibration | undefined; // what was learnt of the person; undefined where nothing is
  trainedOn?: TrainedOn; // absent where nothing is known of that
  writing?: WritingModel; // that the request goes to, where the host has several
  memoryVersion?: number; // of the repository memory that the model mixes in, where it has one
}

/** A place for which the model has to be asked. */
export interface OpenPlace {
  kind: "open";
  place: Place;
  region: Region;
  version: number; // of the document
}

/** Never throws: every failure becomes an outcome with its reason. */
export async function complete(
  request: CompletionRequest,
  deps: CompletionDeps,
  signal: AbortSignal,
): Promise<CompletionResult> {
  const found = await lookUp(request, deps, signal);
  return found.kind === "open" ? askModel(found, request, deps, signal) : found;
}

/** The cheap first half of a completion: the answer where it is known already, or the reason for none. Never throws. */
export function lookUp(
  request: CompletionRequest,
  { cache, sources, writing, memoryVersion }: Pick<CompletionDeps, "cache" | "sources" | "writing" | "memoryVersion">,
  signal: AbortSignal,
): Promise<CompletionResult | OpenPlace> {
  return fenced(signal, async () => {
    if (signal.aborted) return refused("cancelled");
    const place = placeOf(request);
    if (typeof place === "string") return refused(place);
    const { document, explicit, filter } = request;
    const { version } = document;
    if (await refusalToComplete(document.path, sources?.workspace)) return refused("ignoredFile");
    if (signal.aborted || document.version !== version) return refused("cancelled");
    const known = filter ? cache.find(place, explicit, { model: writing?.id, memory: memoryVersion }) : undefined;
    if (known) return { kind: "cached", outcome: inDocument(known, place) };
    const region = regionOf(place);
    const reason = filter ? refusal(place, region, explicit) : undefined;
    return reason ? refused(reason) : { kind: "open", place, region, version };
  });
}

/** The second half of a completion: the model writes at the place, and the filters run on its text. Never throws. */
export function askModel(
  open: OpenPlace,
  request: CompletionRequest,
  deps: CompletionDeps,
  signal: AbortSignal,
): Promise<CompletionResult> {
  return fenced(signal, () =>
    request.filter ? suggest(open, request, deps, signal) : writeRaw(open.place, request, deps, signal),
  );
}

/** The rest of an earlier suggestion at the place of this request, whatever was learnt since; makes no call of the model. */
export function remembered(
  request: CompletionRequest,
  cache: CompletionCache,
  writing?: WritingModel,
): CompletionOutcome | undefined {
  const place = placeOf(request);
  const found = typeof place === "string" ? undefined : cache.find(place, request.explicit, { model: writing?.id });
  return found && inDocument(found, place as Place);
}

async function fenced<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | RefusedResult | FailedResult> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Cancelled || signal.aborted) return refused("cancelled");
    return { kind: "failed", outcome: none(failureReason(error)), error };
  }
}

async function suggest(
  { place, region, version }: OpenPlace,
  request: CompletionRequest,
  deps: CompletionDeps,
  signal: AbortSignal,
): Promise<CompletionResult> {
  const { explicit, maxTokens } = request;
  const { multiLine, filters } = deps.settings;
  const outdated = () => signal.aborted || place.document.version !== version;
  if (outdated()) return refused("cancelled");
  const mode = classify(place, region, explicit, multiLine);

  const startMs = performance.now();
  const compiler = region === "code" && filters.symbols ? deps.compiler : undefined;
  compiler?.prepare(place.document);
  const [pieces, lookup] = await Promise.all([piecesFor(request, deps, signal), lookupTexts(place, deps)]);
  const contextMs = performance.now() - startMs;
  if (outdated()) return refused("cancelled");

  const draft = place.document.draft(place.offset);
  try {
    const writing = { pieces, lookup, mode, draft, maxTokens, asked: explicit };
    const [generation, known] = await Promise.all([
      write(place, { ...writing, branches: REPORTED_BRANCHES, record: true }, deps, signal),
      region === "code" ? symbolsAt(place, request, deps, signal) : undefined,
    ]);
    const written = { kind: "generated" as const, generation, contextMs };
    const writtenBy = {
      model: deps.writing && (generation.model ?? deps.writing.id),
      memory: deps.memoryVersion,
    };
    if (outdated() || generation.stop === "cancelled") return { ...written, outcome: none("cancelled") };
    if (generation.stop === "superseded") return { ...written, outcome: none("superseded") };
    if (generation.stop === "deadline" && generation.text.trim() === "")
      return { ...written, outcome: none("deadline") };

    const textsIn = (own: Draft | undefined, ending: AbortSignal) => {
      const at = { place, region, mode, explicit, pieces, draft: own, known };
      return textsAt(at, generation, writing, { ...deps, compiler }, ending);
    };
    const { judged, branch, instead } = textsIn(draft, signal);
    const first = await judged(generation);
    if (!first) return { ...written, outcome: none("cancelled") };
    const passed = first.kind === "passed" ? first : await repaired(first, generation, branch, instead);
    if (outdated()) return { ...written, outcome: none("cancelled") };
    if (!passed) {
      const { reason, compiler: verdict, steps = [], repeats } = first as Rejected;
      if (verdict !== "unknown") deps.cache.store(place, explicit, reason, writtenBy);
      const outcome = { ...none(reason), ...(repeats && { repeats }) };
      const origin = { place, explicit, pieces, generation, steps, outcome, compiler: verdict };
      return { ...written, compiler: verdict, outcome, origin };
    }
    // an explicit request's suggestion is shown however improbable
    const answer = explicit || passed.isSure ? passed.completion : "improbable";
    const { score, logOdds, features, completion, compiler: verdict } = passed;
    deps.cache.store(place, explicit, answer, writtenBy, score);
    const scored = { completion: completionInDocument(completion, place), score, logOdds, features };
    const more = async (most: number, ending: AbortSignal) => {
      if (ending.aborted || place.document.version !== version) return [];
      const own = place.document.draft(place.offset);
      try {
        const found = await others(passed, generation, most, textsIn(own, ending).branch);
        return found.map((other) => completionInDocument(other.completion, place));
      } catch {
        return []; // the host is gone: the first suggestion stands
      } finally {
        own?.dispose();
      }
    };
    const outcome = inDocument(outcomeOf(answer, score), place);
    const { threshold, generation: judgedText, steps } = passed;
    const origin = {
      ...{ place, explicit, pieces, generation: judgedText, steps, outcome, compiler: verdict, scored },
      ...(filters.improbable && { threshold }),
    };
    return { ...written, compiler: verdict, scored, outcome, origin, ...(explicit && { more }) };
  } finally {
    draft?.dispose();
  }
}

/** What is known at the cursor, collected while the model reads and writes. */
function symbolsAt(
  { document, offset }: Place,
  { explicit }: CompletionRequest,
  deps: CompletionDeps,
  signal: AbortSignal,
) {
  if (!deps.settings.filters.symbols) return undefined;
  const late = AbortSignal.any([signal, AbortSignal.timeout(MODULES_DEADLINE_MS)]);
  return knownSymbols(document, offset, explicit, deps.sources, late);
}

/** The model's raw text: no rule of the place, no filter, and no stop but the token limit. */
async function writeRaw(
  place: Place,
  request: CompletionRequest,
  deps: CompletionDeps,
  signal: AbortSignal,
): Promise<CompletionResult> {
  const startMs = performance.now();
  const pieces = await piecesFor(request, deps, signal);
  const contextMs = performance.now() - startMs;
  const { temperature, deadlineMs } = deps.settings;
  const generation = await deps.model.generate(
    {
      prompt: promptOf(place, pieces),
      ...(request.explicit && { asked: true }),
      maxTokens: request.maxTokens ?? mostTokens(request.explicit ? "multi" : "single", deps.settings),
      sampling: samplingAt(temperature),
      stop: [],
      deadlineMs,
      record: true,
    },
    () => {},
    signal,
  );
  const { text } = generation;
  const outcome: CompletionOutcome = signal.aborted
    ? none("cancelled")
    : text === ""
      ? none("empty")
      : { kind: "shown", items: [{ text, replaceAfter: 0 }], source: "model" };
  return { kind: "generated", outcome, generation, contextMs };
}

async function piecesFor(
  { pieces, document, offset }: CompletionRequest,
  { sources, writing }: CompletionDeps,
  signal: AbortSignal,
): Promise<ContextPiece[]> {
  if (pieces) return pieces;
  if (!sources) return [];
  const budget = promptBudgetOf(writing?.tier);
  return (await gather(document, offset, sources, signal, { budget })).pieces;
}

function outcomeOf(answer: Completion | NoCompletionReason, score: number): CompletionOutcome {
  return typeof answer === "string" ? { ...none(answer), score } : { kind: "shown", items: [answer], source: "model" };
}

/** The outcome in the document's terms: its line ends, and the part of the selected item that is still to be inserted. */
function inDocument(outcome: CompletionOutcome, place: Place): CompletionOutcome {
  if (outcome.kind === "none") return outcome;
  return { ...outcome, items: outcome.items.map((item) => completionInDocument(item, place)) };
}

const completionInDocument = (completion: Completion, { pending, lineBreak }: Place): Completion => ({
  ...completion,
  text: (pending + completion.text).replaceAll("\n", lineBreak),
});
