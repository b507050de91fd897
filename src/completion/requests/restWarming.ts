// When to read a prompt ahead: once for each rest of the cursor, but not while a request runs or if the same prompt was read last. A newer rest
// replaces an older one. A request does not end the reading here: the host does so when the request reaches it with its context; until then the
// reading is useful to the request. Decides nothing about the place itself (warm.ts does).

import { lineStartOf } from "../../../common/syntax/lines.ts";
import type { PromptInput } from "../../../server/host/protocol/messages.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import type { NoWarmReason, WarmOutcome } from "../outcome.ts";
import { type WarmDeps, warm } from "../warm.ts";

/** How long a prompt counts as read, in milliseconds: the host is shared, and other windows' prompts may have replaced it since. */
const KNOWN_MS = 30_000;

/** Where the cursor rests: in a document, at an offset of its text (UTF-16 units). */
export interface Rest {
  document: OpenDocument;
  offset: number;
}

export interface RestWarmingOptions {
  /** The dependencies for reading ahead, or why nothing is read: asked at each rest, since settings change. */
  depsFor: (document: OpenDocument) => Omit<WarmDeps, "isKnown"> | NoWarmReason;
  onOutcome: (outcome: WarmOutcome) => void;
  nowMs?: () => number;
}

export class RestWarming {
  readonly #options: RestWarmingOptions;
  readonly #nowMs: () => number;
  readonly #completing = new Set<{ uri: string }>(); // running requests
  #rest: (Rest & { version: number }) | undefined;
  #warming: AbortController | undefined;
  #last: { prompt: PromptInput; key: string; id: string | undefined; atMs: number } | undefined;

  constructor(options: RestWarmingOptions) {
    this.#options = options;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** The cursor rests. Resolves when reading ahead is over. */
  rested(rest: Rest): Promise<void> {
    this.#rest = { ...rest, version: rest.document.version };
    return this.#warm(rest);
  }

  /** The model has become ready: reads ahead where the cursor rests, unless the text has changed since. */
  async modelReady(): Promise<void> {
    this.#last = undefined;
    if (this.#rest && this.#rest.document.version === this.#rest.version) await this.#warm(this.#rest);
  }

  /**
   * A request begins: nothing is read ahead in its document until it has ended.
   * @param signal of the request: once it fires nobody waits for the request, and reading ahead does not wait for its end
   * @returns the function to call at the request's end
   */
  completing(uri: string, signal: AbortSignal): () => void {
    const request = { uri };
    const end = () => {
      this.#completing.delete(request);
      signal.removeEventListener("abort", end);
    };
    if (!signal.aborted) this.#completing.add(request);
    signal.addEventListener("abort", end);
    return end;
  }

  /**
   * The model has read a prompt to its end and has written after it.
   * @param key of the folder's model
   * @param id of the host's model that has read the prompt, where that is known
   */
  prompted(prompt: PromptInput, key: string, id?: string): void {
    this.#last = { prompt, key, id, atMs: this.#nowMs() };
  }

  async #warm({ document, offset }: Rest): Promise<void> {
    this.#warming?.abort();
    const warming = new AbortController();
    this.#warming = warming;
    const { onOutcome, depsFor } = this.#options;
    if ([...this.#completing].some(({ uri }) => uri === document.uri))
      return onOutcome({ kind: "none", reason: "completing" });
    const deps = depsFor(document);
    if (typeof deps === "string") return onOutcome({ kind: "none", reason: deps });
    const isKnown = (prompt: PromptInput) => {
      const isFresh = this.#last !== undefined && this.#nowMs() - this.#last.atMs < KNOWN_MS;
      if (!isFresh || deps.model.key !== this.#last!.key || deps.writing?.id !== this.#last!.id) return false;
      return sameBeforeLine(prompt, this.#last!.prompt);
    };
    const outcome = await warm({ document, offset }, { ...deps, isKnown }, warming.signal);
    if (outcome.kind === "warmed") this.prompted(outcome.prompt, deps.model.key, deps.writing?.id);
    onOutcome(outcome);
  }
}

/** Whether two prompts differ at most in the cursor's line, the last line of both. */
function sameBeforeLine(a: PromptInput, b: PromptInput): boolean {
  return (
    a.path === b.path &&
    a.suffix === b.suffix &&
    beforeLine(a.prefix) === beforeLine(b.prefix) &&
    a.pieces.length === b.pieces.length &&
    a.pieces.every(({ path, text }, i) => path === b.pieces[i]!.path && text === b.pieces[i]!.text)
  );
}

const beforeLine = (prefix: string) => prefix.slice(0, lineStartOf(prefix, prefix.length));
