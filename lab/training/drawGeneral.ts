// Draws the general code that fine-tuning ships: replay files from training packages, and held-out places from validation packages.
// Pure but for the parser: the same corpus and seed, the same records.

import { languageOfPath, lineSyntax } from "../../common/syntax/languages.ts";
import { lineEndOf, lineStartOf } from "../../common/syntax/lines.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { regionAt } from "../../common/syntax/region.ts";
import { SeededRandom, shuffled } from "../../finetune/data/seededRandom.ts";
import type { GeneralCase, ReplayFile } from "../../finetune/general/general.ts";
import type { CorpusFile, CorpusSource } from "./corpus.ts";
import { isTestPath } from "./fileFilter.ts";

/** A file that shows something whole, and is no package's only voice. */
const REPLAY_FILE_CHARS = [1_000, 4_500] as const;

const LEAST_FILE_CHARS = 1_500; // that a case is cut from
const LEAST_BEFORE_CHARS = 300;
const PREFIX_CHARS = 3_000; // a prompt then takes about 900 tokens: longer ones would make judging slower, and hardly better
const SUFFIX_CHARS = 1_000;
const EXPECTED_CHARS = [3, 100] as const;
const LINE_START_CHANCE = 0.6; // else before a token inside the line
const TRIES = 50; // places of a file

/** Files of the sources in turns, one of each, until there are `bytes`; the same file count of each, but where one has no more. */
export function drawReplay(sources: readonly CorpusSource[], bytes: number, seed: number): ReplayFile[] {
  const random = new SeededRandom(seed);
  const piles = shuffled(sources, random).map((source) => ({
    source,
    files: shuffled(source.files.filter(isReplayFile), random),
  }));
  const drawn: ReplayFile[] = [];
  let total = 0;
  while (total < bytes && piles.some(({ files }) => files.length > 0)) {
    for (const { source, files } of piles) {
      const file = files.pop();
      if (!file || total >= bytes) continue;
      drawn.push({ ...originOf(source), path: file.path, text: file.text });
      total += Buffer.byteLength(file.text);
    }
  }
  return drawn.sort(byOrigin);
}

/** `count` places in as many files as there are, the same number of each source. */
export function drawCases(
  sources: readonly CorpusSource[],
  count: number,
  seed: number,
  parsers: Parsers,
): GeneralCase[] {
  const random = new SeededRandom(seed);
  return sources.flatMap((source, index) => {
    const wanted = Math.floor((count * (index + 1)) / sources.length) - Math.floor((count * index) / sources.length);
    const files = shuffled(
      source.files.filter(({ path, text }) => !isTestPath(path) && text.length >= LEAST_FILE_CHARS),
      random,
    );
    const cases = new Map<string, GeneralCase>();
    for (let round = 0; cases.size < wanted && round < wanted; round++) {
      for (const file of files) {
        const found = cases.size < wanted && drawCase(source, file, random, parsers);
        if (found) cases.set(found.id, found);
      }
    }
    return [...cases.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  });
}

/** A place where a person may stand while writing the file: at a line's beginning, or before a token within it. */
function drawCase(
  source: CorpusSource,
  file: CorpusFile,
  random: SeededRandom,
  parsers: Parsers,
): GeneralCase | undefined {
  const { text } = file;
  const languageId = languageOfPath(file.path)!;
  const language = lineSyntax(languageId)!;
  const tree = parsers.for(languageId)?.parse(text);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const lineStart = lineStartOf(text, random.between(LEAST_BEFORE_CHARS, text.length - 1));
    const line = text.slice(lineStart, lineEndOf(text, lineStart));
    const indent = line.length - line.trimStart().length;
    if (line.trim() === "" || /^(\/\/|\/?\*|#)/.test(line.trim())) continue;
    const column = random.chance(LINE_START_CHANCE) ? indent : tokenStart(line, indent, random);
    if (column === undefined) continue;
    const offset = lineStart + column;
    const expected = line.slice(column);
    const [least, most] = EXPECTED_CHARS;
    if (expected.length < least || expected.length > most || !/[A-Za-z]{2}/.test(expected)) continue;
    if (offset < LEAST_BEFORE_CHARS || regionAt(text, offset, tree, language) !== "code") continue;
    const path = `${source.package.name}/${file.path}`;
    return {
      ...originOf(source),
      id: `${path}:${text.slice(0, offset).split("\n").length}:${column}`,
      path,
      prefix: lastLines(text.slice(0, offset), PREFIX_CHARS),
      suffix: firstLines(text.slice(offset + expected.length), SUFFIX_CHARS),
      expected,
      kind: "line",
    };
  }
  return undefined;
}

/** A column within the line's text at which a word or a bracket begins. */
function tokenStart(line: string, indent: number, random: SeededRandom): number | undefined {
  const starts = [...line.matchAll(/(?<=\W)(?=\w)|(?<!\$)(?=[([{])/g)]
    .map(({ index }) => index)
    .filter((column) => column > indent && line.length - column >= EXPECTED_CHARS[0]);
  return starts.length === 0 ? undefined : random.pick(starts);
}

/** At most this many characters of the end of `text`, from the beginning of a line. */
function lastLines(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(-most);
  return cut.slice(cut.indexOf("\n") + 1);
}

/** At most this many characters of the beginning of `text`, up to the end of a line. */
function firstLines(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most);
  return cut.slice(0, cut.lastIndexOf("\n") + 1);
}

const isReplayFile = ({ path, text }: CorpusFile): boolean =>
  !isTestPath(path) && text.length >= REPLAY_FILE_CHARS[0] && text.length <= REPLAY_FILE_CHARS[1];

const originOf = ({ package: { name, version, licence } }: CorpusSource) => ({ package: name, version, licence });

const byOrigin = (a: ReplayFile, b: ReplayFile): number =>
  a.package === b.package ? (a.path < b.path ? -1 : 1) : a.package < b.package ? -1 : 1;
