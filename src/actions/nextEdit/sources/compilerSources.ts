// The sources that ask the compiler's thread: the other places of a name typed over, all calls of a function whose parameters changed, the one
// import of a new name, and the imports that follow a moved declaration. Each result has been checked by the compiler before it comes here.

import { randomUUID } from "node:crypto";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { NoSymbolsReason } from "../../../completion/symbols/symbolCheck.ts";
import { slashed } from "../../../typescript/projectFiles.ts";
import type { NoRewrite, RewriteKind } from "../../../typescript/rewrites/rewrite.ts";
import type { CompilerThread } from "../../../typescript/thread.ts";
import type { OpenDocument } from "../../../workspace/documents.ts";
import { refusalToEdit } from "../refusal.ts";
import type { Episode, NextEditKind, NextEditSource, NoEditReason } from "../types.ts";

/** How long the thread may search for one kind, in milliseconds. A completion that is asked for meanwhile ends the search at once. */
const BUDGET_MS = 1_500;

/** What the sources need of a window. */
export interface CompilerAccess {
  document(uri: string): OpenDocument | undefined;
  compilerOf(uri: string): Pick<CompilerThread, "rewrite"> | undefined;
}

const KINDS: Readonly<Record<RewriteKind, NextEditKind>> = {
  rename: "rename",
  parameters: "parameters",
  import: "import",
  moved: "brokenCaller",
};

/** One source for each kind, in the order in which they are asked: what is found soonest comes first. */
export const compilerSources = (access: CompilerAccess): readonly NextEditSource[] =>
  (Object.keys(KINDS) as RewriteKind[]).map(
    (of): NextEditSource =>
      (episode, { past }, signal) => {
        const isBack = past.some(({ uri, before }) => uri === episode.uri && before === episode.after);
        return isBack ? Promise.resolve({ reason: "undone" }) : nextEditsOf(of, episode, access, signal);
      },
  );

async function nextEditsOf(
  of: RewriteKind,
  { uri, before, after }: Episode,
  { document: documentOf, compilerOf }: CompilerAccess,
  signal: AbortSignal,
): ReturnType<NextEditSource> {
  if (before === after) return { reason: "noChange" };
  const refusal = refusalToEdit(after);
  if (refusal) return { reason: refusal };
  const document = documentOf(uri);
  const compiler = compilerOf(uri);
  if (!document || !compiler) return { reason: "noCompiler" };
  if (document.text.getText() !== after) return { reason: "cancelled" };
  const found = await compiler.rewrite(document, before, of, BUDGET_MS, signal);
  if (signal.aborted || document.text.getText() !== after) return { reason: "cancelled" };
  if ("failure" in found) return { reason: BY_FAILURE[found.failure] };
  if ("reason" in found) return { reason: BY_REASON[found.reason] };
  const { title, places, problemsBefore, problemsAfter } = found;
  const own = slashed(fileURLToPath(uri));
  return {
    id: randomUUID(),
    kind: KINDS[of],
    title,
    places: places.map(({ file, start, end, oldText, newText }) => ({
      uri: file === own ? uri : pathToFileURL(file).href,
      range: { start, end },
      oldText,
      newText,
    })),
    proof: { examples: 1, parsed: true, problemsBefore, problemsAfter },
  };
}

const BY_FAILURE: Readonly<Record<NoSymbolsReason, NoEditReason>> = {
  otherLanguage: "unsupportedLanguage",
  noCompiler: "noCompiler",
  noProgram: "noCompiler",
  building: "compilerSlow",
  late: "compilerSlow",
  failed: "compilerFailed",
};

const BY_REASON: Readonly<Record<NoRewrite, NoEditReason>> = {
  otherEdit: "notThisKind",
  unfinished: "unfinished",
  noPlace: "noPlace",
  tooManyPlaces: "tooManyPlaces",
  outsideProject: "outsideProject",
  generatedFile: "generatedFile",
  mergeConflict: "mergeConflict",
  notADeclaration: "notADeclaration",
  nameTaken: "nameTaken",
  newProblem: "newProblems",
  overloaded: "notAllCalls",
  passedAsValue: "notAllCalls",
  spread: "notAllCalls",
  sideEffect: "notAllCalls",
  noValue: "notAllCalls",
  callDiffers: "notAllCalls",
  severalChanges: "unclear",
  noneToImport: "noPlace",
  severalToImport: "severalImports",
};
