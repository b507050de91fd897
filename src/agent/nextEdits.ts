// Next edits of a window: changes become episodes, an episode is asked of the sources when nobody has typed for a moment, and what is found is told
// once it has settled, and kept until the next change. Shows nothing, and applies nothing.

import type { TextDocumentContentChangeEvent } from "vscode-languageserver/node";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { Episodes } from "../actions/nextEdit/episodes.ts";
import { NextEditFinder } from "../actions/nextEdit/nextEdits.ts";
import { BUDGETS, compilerSources } from "../actions/nextEdit/sources/compilerSources.ts";
import { sameEdit } from "../actions/nextEdit/sources/sameEdit.ts";
import { scopedRename } from "../actions/nextEdit/sources/scopedRename.ts";
import { RecentTrees } from "../actions/nextEdit/trees.ts";
import type { Episode, NextEdits, NoEditReason } from "../actions/nextEdit/types.ts";
import { KeyGaps } from "../completion/requests/keyGaps.ts";
import type { Sources } from "../context/sources/sources.ts";
import type { CompilerThread } from "../typescript/thread.ts";
import type { Documents, OpenDocument } from "../workspace/documents.ts";
import { isMerging } from "../workspace/mergeState.ts";
import { refusalToComplete } from "../workspace/workspace.ts";

/**
 * How long nothing is typed until the search begins: longer for who types slowly, so that few searches are for nothing. A search is given up if typing
 * goes on, and its result is held until the episode has settled.
 */
const BEGINS_AFTER_MS = { least: 300, most: 600 };
const GAPS_OF_A_REST = 2; // usual gaps between two keys

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

/** A search for what an episode leaves to do. */
interface Search {
  episode: Episode;
  result: Promise<NextEdits | { reason: NoEditReason } | undefined>; // undefined where the document must not be completed
  ms: number; // how long it took; 0 until it has ended
}

/** Whether another question took the compiler away, which says nothing of a second search: who was just slow has had all of its time. */
const isOvertaken = (found: Awaited<Search["result"]>, { ms }: Search): boolean =>
  found !== undefined && "reason" in found && found.reason === "compilerSlow" && ms < BUDGETS.searchMs;

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
  readonly #gaps = new KeyGaps();
  #unwanted = new AbortController(); // of the search for the text as it is
  #begun: Search | undefined;
  #resting: NodeJS.Timeout | undefined;
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
    this.#gaps.key(nowMs);
    const { least, most } = BEGINS_AFTER_MS;
    const restMs = Math.min(most, Math.max(least, GAPS_OF_A_REST * (this.#gaps.medianMs ?? 0)));
    this.#resting = setTimeout(() => this.#begin(), restMs).unref();
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
    clearTimeout(this.#resting);
    clearTimeout(this.#settling);
    this.#unwanted.abort();
    this.#unwanted = new AbortController();
    if (this.#begun) this.#log("next edits: a search was for nothing, since typing went on");
    this.#begun = undefined;
    this.#offered = undefined;
  }

  /** Searches before the episode has settled: most do so as they are. */
  #begin(): void {
    const episode = this.#episodes.look((uri) => this.#parts.documents.get(uri)?.text.getText());
    if (episode) this.#begun = this.#searched(episode, this.#unwanted.signal);
  }

  #settleNow(): void {
    clearTimeout(this.#resting);
    clearTimeout(this.#settling);
    void this.#settle(this.#unwanted.signal);
  }

  async #settle(signal: AbortSignal): Promise<void> {
    const episode = this.#episodes.settle((uri) => this.#parts.documents.get(uri)?.text.getText());
    if (!episode) return;
    const settledMs = performance.now();
    const begun = this.#begun?.episode === episode ? this.#begun : undefined;
    this.#begun = undefined;
    let search = begun ?? this.#searched(episode, signal);
    let found = await search.result;
    if (begun && isOvertaken(found, begun) && !signal.aborted) {
      search = this.#searched(episode, signal);
      found = await search.result;
    }
    const document = this.#parts.documents.get(episode.uri);
    if (signal.aborted || !found || document?.text.getText() !== episode.after) return;
    const times = `${Math.round(search.ms)} ms, told ${Math.round(performance.now() - settledMs)} ms after the edit had settled`;
    if ("reason" in found) {
      this.#log(`next edits: none, ${found.reason}, ${times}`);
      this.#parts.onFound({ uri: episode.uri, reason: found.reason });
      return;
    }
    this.#log(`next edits: ${found.kind}, ${found.places.length} places, ${times}`);
    this.#offered = { episode, version: document.version, edits: found };
    this.#parts.onFound(this.#offered);
  }

  #searched(episode: Episode, signal: AbortSignal): Search {
    const startMs = performance.now();
    const result = this.#find(episode, signal).finally(() => {
      search.ms = performance.now() - startMs;
    });
    const search: Search = { episode, result, ms: 0 };
    return search;
  }

  async #find(episode: Episode, signal: AbortSignal): Promise<Awaited<Search["result"]>> {
    const { documents, parsers, rootOf, sourcesOf } = this.#parts;
    const document = documents.get(episode.uri);
    if (!document || (await refusalToComplete(document.path, sourcesOf(document.uri)?.workspace))) return undefined;
    const root = rootOf(document.uri);
    if (root !== undefined && (await isMerging(root))) return { reason: "mergeUnderway" };
    return this.#finder.find(episode, { parsers, past: this.#episodes.before(episode), edited: () => [] }, signal);
  }
}
