// An editor window with one document, as far as inline completion goes: what VS Code sends the agent at each key, when it asks, what it shows.
// After VS Code's src/vs/editor/contrib/inlineCompletions/browser (model/inlineCompletionsSource.ts, model/inlineCompletionsModel.ts,
// controller/inlineCompletionsController.ts), and of our extension src/editor/cursorRest.ts. Judges nothing.

import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { AgentMethod, type RestedParams, type VisitedParams } from "../../../src/protocol/messages.ts";
import type { AgentProcess } from "./agentProcess.ts";
import { acceptEdit, afterEdit, isVisible, type Suggestion } from "./ghostText.ts";
import type { Edit } from "./typing.ts";

/** VS Code waits so long after a key: `InlineCompletionsDebounce`, at least and at most 50 ms. */
const DEBOUNCE_MS = 50;

const REST_MS = 120; // as in src/editor/cursorRest.ts
const STAY_MS = 500;

interface Item {
  insertText: string;
  range: { start: Position; end: Position };
  command?: { command: string; arguments?: unknown[] };
}

interface Position {
  line: number;
  character: number;
}

/** What a request came to. */
export interface Answer {
  askedMs: number; // performance.now()
  answeredMs: number;
  late: boolean; // the next key came first
  items: number;
}

export interface EditorEvents {
  asked(): void;
  /** Before what is shown changes. */
  answered(answer: Answer, shownNow: Suggestion | undefined): void;
}

export class Editor {
  text = "";
  cursor = 0;
  /** What the agent offered last, moved along with the text; what of it is visible is `shown`. */
  #held: Suggestion | undefined;
  #command: Item["command"];
  #uri = "";
  #version = 0;
  #active = false; // VS Code asks only from the first typed key on, and until the cursor is moved
  #pending: { timer?: NodeJS.Timeout; cancellation: CancellationTokenSource } | undefined;
  #moving: NodeJS.Timeout | undefined;
  #resting: NodeJS.Timeout | undefined;
  readonly #agent: AgentProcess;
  readonly #events: EditorEvents;

  constructor(agent: AgentProcess, events: EditorEvents) {
    this.#agent = agent;
    this.#events = events;
  }

  open(uri: string, languageId: string, text: string): void {
    Object.assign(this, { text, cursor: 0 });
    this.#uri = uri;
    this.#version = 1;
    this.#stop();
    this.#notify("textDocument/didOpen", { textDocument: { uri, languageId, version: 1, text } });
  }

  close(): void {
    this.#stop();
    clearTimeout(this.#moving);
    clearTimeout(this.#resting);
    this.#moving = undefined;
    this.#notify("textDocument/didClose", { textDocument: { uri: this.#uri } });
  }

  /** The suggestion that there is ghost text of. */
  get shown(): Suggestion | undefined {
    return this.#held && isVisible(this.#held, this.text, this.cursor) ? this.#held : undefined;
  }

  /** Puts the cursor somewhere by mouse or arrow key, which ends what was suggested. */
  move(cursor: number): void {
    this.cursor = cursor;
    this.#stop();
    this.#moved();
  }

  /** A typed key, Enter, Tab, Backspace or Delete: what was asked for is given up, and 50 ms later it is asked again. */
  press(edit: Edit): void {
    this.#change(edit);
    this.#active = true;
    this.#askSoon();
  }

  /** A change by a command that asks for nothing, such as deleting lines. */
  edit(edit: Edit): void {
    this.#change(edit);
    if (this.#active) this.#askSoon();
  }

  /** Takes the shown suggestion: one change, then its command, then the next request (`inlineSuggestCommitId` triggers). */
  accept(): void {
    const suggestion = this.shown;
    if (!suggestion) return;
    const command = this.#command;
    this.#change(acceptEdit(suggestion, this.text));
    this.#stop();
    if (command) {
      this.#agent.connection
        .sendRequest("workspace/executeCommand", { command: command.command, arguments: command.arguments })
        .catch(() => {});
    }
    this.#active = true;
    this.#askSoon();
  }

  /** Whether a request waits for its time or its answer. */
  get isAsking(): boolean {
    return this.#pending !== undefined;
  }

  #change(edit: Edit): void {
    const [start, end] = [this.#positionAt(edit.start), this.#positionAt(edit.end)];
    this.text = this.text.slice(0, edit.start) + edit.text + this.text.slice(edit.end);
    this.cursor = edit.cursor;
    this.#giveUp();
    this.#held &&= afterEdit(this.#held, edit);
    this.#notify("textDocument/didChange", {
      textDocument: { uri: this.#uri, version: ++this.#version },
      contentChanges: [{ range: { start, end }, rangeLength: edit.end - edit.start, text: edit.text }],
    });
    this.#moved();
  }

  #stop(): void {
    this.#active = false;
    this.#giveUp();
    this.#held = undefined;
  }

  #giveUp(): void {
    clearTimeout(this.#pending?.timer);
    this.#pending?.cancellation.cancel();
    this.#pending = undefined;
  }

  #askSoon(): void {
    this.#giveUp();
    const cancellation = new CancellationTokenSource();
    const timer = setTimeout(() => void this.#ask(cancellation), DEBOUNCE_MS);
    this.#pending = { timer, cancellation };
  }

  async #ask(cancellation: CancellationTokenSource): Promise<void> {
    const askedMs = performance.now();
    const { cursor } = this;
    this.#events.asked();
    const params = {
      textDocument: { uri: this.#uri },
      position: this.#positionAt(cursor),
      context: { triggerKind: 2 }, // LSP: automatic
    };
    const request = this.#agent.connection.sendRequest<Item[] | { items: Item[] } | null>(
      "textDocument/inlineCompletion",
      params,
      cancellation.token,
    );
    const answer = await request.catch(() => null);
    const late = cancellation.token.isCancellationRequested;
    const items = Array.isArray(answer) ? answer : (answer?.items ?? []);
    const shownBefore = this.shown;
    if (!late) {
      this.#pending = undefined;
      const [item] = items; // an empty answer takes away what was shown
      this.#held = item && {
        start: this.#offsetAt(item.range.start),
        end: this.#offsetAt(item.range.end),
        text: item.insertText,
      };
      this.#command = item?.command;
    }
    this.#events.answered({ askedMs, answeredMs: performance.now(), late, items: items.length }, shownBefore);
  }

  /** As CursorRest tells the agent where the cursor rests and stays. */
  #moved(): void {
    if (this.#moving) {
      this.#moving.refresh();
      return;
    }
    clearTimeout(this.#resting);
    this.#moving = setTimeout(() => {
      this.#moving = undefined;
      const rested: RestedParams = { uri: this.#uri, position: this.#positionAt(this.cursor) };
      this.#notify(AgentMethod.rested, rested);
      this.#resting = setTimeout(() => {
        const visited: VisitedParams = { uri: this.#uri, line: this.#positionAt(this.cursor).line };
        this.#notify(AgentMethod.visited, visited);
      }, STAY_MS - REST_MS);
    }, REST_MS);
  }

  #notify(method: string, params: object): void {
    this.#agent.connection.sendNotification(method, params).catch(() => {}); // the agent's end shows elsewhere
  }

  #positionAt(offset: number): Position {
    const before = this.text.slice(0, offset);
    return { line: before.split("\n").length - 1, character: offset - (before.lastIndexOf("\n") + 1) };
  }

  #offsetAt({ line, character }: Position): number {
    let at = 0;
    for (let i = 0; i < line; i++) at = this.text.indexOf("\n", at) + 1;
    return at + character;
  }
}
