// The model of a server, for a command. Asks first where code would go to another machine. There is no fallback here: who names a server wants to
// know what that one writes.

import { badInput } from "../common/errors.ts";
import { isLoopback, isReadableOnTheWay, originOf } from "../common/util/engineAddress.ts";
import { promptBudgetOf } from "../server/host/protocol/promptBudget.ts";
import { RemoteModel } from "../server/remote/remoteModel.ts";
import { isHeldTo, NOTHING_WRITTEN, sentOf } from "../src/model/engine/engineCall.ts";
import type { CliModel, ModelOptions } from "./model.ts";
import { canAsk, isWanted } from "./question.ts";

/** @throws UserError where nobody has agreed, or the server cannot be used */
export async function openEngine(
  { engine, format }: ModelOptions,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<CliModel> {
  const { choice, hasConsent } = engine!;
  const { url } = choice;
  if (isReadableOnTheWay(url)) log(`What is sent to ${url} is not encrypted: everyone on the way can read it.`);
  if (!isLoopback(url) && !hasConsent) await askConsent(url, log, signal);
  const key = process.env.SOTTO_ENGINE_KEY;
  delete process.env.SOTTO_ENGINE_KEY; // no process that is started here inherits it
  const remote = await RemoteModel.open({ ...choice, ...(format && { format }) }, { key, signal, log });
  const { kind, version = "" } = remote.engine;
  return {
    generate: (params, onText, ending) =>
      isHeldTo(params)
        ? Promise.resolve(NOTHING_WRITTEN)
        : remote.generate(sentOf(params, remote.contextTokens), onText, ending),
    warm: (params, ending) => remote.warm({ prompt: params.prompt }, ending),
    inspect: (params) => remote.inspect(params),
    async remember() {
      throw badInput("A server has no memory of the workspace's files.", "Leave out --memory, or --engine.");
    },
    status: () => ({
      state: "ready",
      model: remote.id,
      device: url,
      runtime: `${kind} ${version}`.trim(),
      rssBytes: 0,
    }),
    promptBudget: promptBudgetOf(),
    dispose: () => remote.dispose(),
  };
}

async function askConsent(url: string, log: (line: string) => void, signal: AbortSignal): Promise<void> {
  log(`This sends the file around the place, and pieces of other files that the read rules allow, to ${url}.`);
  log("Secrets that are recognised are replaced first, but for the line of the place; no rule finds every secret.");
  if (!canAsk()) throw badInput(`Nobody can be asked whether code may be sent to ${originOf(url)}.`, "Give --yes.");
  if (!(await isWanted("Send it there?", signal)))
    throw badInput(`Nothing was sent to ${originOf(url)}.`, "Leave out --engine for the local model.");
}
