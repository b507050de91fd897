// The sources that ask the compiler's thread: the other places of a name typed over, all calls of a function whose parameters changed, the one
// import of a new name, the imports that follow a moved declaration, and what else the edit broke. Each result has been checked by the compiler.

import { randomUUID } from "node:crypto";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Cancelled } from "../../../../common/errors.ts";
import type { NoSymbolsReason } from "../../../completion/symbols/symbolCheck.ts";
import { slashed } from "../../../typescript/projectFiles.ts";
import type { NoRewrite, RewriteKind } from "../../../typescript/rewrites/rewrite.ts";
import { CheckFailed, type CompilerThread, DocumentChanged } from "../../../typescript/thread.ts";
import type { OpenDocument } from "../../../workspace/documents.ts";
import { refusalToEdit } from "../refusal.ts";
import type { Episode, NextEditAccess, NextEditKind, NextEditSource, NoEditReason } from "../types.ts";
import { mendedCallers } from "./brokenCallers.ts";

/** Times in milliseconds: the end of patience, since a key, or a completion that is asked for meanwhile, ends a search at once. */
export interface Budgets {
  searchMs: number; // for the thread, for each source
  mendingMs: number; // for the fix engine
}

export const BUDGETS: Budgets = { searchMs: 2_000, mendingMs: 3_000 };

/** What the sources ask: the thread, or in a command the compiler in its own process. */
export type CompilerForEdits = Pick<CompilerThread, "rewrite" | "broken" | "addsProblem" | "checkerOf">;

/** What the sources need of a window. */
export interface CompilerAccess {
  document(uri: string): OpenDocument | undefined;
  compilerOf(uri: string): CompilerForEdits | undefined;
}

const KINDS: Readonly<Record<RewriteKind, NextEditKind>> = {
  rename: "rename",
  parameters: "parameters",
  import: "import",
  moved: "brokenCaller",
};

/**
 * In the order in which they are to be asked: what is found soonest comes first, and what is broken still after all others have their say.
 * @param others sources that ask no compiler; where there is one, it has to pass what they find
 */
export const compilerSources = (
  access: CompilerAccess,
  others: readonly NextEditSource[],
  budgets: Budgets = BUDGETS,
): readonly NextEditSource[] => [
  ...(Object.keys(KINDS) as RewriteKind[]).map((of) => checked(access, rewritten(of, budgets))),
  ...others.map((source) => passed(access, source, budgets)),
  checked(access, mended(access, budgets)),
];

/** What another source finds in the edited file, unless it brings a problem. Where the compiler does not answer in time, it is as checked as it was. */
const passed =
  (
    { document: documentOf, compilerOf }: CompilerAccess,
    source: NextEditSource,
    { searchMs }: Budgets,
  ): NextEditSource =>
  async (episode, access, signal) => {
    const found = await source(episode, access, signal);
    const document = documentOf(episode.uri);
    const compiler = compilerOf(episode.uri);
    if ("reason" in found || !document || !compiler) return found;
    const changes = found.places.map(({ range, newText }) => ({ ...range, newText }));
    const verdict = await compiler.addsProblem(document, changes, searchMs, signal);
    if (signal.aborted) return { reason: "cancelled" };
    return verdict === true ? { reason: "newProblems" } : found;
  };

/** Kinds whose edit is often typed with pauses: a name letter by letter, a parameter and then its type. */
const BEGUN: ReadonlySet<RewriteKind> = new Set<RewriteKind>(["rename", "parameters"]);

/** The most episodes that are taken as one edit, and how far apart they are, in UTF-16 units. */
const MOST_EPISODES = 4;
const NEAR_UNITS = 200;

/** The texts from which an edit may have begun, the latest first: before the episode, and before those that led to it in the same place. */
function textsBefore({ uri, before, changed }: Episode, past: readonly Episode[]): string[] {
  const texts = [before];
  for (const one of past.filter((it) => it.uri === uri)) {
    const isNear = Math.abs(one.changed.after.start - changed.before.start) <= NEAR_UNITS;
    if (one.after !== texts.at(-1) || !isNear || texts.length >= MOST_EPISODES) break;
    texts.push(one.before);
  }
  return texts;
}

type Search = (
  episode: Episode,
  document: OpenDocument,
  compiler: CompilerForEdits,
  access: NextEditAccess,
  signal: AbortSignal,
) => ReturnType<NextEditSource>;

/** A search with the refusals that all have in common, before it and after. */
const checked =
  ({ document: documentOf, compilerOf }: CompilerAccess, search: Search): NextEditSource =>
  async (episode, access, signal) => {
    const { uri, before, after } = episode;
    if (before === after) return { reason: "noChange" };
    if (access.past.some((one) => one.uri === uri && one.before === after)) return { reason: "undone" };
    const refusal = refusalToEdit(after);
    if (refusal) return { reason: refusal };
    const document = documentOf(uri);
    const compiler = compilerOf(uri);
    if (!document || !compiler) return { reason: "noCompiler" };
    if (document.text.getText() !== after) return { reason: "cancelled" };
    const found = await search(episode, document, compiler, access, signal);
    return signal.aborted || document.text.getText() !== after ? { reason: "cancelled" } : found;
  };

const rewritten =
  (of: RewriteKind, { searchMs }: Budgets): Search =>
  async (episode, document, compiler, { past }, signal) => {
    const { uri } = episode;
    let found: Awaited<ReturnType<CompilerForEdits["rewrite"]>> = { reason: "otherEdit" };
    for (const before of BEGUN.has(of) ? textsBefore(episode, past) : [episode.before]) {
      const next = await compiler.rewrite(document, before, of, searchMs, signal);
      if (!("reason" in next) || before === episode.before) found = next;
      if (!("reason" in next)) break;
    }
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
      proof: { examples: 1, parsed: true, ...(problemsBefore !== undefined && { problemsBefore }), problemsAfter },
    };
  };

const mended =
  ({ document: documentOf }: CompilerAccess, { searchMs, mendingMs }: Budgets): Search =>
  async ({ before }, document, compiler, { parsers }, signal) => {
    const found = await compiler.broken(document, before, searchMs, signal);
    if ("failure" in found) return { reason: BY_FAILURE[found.failure] };
    if ("reason" in found) return { reason: BY_REASON[found.reason] };
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(mendingMs)]);
    try {
      return await mendedCallers(document, found.files, compiler, { parsers, documentOf }, inTime);
    } catch (error) {
      if (error instanceof Cancelled) return { reason: "compilerSlow" };
      if (error instanceof DocumentChanged) return { reason: "cancelled" };
      if (error instanceof CheckFailed) return { reason: BY_FAILURE[error.reason] };
      throw error;
    }
  };

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
