// What next edits are: the rest of a change that a person has begun, each place with what speaks for it. Types only.
// Offsets are UTF-16 units; those of a place count in the text of its file as it is when the episode has settled.

import type { Parsers } from "../../../common/syntax/parsers.ts";
import type { Range } from "../../typescript/unresolved.ts";

export type NextEditKind =
  | "sameEdit" // the same change at another place of the same form
  | "rename" // the other places of a name that was typed over
  | "import" // the one import that a name needs
  | "brokenCaller" // what the change broke elsewhere
  | "parameters"; // all calls of a function whose parameters have changed

/** A part of a file, and what it would become. */
export interface Place {
  uri: string;
  range: Range;
  oldText: string; // of the range
  newText: string;
}

/** What is offered: all of its places are right together. */
export interface NextEdits {
  id: string; // unique in the window
  kind: NextEditKind;
  title: string; // for a person: what is done, and in how many places
  places: Place[]; // at least one, and never the place that was edited
  proof: {
    examples: number; // changes of the person that show it
    parsed: boolean; // every file has no more syntax errors with its places than before
    problemsBefore?: number; // the compiler's, of all files with places; absent where no compiler was asked
    problemsAfter?: number;
  };
}

/** A settled change of one document: keys that followed each other closely, in neighbouring lines. */
export interface Episode {
  uri: string;
  languageId: string;
  before: string; // the whole text before the first key
  after: string; // the whole text now
  changed: { before: Range; after: Range }; // the smallest part that differs, in each of the two texts
}

/** A file beside the episode's, as the window has it now. */
export interface NextEditFile {
  uri: string;
  languageId: string;
  text: string;
}

/** What a source may look at besides the episode. */
export interface NextEditAccess {
  parsers: Parsers;
  /** The settled episodes of the window before this one, the newest first, at most 50; never on disk. */
  past: readonly Episode[];
  /** Files other than the episode's that were edited in this window, the latest first. */
  edited(): readonly NextEditFile[];
  /** Files of the folder that hold all of the words; absent where nothing can search it. */
  search?(words: readonly string[], signal: AbortSignal): Promise<readonly NextEditFile[]>;
}

/** Why a source offers nothing. */
export type NoEditReason =
  | "unsupportedLanguage"
  | "noTree" // the text cannot be parsed in time
  | "mergeConflict" // the file has conflict marks
  | "mergeUnderway" // of the repository: every text is in flux
  | "generatedFile" // the next run of its generator would undo an edit
  | "noChange" // the episode ended where it began
  | "tooLarge" // more than a person types in one go
  | "undone" // the episode brought back what stood there before
  | "notThisKind" // the change is not one that the source continues
  | "onlyOneExample" // which does not say what is meant
  | "unfinished" // the edited text parses less well than before
  | "notADeclaration" // a use was typed over: another name may be meant
  | "outsideProject" // a place lies in a dependency
  | "unclear" // the examples do not say what belongs into a place
  | "noPlace" // nothing else has the form
  | "tooManyPlaces" // more than anybody would look through
  | "reversal" // it would bring back an earlier state of a place
  | "dismissed" // the person has dismissed or undone it
  | "nameTaken" // the new name stands for something else in a scope
  | "notAllCalls" // a call cannot be rewritten, so none is
  | "severalImports" // several modules export the name
  | "searchSlow" // too much was edited to be compared in time
  | "noCompiler"
  | "compilerSlow"
  | "compilerFailed"
  | "newProblems" // a place would have a problem that it did not have
  | "cancelled"; // the text changed meanwhile

/** One way to find next edits. */
export type NextEditSource = (
  episode: Episode,
  access: NextEditAccess,
  signal: AbortSignal,
) => Promise<NextEdits | { reason: NoEditReason }>;
