// Exports an adapter of a workspace for other programs: PEFT's layout against the plain base model, with our sotto.json and a README. Never
// touches a folder that is not empty.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { badInput } from "../../common/errors.ts";
import { readAdapter } from "../../server/engine/adapters/readAdapter.ts";
import { sumAdapters } from "../../server/engine/adapters/sumAdapters.ts";
import { writeAdapter } from "../../server/engine/adapters/writeAdapter.ts";
import { baseOfAdapter, openBases } from "../../server/engine/load/openAdapted.ts";
import { FORMAT_OF_VERSION, promptFormats } from "../../server/engine/prompt/promptFormat.ts";
import type { AdapterDir, AdapterId } from "../../server/host/protocol/adapters.ts";
import { findAdapter } from "../../src/adapters/adapterStore.ts";
import { type AdapterAbout, readAbout } from "../../src/adapters/storedAdapter.ts";

export interface Exported {
  id: AdapterId;
  dir: AdapterDir;
  base: string; // the base model's name for other programs
  rank: number;
}

/** Public names of the base models, by our id. */
const BASE_NAMES: Readonly<Record<string, string>> = { "smollm2-135m": "HuggingFaceTB/SmolLM2-135M-Instruct" };

/**
 * Writes the adapter `id` into the folder `dir`, which must be empty or absent. Adapters of a workspace are trained on top of the model's own;
 * the sum of both is written, so that it needs only the plain base.
 * @throws UserError where there is no such adapter, it belongs to another model, or the folder is not empty or cannot be written
 */
export async function exportAdapter(
  root: string,
  id: AdapterId,
  dir: string,
  modelDir: string,
  dataDir?: string,
): Promise<Exported> {
  const target = path.resolve(dir);
  const from = findAdapter(root, id, dataDir).dir;
  requireEmpty(target);
  const bases = await openBases(modelDir);
  const { plain, own } = bases;
  const base = await baseOfAdapter(bases, from);
  const adapter = await readAdapter(from, base);
  const whole = own && base !== plain ? sumAdapters(own, adapter) : adapter;
  const baseName = BASE_NAMES[plain.id] ?? plain.id;
  const about = readAbout(from);
  const training = { ...about?.facts, exportedFrom: id, includes: base !== plain ? own?.name : undefined };
  publish(target, (draft) => {
    writeAdapter(draft, whole, plain, training, { exact: true, baseName });
    writeFileSync(path.join(draft, "README.md"), readme(about?.name ?? id, baseName, whole), { flush: true });
  });
  return { id, dir: target, base: baseName, rank: whole.rank };
}

/** @throws UserError where `dir` is anything else than an empty folder */
function requireEmpty(dir: string): void {
  try {
    if (!existsSync(dir) || readdirSync(dir).length === 0) return;
  } catch (error) {
    throw badInput(`${dir} cannot be exported to: ${(error as Error).message}.`, "Choose another folder.");
  }
  throw badInput(`The folder ${dir} is not empty.`, "Choose an empty or a new folder.");
}

/** Writes the folder under another name, and renames it: it appears complete or not at all. */
function publish(dir: string, fill: (draft: string) => void): void {
  let beside: string | undefined;
  try {
    mkdirSync(path.dirname(dir), { recursive: true });
    beside = mkdtempSync(`${dir}.sotto-`);
    const draft = path.join(beside, "adapter");
    fill(draft);
    if (existsSync(dir)) rmdirSync(dir); // fails if it is not empty
    renameSync(draft, dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw badInput(
      `${dir} cannot be written: ${(error as Error).message}.`,
      "Choose another folder, or make room there.",
    );
  } finally {
    if (beside !== undefined) rmSync(beside, { recursive: true, force: true });
  }
}

const readme = (
  name: AdapterAbout["name"],
  base: string,
  {
    rank,
    promptFormat,
    embeddingRows,
  }: { rank: number; promptFormat?: number; embeddingRows: ReadonlyMap<number, unknown> },
): string => `# ${name}

A LoRA adapter (rank ${rank}) of ${base}, exported from Sotto in PEFT's layout.

    from peft import PeftModel
    from transformers import AutoModelForCausalLM
    model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("${base}"), "THIS FOLDER")

- ${
  embeddingRows.size > 0
    ? `It replaces the embedding's rows ${[...embeddingRows.keys()].join(", ")} (PEFT's trainable tokens, since version 0.15).`
    : "It changes no row of the embedding."
}
- ${
  promptFormat === undefined
    ? "It was not trained on Sotto's prompt format."
    : `It was trained on Sotto's prompt format ${promptFormat}: ${layoutInWords(promptFormat)}.`
}
- It was trained on weights of the base in blocks of 4 bits, and in Sotto's own part of the vocabulary; on the base as it was published results
  differ a little.
- It has learnt from the files of a workspace: whoever gets it may get parts of them out of it. Share it as you would share them.
- \`sotto adapters import\` reads this folder.
`;

/** The markers of a version of our prompt format, and what stands between them. */
function layoutInWords(version: number): string {
  const name = FORMAT_OF_VERSION.get(version);
  if (!name) return "which this version of Sotto does not know";
  const parts = {
    path: "path",
    suffix: "after the cursor",
    before: "before the current line",
    line: "the current line up to the cursor",
  };
  const segments = promptFormats[name].file(parts);
  return segments.map((segment) => ("marker" in segment ? segment.marker : segment.text.trim())).join(" ");
}
