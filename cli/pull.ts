// `sotto models pull`: describes the download, asks, and downloads. Does not decide how.

import { badInput } from "../common/errors.ts";
import { type PullPlan, planPull } from "../server/download/planPull.ts";
import { pullModel } from "../server/download/pullModel.ts";
import { catalogEntries, catalogEntry } from "../server/engine/models/catalogEntries.ts";
import { requireAcceptance } from "../server/engine/models/licences.ts";
import { requireFree, unfinishedModels, userModelsDir } from "../server/engine/models/userModels.ts";
import { checkModel } from "./checkModel.ts";
import type { CommandIo } from "./command.ts";
import { canAsk, isWanted } from "./question.ts";
import { inMegabytes, progressLines } from "./transferText.ts";

export interface PullChoices {
  yes?: boolean;
  acceptLicence?: boolean;
  mirror?: string;
  proxy?: string;
  json: boolean;
}

/**
 * Downloads the model `id` of the catalog, once the user has agreed to its size and licence.
 * @throws UserError for an unknown id, a licence that was not accepted, where nobody can be asked, and for failures of the download
 */
export async function pull(id: string, choices: PullChoices, io: CommandIo, signal: AbortSignal): Promise<void> {
  const entry = catalogEntry(id);
  if (!entry)
    throw badInput(
      `The catalog has no model ${id}.`,
      `Choose one of: ${catalogEntries.map((one) => one.id).join(", ")}; a model on your disk is imported.`,
    );
  const { licence, name } = entry;
  requireAcceptance(name, licence.spdx, licence.note, choices.acceptLicence);
  await requireFree(userModelsDir(), id);
  const network = { mirror: choices.mirror ?? process.env.HF_ENDPOINT, proxy: choices.proxy, signal };
  const plan = await planPull(entry, network);
  for (const line of await planInWords(plan)) io.log(line);
  if (!choices.yes) {
    if (choices.json || !canAsk()) throw badInput("Nobody can be asked whether to download it.", "Give --yes.");
    if (!(await isWanted("Download it?", signal))) return io.log("Nothing was downloaded.");
  }
  const run = {
    ...network,
    acceptsLicence: choices.acceptLicence,
    check: checkModel(io.log),
    onProgress: progressLines(io.log),
  };
  const model = await pullModel(plan, run).catch((error) => {
    if (signal.aborted) return undefined;
    throw error;
  });
  if (!model) return io.log("Stopped. What has come is kept: the same command goes on from there.");
  const said = `${id} is in ${model.dir}; \`--model ${id}\` runs it, or its folder in the setting sotto.model`;
  io.result({ ...model, files: plan.files.map(({ path, sizeBytes }) => ({ path, sizeBytes })) }, said);
}

async function planInWords({ entry, from, revision, files, totalBytes }: PullPlan): Promise<string[]> {
  const { id, name, licence, memoryNeedBytes } = entry;
  const unfinished = (await unfinishedModels(userModelsDir())).find((one) => one.id === id && one.kind === "download");
  const unknown = files.filter(({ sha256 }) => sha256 === undefined).map((file) => file.path);
  return [
    `${name} from ${from}, version ${revision.slice(0, 12)}`,
    ...files.map(
      ({ path, sizeBytes, sha256 }) => `  ${path}  ${inMegabytes(sizeBytes)}${sha256 ? `  sha256 ${sha256}` : ""}`,
    ),
    `${inMegabytes(totalBytes)} to download${unfinished ? `, of which ${inMegabytes(unfinished.sizeBytes)} are there` : ""}; ` +
      `about ${inMegabytes(memoryNeedBytes)} of memory when it runs`,
    `licence ${licence.spdx}${licence.note === "" ? "" : `: ${licence.note}`}`,
    ...(unknown.length > 0 ? [`no hash is published for ${unknown.join(", ")}: checked by length only`] : []),
  ];
}
