// The texts of "Choose Model…" and "Import Model…": rows of the list, the question before a download, and what an import came to. Pure: shows nothing.

import type { ModelEntry, ModelOffer, ModelPlan } from "../protocol/models.ts";
import { type ChildEnd, failureOf } from "./childCli.ts";

interface Row {
  label: string;
  description: string;
  detail?: string;
}

export const inSize = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`;

/** @param isChosen whether it is what is set in sotto.model */
export function modelRow(model: ModelEntry, isChosen: boolean): Row {
  const { name, about, comesWithSotto, licence, sizeBytes, problem } = model;
  if (problem !== undefined)
    return { label: `$(warning) ${name}`, description: `cannot be used, ${inSize(sizeBytes)}`, detail: problem };
  const facts = [comesWithSotto && "comes with Sotto", inSize(sizeBytes), licence];
  return {
    label: `${isChosen ? "$(check)" : "$(package)"} ${name}`,
    description: about ?? facts.filter((fact) => fact !== undefined).join(", "),
  };
}

/** @param freeBytes of this machine's memory */
export function offerRow(offer: ModelOffer, freeBytes: number): Row {
  const { name, licence, downloadBytes, presentBytes, memoryNeedBytes, terms } = offer;
  const lack = memoryNeedBytes > freeBytes ? `It needs more memory than is free here (${inSize(freeBytes)}).` : "";
  const detail = [lack, terms].filter((part) => part !== "").join(" ");
  const there = presentBytes > 0 ? `, ${inSize(presentBytes)} are there` : "";
  return {
    label: `$(${lack === "" ? "cloud-download" : "warning"}) ${name}`,
    description: `about ${inSize(downloadBytes)} to download${there}, ${inSize(memoryNeedBytes)} of memory, ${licence}`,
    ...(detail === "" ? {} : { detail }),
  };
}

/** What a person agrees to before anything is downloaded. */
export function downloadQuestion(
  { name, licence, terms, forbidsUses, presentBytes, memoryNeedBytes }: ModelOffer,
  { from, totalBytes }: ModelPlan,
): { question: string; detail: string; go: string } {
  const there = presentBytes > 0 ? `, of which ${inSize(presentBytes)} are there already` : "";
  const detail = [
    `From ${from}: ${inSize(totalBytes)}${there}. It takes about ${inSize(memoryNeedBytes)} of memory when it runs.`,
    `Licence: ${licence}. ${terms}`.trim(),
  ];
  return {
    question: `Download ${name}?`,
    detail: detail.join("\n\n"),
    go: forbidsUses ? "Accept the Licence and Download" : "Download",
  };
}

/** The model that the command line has imported, by its JSON. @returns undefined where there is none */
export function importedModel(stdout: string): { name: string; setting: string } | undefined {
  try {
    const { name, dir } = JSON.parse(stdout);
    return typeof name === "string" && typeof dir === "string" ? { name, setting: dir } : undefined;
  } catch {
    return undefined;
  }
}

/** Why there is none; `licence`: what its licence says where the person has to accept that first. */
export function importRefusal(ended: ChildEnd): { text: string; licence?: string } {
  const last = ended.stderr.trim().split("\n").at(-1)!; // above it stands how far it was
  const text = failureOf({ ...ended, stderr: last });
  const [licence] = text.split(" Read it, and give --accept-licence");
  return licence === text ? { text } : { text, licence };
}
