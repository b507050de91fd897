// What editors without our extension run by `workspace/executeCommand`: docstrings and fixes, worked out under a progress and applied by
// `workspace/applyEdit`. A person has asked, so what comes to nothing is said in a message.

import {
  type CancellationToken,
  type Connection,
  ErrorCodes,
  MessageType,
  type Range,
  ResponseError,
  ShowMessageNotification,
  WorkDoneProgressReporter,
  type WorkspaceEdit,
} from "vscode-languageserver/node";
import { Cancelled, docstringFailed, fixFailed, UserError } from "../../../common/errors.ts";
import { loggable } from "../../../common/util/loggable.ts";
import type { ActionProgress } from "../../protocol/actionProgress.ts";
import type { NamedEdit } from "../../protocol/docstring.ts";
import { ACCEPTED_COMMAND } from "../../protocol/messages.ts";
import { docstringsOf } from "../docstrings.ts";
import type { Feature } from "../feature.ts";
import { fixesOf } from "../fixes.ts";
import { withSignal } from "../languageServer.ts";
import type { Session } from "../session.ts";

/** A command's one argument. */
export interface CommandPlace {
  uri: string;
  range?: Range; // absent: the whole file
  code?: number; // TypeScript's, of the diagnostic there
}

/** What a command would change in the document's version, and what else is to be said; or why there is nothing. */
type Outcome = { version: number; edits: Omit<NamedEdit, "name">[]; said?: string } | { reason: string };

interface Action {
  doing: string; // as a progress shows it
  none: string; // what there is not, where it comes to nothing
  failed: (reason: string) => UserError; // for a bug
  work(place: CommandPlace, onProgress: (at: ActionProgress) => void, signal: AbortSignal): Promise<Outcome>;
}

/** The actions by the names that our extension has for them. */
function actionsOf(session: Session) {
  const docstrings = docstringsOf(session);
  const fixes = fixesOf(session);
  const startOf = ({ range }: CommandPlace) => range?.start ?? { line: 0, character: 0 };
  return {
    "sotto.writeDocstring": {
      doing: "Writing a docstring",
      none: "No docstring",
      failed: docstringFailed,
      async work(place, _onProgress, signal) {
        const found = await docstrings.write({ uri: place.uri, position: startOf(place) }, signal);
        return "reason" in found ? found : { version: found.version, edits: [found] };
      },
    },
    "sotto.documentFile": {
      doing: "Writing docstrings",
      none: "No docstrings",
      failed: docstringFailed,
      async work({ uri, range }, onProgress, signal) {
        const found = await docstrings.writeAll({ uri, around: range?.start }, onProgress, signal);
        if ("reason" in found || found.left.length === 0) return found;
        const names = found.left.map(({ name }) => name).join(", ");
        return { ...found, said: `No docstring that passes the checks for ${names}.` };
      },
    },
    "sotto.fixHere": {
      doing: "Looking for a fix",
      none: "No fix",
      failed: fixFailed,
      async work({ uri, range, code }, _onProgress, signal) {
        const { start, end } = range ?? { start: startOf({ uri }), end: startOf({ uri }) };
        const found = await fixes.find({ uri, start, end, code, offered: [] }, signal);
        return "reason" in found ? found : { version: found.version, edits: found.fixes.slice(0, 1) }; // the best first
      },
    },
    "sotto.fixFile": {
      doing: "Looking for fixes",
      none: "No fixes",
      failed: fixFailed,
      async work({ uri }, onProgress, signal) {
        const found = await fixes.findAll({ uri }, onProgress, signal);
        if ("reason" in found || found.left === 0) return found;
        return { ...found, said: `${found.problems - found.left} of ${found.problems} problems have a verified fix.` };
      },
    },
  } satisfies Record<string, Action>;
}

export type ActionCommand = keyof ReturnType<typeof actionsOf>;

/** The names of all commands, for the capabilities. */
export const COMMANDS: readonly string[] = [
  ACCEPTED_COMMAND,
  ...(["sotto.writeDocstring", "sotto.documentFile", "sotto.fixHere", "sotto.fixFile"] satisfies ActionCommand[]),
];

export const serveCommands: Feature = (connection, session) => {
  const actions: Readonly<Record<string, Action>> = actionsOf(session);
  /** As a notification: the library's own methods make requests, which some editors refuse. */
  const say = (message: string, type: MessageType = MessageType.Info) =>
    void connection.sendNotification(ShowMessageNotification.type, { type, message });
  connection.onExecuteCommand(async ({ command, arguments: given }, token, requested) => {
    if (command === ACCEPTED_COMMAND) {
      session.counts.accepted++; // proves nothing: some run it after a single word. The changes alone tell what becomes of a suggestion
      return null;
    }
    const action = Object.hasOwn(actions, command) ? actions[command] : undefined;
    const [place] = given ?? [];
    if (!action || !isPlace(place))
      return new ResponseError(ErrorCodes.InvalidParams, `There are ${COMMANDS.join(", ")}, which take {uri, range?}.`);
    try {
      const outcome = await underProgress(connection, action.doing, requested, token, (onProgress, signal) =>
        action.work(place, onProgress, signal),
      );
      if ("reason" in outcome) say(`${action.none}: ${outcome.reason}.`);
      else {
        if (outcome.said !== undefined) say(outcome.said);
        const problem = await apply(connection, session, place.uri, outcome, action.doing);
        if (problem !== undefined) say(`${action.none}: ${problem}.`);
      }
    } catch (error) {
      if (error instanceof Cancelled) return null;
      if (!(error instanceof UserError)) connection.console.error(`${command}: ${loggable(error)}`);
      const told = error instanceof UserError ? error : action.failed((error as Error).message);
      say(`${told.message} ${told.action}`, MessageType.Error);
    }
    return null;
  });
};

/** Shows a progress that can be cancelled: the one that came with the request, else one of our own where the editor shows progress. */
async function underProgress<T>(
  { window }: Connection,
  doing: string,
  requested: WorkDoneProgressReporter,
  token: CancellationToken,
  work: (onProgress: (at: ActionProgress) => void, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const isAlone = WorkDoneProgressReporter.isNullInstance(requested);
  const own = isAlone ? await window.createWorkDoneProgress().catch(() => undefined) : undefined; // refused: none is shown
  const shown = own ?? requested;
  shown.begin(`Sotto: ${doing}`, undefined, undefined, own !== undefined);
  const onProgress = ({ name, done, total }: ActionProgress) =>
    shown.report((100 * done) / total, `${done + 1} of ${total}: ${name}`);
  try {
    return await withSignal(token, (asked) =>
      own ? withSignal(own.token, (left) => work(onProgress, AbortSignal.any([asked, left]))) : work(onProgress, asked),
    );
  } finally {
    shown.done();
  }
}

/** @returns why nothing was changed; undefined where it was, or where there was nothing to change */
async function apply(
  connection: Connection,
  { documents, client }: Session,
  uri: string,
  { version, edits }: Extract<Outcome, { edits: unknown }>,
  label: string,
): Promise<string | undefined> {
  if (edits.length === 0) return undefined;
  if (documents.get(uri)?.version !== version) return "the file was changed meanwhile";
  const changes = edits.map(({ start, end, newText }) => ({ range: { start, end }, newText }));
  const edit: WorkspaceEdit = client.workspace?.workspaceEdit?.documentChanges
    ? { documentChanges: [{ textDocument: { uri, version }, edits: changes }] }
    : { changes: { [uri]: changes } };
  const { applied, failureReason } = await connection.workspace.applyEdit({ label, edit });
  return applied ? undefined : (failureReason ?? "the editor has not applied it");
}

function isPlace(given: unknown): given is CommandPlace {
  const { uri, range } = (given ?? {}) as Partial<CommandPlace>;
  const isPosition = (at: Partial<Range["start"]> | undefined) =>
    Number.isInteger(at?.line) && Number.isInteger(at?.character);
  return typeof uri === "string" && (range === undefined || (isPosition(range?.start) && isPosition(range?.end)));
}
