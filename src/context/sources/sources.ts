// The sources that retrieval may use for a workspace folder. All but the files is optional: the CLI has no editor, and an index can be off.
// Types only. Nothing here waits for the editor: the sources know only what it has told so far.

import type { CopySearch, SearchIndex } from "../../index/searchIndex.ts";
import type { Workspace } from "../../workspace/workspace.ts";

export interface Sources {
  /** The files; open documents are read from the editor. */
  workspace: Workspace;
  index?: SearchIndex;
  copies?: CopySearch; // absent where the licence guard is off
  edits?: RecentEdits;
  visited?: VisitedPlaces;
  definitions?: EditorDefinitions;
  clipboard?: Clipboard;
  /** Set where nothing but the document may be read: the workspace is not trusted. Its rules still exclude files from completion. */
  documentAlone?: true;
  /** How long a request waits for its context, in milliseconds; absent: as long as a keystroke may. */
  patienceMs?: number;
}

/** Changed lines of a document as a small diff. It still holds secrets: the caller that makes a piece of it redacts them. */
export interface EditHunk {
  path: string; // relative to the folder, with forward slashes
  startLine: number; // of `after` in the document as it is now, 0-based
  endLine: number; // exclusive
  leading: readonly string[]; // up to two unchanged lines before
  before: readonly string[];
  after: readonly string[];
  trailing: readonly string[]; // up to two unchanged lines after
  atMs: number; // time of the last edit, epoch
}

export interface RecentEdits {
  /** Newest first, without excluded files. */
  recent(options: { nowMs: number; limit: number }): Promise<EditHunk[]>;
}

/** A place where the cursor has stayed. Its text is read through the workspace, which refuses excluded files. */
export interface VisitedPlace {
  path: string;
  line: number; // 0-based, of the last stay
  startLine: number; // of the neighbourhood of the stays; the end is exclusive, and may be beyond the file's end
  endLine: number;
  atMs: number; // time of the last stay, epoch
  weight: number; // 0..1, by the number of stays and their age
}

export interface VisitedPlaces {
  /** Newest first. */
  recent(limit: number, nowMs?: number): VisitedPlace[];
}

/** A definition's place, as the editor's own providers give it. */
export interface DefinitionPlace {
  path: string; // relative to the folder; only files in it, and only `.d.ts` files in its node_modules
  startLine: number; // 0-based
  endLine: number; // exclusive; where a provider gives no whole definition, the end of the name's line
}

export interface SymbolPosition {
  name: string;
  line: number; // 0-based
  character: number; // UTF-16 units
}

export interface EditorDefinitions {
  /** The editor's answer of the last half minute, or why there is none; undefined where it was not asked, or has not answered yet. */
  known(uri: string, name: string): { places: readonly DefinitionPlace[] } | { reason: string } | undefined;
  /** Asks for unknown symbols in the background. Returns at once; the answers serve a later request. */
  ask(uri: string, version: number, symbols: readonly SymbolPosition[]): void;
}

export interface Clipboard {
  /** The text, where the person has allowed it and it holds no secret. It may be a moment old: each call refreshes it in the background. */
  text(): string | undefined;
}
