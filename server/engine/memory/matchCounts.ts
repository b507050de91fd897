// What followed elsewhere, counted: by the token that followed, by where it stands, and by how long the match before it is. Finds nothing.

/** The shortest matches of the levels at which continuations are counted, in tokens. */
export const LEVELS = [2, 3, 4, 5, 6, 8, 10, 13, 17, 24] as const;

/** Where a continuation stands, the nearest first. */
export const SOURCES = ["file", "directory", "repository"] as const;
export type Source = 0 | 1 | 2; // index into SOURCES

/** Counts of one token, or of all: cell `source * LEVELS.length + level` counts the places whose match is at least as long as the level. */
export const CELLS = SOURCES.length * LEVELS.length;

/** Stands for all tokens that begin with a line break. Which of them comes, and so the indentation, is left to the model. */
export const LINE_BREAK = -1;

const LEVEL_OF_LENGTH = Uint8Array.from({ length: 25 }, (_, length) =>
  LEVELS.findLastIndex((least) => least <= length),
);

export class MatchCounts {
  /** Counts of all tokens together, [CELLS]. */
  readonly total = new Float64Array(CELLS);
  /** How many different tokens there are, [CELLS]. */
  readonly distinct = new Float64Array(CELLS);
  readonly #rows = new Map<number, Float64Array>();

  /** Counts by token, each [CELLS]. Valid after `finish`. */
  get byToken(): ReadonlyMap<number, Float64Array> {
    return this.#rows;
  }

  /** @param length of the match, from 2 to 24 */
  add(token: number, source: Source, length: number): void {
    let row = this.#rows.get(token);
    if (!row) this.#rows.set(token, (row = new Float64Array(CELLS)));
    row[source * LEVELS.length + LEVEL_OF_LENGTH[length]]++;
  }

  /** Counts that were finished before. @param rows of each token: its id, then each cell that is not zero and its count */
  static ofRows(rows: readonly (readonly number[])[]): MatchCounts {
    const counts = new MatchCounts();
    for (const [token, ...cells] of rows) {
      const row = new Float64Array(CELLS);
      for (let i = 0; i < cells.length; i += 2) {
        row[cells[i]] = cells[i + 1];
        counts.total[cells[i]] += cells[i + 1];
        counts.distinct[cells[i]]++;
      }
      counts.#rows.set(token, row);
    }
    return counts;
  }

  /** Adds the counts of longer matches to those of shorter ones, and sums up. */
  finish(): void {
    for (const row of this.#rows.values()) {
      for (let cell = CELLS - 1; cell >= 0; cell--) {
        if (cell % LEVELS.length < LEVELS.length - 1) row[cell] += row[cell + 1];
        this.total[cell] += row[cell];
        if (row[cell] > 0) this.distinct[cell]++;
      }
    }
  }
}
