// The sources of each workspace folder of a window, fed by the editor's notifications: opened documents, edits, visits, changed files.
// Must not call the editor directly: questions to it are passed in as functions. Only files of a folder have sources.

import path from "node:path";
import { fileURLToPath } from "node:url";
import type { TextDocumentContentChangeEvent } from "vscode-languageserver/node";
import type { FolderIndex } from "../../index/searchIndex.ts";
import { cachedWorkspace } from "../../workspace/cachedWorkspace.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { closedWorkspace, folderWorkspace, refusalToComplete, type Workspace } from "../../workspace/workspace.ts";
import { EditorClipboard } from "./clipboard.ts";
import { type AskDefinitions, DefinitionAnswers, definitionsIn } from "./editorDefinitions.ts";
import { EditHistory, isRewrite } from "./recentEdits.ts";
import type { RecentEdits, Sources } from "./sources.ts";
import { VisitHistory } from "./visitedPlaces.ts";

export interface EditorSourcesOptions {
  roots: readonly string[]; // of the workspace folders
  exclude: () => readonly string[];
  useClipboard: () => boolean;
  document: (uri: string) => OpenDocument | undefined;
  askDefinitions: AskDefinitions;
  readClipboard: () => Promise<string | undefined>;
  openIndex?: (root: string, workspace: Workspace) => FolderIndex;
}

interface Folder {
  root: string;
  workspace: Workspace; // the files as they are on the disk
  edits: EditHistory;
  visits: VisitHistory;
  index?: FolderIndex;
  sources: Sources;
  untrusted: Sources; // the sources that remain where the workspace is not trusted
}

export class EditorSources {
  readonly #options: EditorSourcesOptions;
  readonly #folders: Folder[];
  readonly #definitions: DefinitionAnswers;
  readonly #clipboard: EditorClipboard;
  readonly #openFiles = new Map<string, string>(); // URIs by file path

  constructor(options: EditorSourcesOptions) {
    this.#options = options;
    this.#definitions = new DefinitionAnswers(options.askDefinitions);
    this.#clipboard = new EditorClipboard({ enabled: options.useClipboard, read: options.readClipboard });
    this.#folders = options.roots.map((root) => this.#folder(root));
  }

  /** The sources of a document's folder; undefined where it lies in none. */
  of(uri: string): Sources | undefined {
    return this.#folderOf(uri)?.sources;
  }

  /** The sources in an untrusted workspace: nothing but the rules of its ignore files. */
  ofUntrusted(uri: string): Sources | undefined {
    return this.#folderOf(uri)?.untrusted;
  }

  /** The workspace folder that holds the document; undefined where none does. */
  rootOf(uri: string): string | undefined {
    return this.#folderOf(uri)?.root;
  }

  /** The path relative to the workspace folder, with forward slashes; the file's name where it lies in none. */
  relativePath(uri: string): string {
    const folder = this.#folderOf(uri);
    return folder ? relativeTo(folder.root, uri)! : path.posix.basename(decodeURIComponent(new URL(uri).pathname));
  }

  opened(uri: string): void {
    const file = filePath(uri);
    if (file !== undefined && !isCell(uri)) this.#openFiles.set(file, uri);
  }

  /**
   * Records the changes of one notification one by one.
   * @param apply called for each change after it was recorded: changes the document
   */
  edited(
    uri: string,
    changes: TextDocumentContentChangeEvent[],
    apply: (change: TextDocumentContentChangeEvent) => void,
  ) {
    const folder = this.#folderOf(uri);
    const document = this.#options.document(uri);
    const rewrite = isRewrite(changes);
    for (const change of changes) {
      if (folder && document) {
        folder.edits.note(document.text, document.path, change, Date.now(), rewrite);
        if ("range" in change) {
          const { start, end } = change.range;
          folder.visits.edited(uri, start.line, end.line, change.text.split("\n").length);
        }
      }
      apply(change);
    }
  }

  closed(uri: string): void {
    const file = filePath(uri);
    if (file !== undefined && !isCell(uri)) this.#openFiles.delete(file);
    this.#folderOf(uri)?.edits.closed(uri);
    this.#definitions.closed(uri);
  }

  visited(uri: string, line: number): void {
    if (isCell(uri)) return; // the lines of a cell are not those of its file
    this.#folderOf(uri)?.visits.visited(uri, this.relativePath(uri), line, Date.now());
  }

  /** Files and folders were created, changed or deleted on the disk. */
  filesChanged(uris: readonly string[]): void {
    for (const { root, index } of this.#folders) {
      const paths = index ? uris.flatMap((uri) => relativeTo(root, uri) ?? []) : [];
      if (paths.length > 0) index?.changed(paths);
    }
  }

  /** Opens or closes the indexes. @returns whether there is one now */
  useIndex(on: boolean): boolean {
    for (const folder of this.#folders) {
      if (on) folder.index ??= this.#options.openIndex?.(folder.root, folder.workspace);
      else {
        folder.index?.dispose();
        folder.index = undefined;
      }
    }
    return this.#folders.some(({ index }) => index !== undefined);
  }

  #folder(root: string): Folder {
    const { exclude } = this.#options;
    const workspace = folderWorkspace(root, exclude);
    const edits = new EditHistory();
    const visits = new VisitHistory();
    const textOf = (relative: string) => {
      const uri = this.#openFiles.get(path.join(root, relative));
      return uri === undefined ? undefined : this.#options.document(uri)?.text.getText();
    };
    const folder: Folder = {
      root,
      workspace,
      edits,
      visits,
      sources: {
        workspace: withOpenDocuments(cachedWorkspace(workspace), textOf),
        get index() {
          return folder.index;
        },
        get copies() {
          return folder.index?.copies;
        },
        edits: readableEdits(edits, workspace),
        visited: { recent: (limit, nowMs = Date.now()) => visits.recent(limit, nowMs) },
        definitions: definitionsIn(this.#definitions, (uri) => relativeTo(root, uri)),
        clipboard: this.#clipboard,
      },
      untrusted: { workspace: closedWorkspace(workspace), documentAlone: true },
    };
    return folder;
  }

  /** The folder that holds a document; the innermost of nested ones. */
  #folderOf(uri: string): Folder | undefined {
    const around = this.#folders.filter(({ root }) => relativeTo(root, uri) !== undefined);
    return around.sort((a, b) => b.root.length - a.root.length)[0];
  }
}

/**
 * A workspace that reads open documents from the editor. A file that may not be read from the disk may not be read from the editor either.
 * @param textOf the text of an open document; undefined where it is not open
 */
export function withOpenDocuments(workspace: Workspace, textOf: (path: string) => string | undefined): Workspace {
  return {
    ...workspace,
    async read(path, refused) {
      const onDisk = await workspace.read(path, refused);
      return onDisk === undefined ? undefined : (textOf(path) ?? onDisk);
    },
  };
}

/** The edit history without excluded files: rules may have changed since the edit. */
export function readableEdits(history: EditHistory, workspace: Workspace): RecentEdits {
  return {
    async recent({ nowMs, limit }) {
      const hunks = history.recent({ nowMs, limit: Number.MAX_SAFE_INTEGER });
      const paths = [...new Set(hunks.map(({ path }) => path))];
      const refusals = await Promise.all(paths.map((path) => refusalToComplete(path, workspace)));
      const refused = new Set(paths.filter((_, i) => refusals[i] !== undefined));
      return hunks.filter(({ path }) => !refused.has(path)).slice(0, limit);
    },
  };
}

/** The relative path, with forward slashes; undefined where the URI is not that of a file below the root. */
function relativeTo(root: string, uri: string): string | undefined {
  const file = filePath(uri);
  if (!file?.startsWith(root.endsWith(path.sep) ? root : root + path.sep)) return undefined;
  return path.relative(root, file).split(path.sep).join("/");
}

const CELL = "vscode-notebook-cell:";

/** A notebook's cell is a document of its own: "vscode-notebook-cell:/folder/a.ipynb#W0". */
const isCell = (uri: string): boolean => uri.startsWith(CELL);

/** The file that a document, or the notebook of a cell, lies in. */
function filePath(uri: string): string | undefined {
  try {
    if (isCell(uri)) return fileURLToPath(`file://${new URL(uri).pathname}`);
    return uri.startsWith("file:") ? fileURLToPath(uri) : undefined;
  } catch {
    return undefined; // a file of another machine
  }
}
