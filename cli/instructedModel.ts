// What the commands share that have a model write as it is told in words (`change`, `translate`): which model is asked, and by which rules.

import { NO_ADAPTER } from "../server/host/protocol/adapters.ts";
import type { NoAnswerReason } from "../src/actions/instructed.ts";
import type { CommandIo, GlobalOptions } from "./command.ts";
import { type CliModel, withSeed } from "./model.ts";

/** What is withheld of what the model writes: all that the rules know. */
export const WRITTEN_FILTERS = { secrets: true, insecure: true, harmful: true };

/** @param allowsSmall a small model is asked, too; Sotto's own then without the adapter, which teaches to fill gaps */
export async function loadInstructed(
  io: Pick<CommandIo, "loadModel">,
  { model, seed }: Pick<GlobalOptions, "model" | "seed">,
  allowsSmall: boolean,
): Promise<CliModel> {
  const isBare = allowsSmall && model.adapter === undefined && !model.engine;
  return withSeed(await io.loadModel(isBare ? { ...model, adapter: NO_ADAPTER } : model), seed);
}

/** What helps, as the end of a refusal; "" where nothing does. */
export const hintOf = (reason: string): string =>
  reason === ("smallModel" satisfies NoAnswerReason)
    ? " Name one with --model, a server with --engine, or give --small-model."
    : "";
