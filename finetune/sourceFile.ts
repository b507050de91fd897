// The source of examples: files with their texts. Types only.

export interface SourceFile {
  path: string; // relative to its root (a package, a workspace), with forward slashes
  text: string;
}

/** Files of one project: one may be the repository context of another. */
export interface FileSet {
  readonly files: readonly SourceFile[];
}
