// Whether an offer that a commit did not take was made soon after: its author had left out that place. Reads git's history.

import type { Place } from "../../../src/actions/nextEdit/types.ts";
import { type Commit, changeBetween, commitAfter } from "./commits.ts";
import { type FileState, judge } from "./judge.ts";

/** The most commits after it, whoever made them. */
const MAX_COMMITS = 20;

export class Omissions {
  readonly #repository: string;
  readonly #laterOf = new Map<string, string | undefined>(); // by commit
  readonly #changes = new Map<string, ReturnType<typeof changeBetween>>(); // by commit and path

  constructor(repository: string) {
    this.#repository = repository;
  }

  /** @param place of the state's text, in lines that the commit leaves as they are */
  isOne({ hash }: Commit, state: FileState, place: Place): boolean {
    const file = this.#changeAfter(hash, state.file.path);
    if (!file) return false;
    const shift = shiftAfter(state, place);
    const range = { start: place.range.start + shift, end: place.range.end + shift };
    if (file.before.slice(range.start, range.end) !== place.oldText) return false; // the commit changed it after all
    return judge({ file, done: 0 }, { ...place, range }).right;
  }

  #changeAfter(from: string, path: string): ReturnType<typeof changeBetween> {
    if (!this.#laterOf.has(from)) this.#laterOf.set(from, commitAfter(this.#repository, from, MAX_COMMITS));
    const to = this.#laterOf.get(from);
    if (to === undefined) return undefined;
    const key = `${from} ${path}`;
    if (!this.#changes.has(key)) this.#changes.set(key, changeBetween(this.#repository, { from, to, path }));
    return this.#changes.get(key);
  }
}

/** How far the commit's later hunks above a place move it. */
function shiftAfter({ file, done }: FileState, { range }: Place): number {
  const last = file.hunks[done - 1];
  const inBefore = range.start + (last ? last.before.end - last.after.end : 0);
  let shift = 0;
  for (const { before, after } of file.hunks.slice(done)) {
    if (before.end > inBefore) break;
    shift += after.end - after.start - (before.end - before.start);
  }
  return shift;
}
