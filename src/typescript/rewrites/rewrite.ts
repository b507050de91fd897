// What is left to do after an edit, as the compiler tells it: places in any file of the project, each with its new text, or the reason why there
// are none. Types and words only.

import type { Range } from "../unresolved.ts";

export type RewriteKind = "rename" | "parameters" | "import" | "moved";

/** A file as it was before an edit and as it is now. */
export interface Edited {
  file: string; // absolute, with forward slashes
  before: string;
  now: string;
}

/** A place that still has to change, in the file as it is now. */
export interface RewritePlace extends Range {
  file: string;
  oldText: string;
  newText: string;
}

/** Places that go together: in the order of file and text, none overlaps another or the edit. */
export interface Rewritten {
  title: string; // for a person
  places: RewritePlace[];
  /** Problems of the files that have one afterwards, without the edit (or, where the edit itself adds a problem, with it); absent where none has. */
  problemsBefore?: number;
  /** With the edit and all places. */
  problemsAfter: number;
}

/** Why an edit leaves nothing to do, or nothing that is certain. */
export type NoRewrite =
  | "otherEdit" // it is not of the kind that was asked for
  | "unfinished" // the edited text parses less well than before
  | "noPlace" // no other place has to change
  | "tooManyPlaces"
  | "outsideProject" // a place lies in a dependency, or in a file that nobody should change
  | "generatedFile"
  | "mergeConflict"
  | "notADeclaration" // a use was renamed: another variable may be meant
  | "nameTaken" // the new name would mean something else somewhere, or hide it
  | "newProblem" // the compiler finds a problem that was not there before
  | "overloaded" // several declarations share the signature: overloads, an interface, an overridden method
  | "passedAsValue" // the function is used other than by a plain call: as a value, with call, apply or bind
  | "spread" // a call spreads its arguments, or the function takes the rest of them
  | "sideEffect" // an argument that would go, or change places, does something
  | "noValue" // a call lacks a value for an added parameter
  | "severalChanges" // it is not certain which parameter became which
  | "callDiffers" // a call is being edited, nested in another, has too many arguments or a comment between them
  | "noneToImport"
  | "severalToImport";

export type Rewrite = Rewritten | { reason: NoRewrite };
