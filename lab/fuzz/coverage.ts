// Which parts of some source files have run, by V8's precise coverage of blocks. Must be started before the files are loaded. Keeps no counts:
// a part that has run once is no news any more.

import { Session } from "node:inspector";
import path from "node:path";
import { pathToFileURL } from "node:url";

interface Range {
  startOffset: number; // UTF-16 units of the file
  endOffset: number;
  count: number;
}

interface Script {
  url: string;
  functions: { ranges: Range[] }[]; // the outer before the inner, and of each the whole before its blocks
}

export class Coverage {
  readonly #session = new Session();
  readonly #urls: ReadonlySet<string>;
  readonly #covered = new Map<string, Uint8Array>(); // by file: 1 where it has run

  /** @param files absolute paths */
  constructor(files: readonly string[]) {
    this.#urls = new Set(files.map((file) => pathToFileURL(path.resolve(file)).href));
    this.#session.connect();
    this.#post("Profiler.enable");
    this.#post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** How many units of source have run since the last look, and never before. @param keep whether they are known from now on */
  news(keep: boolean): number {
    return this.#taken().reduce((sum, script) => sum + this.#newIn(script, keep), 0);
  }

  /** Forgets what has run since the last look. */
  skip(): void {
    this.#taken();
  }

  /** Units of source that have run. */
  get units(): number {
    let sum = 0;
    for (const bits of this.#covered.values()) for (const bit of bits) sum += bit;
    return sum;
  }

  stop(): void {
    this.#session.disconnect();
  }

  #taken(): Script[] {
    const { result } = this.#post("Profiler.takePreciseCoverage") as { result: Script[] };
    return result.filter(({ url }) => this.#urls.has(url));
  }

  /** A range holds for all of its source but for what a later one says: of a block, or of a function within. */
  #newIn({ url, functions }: Script, keep: boolean): number {
    const ranges = functions.flatMap((one) => one.ranges);
    const end = Math.max(...ranges.map(({ endOffset }) => endOffset));
    const ran = new Uint8Array(end);
    for (const { startOffset, endOffset, count } of ranges) ran.fill(count > 0 ? 1 : 0, startOffset, endOffset);
    const covered = this.#bitsOf(url, end);
    let units = 0;
    for (let i = 0; i < end; i++) {
      if (ran[i] === 0 || covered[i] === 1) continue;
      units++;
      if (keep) covered[i] = 1;
    }
    return units;
  }

  #bitsOf(url: string, length: number): Uint8Array {
    const known = this.#covered.get(url);
    if (known && known.length >= length) return known;
    const longer = new Uint8Array(length);
    if (known) longer.set(known);
    this.#covered.set(url, longer);
    return longer;
  }

  #post(method: string, params: object = {}): unknown {
    let answer: unknown;
    this.#session.post(method, params, (error: Error | null, result?: object) => {
      if (error) throw error;
      answer = result;
    });
    return answer;
  }
}
