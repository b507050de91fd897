// Bench: the flow of requests in virtual time. Hunks of this repository's own commits are typed at human speed, and a Completer gets the requests
// that VS Code would make. The embedded model gives the text and a table gives its duration, so that the machine's load changes nothing. For choosing
// the constants of debounce, joining and follow-ups; bench replay measures the product. The model's texts are kept between runs.
// `node lab/bench/flow.ts [--hunks 6] [--seed 1] [--slow 3]`. Ends with one JSON line on stdout.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { createParsers } from "../../common/syntax/parsers.ts";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { SeededRandom } from "../../finetune/data/seededRandom.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { LocalModel } from "../../server/host/localModel.ts";
import type { GenerateParams, GenerateResult } from "../../server/host/protocol/messages.ts";
import type { Clock } from "../../src/completion/clock.ts";
import { Completer } from "../../src/completion/completer.ts";
import type { Completion } from "../../src/completion/outcome.ts";
import type { CompletionCounts } from "../../src/completion/requests/counters.ts";
import { defaultCompletionSettings } from "../../src/completion/settings.ts";
import type { FolderModel } from "../../src/model/completionModel.ts";
import { Documents, type OpenDocument } from "../../src/workspace/documents.ts";
import type { Change } from "./replay/change.ts";
import { ownChanges } from "./replay/ownCommits.ts";
import { keyIntervalsMs } from "./replay/rhythm.ts";
import { indentOf, nextStep, type Writing, writtenUnits } from "./replay/typing.ts";
import { machine, quantile } from "./support/reporting.ts";

const EDITOR_PAUSE_MS = 50; // VS Code's own, after a key
const READING_MS = 500; // until a suggestion that is right is taken
const MIN_ACCEPTED_UNITS = 2;

/** Of `bench keystroke` on two quiet threads: a key's prompt, and a token. */
const PREFILL_MS = 25;
const TOKEN_MS = 8;

const { values: options } = parseArgs({
  options: {
    hunks: { type: "string", default: "6" },
    seed: { type: "string", default: "1" },
    slow: { type: "string", default: "1" }, // factor on the model's times
    until: { type: "string", default: "9762819a893e" },
  },
});
const slow = Number(options.slow);
const parsers = await createParsers();
const memoFolder = path.join(os.tmpdir(), "sotto-flow");
mkdirSync(memoFolder, { recursive: true });

/** Time that passes when it is told to. */
class VirtualClock implements Clock {
  #nowMs = 0;
  readonly #due = new Set<{ atMs: number; callback: () => void }>();
  busy = 0; // what takes no virtual time is under way

  nowMs(): number {
    return this.#nowMs;
  }

  after(ms: number, callback: () => void): () => void {
    const one = { atMs: this.#nowMs + ms, callback };
    this.#due.add(one);
    return () => this.#due.delete(one);
  }

  async passUntil(endMs: number): Promise<void> {
    for (;;) {
      await this.#settled();
      const next = [...this.#due].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      this.#due.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
    }
    this.#nowMs = Math.max(this.#nowMs, endMs);
  }

  async #settled(): Promise<void> {
    for (let quiet = 0; quiet < 6; quiet++) {
      await new Promise(setImmediate);
      if (this.busy > 0) quiet = -1;
    }
  }
}

interface Call {
  result?: GenerateResult;
  prefix: string;
  isUsed: boolean; // something of it was shown
}

let local: Promise<LocalModel> | undefined;
const loaded = () =>
  (local ??= LocalModel.load({ source: { modelDir: embeddedModelDir() }, device: { cacheDir: defaultCacheDir() } }));

/** What the embedded model writes; asked once for each prompt, in all runs. */
async function writtenFor(params: Omit<GenerateParams, "id" | "adapter">): Promise<GenerateResult> {
  const { prompt, maxTokens, stop } = params;
  const key = createHash("sha256")
    .update(JSON.stringify([prompt, maxTokens, stop]))
    .digest("hex")
    .slice(0, 24);
  const file = path.join(memoFolder, `${key}.json`);
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    const { editor: _, class: __, deadlineMs: ___, ...rest } = params;
    const result = await (await loaded()).generate(rest, () => {}, new AbortController().signal);
    writeFileSync(file, JSON.stringify(result));
    return result;
  }
}

/** Writes it token by token, in virtual time. */
function timedModel(clock: VirtualClock, calls: Call[]): FolderModel {
  return {
    key: "",
    inspect: () => Promise.reject(new Error("not here")),
    async generate(params, onText, signal) {
      const call: Call = { prefix: params.prompt.prefix, isUsed: false };
      calls.push(call);
      clock.busy++;
      const whole = await writtenFor(params).finally(() => clock.busy--);
      return new Promise<GenerateResult>((resolve) => {
        let tokens = 0;
        const textOf = (count: number) => (count === 0 ? "" : whole.text.slice(0, whole.tokenEnds[count - 1]));
        const step = () => {
          const isOver = tokens === whole.tokenEnds.length;
          if (isOver || signal.aborted) {
            const generated = { ...whole.tokens, generated: tokens };
            const [logProbs, tokenEnds] = [whole.logProbs.slice(0, tokens), whole.tokenEnds.slice(0, tokens)];
            const stop = isOver ? whole.stop : "cancelled";
            call.result = {
              ...whole,
              text: isOver ? whole.text : textOf(tokens),
              stop,
              tokens: generated,
              logProbs,
              tokenEnds,
            };
            resolve(call.result);
            return;
          }
          tokens++;
          const text = textOf(tokens).slice(textOf(tokens - 1).length);
          if (text !== "") onText(text);
          clock.after(TOKEN_MS * slow, step);
        };
        clock.after(PREFILL_MS * slow, step);
      });
    },
  };
}

interface Session {
  keys: number;
  keyToGhostMs: number[];
  savedUnits: number;
  units: number;
  calls: Call[];
  counts: CompletionCounts;
}

/** Types one change, takes what is right. */
async function typed({ text, hunk }: Change, seed: number): Promise<Session> {
  const clock = new VirtualClock();
  const calls: Call[] = [];
  const documents = new Documents({ parsers, relativePath: () => hunk.path });
  const model = timedModel(clock, calls);
  const completer = new Completer({
    modelFor: () => model,
    sourcesOf: () => undefined,
    settings: () => defaultCompletionSettings,
    switchedOff: () => undefined,
    clock,
  });
  const before = text.split("\n").slice(0, hunk.line).join("\n");
  const after = text
    .split("\n")
    .slice(hunk.line + hunk.removed)
    .join("\n");
  const whole = `${before}${after === "" ? "" : `\n${after}`}`;
  const document = documents.open({ uri: "file:///w/a.ts", languageId: "typescript", version: 1, text: whole });
  const at = before.length;
  const target = `\n${hunk.added.join("\n")}`;
  const writing: Writing = { text: whole, cursor: at, start: at, end: at, target, indent: indentOf(text) };
  const intervalsMs = keyIntervalsMs(target, seed, 1);
  const session = { keys: 0, keyToGhostMs: [] as number[], savedUnits: 0, units: target.length, calls };
  let request = new AbortController();
  let shown: { item: Completion; sinceMs: number } | undefined;
  let lastKeyMs = clock.nowMs();

  const ask = async (): Promise<void> => {
    const signal = (request = new AbortController()).signal;
    const { cursor: offset } = writing;
    const { outcome } = await completer.complete({ document, offset, explicit: false }, signal);
    if (signal.aborted) return;
    if (outcome.kind === "none") shown = undefined;
    else {
      const [item] = outcome.items;
      if (outcome.source === "model") session.keyToGhostMs.push(clock.nowMs() - lastKeyMs);
      markUsed(calls, writing.text.slice(0, offset), item!.text);
      shown = { item: item!, sinceMs: shown?.item.text.endsWith(item!.text) ? shown.sinceMs : clock.nowMs() };
    }
  };
  const edit = (start: number, end: number, inserted: string, cursor: number) => {
    request.abort();
    change(documents, document, start, end, inserted);
    completer.changed(document, [{ start, end, text: inserted }]);
    writing.text = document.text.getText();
    writing.end += inserted.length - (end - start);
    writing.cursor = cursor;
    lastKeyMs = clock.nowMs();
    const { version } = document;
    clock.after(EDITOR_PAUSE_MS, () => {
      if (document.version === version) void ask();
    });
  };

  /** Reads until the next key is due. @returns whether a suggestion was taken before */
  const takesBefore = async (dueMs: number): Promise<boolean> => {
    for (let nowMs = clock.nowMs(); nowMs < dueMs; nowMs += 10) {
      await clock.passUntil(nowMs);
      if (!shown || nowMs - shown.sinceMs < READING_MS) continue;
      const { text: taken, replaceAfter } = shown.item;
      const { cursor } = writing;
      if (taken.length < MIN_ACCEPTED_UNITS || !target.startsWith(taken, writtenUnits(writing))) continue;
      session.savedUnits += taken.length;
      shown = undefined;
      edit(cursor, cursor + replaceAfter, taken, cursor + taken.length);
      return true;
    }
    await clock.passUntil(dueMs);
    return false;
  };

  for (;;) {
    if (await takesBefore(lastKeyMs + (intervalsMs[writtenUnits(writing)] ?? intervalsMs[0]!))) continue;
    const step = nextStep(writing);
    if (!step) break;
    if (step.kind === "move") {
      writing.cursor = step.cursor;
      lastKeyMs = clock.nowMs();
      continue;
    }
    if (step.kind === "key") session.keys++;
    const { start, end, text: inserted, cursor } = step.edit;
    if (!shown?.item.text.startsWith(inserted)) shown = undefined;
    edit(start, end, inserted, cursor);
  }
  await clock.passUntil(clock.nowMs() + 3_000);
  return { ...session, counts: completer.counts() };
}

function change(documents: Documents, document: OpenDocument, start: number, end: number, text: string): void {
  const range = { start: document.text.positionAt(start), end: document.text.positionAt(end) };
  const textDocument = { uri: document.uri, version: document.version + 1 };
  documents.change({ textDocument, contentChanges: [{ range, text }] });
}

/** Calls whose text begins what was shown. */
function markUsed(calls: readonly Call[], before: string, text: string): void {
  for (const call of calls) {
    const written = call.result?.text ?? "";
    const at = before.endsWith(call.prefix.slice(-80))
      ? before.length
      : before.lastIndexOf(call.prefix.slice(-80)) + 80;
    const withIt = (before + text).slice(at);
    if (at >= 80 && withIt.length > before.length - at && written.trimStart().startsWith(withIt.trim().slice(0, 200)))
      call.isUsed = true;
  }
}

const changes = ownChanges(
  packageRoot(import.meta.dirname),
  options.until,
  Number(options.hunks),
  new SeededRandom(Number(options.seed)),
);
const sessions: Session[] = [];
for (const [i, one] of changes.entries()) {
  sessions.push(await typed(one, Number(options.seed) + i));
  console.error(
    `${i + 1}/${changes.length} ${one.hunk.path}: ${sessions.at(-1)!.keys} keys, ${sessions.at(-1)!.calls.length} calls`,
  );
}
(await local)?.dispose();
const sum = (of: (session: Session) => number) => sessions.reduce((total, session) => total + of(session), 0);
const tokens = sum(({ counts }) => counts.tokensGenerated);
const unshown = sum(({ calls }) =>
  calls.reduce((total, { isUsed, result }) => total + (isUsed ? 0 : (result?.tokens.generated ?? 0)), 0),
);
const ghosts = sessions.flatMap(({ keyToGhostMs }) => keyToGhostMs);
const answers: Record<string, number> = {};
for (const { counts } of sessions)
  for (const [name, n] of Object.entries({ ...counts.shown, ...counts.none })) answers[name] = (answers[name] ?? 0) + n;
const result = {
  name: "flow",
  hunks: sessions.length,
  slow,
  keys: sum(({ keys }) => keys),
  modelCalls: sum(({ counts }) => counts.modelCalls),
  joinedRequests: sum(({ counts }) => counts.joinedRequests),
  followUps: sum(({ counts }) => counts.followUps),
  followUpsUsed: sum(({ counts }) => counts.followUpsUsed),
  tokens,
  unansweredShare: sum(({ counts }) => counts.tokensThrownAway) / tokens, // of nobody's answer
  unshownShare: unshown / tokens, // of calls without a shown suggestion, including improbable ones
  keyToGhostMs: { count: ghosts.length, p50: quantile(ghosts, 0.5), p95: quantile(ghosts, 0.95) },
  savedShare: sum(({ savedUnits }) => savedUnits) / sum(({ units }) => units),
  answers,
  machine: machine("cpu"),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
