// What retrieval may read: a workspace as a list of files and their text. Files leave it only through here.
// Must not follow a link out of the root, nor read what is no source text. Ignore files are not honoured yet (a later issue).

export interface Workspace {
  /** Paths relative to the root, with forward slashes, sorted. */
  list(): Promise<string[]>;
  /** The text of a file; undefined where it does not exist, is binary, too large, or outside the root. */
  read(path: string): Promise<string | undefined>;
}

export function folderWorkspace(_root: string): Workspace {
  return { list: async () => [], read: async () => undefined };
}
