// From what an editor tells the agent to `sotto statistics --json`: a person whose every act is known, and each count by hand. Only the model is a
// test's, and the clock: a second passes when the person lets it.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, mock, test } from "node:test";
import { pathToFileURL } from "node:url";
import {
  CancellationToken,
  type Connection,
  type InitializeParams,
  type InlineCompletionItem,
  InlineCompletionTriggerKind,
} from "vscode-languageserver/node";
import { serveCompletions } from "../../src/agent/completions.ts";
import { serveDocuments } from "../../src/agent/documents.ts";
import { extension } from "../../src/agent/extension.ts";
import type { FoundEdits } from "../../src/agent/nextEdits.ts";
import { openSession, type Session } from "../../src/agent/session.ts";
import { serveStatistics } from "../../src/agent/statistics.ts";
import { readSettings } from "../../src/config/settings.ts";
import { type Counts, LATENCY_EDGES_MS, SOURCES, WITHHELD } from "../../src/feedback/counts.ts";
import type { DashboardFacts } from "../../src/feedback/dashboard/facts.ts";
import { RETENTION_SECONDS } from "../../src/feedback/retention.ts";
import {
  ACCEPTED_COMMAND,
  type ActedParams,
  type AgentConfiguration,
  AgentMethod,
} from "../../src/protocol/messages.ts";
import { NextEditMethod } from "../../src/protocol/nextEdits.ts";
import { capturedCli } from "../support/capturedCli.ts";
import { scriptedModel } from "./completion/scriptedModel.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-agent-statistics-"));
after(() => rmSync(scratch, { recursive: true, force: true }));
const root = path.join(scratch, "w");
mkdirSync(root);

const NOON_MS = new Date(2026, 4, 20, 12).getTime(); // a Wednesday; its Monday is the 18th
const [QUICK, STRONG] = ["small-1", "large-1"];

/** Where a suggestion comes, and what the model writes there. */
interface Spot {
  languageId: string;
  drawn: string; // the text, with │ at the cursor
  writes: string;
  logProb?: number; // of each token; default: sure enough
}

const TYPESCRIPT: Spot = {
  languageId: "typescript",
  drawn: "const total = 1;\nconst value = │\nconst last = 2;\n",
  writes: "total + 1;",
};
const PYTHON: Spot = { languageId: "python", drawn: "total = 1\nvalue = │\nlast = 2\n", writes: "total + 1" };
const BLOCK: Spot = {
  languageId: "typescript",
  drawn: "function f(total: number) {\n  if (total > 1) {│}\n}\n",
  writes: "\n    return total;\n  ",
};

type Handlers = Map<string, (...params: unknown[]) => unknown>;

/** An editor's window on a folder, as our extension speaks for it. */
class Window {
  readonly session: Session;
  readonly #handlers: Handlers;
  #files = 0;

  private constructor(session: Session, handlers: Handlers) {
    this.session = session;
    this.#handlers = handlers;
  }

  static async open(): Promise<Window> {
    const handlers: Handlers = new Map();
    const say = () => {};
    const on = (name: string) => (handler: () => unknown) => handlers.set(name, handler);
    const onMethod = (method: string, handler: () => unknown) => handlers.set(method, handler);
    const connection = {
      ...{ console: { info: say, warn: say, error: say, log: say, debug: say } },
      ...{ onRequest: onMethod, onNotification: onMethod, onExecuteCommand: on("command") },
      ...{
        onDidOpenTextDocument: on("open"),
        onDidChangeTextDocument: on("change"),
        onDidCloseTextDocument: on("close"),
      },
      ...{ onDidSaveTextDocument: say, onDidChangeWatchedFiles: say },
      ...{ sendRequest: async () => [], sendNotification: async () => {} },
      languages: { inlineCompletion: { on: on("ask") } },
    } as unknown as Connection;
    const initializationOptions: AgentConfiguration = {
      ...readSettings(() => undefined).settings,
      ...{ snoozedUntilMs: 0, trusted: false, learnFromUse: false },
    };
    const params = { initializationOptions, workspaceFolders: [{ uri: pathToFileURL(root).href, name: "w" }] };
    const window = extension.open(connection, params as unknown as InitializeParams);
    const session = await openSession(connection, {}, window);
    for (const serve of [...extension.features, serveDocuments, serveCompletions, serveStatistics])
      serve(connection, session);
    const { host } = session;
    host.wake = say;
    host.warm = async () => ({ stop: "done", tokens: { prompt: 1, cached: 0 }, ms: 0 });
    const states = [
      { tier: "quick", model: QUICK },
      { tier: "strong", model: STRONG },
    ];
    host.status = () =>
      ({
        state: "ready",
        host: { model: QUICK, tiers: { typing: "quick", asked: "strong", states } },
      }) as unknown as ReturnType<typeof host.status>;
    return new Window(session, handlers);
  }

  tell(name: string, ...params: unknown[]): unknown {
    return this.#handlers.get(name)!(...params);
  }

  /** Opens a file in which the model writes that. */
  at({ languageId, drawn, writes, logProb }: Spot, name = `${this.#files++}.${languageId}`): OpenFile {
    const uri = pathToFileURL(path.join(root, name)).href;
    const cursor = drawn.indexOf("│");
    const text = drawn.replace("│", "");
    const before = text.slice(0, cursor);
    this.session.host.generate = scriptedModel(
      (prefix) => (prefix.endsWith(before) ? writes : ""),
      "endOfText",
      logProb,
    ).generate;
    this.tell("open", { textDocument: { uri, languageId, version: 1, text } });
    return new OpenFile(this, uri, cursor);
  }

  configure(change: Partial<AgentConfiguration>): void {
    this.tell(AgentMethod.configure, { ...this.session.configuration, ...change });
  }

  /** The window closes. */
  end(): void {
    this.session.feedback.end();
    this.session.adapters.dispose();
  }
}

class OpenFile {
  readonly #window: Window;
  readonly uri: string;
  cursor: number;

  constructor(window: Window, uri: string, cursor: number) {
    this.#window = window;
    this.uri = uri;
    this.cursor = cursor;
  }

  get #document() {
    return this.#window.session.documents.get(this.uri)!;
  }

  async ask({ explicit = false, token = CancellationToken.None } = {}): Promise<InlineCompletionItem[]> {
    const triggerKind = explicit ? InlineCompletionTriggerKind.Invoked : InlineCompletionTriggerKind.Automatic;
    const position = this.#document.text.positionAt(this.cursor);
    const params = { textDocument: { uri: this.uri }, position, context: { triggerKind } };
    return (await this.#window.tell("ask", params, token)) as InlineCompletionItem[];
  }

  /** Asks, and looks at what is shown. */
  async look({ explicit = false, forMs = 1_000 } = {}): Promise<string> {
    const [item] = await this.ask({ explicit });
    assert.ok(item, `nothing is shown in ${this.uri}`);
    mock.timers.tick(forMs);
    return item.insertText as string;
  }

  type(text: string, units = 0): void {
    const { version, text: content } = this.#document;
    const range = { start: content.positionAt(this.cursor - units), end: content.positionAt(this.cursor) };
    this.#window.tell("change", {
      textDocument: { uri: this.uri, version: version + 1 },
      contentChanges: [{ range, text }],
    });
    this.cursor += text.length - units;
  }

  backspace(units: number): void {
    this.type("", units);
  }

  /** Tab. */
  tab(text: string): void {
    this.type(text);
    this.#window.tell("command", { command: ACCEPTED_COMMAND });
  }

  goTo(line: number): void {
    this.#window.tell(AgentMethod.visited, { uri: this.uri, line });
  }

  acted(params: Omit<ActedParams, "uri">): void {
    this.#window.tell(AgentMethod.acted, { uri: this.uri, ...params });
  }

  /** Next edits are offered, and the person types on elsewhere. */
  typePastNextEdits(newTexts: readonly string[]): void {
    const edits = { id: "1", kind: "sameEdit", places: newTexts.map((newText) => ({ newText })) };
    const { uri } = this;
    const episode = { uri, languageId: this.#document.languageId, changed: {} };
    this.#window.session.events.emit("nextEdits", { edits, episode, version: 1 } as unknown as FoundEdits);
    this.#window.tell(NextEditMethod.done, { id: "1", did: "typedOver" });
  }

  close(): void {
    this.#window.tell("close", { textDocument: { uri: this.uri } });
  }
}

/** What the command line says of a folder of counts. */
async function statistics(dataDir: string): Promise<DashboardFacts> {
  process.env.SOTTO_DATA_DIR = dataDir;
  const { status, stdout, stderr } = await capturedCli(["statistics", "--json"]);
  assert.deepEqual([status, stderr], [0, ""]);
  return JSON.parse(stdout);
}

/** The counts without how long each answer took, which a test cannot know; their number by source beside them. */
function withoutTimes(counts: Counts) {
  const rest = Object.fromEntries(Object.entries(counts).filter(([name]) => !name.startsWith("latency:")));
  const answers = SOURCES.map((source) =>
    LATENCY_EDGES_MS.reduce((sum, _, i) => sum + (counts[`latency:${source}:${i}`] ?? 0), 0),
  );
  return { rest, answers };
}

/** @param standing of the measured characters, from 30 s on */
const measured = (units: number, standing = units): Counts =>
  Object.fromEntries(
    RETENTION_SECONDS.flatMap((seconds) => [
      [`charactersMeasured${seconds}`, units],
      [`charactersRetained${seconds}`, seconds < 30 ? units : standing],
    ]),
  );

/** How many requests were answered with nothing, by reason. */
const withheldIn = (counts: Counts): Record<string, number> =>
  Object.fromEntries(
    WITHHELD.flatMap((reason) => (counts[`withheld:${reason}`] ? [[reason, counts[`withheld:${reason}`]!]] : [])),
  );

let folders = 0;
function freshDataDir(): string {
  process.env.SOTTO_DATA_DIR = path.join(scratch, `data${folders++}`);
  return process.env.SOTTO_DATA_DIR;
}

test("what was done in two languages with two models is in the JSON document, each count exact, and both acceptance rates", async (t) => {
  mock.timers.enable({ apis: ["Date"], now: NOON_MS });
  t.after(() => mock.timers.reset());
  const dataDir = freshDataDir();
  const window = await Window.open();

  // TypeScript, while typing: nine are shown, of 10 units each.
  const taken = window.at(TYPESCRIPT);
  taken.tab(await taken.look());
  const shortened = window.at(TYPESCRIPT);
  shortened.tab(await shortened.look());
  mock.timers.tick(20_000);
  shortened.backspace(3);
  const inPart = window.at(TYPESCRIPT);
  await inPart.look();
  inPart.type("total"); // a word of it, as Ctrl+Right does
  await inPart.look();
  inPart.type("x");
  const typedAlong = window.at(TYPESCRIPT);
  await typedAlong.look();
  for (const key of TYPESCRIPT.writes) {
    typedAlong.type(key);
    await typedAlong.ask();
  }
  const typedOver = window.at(TYPESCRIPT);
  await typedOver.look();
  typedOver.type("x");
  const left = window.at(TYPESCRIPT);
  await left.look();
  left.goTo(0);
  const closed = window.at(TYPESCRIPT);
  await closed.look();
  closed.close();
  const unread = window.at(TYPESCRIPT);
  await unread.look({ forMs: 100 });
  unread.type("x");
  const undone = window.at(TYPESCRIPT);
  const text = await undone.look();
  undone.tab(text);
  mock.timers.tick(1_000);
  undone.backspace(text.length);

  // Asked for: one line that is taken, and one block of 21 units.
  const asked = window.at(TYPESCRIPT);
  asked.tab(await asked.look({ explicit: true }));
  const block = window.at(BLOCK);
  block.tab(await block.look({ explicit: true }));

  // Python: two of 9 units while typing, of which one is taken; one that is asked for and not.
  const python = window.at(PYTHON);
  python.tab(await python.look());
  const rejected = window.at(PYTHON);
  await rejected.look();
  rejected.goTo(0);
  const refused = window.at(PYTHON);
  await refused.look({ explicit: true });
  refused.type("x");

  // Commands: two of three docstrings stay; an offer of two next edits is typed past.
  taken.acted({ kind: "docstring", written: { changes: 3, characters: 120 }, taken: { changes: 2, characters: 80 } });
  taken.typePastNextEdits(["a = 1", "b"]);

  // Nothing is shown, for reasons that a person meets.
  await window.at({ ...TYPESCRIPT, writes: "" }).ask();
  await window.at({ ...TYPESCRIPT, logProb: -2 }).ask();
  await window.at({ ...TYPESCRIPT, drawn: "const a│ = 1;\n" }).ask();
  await window.at({ ...PYTHON, drawn: 'a = "b│"\n' }).ask();
  await window.at(TYPESCRIPT, ".env").ask();
  await window.at(TYPESCRIPT).ask({ token: CancellationToken.Cancelled });
  window.configure({ quiet: true });
  await window.at(PYTHON).ask();
  await window.at(PYTHON).ask();
  window.configure({ quiet: false, snoozedUntilMs: Date.now() + 60_000 });
  await window.at(PYTHON).ask();
  window.configure({ snoozedUntilMs: 0, enable: { "*": true, python: false } });
  await window.at(PYTHON).ask({ explicit: true });

  mock.timers.tick(600_000);
  window.end();
  const facts = await statistics(dataDir);

  assert.deepEqual(
    facts.models.map(({ languageId, model, counts }) => [languageId, model, withoutTimes(counts).rest]),
    [
      [
        "typescript",
        QUICK,
        {
          ...{ shown: 9, accepted: 2, partlyAccepted: 1, typedThrough: 1, rejected: 3, undone: 1, unread: 1 },
          ...{ charactersShown: 90, charactersAccepted: 25, charactersTyped: 10 },
          // The lines that hold something more in the end: 10, 7 ("total +"), 6 ("totalx"), 10, and "x" twice.
          ...{ placesFinished: 6, charactersWritten: 35, charactersForetold: 32 },
          ...measured(25, 22),
        },
      ],
      [
        "typescript",
        STRONG,
        {
          ...{ shown: 5, accepted: 4, rejected: 1 }, // a line, a block and three docstrings
          ...{ charactersShown: 10 + 21 + 120, charactersAccepted: 10 + 21 + 80 },
          ...{ placesFinished: 2, charactersWritten: 10, charactersForetold: 10 },
          ...measured(31),
        },
      ],
      [
        "python",
        QUICK,
        {
          ...{ shown: 2, accepted: 1, rejected: 1, charactersShown: 18, charactersAccepted: 9 },
          ...{ placesFinished: 1, charactersWritten: 9, charactersForetold: 9 },
          ...measured(9),
        },
      ],
      ["typescript", "", { shown: 2, unread: 2, charactersShown: 6 }], // next edits, which no model writes
      ["python", STRONG, { shown: 1, rejected: 1, charactersShown: 9, placesFinished: 1, charactersWritten: 1 }],
    ],
  );
  assert.deepEqual(
    facts.kinds.map(({ kind, model, counts }) => [kind, model, counts.shown, counts.accepted ?? 0]),
    [
      ["line", QUICK, 11, 3],
      ["docstring", STRONG, 3, 2],
      ["sameEdit", "", 2, 0],
      ["line", STRONG, 2, 1],
      ["block", STRONG, 1, 1],
    ],
  );
  const [typescript, inPython] = facts.languages.map(({ counts }) => counts);
  assert.deepEqual(withheldIn(typescript!), { ignoredFile: 1, midLine: 1, cancelled: 1, empty: 2, improbable: 1 }); // typed to its end it is empty, too
  assert.deepEqual(withheldIn(inPython!), { disabled: 1, snoozed: 1, quiet: 2, inString: 1 });
  assert.deepEqual(
    [withoutTimes(typescript!).answers, withoutTimes(inPython!).answers],
    [
      [11, 0, 10], // nine keys, and a word
      [3, 0, 0],
    ],
  );
  const [{ from, taken: bySuggestion, takenCharacters }, ...others] = facts.weeks;
  assert.deepEqual([from, others, facts.today], ["2026-05-18", [], "2026-05-20"]);
  assert.deepEqual([bySuggestion.part, bySuggestion.of], [8, 16]); // seven whole and one in part, of 19 without three that nobody read
  assert.deepEqual(takenCharacters, { part: 145, of: 274 });
  assert.deepEqual(
    facts.languages.map(({ languageId, taken: { part, of }, takenCharacters: byCharacter }) => [
      languageId,
      part,
      of,
      byCharacter,
    ]),
    [
      ["typescript", 7, 13, { part: 136, of: 247 }],
      ["python", 1, 3, { part: 9, of: 27 }],
    ],
  );
});

test("each reason for showing nothing is counted under its own name, as often as it held", async (t) => {
  mock.timers.enable({ apis: ["Date"], now: NOON_MS });
  t.after(() => mock.timers.reset());
  const dataDir = freshDataDir();
  const window = await Window.open();
  const reasons = WITHHELD.filter((reason) => reason !== "unknownDocument"); // nobody knows such a document's language: the log alone counts it
  const [typescript, python] = [window.at(TYPESCRIPT), window.at(PYTHON)];
  for (const [i, reason] of reasons.entries()) {
    window.session.completer.complete = async () => ({ outcome: { kind: "none", reason } });
    for (let times = 0; times <= i; times++) assert.deepEqual(await typescript.ask(), []);
    await python.ask({ explicit: true });
  }
  window.end();
  const facts = await statistics(dataDir);
  const counted = Object.fromEntries(facts.languages.map(({ languageId, counts }) => [languageId, withheldIn(counts)]));
  assert.deepEqual(counted, {
    typescript: Object.fromEntries(reasons.map((reason, i) => [reason, i + 1])),
    python: Object.fromEntries(reasons.map((reason) => [reason, 1])),
  });
  assert.deepEqual([facts.models, facts.kinds], [[], []]);
});
