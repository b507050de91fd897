// The log of suggestions: a line for each answer at debug level, and a summary of each minute in which there was one at info level.
// Names, numbers and places only: nothing that stands in a file is ever logged.

import type { Clock } from "../completion/clock.ts";
import type { CompletionOutcome, WarmOutcome } from "../completion/outcome.ts";
import { repeatedIn, repeatsWords } from "../completion/repeatedCode.ts";
import type { ModelCounts } from "../completion/requests/callCounter.ts";

const MINUTE_MS = 60_000;

/** An answered request. */
export interface LoggedAnswer {
  outcome: CompletionOutcome;
  languageId: string | undefined; // undefined: the document is not known
  place: string; // in words, without any text of the document
  tookMs: number; // from the request to its answer, the pause before the model's work included
  failed: boolean; // an error is the reason
}

export interface CompletionLogOptions {
  debug: (line: string) => void;
  info: (line: string) => void;
  /** The window's counters of model calls. */
  counts: () => Pick<ModelCounts, "promptTokens" | "promptTokensCached">;
  after: Clock["after"];
}

export class CompletionLog {
  readonly #options: CompletionLogOptions;
  #minute: Minute | undefined; // undefined while nothing has happened: then no timer runs either

  constructor(options: CompletionLogOptions) {
    this.#options = options;
  }

  answered(answer: LoggedAnswer): void {
    const { outcome, languageId = "unknown language", place, tookMs } = answer;
    const { debug, info } = this.#options;
    debug(`completion: ${outcomeText(outcome)}, ${languageId}, ${place}, ${Math.round(tookMs)} ms`);
    const repeats = repeatedIn(outcome);
    const isNew = outcome.kind === "none" || outcome.source === "model"; // not once more for each key that is typed of it
    if (repeats && isNew) info(`licence guard: a suggestion ${repeatsWords(repeats)}, ${place}`);
    this.#current().answered(answer);
  }

  /** The cursor has rested: what was read ahead counts as read. */
  rested(outcome: WarmOutcome): void {
    if (outcome.kind === "warmed") this.#current().readAhead(outcome.tokens);
  }

  #current(): Minute {
    if (this.#minute) return this.#minute;
    const { counts, info, after } = this.#options;
    const before = counts();
    const start = { read: before.promptTokens - before.promptTokensCached, reused: before.promptTokensCached };
    const minute = new Minute();
    this.#minute = minute;
    after(MINUTE_MS, () => {
      this.#minute = undefined;
      const { promptTokens, promptTokensCached: reused } = counts();
      info(minute.summary({ read: promptTokens - reused - start.read, reused: reused - start.reused }));
    });
    return minute;
  }
}

interface Tokens {
  read: number;
  reused: number; // found in the KV cache
}

class Minute {
  readonly #shown = new Map<string, number>(); // by source
  readonly #none = new Map<string, number>(); // by reason
  readonly #tookMs: number[] = []; // of the answers that the editor still waited for
  #asked = 0;
  #errors = 0;
  #ahead: Tokens = { read: 0, reused: 0 };

  answered({ outcome, tookMs, failed }: LoggedAnswer): void {
    this.#asked++;
    if (failed) this.#errors++;
    if (outcome.kind === "shown") increment(this.#shown, outcome.source);
    else increment(this.#none, outcome.reason);
    const isGone = outcome.kind === "none" && (outcome.reason === "cancelled" || outcome.reason === "superseded");
    if (!isGone) this.#tookMs.push(tookMs);
  }

  readAhead({ prompt, cached }: { prompt: number; cached: number }): void {
    this.#ahead = { read: this.#ahead.read + prompt - cached, reused: this.#ahead.reused + cached };
  }

  summary({ read, reused }: Tokens): string {
    const parts = [
      `asked ${this.#asked}`,
      `shown ${counted(this.#shown)}`,
      `nothing ${counted(this.#none)}`,
      this.#times(),
      `prompt tokens: ${read} read, ${reused} reused; ahead: ${this.#ahead.read} read, ${this.#ahead.reused} reused`,
      `errors ${this.#errors}`,
    ];
    return `completions of one minute: ${parts.join("; ")}`;
  }

  #times(): string {
    const sorted = this.#tookMs.toSorted((a, b) => a - b);
    if (sorted.length === 0) return "no answer was waited for";
    return `answered in ${quantile(sorted, 0.5)} ms (median), ${quantile(sorted, 0.95)} ms (p95)`;
  }
}

const increment = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);

/** "5 (model 3, cache 2)", the most frequent first. */
function counted(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  const sum = sorted.reduce((all, [, count]) => all + count, 0);
  return sum === 0 ? "0" : `${sum} (${sorted.map(([name, count]) => `${name} ${count}`).join(", ")})`;
}

/** The smallest value that `share` of the values do not exceed, rounded. @param sorted ascending, not empty */
const quantile = (sorted: readonly number[], share: number): number =>
  Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!);

function outcomeText(outcome: CompletionOutcome): string {
  const repeats = repeatedIn(outcome);
  const told = repeats ? `, it ${repeatsWords(repeats)}` : "";
  if (outcome.kind === "none") return outcome.reason + told;
  const { source, items } = outcome;
  return (items.length > 1 ? `${source}, ${items.length} suggestions` : source) + told;
}
