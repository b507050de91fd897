// Next edits of a window: changes become episodes, a settled episode is asked of the sources, and what is found is kept until the next change.
// Shows nothing, and applies nothing.

import type { TextDocumentContentChangeEvent } from "vscode-languageserver/node";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { Episodes } from "../actions/nextEdit/episodes.ts";
import { NextEditFinder } from "../actions/nextEdit/nextEdits.ts";
import { compilerSources } from "../actions/nextEdit/sources/compilerSources.ts";
import { sameEdit } from "../actions/nextEdit/sources/sameEdit.ts";
import { scopedRename } from "../actions/nextEdit/sources/scopedRename.ts";
import { RecentTrees } from "../actions/nextEdit/trees.ts";
import type { Episode, NextEdits, NoEditReason } from "../actions/nextEdit/types.ts";
import type { Sources } from "../context/sources/sources.ts";
import type { CompilerThread } from "../typescript/thread.ts";
import type { Documents, OpenDocument } from "../workspace/documents.ts";
import { isMerging } from "../workspace/mergeState.ts";
import { refusalToComplete } from "../workspace/workspace.ts";

/** How long nothing is typed until an episode has settled. It also settles when its document is saved, or the cursor leaves its lines. */
const SETTLED_AFTER_MS = 700;

/** What is offered for a document's version. */
export interface OfferedEdits {
  episode: Episode;
  version: number;
  edits: NextEdits;
}

/** What came of a settled episode. */
export type FoundEdits = OfferedEdits | { uri: string; reason: NoEditReason };

/** What it uses of a window. */
interface Parts {
  /** Called once for each episode whose search was not cut short. */
  onFound(found: FoundEdits): void;
  documents: Documents;
  parsers: Parsers;
  compilerOf(uri: string): CompilerThread | undefined;
  sourcesOf(uri: string): Sources | undefined;
  rootOf(uri: string): string | undefined;
}

export class NextEditWatch {
  /** Whether somebody can show what is found; nothing is looked for before. */
  isShown = false;
  readonly #parts: Parts;
  readonly #log: (line: string) => void;
  readonly #episodes = new Episodes();
  readonly #finder: NextEditFinder;
  #search = new AbortController();
  #settling: NodeJS.Timeout | undefined;
  #offered: OfferedEdits | undefined;

  constructor(parts: Parts, log: (line: string) => void) {
    this.#parts = parts;
    this.#log = log;
    const trees = new RecentTrees(parts.parsers);
    const access = {
      document: (uri: string) => parts.documents.get(uri),
      compilerOf: (uri: string) => parts.compilerOf(uri),
    };
    this.#finder = new NextEditFinder(compilerSources(access, [scopedRename(trees), sameEdit(trees)]));
  }

  /** A document was changed. @param before its whole text before all of the changes */
  edited(
    document: OpenDocument,
    before: string,
    changes: readonly TextDocumentContentChangeEvent[],
    nowMs = Date.now(),
  ): void {
    this.#startOver();
    const { uri, languageId } = document;
    for (const change of changes) {
      if (!("range" in change)) continue; // a whole new text: nobody typed it
      const { start, end } = change.range;
      const [startLine, endLine] = [Math.min(start.line, end.line), Math.max(start.line, end.line)];
      const addedLines = change.text.split("\n").length - 1 - (endLine - startLine);
      const at = { startLine, endLine, addedLines };
      this.#episodes.changed({ uri, languageId, text: before }, at, nowMs, (of) => this.#textOf(of, uri, before));
    }
    this.#settling = setTimeout(() => this.#settleNow(), SETTLED_AFTER_MS).unref();
  }

  saved(uri: string): void {
    if (this.#episodes.isRunning(uri)) this.#settleNow();
  }

  /** The cursor rests on a line. */
  cursorAt(uri: string, line: number): void {
    if (this.#episodes.isRunning() && !this.#episodes.holds(uri, line)) this.#settleNow();
  }

  /** The last change was none of the person's own: a next edit was applied. */
  applied(): void {
    this.#startOver();
    this.#episodes.drop();
  }

  /** The person does not want these edits, or has undone them. */
  dismiss(edits: NextEdits): void {
    this.#finder.dismiss(edits);
    if (this.#offered?.edits.id === edits.id) this.#offered = undefined;
  }

  /** What is offered for the document as it is now; undefined where nothing is. */
  offered({ uri, version }: OpenDocument): OfferedEdits | undefined {
    const offered = this.#offered;
    return offered?.episode.uri === uri && offered.version === version ? offered : undefined;
  }

  /** Of the document that is being changed the text before, of others the text now. */
  #textOf(uri: string, changing: string, before: string): string | undefined {
    return uri === changing ? before : this.#parts.documents.get(uri)?.text.getText();
  }

  #startOver(): void {
    clearTimeout(this.#settling);
    this.#search.abort();
    this.#search = new AbortController();
    this.#offered = undefined;
  }

  #settleNow(): void {
    clearTimeout(this.#settling);
    void this.#settle(this.#search.signal);
  }

  async #settle(signal: AbortSignal): Promise<void> {
    const { documents, parsers, rootOf, sourcesOf, onFound } = this.#parts;
    const episode = this.#episodes.settle((uri) => documents.get(uri)?.text.getText());
    const document = episode && documents.get(episode.uri);
    if (!document || (await refusalToComplete(document.path, sourcesOf(document.uri)?.workspace))) return;
    const root = rootOf(document.uri);
    if (root !== undefined && (await isMerging(root))) return onFound({ uri: document.uri, reason: "mergeUnderway" });
    const { version } = document;
    const startMs = performance.now();
    const found = await this.#finder.find(
      episode,
      { parsers, past: this.#episodes.before(episode), edited: () => [] },
      signal,
    );
    const ms = Math.round(performance.now() - startMs);
    if (signal.aborted || document.version !== version) return;
    if ("reason" in found) {
      this.#log(`next edits: none, ${found.reason}, ${ms} ms`);
      return onFound({ uri: episode.uri, reason: found.reason });
    }
    this.#log(`next edits: ${found.kind}, ${found.places.length} places, ${ms} ms`);
    this.#offered = { episode, version, edits: found };
    onFound(this.#offered);
  }
}
