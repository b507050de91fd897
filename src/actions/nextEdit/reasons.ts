// Each reason for offering no next edit, as text for a person.

import type { NoEditReason } from "./types.ts";

export const NO_EDIT: Readonly<Record<NoEditReason, string>> = {
  unsupportedLanguage: "the language has no grammar, or no rules for its names",
  noTree: "the file cannot be parsed in time",
  mergeConflict: "the file has conflict marks",
  mergeUnderway: "a merge or a rebase of the repository is not finished",
  generatedFile: "the file was written by a generator, whose next run would undo an edit",
  noChange: "nothing has changed",
  tooLarge: "the change is larger than what a person types in one go",
  undone: "the change brings back what stood there before",
  notThisKind: "the change is none that can be continued",
  onlyOneExample: "one example does not say what is meant; make the same edit at a second place",
  unfinished: "the edited text parses less well than before",
  notADeclaration: "a use has got another name, which may well mean something else",
  outsideProject: "a place lies in a dependency",
  unclear: "the examples fit places that were passed by, or do not say what belongs into a place",
  noPlace: "no other place has the form",
  tooManyPlaces: "there are more places than anybody would look through",
  reversal: "it would bring back what stood there before",
  dismissed: "it has been dismissed or undone",
  nameTaken: "the new name stands for something else there",
  notAllCalls: "a call cannot be rewritten, so none is",
  severalImports: "several modules export the name",
  searchSlow: "too much has been edited to be compared in time",
  noCompiler: "no compiler can check the file",
  compilerSlow: "the compiler has not answered in time",
  compilerFailed: "the compiler broke off",
  newProblems: "a place would have a problem that it did not have",
  cancelled: "the text changed meanwhile",
};
