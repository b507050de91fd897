// The agent's answers about fixes, and their wiring to our extension's requests.

import { ProgressType } from "vscode-languageserver/node";
import { fixFailed } from "../../common/errors.ts";
import { fixesAt, isGenerated, NO_FIX, type NoFixReason, reasonOfFailure } from "../actions/fix/fixAt.ts";
import { fixFile, type OnProblem } from "../actions/fix/fixFile.ts";
import { openChecker } from "../actions/fix/openChecker.ts";
import type { ActionProgress } from "../protocol/actionProgress.ts";
import {
  type FileFixes,
  type FileFixesAnswer,
  type FileFixesParams,
  type FixAnswer,
  type FixesFound,
  FixMethod,
  type FixParams,
} from "../protocol/fix.ts";
import type { OpenDocument } from "../workspace/documents.ts";
import { refusalToComplete } from "../workspace/workspace.ts";
import type { Feature } from "./feature.ts";
import { answering, positioned } from "./languageServer.ts";
import type { Session } from "./session.ts";

interface Opened {
  document: OpenDocument;
  deps: Parameters<typeof fixesAt>[2];
}

const progressType = new ProgressType<ActionProgress>();

/** @throws UserError when the model cannot be asked; what the checker throws; Cancelled */
export function fixesOf(session: Session) {
  async function find({ uri, start, end, code, offered }: FixParams, signal: AbortSignal): Promise<FixesFound> {
    const opened = await open(uri);
    if ("reason" in opened) return none(opened.reason);
    const { document, deps } = opened;
    const { text, version } = document;
    const spot = { start: text.offsetAt(start), end: text.offsetAt(end), code };
    const asOffsets = ({ start: from, end: to, newText }: FixParams["offered"][number][number]) => {
      return { start: text.offsetAt(from), end: text.offsetAt(to), newText };
    };
    const candidates = offered.map((changes) => changes.map(asOffsets));
    const found = await orReason(fixesAt(document, spot, { ...deps, offered: candidates }, signal));
    if ("reason" in found) return none(found.reason);
    const fixes = found.fixes.map(({ edit, source, title }) => ({ ...positioned(document, edit), source, title }));
    return { version, message: found.problem.message, fixes };
  }

  async function findAll(
    { uri }: Omit<FileFixesParams, "progressToken">,
    onProgress: (progress: ActionProgress) => void,
    signal: AbortSignal,
  ): Promise<FileFixes> {
    const opened = await open(uri);
    if ("reason" in opened) return none(opened.reason);
    const { document, deps } = opened;
    if (await refusalToComplete(document.path, deps.sources?.workspace)) return none("ignoredFile");
    if (isGenerated(document)) return none("generatedFile");
    const { version } = document;
    const onProblem: OnProblem = ({ problem, done, total }) => {
      onProgress({ name: problem.message.split("\n")[0], done, total });
    };
    const found = await orReason(fixFile(document, deps, () => true, onProblem, signal));
    if ("reason" in found) return none(found.reason);
    if (document.version !== version) return none("documentChanged");
    if (found.tooMany) return none("tooManyProblems");
    if (found.problems.length === 0) return none("noProblem");
    if (found.fixes.length === 0) return none(found.unsure > 0 ? "noneSure" : "noneVerified");
    const edits = found.fixes.map(({ title, edit }) => ({ name: title, ...positioned(document, edit) }));
    return { version, edits, problems: found.problems.length, left: found.left.length };
  }

  /** Opens a document with its checker and the dependencies of fixes. */
  async function open(uri: string): Promise<Opened | { reason: NoFixReason }> {
    const document = session.documents.get(uri);
    if (!document) return { reason: "unsupportedLanguage" };
    const sources = session.sourcesOf(uri);
    const opened = await openChecker(document, sources, session.compilerOf(uri), session.pythonTypesOf(uri));
    if ("reason" in opened) return opened;
    return { document, deps: { ...opened, model: session.modelFor(uri), sources } };
  }

  return { find, findAll };
}

export const serveFixes: Feature = (connection, session) => {
  const fixes = fixesOf(session);
  const answered = answering(connection, fixFailed);
  const progressOf =
    ({ progressToken }: FileFixesParams) =>
    (progress: ActionProgress) =>
      void connection.sendProgress(progressType, progressToken, progress);
  connection.onRequest(
    FixMethod.findAll,
    (params: FileFixesParams, token): Promise<FileFixesAnswer> =>
      answered("fixes", token, (signal) => fixes.findAll(params, progressOf(params), signal)),
  );
  connection.onRequest(
    FixMethod.find,
    (params: FixParams, token): Promise<FixAnswer> => answered("fix", token, (signal) => fixes.find(params, signal)),
  );
};

const none = (reason: NoFixReason) => ({ reason: NO_FIX[reason] });

async function orReason<T>(work: Promise<T>): Promise<T | { reason: NoFixReason }> {
  try {
    return await work;
  } catch (error) {
    const reason = reasonOfFailure(error);
    if (reason === undefined) throw error;
    return { reason };
  }
}
