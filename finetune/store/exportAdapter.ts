// Exports an adapter of a workspace for other programs: PEFT's layout against the plain base model, with our sotto.json and a README; or for a
// server that has the model as it is used (`sotto models export`). Never touches a folder that is not empty.

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { badInput } from "../../common/errors.ts";
import type { Adapter } from "../../server/engine/adapters/adapter.ts";
import { readAdapter } from "../../server/engine/adapters/readAdapter.ts";
import { sumAdapters } from "../../server/engine/adapters/sumAdapters.ts";
import { writeAdapter } from "../../server/engine/adapters/writeAdapter.ts";
import { baseOfAdapter, type ModelBases, openBases } from "../../server/engine/load/openAdapted.ts";
import type { StoredModel } from "../../server/engine/models/modelStore.ts";
import { FORMAT_OF_VERSION, promptFormats } from "../../server/engine/prompt/promptFormat.ts";
import type { AdapterDir, AdapterId } from "../../server/host/protocol/adapters.ts";
import { findAdapter } from "../../src/adapters/adapterStore.ts";
import { type AdapterAbout, readAbout } from "../../src/adapters/storedAdapter.ts";
import { publish, requireEmpty, shareWarnings } from "./exportFolder.ts";
import { writeGgufAdapter } from "./ggufAdapter.ts";

export interface Exported {
  id: AdapterId;
  dir: AdapterDir;
  base: string; // the base model's name for other programs
  rank: number;
  /** What whoever gives it away should know, as sentences. */
  warnings: string[];
}

/**
 * peft: all that differs from the plain base, embedding rows included. vllm, gguf: the workspace's factors alone, on the model as it is used; these
 * servers have no place for rows of the embedding, which are in that model.
 */
export const ADAPTER_FORMS = ["peft", "vllm", "gguf"] as const;
export type AdapterForm = (typeof ADAPTER_FORMS)[number];

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
  form: AdapterForm = "peft",
): Promise<Exported> {
  const target = path.resolve(dir);
  const from = findAdapter(root, id, dataDir).dir;
  requireEmpty(target);
  const bases = await openBases(modelDir);
  const { plain, own } = bases;
  const base = await baseOfAdapter(bases, from);
  const adapter = await readAdapter(from, base);
  const about = readAbout(from);
  const warnings = shareWarnings(about?.facts);
  if (form !== "peft")
    return exportFactors(form, {
      id,
      target,
      adapter,
      bases,
      base,
      name: about?.name ?? id,
      facts: about?.facts,
      warnings,
    });
  const whole = own && base !== plain ? sumAdapters(own, adapter) : adapter;
  const baseName = BASE_NAMES[plain.id] ?? plain.id;
  const training = { ...about?.facts, exportedFrom: id, includes: base !== plain ? own?.name : undefined };
  await publish(target, (draft) => {
    writeAdapter(draft, whole, plain, training, { exact: true, baseName });
    writeFileSync(path.join(draft, "README.md"), readme(about?.name ?? id, baseName, whole, warnings), { flush: true });
  });
  return { id, dir: target, base: baseName, rank: whole.rank, warnings };
}

interface ToExport {
  id: AdapterId;
  target: string;
  adapter: Adapter;
  bases: ModelBases;
  base: StoredModel;
  name: string;
  facts: AdapterAbout["facts"] | undefined;
  warnings: string[];
}

async function exportFactors(
  form: "vllm" | "gguf",
  { id, target, adapter, bases, base, name, facts, warnings }: ToExport,
): Promise<Exported> {
  const merged = `Export the model with it merged (sotto models export DIR --adapter ${id}), or the adapter for PEFT (--for peft).`;
  if (base !== bases.used)
    throw badInput(`The adapter ${id} belongs to the plain model, and servers get the model as it is used.`, merged);
  if (adapter.embeddingRows.size > 0)
    throw badInput(`The adapter ${id} replaces rows of the embedding, which is no LoRA to a server.`, merged);
  await publish(target, (draft) => {
    if (form === "vllm")
      writeAdapter(draft, adapter, base, { ...facts, exportedFrom: id }, { exact: true, baseName: base.id });
    else {
      mkdirSync(draft);
      writeGgufAdapter(path.join(draft, GGUF_FILE), adapter, base.config, name);
    }
    writeFileSync(path.join(draft, "README.md"), serverReadme(form, name, adapter.rank, base.weightsSha256, warnings), {
      flush: true,
    });
  });
  return { id, dir: target, base: `${base.id}, as it is used`, rank: adapter.rank, warnings };
}

const GGUF_FILE = "adapter.gguf";

const serverReadme = (
  form: "vllm" | "gguf",
  name: string,
  rank: number,
  base: string,
  warnings: readonly string[],
): string => `# ${name}

A LoRA adapter (rank ${rank}) for the model that \`sotto models export\` writes (weights ${base.slice(0, 16)}), and for no other.

${
  form === "vllm"
    ? `    vllm serve MODEL --enable-lora --max-lora-rank ${Math.max(8, rank)} --lora-modules ${"NAME=THIS_FOLDER"}`
    : `    llama-server -m MODEL.gguf --lora ${GGUF_FILE}`
}

It has learnt from the files of a workspace: whoever gets it may get parts of them out of it. Share it as you would share them.
${warnings.map((line) => `${line}\n`).join("")}`;

const readme = (
  name: AdapterAbout["name"],
  base: string,
  {
    rank,
    promptFormat,
    embeddingRows,
  }: { rank: number; promptFormat?: number; embeddingRows: ReadonlyMap<number, unknown> },
  warnings: readonly string[],
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
${warnings.map((line) => `- ${line}\n`).join("")}- \`sotto adapters import\` reads this folder.
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
