// The one path from a cursor to a suggestion or a named reason for none: limits → cache → place → gather → generate → filters.
// Must not know about editors, sockets or the model's tokens.

import { Cancelled, UserError } from "../../common/errors.ts";
import type { Region } from "../../common/syntax/syntax.ts";
import type { ContextPiece, GenerateResult } from "../../server/host/protocol/messages.ts";
import { promptBudgetOf } from "../../server/host/protocol/promptBudget.ts";
import { gather } from "../context/gather.ts";
import type { Sources } from "../context/sources/sources.ts";
import type { CompletionModel, WritingModel } from "../model/completionModel.ts";
import type { OpenDocument } from "../workspace/documents.ts";
import { refusalToComplete } from "../workspace/workspace.ts";
import type { CompletionCache } from "./cache.ts";
import { classify } from "./classify.ts";
import { allFilters, type FilterSwitches } from "./filters.ts";
import { lookupTexts } from "./lookupTexts.ts";
import type { Completion, CompletionOutcome, NoCompletionReason } from "./outcome.ts";
import { type Place, placeOf, refusal, regionOf, scopeOf } from "./place.ts";
import { postprocess } from "./postprocess/chain.ts";
import { judgedAt } from "./postprocess/syntaxErrors.ts";
import { samplingAt } from "./sampling.ts";
import { type ShowFeatures, type ShowHistory, showFitOf, showScore } from "./show/showDecision.ts";
import { showFeatures } from "./show/showFeatures.ts";
import { knownSymbols } from "./symbols/knownSymbols.ts";
import type { SymbolCheck } from "./symbols/symbolCheck.ts";
import { type SymbolVerdict, symbolVerdict } from "./symbols/symbolVerdict.ts";
import { promptOf, write } from "./writing.ts";

export interface CompletionSettings {
  maxTokensSingleLine: number;
  maxTokensMultiLine: number;
  deadlineMs: number; // of the writing, from the first text on
  multiLine: "never" | "auto" | "always";
  maxLines: number;
  temperature: number; // 0: the likeliest token, always
  filters: FilterSwitches;
}

export const defaultCompletionSettings: CompletionSettings = {
  maxTokensSingleLine: 48,
  maxTokensMultiLine: 128,
  deadlineMs: 3000,
  multiLine: "auto",
  maxLines: 12,
  temperature: 0,
  filters: allFilters,
};

/** So long the modules around a document are read for what they export; most requests write longer. */
const MODULES_DEADLINE_MS = 50;

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
  model: CompletionModel;
  cache: CompletionCache;
  sources?: Sources; // of the document's folder; absent where nothing but the document may be read
  settings: CompletionSettings;
  compiler?: SymbolCheck; // knows what names and members stand for; absent where none may be loaded
  /** Waits until it is worth while to ask the model; not called where nobody has to be asked. */
  pause?: (signal: AbortSignal) => Promise<void>;
  history?: () => ShowHistory; // what became of the last suggestions; absent where nobody counts them
  writing?: WritingModel; // that the request goes to, where the host has several
}

export interface CompletionResult {
  outcome: CompletionOutcome;
  raw: string; // what the model wrote
  generation?: GenerateResult;
  score?: number; // of the show decision, 0 to 1; absent where no suggestion passed the filters, and where it is none of this request's
  features?: ShowFeatures; // that the score was made of
  passed?: Completion; // what was scored: it passed the filters, and is shown or "improbable"
  compiler?: SymbolVerdict; // what it said; absent where it was not asked
  contextMs: number;
  where?: { region: Region; scope: string[] }; // for the log; absent where the answer came before the place was looked at
  error?: unknown; // with the reasons "failed", "hostUnavailable" and "modelLoading": for the log
}

const none = (reason: NoCompletionReason): CompletionOutcome => ({ kind: "none", reason });
const nothing = (reason: NoCompletionReason): CompletionResult => ({ outcome: none(reason), raw: "", contextMs: 0 });

/** Never throws: whatever happens ends in an outcome with its reason. */
export async function complete(
  request: CompletionRequest,
  deps: CompletionDeps,
  signal: AbortSignal,
): Promise<CompletionResult> {
  try {
    if (signal.aborted) return nothing("cancelled");
    const place = placeOf(request);
    if (typeof place === "string") return nothing(place);
    const { document } = request;
    const { version } = document;
    if (await refusalToComplete(document.path, deps.sources?.workspace)) return nothing("ignoredFile");
    if (signal.aborted || document.version !== version) return nothing("cancelled");
    return request.filter
      ? await completeAt(place, request, deps, signal)
      : await completeRaw(place, request, deps, signal);
  } catch (error) {
    if (error instanceof Cancelled || signal.aborted) return nothing("cancelled");
    return { ...nothing(failureReason(error)), error };
  }
}

/** What is left, where a request asks, of a suggestion that was found before; nobody is asked for more. */
export function remembered(
  request: CompletionRequest,
  cache: CompletionCache,
  writing?: WritingModel,
): CompletionOutcome | undefined {
  const place = placeOf(request);
  const found = typeof place === "string" ? undefined : cache.find(place, request.explicit, writing?.id);
  return found && inDocument(found, place as Place);
}

async function completeAt(
  place: Place,
  request: CompletionRequest,
  deps: CompletionDeps,
  signal: AbortSignal,
): Promise<CompletionResult> {
  const known = deps.cache.find(place, request.explicit, deps.writing?.id);
  if (known) return { outcome: inDocument(known, place), raw: "", contextMs: 0 };
  const region = regionOf(place);
  const where = { region, scope: scopeOf(place) };
  const refused = refusal(place, region, request.explicit);
  if (refused) return { ...nothing(refused), where };
  const mode = classify(place, region, request.explicit, deps.settings.multiLine);
  const { version } = place.document;
  const outdated = () => signal.aborted || place.document.version !== version;

  await deps.pause?.(signal);
  if (outdated()) return { ...nothing("cancelled"), where };
  const startMs = performance.now();
  const compiler = region === "code" && deps.settings.filters.symbols ? deps.compiler : undefined;
  compiler?.prepare(place.document);
  const [pieces, lookup] = await Promise.all([piecesFor(request, deps, signal), lookupTexts(place, deps)]);
  const contextMs = performance.now() - startMs;
  if (outdated()) return { ...nothing("cancelled"), contextMs, where };

  const draft = place.document.draft(place.offset);
  try {
    const [generation, symbols] = await Promise.all([
      write(
        place,
        { pieces, lookup, mode, draft, maxTokens: request.maxTokens, asked: request.explicit },
        deps,
        signal,
      ),
      region === "code" ? symbolsAt(place, request, deps, signal) : undefined,
    ]);
    const result = { raw: generation.text, generation, contextMs, where };
    const writtenBy = deps.writing && (generation.model ?? deps.writing.id);
    if (outdated() || generation.stop === "cancelled") return { ...result, outcome: none("cancelled") };
    if (generation.stop === "superseded") return { ...result, outcome: none("superseded") };
    if (generation.stop === "deadline" && generation.text.trim() === "")
      return { ...result, outcome: none("deadline") };

    const cutOff = generation.stop === "maxTokens" || generation.stop === "deadline";
    const written = { text: generation.text, cutOff };
    const { maxLines, filters } = deps.settings;
    const judged = judgedAt(place, region, draft);
    const filtered = postprocess(written, place, mode, region, judged, {
      maxLines,
      filters,
      explicit: request.explicit,
      symbols,
    });
    if (typeof filtered === "string") {
      deps.cache.store(place, request.explicit, filtered, writtenBy);
      return { ...result, outcome: none(filtered) };
    }
    const verdict = compiler && (await symbolVerdict(filtered, place, compiler, signal));
    if (outdated()) return { ...result, outcome: none("cancelled") };
    if (verdict === "unknown") return { ...result, compiler: verdict, outcome: none("unknownSymbol") };
    const features = showFeatures({ answer: filtered, generation, place, region, pieces, judged }, deps.history?.());
    const fit = showFitOf(generation.tier);
    const score = showScore(features, fit);
    // what somebody asked for is shown however improbable
    const answer = request.explicit || !filters.improbable || score >= fit.threshold ? filtered : "improbable";
    deps.cache.store(place, request.explicit, answer, writtenBy);
    const passed = completionInDocument(filtered, place);
    return { ...result, compiler: verdict, score, features, passed, outcome: inDocument(outcomeOf(answer), place) };
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

export function failureReason(error: unknown): NoCompletionReason {
  if (!(error instanceof UserError)) return "failed";
  if (error.code === "modelLoading") return "modelLoading";
  return error.code === "hostUnavailable" || error.code === "hostBusy" ? "hostUnavailable" : "failed";
}

/** What the model writes, as it writes it: no rule of the place, no filter, no stop but the tokens. */
async function completeRaw(
  place: Place,
  request: CompletionRequest,
  deps: CompletionDeps,
  signal: AbortSignal,
): Promise<CompletionResult> {
  const startMs = performance.now();
  const pieces = await piecesFor(request, deps, signal);
  const contextMs = performance.now() - startMs;
  const { maxTokensSingleLine, maxTokensMultiLine, deadlineMs } = deps.settings;
  const generation = await deps.model.generate(
    {
      prompt: promptOf(place, pieces),
      ...(request.explicit && { asked: true }),
      maxTokens: request.maxTokens ?? (request.explicit ? maxTokensMultiLine : maxTokensSingleLine),
      sampling: samplingAt(deps.settings.temperature),
      stop: [],
      deadlineMs,
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
  return { outcome, raw: text, generation, contextMs };
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

function outcomeOf(answer: Completion | NoCompletionReason): CompletionOutcome {
  return typeof answer === "string" ? none(answer) : { kind: "shown", items: [answer], source: "model" };
}

/** As the document has it: its line ends, and what of the selected item is still to be inserted. */
function inDocument(outcome: CompletionOutcome, place: Place): CompletionOutcome {
  if (outcome.kind === "none") return outcome;
  return { ...outcome, items: outcome.items.map((item) => completionInDocument(item, place)) };
}

const completionInDocument = ({ text, replaceAfter }: Completion, { pending, lineBreak }: Place): Completion => ({
  text: (pending + text).replaceAll("\n", lineBreak),
  replaceAfter,
});
