// What an edit broke in its file and in those that import it, mended by the fix engine: only by fixes that say what was meant (a name, an import, an
// `await`, two arguments the other way round), that it is sure of, and that leave no problem which was not there.

import { randomUUID } from "node:crypto";
import { fileURLToPath, pathToFileURL } from "node:url";
import { languageOfPath } from "../../../../common/syntax/languages.ts";
import type { Parsers } from "../../../../common/syntax/parsers.ts";
import type { CandidateKind } from "../../../typescript/candidates/candidate.ts";
import type { Problem } from "../../../typescript/problems.ts";
import { slashed } from "../../../typescript/projectFiles.ts";
import type { BrokenFile } from "../../../typescript/rewrites/broken.ts";
import type { CompilerThread } from "../../../typescript/thread.ts";
import { type OpenDocument, openDocument } from "../../../workspace/documents.ts";
import { isSure } from "../../fix/confidence.ts";
import type { Fix } from "../../fix/fix.ts";
import { fixFile } from "../../fix/fixFile.ts";
import { refusalToEdit } from "../refusal.ts";
import type { NextEdits, NoEditReason, Place } from "../types.ts";

/** More broken places than this have one cause, which is mended where the edit was. */
const MOST_BROKEN = 12;

/** Kinds of fixes that leave the meaning to the edit: all others would choose a value. */
const PLAIN: ReadonlySet<CandidateKind> = new Set<CandidateKind>([
  "nearMember",
  "nearName",
  "nearModule",
  "swap",
  "import",
  "await",
]);

const isPlain = ({ facts, confidence }: Fix): boolean => PLAIN.has(facts.kind) && isSure(confidence);

/**
 * @param edited the document of the edit
 * @param signal also ends the search when its time is over
 * @throws what the checker throws; Cancelled
 */
export async function mendedCallers(
  edited: OpenDocument,
  files: readonly BrokenFile[],
  compiler: Pick<CompilerThread, "checkerOf">,
  { parsers, documentOf }: { parsers: Parsers; documentOf: (uri: string) => OpenDocument | undefined },
  signal: AbortSignal,
): Promise<NextEdits | { reason: NoEditReason }> {
  const broken = files.reduce((sum, { added }) => sum + added.length, 0);
  if (broken > MOST_BROKEN) return { reason: "tooManyPlaces" };
  const places: Place[] = [];
  let problemsAfter = 0;
  let problemsBefore = 0;
  for (const { file, text, added } of files) {
    if (refusalToEdit(text)) continue;
    const own = file === slashed(fileURLToPath(edited.uri));
    const uri = own ? edited.uri : pathToFileURL(file).href;
    const languageId = languageOfPath(file) ?? edited.languageId;
    const document = own ? edited : (documentOf(uri) ?? openDocument({ uri, path: file, languageId, text }, parsers));
    const checker = await compiler.checkerOf(document);
    if ("reason" in checker) continue;
    const isAdded = (problem: Problem) => added.some((one) => one.start === problem.start && one.code === problem.code);
    const { fixes, problems, left } = await fixFile(document, { checker }, isAdded, () => {}, signal, isPlain);
    for (const { edit } of fixes) {
      const { start, end, newText } = edit;
      places.push({ uri, range: { start, end }, oldText: text.slice(start, end), newText });
    }
    problemsBefore += problems.length;
    problemsAfter += left.length;
  }
  if (places.length === 0) return { reason: "unclear" };
  const title =
    places.length === 1 ? "Mend the place that this broke" : `Mend the ${places.length} places that this broke`;
  return {
    id: randomUUID(),
    kind: "brokenCaller",
    title,
    places,
    proof: { examples: 1, parsed: true, problemsBefore, problemsAfter },
  };
}
