// What `sotto tests --json` tells, which the extension reads. Types only: both sides include it.

export interface ToldTests {
  outcome: "offered" | "written";
  name: string; // of the function
  file: string; // of the tests, within the workspace
  text: string; // of that file
  runner: string;
  isRunnerMissing: boolean; // it is named by the repository, and not installed
  tests: number;
  tried: number; // calls
  branches: { before: number; after: number; all: number };
  mutants: { killed: number; killedByThrowing: number; all: number }; // killedByThrowing: what "call it and expect no throw" notices
  network: string; // whether the sandbox had one, in words
  ms: number;
}

/** A function that was not run: its place in a test file is there, empty. */
export interface ToldSkeleton extends Pick<ToldTests, "name" | "file" | "text" | "runner" | "isRunnerMissing" | "ms"> {
  outcome: "skeleton" | "written";
  reason: string;
  of?: string; // the file in which the reason lies, absolute
}

export interface ToldNone {
  outcome: "none";
  reason: string;
  detail?: string;
  ms: number;
}

export type TestsDocument = ToldTests | ToldSkeleton | ToldNone;
