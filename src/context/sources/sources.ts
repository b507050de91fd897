// What retrieval may ask about a workspace folder. All but the files is optional: the CLI has no editor, and an index can be switched off.
// Types only. Nothing here waits for the editor: what it has not told yet is not known.

import type { SearchIndex } from "../../index/searchIndex.ts";
import type { Workspace } from "../../workspace/workspace.ts";

export interface Sources {
  /** An open document is read as the editor has it. */
  workspace: Workspace;
  index?: SearchIndex;
  edits?: RecentEdits;
  visited?: VisitedPlaces;
  definitions?: EditorDefinitions;
  clipboard?: Clipboard;
  /** Nothing but the document may be read: the workspace is not trusted. What its rules keep shut is still not completed. */
  documentAlone?: true;
  /** How long a request waits for its context; absent: no longer than a keystroke may. */
  patienceMs?: number;
}

/** Lines of a document that were changed, as a small diff. Secrets are still in it: whoever makes a piece of it redacts them. */
export interface EditHunk {
  path: string; // relative to the folder, with forward slashes
  startLine: number; // of `after` in the document as it is now, 0-based
  endLine: number; // exclusive
  leading: readonly string[]; // up to two unchanged lines before
  before: readonly string[];
  after: readonly string[];
  trailing: readonly string[]; // up to two unchanged lines after
  atMs: number; // of the last edit, epoch
}

export interface RecentEdits {
  /** Newest first. Files that nobody should look at are left out. */
  recent(options: { nowMs: number; limit: number }): Promise<EditHunk[]>;
}

/** Where somebody has stayed with the cursor. Its text is read through the workspace, which refuses what may not be read. */
export interface VisitedPlace {
  path: string;
  line: number; // 0-based, of the last stay
  startLine: number; // of the neighbourhood that was stayed in; the end is exclusive, and may be beyond the file's
  endLine: number;
  atMs: number; // of the last stay, epoch
  weight: number; // 0..1: how often and how lately
}

export interface VisitedPlaces {
  /** Newest first. */
  recent(limit: number, nowMs?: number): VisitedPlace[];
}

/** Where the editor's own providers say that something is defined. */
export interface DefinitionPlace {
  path: string; // relative to the folder; only files of it, and of its node_modules nothing but `.d.ts`
  startLine: number; // 0-based
  endLine: number; // exclusive; of a provider that names no whole definition, the line of the name
}

export interface SymbolPosition {
  name: string;
  line: number; // 0-based
  character: number; // UTF-16 units
}

export interface EditorDefinitions {
  /** What the editor has answered in the last half minute, or why it has not; undefined where it was not asked, or has yet to answer. */
  known(uri: string, name: string): { places: readonly DefinitionPlace[] } | { reason: string } | undefined;
  /** Asks in the background for what is not known. Returns at once; the answers are there for a later request. */
  ask(uri: string, version: number, symbols: readonly SymbolPosition[]): void;
}

export interface Clipboard {
  /** The text, where the person has allowed it and it holds no secret. As it was a moment ago: asking refreshes it in the background. */
  text(): string | undefined;
}
