// The agent's handle on the compiler's thread: starts it when a suggestion in TypeScript or JavaScript is about to come, sends it the open
// documents' texts with each question, and ends it after a while without questions. Never waits for it beyond a question's time limit.

import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { ecmaScriptIds } from "../../common/syntax/languages.ts";
import type { NoSymbolsReason, SymbolAnswer, SymbolCheck, SymbolQuestion } from "../completion/symbols/symbolCheck.ts";
import type { OpenDocument } from "../workspace/documents.ts";
import type { CompilerChecker } from "./checker.ts";
import { type CompilerPlaces, compilerName } from "./loadCompiler.ts";
import type { TextChange } from "./problems.ts";
import { slashed } from "./projectFiles.ts";
import type { Broken } from "./rewrites/broken.ts";
import type { Rewrite, RewriteKind } from "./rewrites/rewrite.ts";
import {
  type CheckAnswer,
  type CheckQuestion,
  type EditQuestion,
  type FromWorker,
  NEWEST_ASKED,
  type ToWorker,
  UNWANTED_UP_TO,
  type WorkerStart,
} from "./workerMessages.ts";

/** Heap limit of the thread: a large project's types take some hundred megabytes; a project that needs more is not checked. */
const HEAP_MB = 1_024;

/** How long the thread stays without questions, in milliseconds; then its memory is released. */
const IDLE_MS = 5 * 60_000;

/** How long a person waits for one question about a file, in milliseconds; the thread goes on, so that the next one finds its work done. */
const CHECK_MS = 10_000;

/** A thread that says nothing for so long after that hangs, and is ended. */
const HANGS_AFTER_MS = 60_000;

/** A thread that ends by itself (out of memory) more often than this is not started again. */
const MAX_CRASHES = 2;

/** The document has changed since the question. */
export class DocumentChanged extends Error {
  override readonly name = "DocumentChanged";
}

export class CheckFailed extends Error {
  override readonly name = "CheckFailed";
  readonly reason: NoSymbolsReason;

  constructor(reason: NoSymbolsReason) {
    super(`the compiler said nothing: ${reason}`);
    this.reason = reason;
  }
}

export interface CompilerThreadOptions extends CompilerPlaces {
  script: string; // absolute path of dist/typescript.cjs
  exclude: () => readonly string[];
  /** The open documents of the folder. */
  openDocuments: () => Iterable<OpenDocument>;
  log: (line: string) => void;
  /** Gets the line that says which compiler is used. */
  tell?: (line: string) => void;
  heapMb?: number;
  checkMs?: number;
  idleMs?: number;
}

interface Running {
  worker: Worker;
  exclude: string; // the patterns that the thread was started with
  sent: Map<string, { document: OpenDocument; version: number }>; // by file: the version that the thread has
  built: Map<string, NoSymbolsReason | undefined>; // by file: why there is no program, or undefined
  waiting: Map<number, (answer: SymbolAnswer) => void>;
  checking: Map<number, (answer: CheckAnswer) => void>;
  building: Map<string, ((problem: NoSymbolsReason | undefined) => void)[]>;
  newest: Int32Array;
  lastWordMs: number; // when it said something
}

export class CompilerThread implements SymbolCheck {
  readonly #options: CompilerThreadOptions;
  #running: Running | undefined;
  #idle: NodeJS.Timeout | undefined;
  #ids = 0;
  #crashes = 0;

  constructor(options: CompilerThreadOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  prepare(document: OpenDocument): void {
    void this.built(document);
  }

  /** Resolves when questions about the document can be answered at once, or with the reason why they never will be. */
  async built(document: OpenDocument): Promise<NoSymbolsReason | undefined> {
    const file = fileOf(document);
    if (file === undefined) return "otherLanguage";
    const running = this.#started();
    if (!running) return "failed";
    if (running.built.has(file)) return running.built.get(file);
    const waiting = running.building.get(file);
    return new Promise((resolve) => {
      if (waiting) waiting.push(resolve);
      else {
        running.building.set(file, [resolve]);
        this.#tellTexts(running, document);
        this.#send(running, { kind: "build", file });
      }
    });
  }

  async unknownIn(
    { document, offset, text, replaceAfter }: SymbolQuestion,
    budgetMs: number,
    signal: AbortSignal,
  ): Promise<SymbolAnswer> {
    const file = fileOf(document);
    if (file === undefined) return { reason: "otherLanguage" };
    const running = this.#started();
    if (!running) return { reason: "failed" };
    if (!running.built.has(file)) {
      this.prepare(document);
      return { reason: "building" };
    }
    const problem = running.built.get(file);
    if (problem) return { reason: problem };
    const id = ++this.#ids;
    this.#tellTexts(running, document);
    Atomics.store(running.newest, NEWEST_ASKED, id);
    return new Promise((resolve) => {
      const end = (answer: SymbolAnswer) => {
        clearTimeout(late);
        signal.removeEventListener("abort", gaveUp);
        running.waiting.delete(id);
        rest(running);
        if ("reason" in answer && answer.reason === "building") running.built.delete(file); // the disk has changed
        resolve(answer);
      };
      const gaveUp = () => end({ reason: "late" });
      const late = Number.isFinite(budgetMs) ? setTimeout(gaveUp, budgetMs) : undefined;
      signal.addEventListener("abort", gaveUp, { once: true });
      running.waiting.set(id, end);
      this.#send(running, { kind: "ask", id, file, insertion: { offset, text, replaceAfter } });
    });
  }

  /**
   * A checker of a document, or why there is none. Each of its methods rejects with DocumentChanged or CheckFailed where the document has
   * changed, or the thread has ended.
   */
  async checkerOf(document: OpenDocument): Promise<CompilerChecker | { reason: NoSymbolsReason }> {
    const problem = await this.built(document);
    const file = fileOf(document);
    if (problem || file === undefined) return { reason: problem ?? "otherLanguage" };
    const { version } = document;
    const ask = async <T>(question: CheckQuestion): Promise<T> => {
      let answer = await this.#check(document, file, question);
      if ("reason" in answer && answer.reason === "building") {
        this.#running?.built.delete(file); // the disk has changed since
        await this.built(document);
        answer = await this.#check(document, file, question);
      }
      if (document.version !== version) throw new DocumentChanged();
      if ("reason" in answer) throw new CheckFailed(answer.reason);
      return answer.value as T;
    };
    return {
      problems: () => ask({ what: "problems" }),
      problemsWith: (changes) => ask({ what: "problemsWith", changes }),
      ownFixes: (of) => ask({ what: "ownFixes", problem: of }),
      faultOf: (changes, of, before) => ask({ what: "faultOf", changes, problem: of, before }),
      pieces: async (range) => (await ask({ what: "pieces", range })) ?? { pieces: [], refused: [] },
    };
  }

  /**
   * What an edit of a document leaves to do; or why nothing was found out. A completion that is asked for meanwhile, and `signal`, end the search.
   * @param before the document's text before the edit
   * @param budgetMs how long the thread may search; `late` after that
   */
  rewrite(
    document: OpenDocument,
    before: string,
    of: RewriteKind,
    budgetMs: number,
    signal: AbortSignal,
  ): Promise<Rewrite | { failure: NoSymbolsReason }> {
    return this.#aboutEdit(document, { of, before }, budgetMs, signal);
  }

  /** The problems that an edit of a document adds in its file and in those that import it. Parameters as of `rewrite`. */
  broken(
    document: OpenDocument,
    before: string,
    budgetMs: number,
    signal: AbortSignal,
  ): Promise<Broken | { failure: NoSymbolsReason }> {
    return this.#aboutEdit(document, { of: "broken", before }, budgetMs, signal);
  }

  /** Whether changes of a document bring a problem that it does not have anywhere yet. Parameters as of `rewrite`. */
  addsProblem(
    document: OpenDocument,
    changes: readonly TextChange[],
    budgetMs: number,
    signal: AbortSignal,
  ): Promise<boolean | { failure: NoSymbolsReason }> {
    return this.#aboutEdit(document, { of: "verdict", changes }, budgetMs, signal);
  }

  async #aboutEdit<T>(
    document: OpenDocument,
    question: EditQuestion,
    budgetMs: number,
    signal: AbortSignal,
  ): Promise<T | { failure: NoSymbolsReason }> {
    const problem = await this.built(document);
    const file = fileOf(document);
    if (problem || file === undefined) return { failure: problem ?? "otherLanguage" };
    if (signal.aborted) return { failure: "late" };
    const { version } = document;
    let stop: (() => void) | undefined;
    const answer = await this.#asked(document, (id, { newest }) => {
      stop = () => void Atomics.store(newest, UNWANTED_UP_TO, id);
      signal.addEventListener("abort", stop, { once: true });
      return { kind: "rewrite", id, file, question, budgetMs };
    });
    if (stop) signal.removeEventListener("abort", stop);
    if (signal.aborted || document.version !== version) return { failure: "late" };
    if (!("reason" in answer)) return answer.value as T;
    if (answer.reason === "building") this.#running?.built.delete(file); // the disk has changed: the next question finds it built
    return { failure: answer.reason };
  }

  #check(document: OpenDocument, file: string, question: CheckQuestion): Promise<CheckAnswer> {
    return this.#asked(document, (id) => ({ kind: "check", id, file, question }));
  }

  /** Asks something that no newer question overtakes. */
  #asked(document: OpenDocument, messageOf: (id: number, running: Running) => ToWorker): Promise<CheckAnswer> {
    const running = this.#started();
    if (!running) return Promise.resolve({ reason: "failed" });
    const id = ++this.#ids;
    this.#tellTexts(running, document);
    return new Promise((resolve) => {
      const askedMs = performance.now();
      const late = setTimeout(() => {
        running.checking.get(id)?.({ reason: "late" });
        setTimeout(() => this.#endIfHanging(running, askedMs), HANGS_AFTER_MS).unref();
      }, this.#options.checkMs ?? CHECK_MS);
      running.checking.set(id, (answer) => {
        clearTimeout(late);
        running.checking.delete(id);
        rest(running);
        resolve(answer);
      });
      this.#send(running, messageOf(id, running));
    });
  }

  /** Files were created, changed or deleted on the disk. @param files absolute paths */
  changed(files: readonly string[]): void {
    const running = this.#running;
    if (!running) return;
    for (const [file, problem] of running.built) if (problem) running.built.delete(file); // the reason may no longer hold
    this.#send(running, { kind: "changed", files: files.map(slashed) });
  }

  dispose(): void {
    clearTimeout(this.#idle);
    const running = this.#running;
    this.#running = undefined;
    if (running) end(running, "late");
  }

  /** @returns undefined where the thread has ended too often */
  #started(): Running | undefined {
    const { root, editorCompiler, shippedCompiler, script, exclude, heapMb = HEAP_MB } = this.#options;
    const patterns = JSON.stringify(exclude());
    if (this.#running && this.#running.exclude !== patterns) this.dispose();
    this.#awaitIdleness();
    if (this.#running || this.#crashes >= MAX_CRASHES) return this.#running;
    const newest = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT);
    const worker = new Worker(script, {
      workerData: { root, editorCompiler, shippedCompiler, exclude: exclude(), newest } satisfies WorkerStart,
      resourceLimits: { maxOldGenerationSizeMb: heapMb },
    });
    worker.unref();
    const running: Running = {
      worker,
      exclude: patterns,
      sent: new Map(),
      built: new Map(),
      waiting: new Map(),
      checking: new Map(),
      building: new Map(),
      newest: new Int32Array(newest),
      lastWordMs: performance.now(),
    };
    worker.on("message", (message: FromWorker) => this.#told(running, message));
    worker.on("error", (error) => this.#options.log(`TypeScript's thread has ended: ${error.message}`));
    worker.on("exit", () => {
      if (this.#running !== running) return;
      this.#running = undefined;
      this.#crashes++;
      end(running, "failed");
    });
    this.#running = running;
    return running;
  }

  #endIfHanging(running: Running, sinceMs: number): void {
    if (this.#running !== running || running.lastWordMs > sinceMs) return;
    this.#options.log("TypeScript's thread has said nothing for a minute, and is ended.");
    this.dispose();
  }

  #awaitIdleness(): void {
    clearTimeout(this.#idle);
    const end = () => (this.#running && isWaitedFor(this.#running) ? this.#awaitIdleness() : this.dispose());
    this.#idle = setTimeout(end, this.#options.idleMs ?? IDLE_MS).unref();
  }

  #told(running: Running, message: FromWorker): void {
    running.lastWordMs = performance.now();
    if (message.kind === "said") this.#options.log(message.message);
    else if (message.kind === "loaded") this.#options.tell?.(`${compilerName(message)} checks ${this.#options.root}.`);
    else if (message.kind === "answer") running.waiting.get(message.id)?.(message.answer);
    else if (message.kind === "checked") running.checking.get(message.id)?.(message.answer);
    else {
      const { file, problem } = message;
      running.built.set(file, problem);
      for (const resolve of running.building.get(file) ?? []) resolve(problem);
      running.building.delete(file);
      rest(running);
    }
  }

  /**
   * Sends the changes of the open documents since the last call.
   * @param asked the document of the question: its own text is sent, which may be ahead of the editor's
   */
  #tellTexts(running: Running, asked: OpenDocument): void {
    const documents = new Map<string, OpenDocument>();
    for (const document of [...this.#options.openDocuments(), asked]) {
      const file = fileOf(document);
      if (file !== undefined) documents.set(file, document);
    }
    for (const [file, document] of documents) {
      const known = running.sent.get(file);
      if (known?.document === document && known.version === document.version) continue;
      running.sent.set(file, { document, version: document.version });
      this.#send(running, { kind: "text", file, text: document.text.getText() });
    }
    for (const file of running.sent.keys()) {
      if (documents.has(file)) continue;
      running.sent.delete(file);
      running.built.delete(file);
      this.#send(running, { kind: "text", file, text: undefined });
    }
  }

  #send({ worker }: Running, message: ToWorker): void {
    const isAwaited = message.kind !== "text" && message.kind !== "changed";
    if (isAwaited) worker.ref();
    worker.postMessage(message);
  }
}

/** While no caller waits, the thread does not keep the process alive. */
function rest(running: Running): void {
  if (!isWaitedFor(running)) running.worker.unref();
}

const isWaitedFor = ({ waiting, checking, building }: Running): boolean =>
  waiting.size + checking.size + building.size > 0;

function end({ worker, waiting, checking, building }: Running, reason: NoSymbolsReason): void {
  for (const answer of [...waiting.values(), ...checking.values()]) answer({ reason });
  for (const resolve of [...building.values()].flat()) resolve(reason);
  void worker.terminate();
}

/** The document's absolute path, with forward slashes; undefined where the compiler does not check it. */
function fileOf({ uri, languageId }: OpenDocument): string | undefined {
  if (!ecmaScriptIds.includes(languageId) || !uri.startsWith("file:")) return undefined;
  try {
    return slashed(fileURLToPath(uri));
  } catch {
    return undefined; // a file of another machine
  }
}
