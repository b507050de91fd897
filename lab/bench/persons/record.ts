// Has the model write once at each place of a history, as the product would there, and keeps of it what a simulated person and a show decision look
// at: numbers and no text. A file of them is gone on with where it ended.

import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { documentItem } from "../../../cli/evaluation/cases.ts";
import { completeCase, generatedIn } from "../../../cli/evaluation/runCase.ts";
import { type CliModel, withMemory } from "../../../cli/model.ts";
import type { Parsers } from "../../../common/syntax/parsers.ts";
import { SeededRandom } from "../../../finetune/data/seededRandom.ts";
import { norm } from "../../../finetune/norm.ts";
import type { ContextPiece } from "../../../server/host/protocol/messages.ts";
import { SHOW_FEATURES, type ShowFeature } from "../../../src/completion/show/showDecision.ts";
import { gather } from "../../../src/context/gather.ts";
import { openDocument } from "../../../src/workspace/documents.ts";
import { groupsOf } from "../replay/change.ts";
import type { History, HistoryPlace } from "./history.ts";

/** What the model wrote at a place, judged by what its author wrote there. */
export interface Answer {
  hunk: string;
  commit: number; // in the order of time
  languageId: string;
  features: Record<ShowFeature, number>;
  units: number; // length of the suggestion, in UTF-16 units
  isRight: boolean; // its lines are those that were written
  isBegun: boolean; // what was written begins with it
}

/** A place, by its id; without an answer where nothing passed the filters. */
interface Line {
  id: string;
  answer?: Answer;
}

/** How many commits share one state of the repository memory: it has read what was there before the first of them. */
const COMMITS_PER_MEMORY = 60;
const GATHER_MS = 60_000;
const never = new AbortController().signal;
const options = { filter: true, explicit: false, maxTokens: undefined, alternatives: 0 };

/** What the model wrote at a place; no text where nothing passed the filters. */
export interface Written {
  place: HistoryPlace;
  text?: string;
  answer?: Answer;
}

/** Writes the answers at the places of a history to a file. @param seconds after which it stops, to be gone on with later */
export async function record(
  history: History,
  file: string,
  { seconds, ...run }: { every: number; seconds: number; model: CliModel; parsers: Parsers },
): Promise<{ isWhole: boolean }> {
  const known = new Set(readLines(file).map(({ id }) => id));
  const endMs = performance.now() + 1_000 * seconds;
  for await (const { place, answer } of writtenAt(history, { ...run, known })) {
    appendFileSync(file, `${JSON.stringify({ id: place.value.id, answer } satisfies Line)}\n`);
    if (performance.now() > endMs) return { isWhole: false };
  }
  return { isWhole: true };
}

/**
 * Has the model write at the places of a history, in the order of time.
 * @param every the first of so many commits is looked at
 * @param from, to the commits, as indices in the order of time; default: all
 * @param known ids of places that are passed over
 */
export async function* writtenAt(
  history: History,
  {
    every,
    model,
    parsers,
    from = 0,
    to = Number.POSITIVE_INFINITY,
    known,
  }: { every: number; model: CliModel; parsers: Parsers; from?: number; to?: number; known?: ReadonlySet<string> },
): AsyncGenerator<Written> {
  const commits = history.commits();
  let writer: { model: CliModel; from: number } | undefined;
  for (let index = from; index < Math.min(to, commits.length); index += every) {
    const commit = commits[index];
    const places = history.places(commit, index, new SeededRandom(index + 1));
    const missing = places.filter(({ value }) => !known?.has(value.id));
    if (missing.length === 0) continue;
    const first = Math.max(from, index - (index % (COMMITS_PER_MEMORY * every)));
    if (writer?.from !== first)
      writer = {
        model: await withMemory(model, history.before(commits[first]), `${history.name}:${first}`),
        from: first,
      };
    for (const [, ofHunk] of groupsOf(missing, ({ hunk }) => hunk)) {
      const pieces = await piecesAt(ofHunk[0], history, commit, writer.model, parsers);
      for (const place of ofHunk) yield { place, ...(await answerAt(place, pieces, writer.model, parsers)) };
    }
  }
}

export const readAnswers = (file: string): Answer[] => readLines(file).flatMap(({ answer }) => answer ?? []);

const readLines = (file: string): Line[] =>
  existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line))
    : [];

/** What the product would send along at the place, and a key later too: places of a hunk share it. */
async function piecesAt({ value }: HistoryPlace, history: History, commit: string, model: CliModel, parsers: Parsers) {
  const document = openDocument(documentItem(value), parsers);
  const sources = { workspace: history.before(commit, value.path) };
  const asked = { deadlineMs: GATHER_MS, budget: model.promptBudget };
  return (await gather(document, value.prefix.length, sources, never, asked)).pieces;
}

async function answerAt(
  { value, hunk, commit, written }: HistoryPlace,
  pieces: ContextPiece[],
  model: CliModel,
  parsers: Parsers,
): Promise<Omit<Written, "place">> {
  const { passed: text, result } = await completeCase(value, pieces, options, { model, parsers }, never);
  const { scored } = generatedIn(result);
  if (text === undefined || scored === undefined) return {};
  const features = Object.fromEntries(SHOW_FEATURES.map((name) => [name, scored.features[name]]));
  const lines = text.trimEnd().split("\n").length;
  const answer: Answer = {
    hunk,
    commit,
    languageId: documentItem(value).languageId,
    features: features as Record<ShowFeature, number>,
    units: text.length,
    isRight: norm(text) === norm(written.split("\n").slice(0, lines).join("\n")),
    isBegun: written.startsWith(text.trimEnd()),
  };
  return { text, answer };
}
