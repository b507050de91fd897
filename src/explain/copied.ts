// Which runs of a suggestion's words stand in the prompt as they are, or elsewhere in the folder, and where. The longest first; a word by itself
// only where it is long.

import type { SearchIndex } from "../index/searchIndex.ts";
import { codeTerms } from "../workspace/terms.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { CopiedText } from "./explanation.ts";
import type { PromptPart } from "./promptParts.ts";

/** A text that may hold what was suggested. */
export type CopySource = Pick<PromptPart, "kind" | "title" | "path" | "text"> & { isElsewhere?: true };

const LEXEME = /[\p{L}_$][\p{L}\p{N}_$]*|\p{N}+|[^\s\p{L}\p{N}_$]/gu;

/** Fewer lexemes are no copy unless they are a long name: `x)` stands everywhere. */
const LEAST_LEXEMES = 4;
const LONG_NAME_UNITS = 5;
const MOST_COPIES = 5;

/** How many chunks of the index are looked up, and how many of their files are read. */
const HITS = 24;
const MOST_FILES = 8;

/** The files of the folder that are likeliest to hold the text, by the folder's index. Where there is none, none. */
export async function indexedSources(
  text: string,
  { index, workspace, skip }: { index: Pick<SearchIndex, "search">; workspace: Pick<Workspace, "read">; skip: string },
): Promise<CopySource[]> {
  const terms = [...new Set(codeTerms(text))].map((term) => ({ term, weight: 1 }));
  const hits = index.search(terms, HITS, (path) => path === skip);
  const paths = [...new Set(hits.map(({ path }) => path))].slice(0, MOST_FILES);
  const found = await Promise.all(
    paths.map(async (path): Promise<CopySource[]> => {
      const own = await workspace.read(path);
      return own === undefined ? [] : [elsewhere(path, own)];
    }),
  );
  return found.flat();
}

/** A whole file, of which the prompt holds nothing, or another part. */
export const elsewhere = (path: string, text: string): CopySource => ({
  ...{ kind: "file", title: path, path, text, isElsewhere: true },
});

/** @param parts of equal ones the last counts: what stands in the prompt goes after what stands elsewhere */
export function copiedTexts(text: string, parts: readonly CopySource[]): Omit<CopiedText, "line">[] {
  const lexemes = [...text.matchAll(LEXEME)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  const found: { at: number; end: number; lexemes: number; part: CopySource }[] = [];
  for (let from = 0; from < lexemes.length; ) {
    let best: (typeof found)[number] | undefined;
    for (let to = from; to < lexemes.length; to++) {
      const run = text.slice(lexemes[from]!.start, lexemes[to]!.end);
      const part = parts.findLast((one) => one.kind !== "header" && standsIn(run, one.text));
      if (!part) break;
      best = { at: lexemes[from]!.start, end: lexemes[to]!.end, lexemes: to - from + 1, part };
    }
    if (best) found.push(best);
    from += best?.lexemes ?? 1;
  }
  return found
    .filter(({ at, end, lexemes: count }) => count >= LEAST_LEXEMES || hasLongName(text.slice(at, end)))
    .sort((a, b) => b.end - b.at - (a.end - a.at))
    .slice(0, MOST_COPIES)
    .map(({ at, end, part: { path, title, isElsewhere } }) => ({
      ...{ text: text.slice(at, end), at, path, where: title },
      ...(isElsewhere && { isElsewhere }),
    }));
}

/** Whether a text holds `run`, not as a part of longer words. */
function standsIn(run: string, text: string): boolean {
  for (let at = text.indexOf(run); at >= 0; at = text.indexOf(run, at + 1)) if (isWhole(run, text, at)) return true;
  return false;
}

const WORD_SIGN = /[\p{L}\p{N}_$]/u;

function isWhole(run: string, text: string, at: number): boolean {
  const joins = (a: string | undefined, b: string | undefined) =>
    a !== undefined && b !== undefined && WORD_SIGN.test(a) && WORD_SIGN.test(b);
  return !joins(text[at - 1], run[0]) && !joins(run.at(-1), text[at + run.length]);
}

const hasLongName = (run: string): boolean => (run.match(LEXEME) ?? []).some((name) => name.length >= LONG_NAME_UNITS);
