// An editor's window in front of a Completer, as VS Code speaks to it through the agent: one document, keys that cancel the request before them,
// requests, Tab. Not a test.

import { Completer, type CompleterOptions, type EditorAnswer } from "../../../src/completion/completer.ts";
import type { Completion } from "../../../src/completion/outcome.ts";
import type { TextEdit } from "../../../src/completion/suggestionObserver.ts";
import type { CompletionModel } from "../../../src/model/completionModel.ts";
import { Documents, type OpenDocument } from "../../../src/workspace/documents.ts";
import { folderModel } from "../../support/folderModel.ts";
import { native } from "./completeAt.ts";
import { type HandClock, handClock } from "./handClock.ts";
import { looseSettings } from "./looseSettings.ts";

/** What has been promised by now is done, and what that promises. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
}

export class EditorWindow {
  readonly documents = new Documents({ parsers: native, relativePath: (uri) => uri.slice("file:///w/".length) });
  readonly completer: Completer;
  readonly clock: HandClock = handClock();
  document: OpenDocument;
  cursor: number;
  answers: EditorAnswer[] = []; // of all requests, in the order of their end
  #request = new AbortController();

  /** @param drawn the text, with │ at the cursor */
  constructor(drawn: string, model: CompletionModel, options: Partial<CompleterOptions> = {}) {
    this.completer = new Completer({
      modelFor: () => folderModel(model),
      sourcesOf: () => undefined,
      settings: () => ({ ...looseSettings, filters: { ...looseSettings.filters } }),
      switchedOff: () => undefined,
      clock: this.clock,
      ...options,
    });
    this.cursor = drawn.indexOf("│");
    this.document = this.open("a.ts", drawn.replace("│", ""));
  }

  get text(): string {
    return this.document.text.getText();
  }

  open(path: string, text: string): OpenDocument {
    this.document = this.documents.open({ uri: `file:///w/${path}`, languageId: "typescript", version: 1, text });
    return this.document;
  }

  /** The text changes; the editor gives up the request before. The cursor stands behind what came, but for `closed` units. */
  change(start: number, end: number, text: string, closed = 0): void {
    this.cancel();
    const { document } = this;
    const range = { start: document.text.positionAt(start), end: document.text.positionAt(end) };
    const textDocument = { uri: document.uri, version: document.version + 1 };
    this.documents.change({ textDocument, contentChanges: [{ range, text }] });
    const edit: TextEdit = { start, end, text };
    this.completer.changed(document, [edit]);
    this.cursor = start + text.length - closed;
  }

  /** Types at the cursor. @param closers what the editor puts behind it by itself */
  type(text: string, closers = ""): void {
    this.change(this.cursor, this.cursor, text + closers, closers.length);
  }

  backspace(units = 1): void {
    this.change(this.cursor - units, this.cursor, "");
  }

  /** Tab: the text goes in as VS Code puts it there. */
  accept({ text, replaceAfter }: Completion): void {
    this.change(this.cursor, this.cursor + replaceAfter, text);
  }

  cancel(): void {
    this.#request.abort();
  }

  /** Asks where the cursor stands; a request before it is cancelled. */
  ask(explicit = false): Promise<EditorAnswer> {
    this.cancel();
    this.#request = new AbortController();
    const { document, cursor: offset } = this;
    const answer = this.completer.complete({ document, offset, explicit }, this.#request.signal);
    void answer.then((result) => this.answers.push(result));
    return answer;
  }

  /** A key and the request after it, as far as it comes by itself. */
  async typeAndAsk(text: string, closers = ""): Promise<Promise<EditorAnswer>[]> {
    this.type(text, closers);
    await settled();
    this.clock.pass(50);
    const answer = this.ask();
    await settled();
    return [answer]; // in an array: it may never end
  }
}

/** The suggestion of an answer, or its reason. */
export function drawnAnswer({ outcome }: EditorAnswer): string {
  if (outcome.kind === "none") return outcome.reason;
  const { text, replaceAfter } = outcome.items[0]!;
  return `├${text}┤${replaceAfter > 0 ? `⟦${replaceAfter}⟧` : ""}`;
}
