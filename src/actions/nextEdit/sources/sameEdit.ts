// The same edit again: where else the change of an episode fits, told by it and the episodes before. Two examples say what they have in common; one alone
// says nothing: of such offers a third was wrong on repositories that nobody had looked at. Asks no compiler.

import { lineEndOf, lineStartOf } from "../../../../common/syntax/lines.ts";
import type { Range } from "../../../typescript/unresolved.ts";
import { type Example, examplesOf, nodesAround, type Row } from "../examples.ts";
import { type Match, matchesOf } from "../matches.ts";
import { faultOfPlaces } from "../parsed.ts";
import { filledIn, fillings, type Pattern, unified, wordsOfPattern } from "../pattern.ts";
import { refusalToEdit } from "../refusal.ts";
import { isWord, tokensOf } from "../tokens.ts";
import type { RecentTrees } from "../trees.ts";
import type { Episode, NextEditAccess, NextEditSource, NoEditReason, Place } from "../types.ts";

/** The fewest tokens that every place holds: less stands in many places by chance. */
const MIN_TOKENS = 3;
/** With fewer tokens several examples speak only of the very same line, and of what lies near two of them; the higher number where there are only two. */
const MIN_TOKENS_FAR = { several: 5, two: 9 };
const MAX_LINES_NEAR = 12;
const MAX_PLACES = 200;
/** Time limit of a search, in milliseconds: nothing else of the window is answered meanwhile. */
const MAX_SEARCH_MS = 500;
/** With fewer examples, those of one episode counted as one, only the nearest place is offered: whoever does the same there, too, shows that all are meant. */
const MIN_EXAMPLES_FOR_ALL = 3;
const MAX_LINES_BESIDE = 3;
/**
 * A word that was replaced so often, and stands nowhere above any more, is what is meant, whatever stands around it. A compound one hardly means two
 * things in a file. Only the nearest places are offered, and none in a remark or a text unless an example was there, too.
 */
const MIN_EXAMPLES_OF_WORD = { compound: 2, any: 3 };
const PROSE = /comment|string/;
const COMPOUND = /[\p{L}\p{N}]_+[\p{L}\p{N}]|\p{Ll}\p{Lu}|\p{Lu}\p{Lu}\p{Ll}/u;

/** @param trees of the window; the source keeps none of their nodes */
export function sameEdit(trees: RecentTrees): NextEditSource {
  const known = new WeakMap<Episode, Example[]>();
  const examplesIn = (episode: Episode): Example[] | undefined => {
    const kept = known.get(episode);
    if (kept) return kept;
    const { uri, languageId, before } = episode;
    const tree = trees.of({ uri, languageId, text: before });
    const examples = tree && examplesOf(episode, tree);
    if (examples) known.set(episode, examples);
    return examples;
  };

  return async (episode, access, signal) => {
    const refusal = refusalToEdit(episode.after);
    if (refusal) return { reason: refusal };
    if (!access.parsers.for(episode.languageId)) return { reason: "unsupportedLanguage" };
    const examples = examplesIn(episode);
    if (!examples) return { reason: "noTree" };
    if (examples.length === 0) return { reason: "notThisKind" };
    const past = pastExamples(episode, access, examplesIn);
    if (
      past.some((one) =>
        examples.some((example) => one.uri === example.uri && isInverse(one, example.removed, example.added)),
      )
    )
      return { reason: "undone" };

    const passed = new Map(access.past.toReversed().map(({ uri, after }) => [uri, after]));
    const search: Search = { episode, trees, own: examples, past, passed, endsMs: performance.now() + MAX_SEARCH_MS };
    const places: Place[] = [];
    let fewest = Infinity;
    let reason: NoEditReason = "noPlace";
    for (const example of examples) {
      if (signal.aborted) return { reason: "cancelled" };
      const byForm = bestOf(example, search);
      const found = "reason" in byForm ? (placesOfWord(example, search) ?? byForm) : byForm;
      if ("reason" in found) reason = found.reason;
      else {
        fewest = Math.min(fewest, found.examples);
        places.push(...found.places.filter((place) => !places.some((one) => overlaps(one, place))));
      }
    }
    if (places.length === 0) return { reason };
    if (places.length > MAX_PLACES) return { reason: "tooManyPlaces" };
    return { id: "", kind: "sameEdit", title: titleOf(places), places, proof: { examples: fewest, parsed: true } };
  };
}

const titleOf = ({ length }: readonly Place[]) =>
  length === 1 ? "Do the same in another place" : `Do the same in ${length} other places`;

const overlaps = (a: Place, b: Place) =>
  a.uri === b.uri && a.range.start <= b.range.end && b.range.start <= a.range.end;

/** The examples of earlier episodes, the latest first, with their places as they are now. */
function pastExamples(
  episode: Episode,
  { past }: NextEditAccess,
  examplesIn: (episode: Episode) => Example[] | undefined,
): Example[] {
  const later: Episode[] = [episode];
  const found: Example[] = [];
  for (const one of past) {
    for (const example of examplesIn(one) ?? []) found.push({ ...example, at: moved(example, later) });
    later.unshift(one);
  }
  return found;
}

/** @param later the episodes since, the first of them first */
function moved({ uri, at }: Example, later: readonly Episode[]): Range {
  let { start, end } = at;
  for (const { uri: where, changed, before, after } of later) {
    if (where !== uri || changed.before.start > start) continue;
    start += after.length - before.length;
    end += after.length - before.length;
  }
  return { start, end };
}

/** Whether these tokens taken away and added bring back what the example took away. */
const isInverse = (example: Example, removed: readonly string[], added: readonly string[]): boolean =>
  isSame(example.removed, added) && isSame(example.added, removed);

const isSame = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((token, i) => token === b[i]);

interface Search {
  episode: Episode;
  trees: RecentTrees;
  own: readonly Example[]; // of the episode
  past: readonly Example[]; // of those before
  passed: ReadonlyMap<string, string>; // the texts of their files, as they were left
  endsMs: number;
}

interface Proposal {
  pattern: Pattern;
  latest: Example;
  other: Example;
}

/** The first pattern that fits somewhere, and that fits nowhere where the person has passed by. */
function bestOf(example: Example, search: Search): { places: Place[]; examples: number } | { reason: NoEditReason } {
  let reason: NoEditReason = "onlyOneExample";
  for (const proposal of proposalsOf(example, search)) {
    if (proposal === "late") return { reason: "searchSlow" };
    const found = placesOf(proposal, search);
    if (typeof found !== "string") return { places: found, examples: 2 };
    if (found === "tooManyPlaces" || found === "noTree") return { reason: found };
    if (reason !== "unclear") reason = found;
  }
  return { reason };
}

/** Where the word that was replaced still stands, below the last place; undefined where that says nothing. */
function placesOfWord(
  example: Example,
  { episode, trees, past }: Search,
): { places: Place[]; examples: number } | undefined {
  const { uri, removed, added, levels, at } = example;
  const word = removed[0];
  if (removed.length !== 1 || !isWord(word) || added.length === 0 || added.includes(word)) return undefined;
  const same = [example, ...past.filter((one) => isSame(one.removed, removed) && isSame(one.added, added))];
  const examples = same.length;
  const isReplacedOtherwise = past.some((one) => one.uri === uri && one.removed.includes(word) && !same.includes(one));
  if (isReplacedOtherwise) return undefined;
  if (examples < (COMPOUND.test(word) ? MIN_EXAMPLES_OF_WORD.compound : MIN_EXAMPLES_OF_WORD.any)) return undefined;
  const newText = writtenIn(levels[0].after, added);
  const file = { uri, languageId: episode.languageId, text: episode.after };
  const ranges = rangesOfWord(file.text, word);
  const tree = trees.of(file);
  if (newText === undefined || !tree || ranges.length > MAX_PLACES) return undefined;
  if (ranges.some(({ start }) => start < at.end)) return undefined; // somebody has left it there
  const isOfProse = same.some((one) => PROSE.test(one.levels[0].kind));
  const isMeant = ({ start, end }: Range) => isOfProse || !PROSE.test(nodesAround(tree, start, end)[0]?.type ?? "");
  const all = ranges.filter(isMeant).map((range) => ({ uri, range, oldText: word, newText }));
  const places = nearest(all, example, file.text);
  return places.length === 0 || faultOfPlaces(file, places, trees) ? undefined : { places, examples };
}

/** These tokens as the row has them, with its white space. */
function writtenIn({ tokens, gaps }: Row, wanted: readonly string[]): string | undefined {
  const at = tokens.findIndex((_, from) => isSame(tokens.slice(from, from + wanted.length), wanted));
  return at === -1 ? undefined : wanted.map((token, i) => (i === 0 ? token : gaps[at + i] + token)).join("");
}

function rangesOfWord(text: string, word: string): Range[] {
  const found: Range[] = [];
  for (let start = text.indexOf(word); start !== -1; start = text.indexOf(word, start + 1)) {
    const end = start + word.length;
    const [token] = tokensOf(text, Math.max(0, start - 1), end + 1).filter((one) => one.end > start);
    if (token.start === start && token.end === end) found.push({ start, end });
  }
  return found;
}

/** The closest to the examples first. */
function* proposalsOf(latest: Example, { own, past, endsMs }: Search): Generator<Proposal | "late"> {
  for (const other of [...own, ...past]) {
    if (other === latest || other.languageId !== latest.languageId) continue;
    // What was written in one go differs in many ways: there only the same change says something.
    if (own.includes(other) && !(isSame(other.removed, latest.removed) && isSame(other.added, latest.added))) continue;
    for (const level of latest.levels.toReversed()) {
      for (const its of other.levels.toReversed()) {
        const pattern = unified(level, its);
        if (pattern && holds(pattern)) yield { pattern, latest, other };
      }
    }
    if (performance.now() > endsMs) yield "late";
  }
}

const holds = (pattern: Pattern): boolean => fixedTokensOf(pattern) >= MIN_TOKENS && wordsOfPattern(pattern).length > 0;

const fixedTokensOf = ({ before }: Pattern): number => before.filter((element) => typeof element === "string").length;

/** Whether the pattern still fits in the file of an example that the person has left. */
function wasPassedBy(pattern: Pattern, { uri, languageId, indentation }: Example, { passed, trees }: Search): boolean {
  const text = passed.get(uri);
  if (text === undefined) return false;
  const file = { uri, languageId, text };
  const tree = trees.of(file);
  return tree !== undefined && matchesOf(pattern, file, tree, indentation).length > 0;
}

function placesOf(proposal: Proposal, search: Search): Place[] | NoEditReason {
  const { pattern, latest, other } = proposal;
  const { episode, trees, own, past } = search;
  if (other.uri !== latest.uri && wasPassedBy(pattern, other, search)) return "unclear";
  const file = { uri: episode.uri, languageId: episode.languageId, text: episode.after };
  const tree = trees.of(file);
  if (!tree) return "noTree";
  const { start, end } = episode.changed.after;
  const here = matchesOf(pattern, file, tree, latest.indentation).filter(
    ({ node }) => node.end <= start || node.start >= end,
  );
  if (!here.every(isAhead(proposal, search))) return "unclear";
  const isSure =
    fixedTokensOf(pattern) >= MIN_TOKENS_FAR.several && 1 + supportOf(pattern, past) >= MIN_EXAMPLES_FOR_ALL;
  const isMeant = isSure ? () => true : isMeantByTwo(proposal, search);
  const all = here.flatMap(({ place }) => (isMeant(place) ? [place] : []));
  const places = isSure ? all : nearest(all, latest, file.text);
  if (places.length === 0) return "noPlace";
  if (all.length > MAX_PLACES) return "tooManyPlaces";
  const fault = faultOfPlaces(file, places, trees);
  if (fault) return fault;
  const isReversal = ({ oldText, newText }: Place) => {
    const [removed, added] = [wordsIn(oldText), wordsIn(newText)];
    return [...own, ...past].some((one) => isInverse(one, removed, added));
  };
  return places.some(isReversal) ? "reversal" : places;
}

/** How many examples are of the pattern. */
const supportOf = (pattern: Pattern, examples: readonly Example[]): number =>
  examples.filter(({ levels }) =>
    levels.some(({ kind, before, after }) => {
      const values = kind === pattern.kind ? fillings(pattern, before.tokens) : undefined;
      return values && isSame(filledIn(pattern, values), after.tokens);
    }),
  ).length;

/** The nearest place, with those in the lines beside it: what one would change there in one go. */
function nearest(places: readonly Place[], { at }: Example, text: string): Place[] {
  const sorted = places.toSorted((a, b) => Math.abs(a.range.start - at.start) - Math.abs(b.range.start - at.start));
  const taken: Place[] = [];
  for (const place of sorted) {
    const last = taken.at(-1);
    if (last && linesBetween(text, last.range, place.range) > MAX_LINES_BESIDE) break;
    taken.push(place);
  }
  return taken;
}

function linesBetween(text: string, a: Range, b: Range): number {
  const [first, second] = a.start <= b.start ? [a, b] : [b, a];
  return text.slice(first.end, second.start).split("\n").length - 1;
}

const wordsIn = (text: string): string[] => tokensOf(text).map((token) => token.text);

/** Who goes through a file leaves out nothing that is meant: what fits and was passed by says that the pattern is too general. */
function isAhead({ latest, other }: Proposal, { past }: Search): (match: Match) => boolean {
  const isOfPast = past.includes(other); // what one episode holds has no order
  const isUpwards = isOfPast && other.uri === latest.uri && other.at.start > latest.at.start;
  return ({ node }) => (isUpwards ? node.end <= latest.at.start : node.start >= latest.at.end);
}

function isMeantByTwo({ pattern, latest, other }: Proposal, { episode, past }: Search): (place: Place) => boolean {
  const isSameChange = (one: Example) => isSame(one.removed, latest.removed) && isSame(one.added, latest.added);
  const isSeveral = 1 + past.filter(isSameChange).length >= MIN_EXAMPLES_FOR_ALL;
  const isFar = fixedTokensOf(pattern) >= (isSeveral ? MIN_TOKENS_FAR.several : MIN_TOKENS_FAR.two);
  const isNear = (range: Range) => linesBetween(episode.after, latest.at, range) <= MAX_LINES_NEAR;
  const areNear = other.uri === latest.uri && isNear(other.at);
  return (place) => isFar || isSameLine(place, latest, episode.after) || (areNear && isNear(place.range));
}

/** Whether the whole line of a place was and becomes what the example's line was and became. */
function isSameLine({ range, newText }: Place, { lines }: Example, text: string): boolean {
  const last = text[range.end - 1] === "\n" ? range.end - 1 : range.end; // a deleted line has its line break with it
  const [from, to] = [lineStartOf(text, range.start), lineEndOf(text, last)];
  const was = text.slice(from, to);
  const becomes = text.slice(from, range.start) + newText + text.slice(range.end, to);
  return isSame(wordsIn(was), lines.before) && isSame(wordsIn(becomes), lines.after);
}
