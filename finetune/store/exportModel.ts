// Exports a model for other programs: as it is used, with its own adapter and the markers' rows merged, or with a workspace's adapter too.

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openAdapted } from "../../server/engine/load/openAdapted.ts";
import type { AdapterChoice } from "../../server/host/protocol/adapters.ts";
import { readAbout } from "../../src/adapters/storedAdapter.ts";
import { publish, requireEmpty, shareWarnings } from "./exportFolder.ts";
import { writeGgufModel } from "./ggufModel.ts";
import { type FloatType, writeModelFolder } from "./modelFolder.ts";

export interface ExportedModel {
  dir: string;
  id: string;
  weightsSha256: string;
  type: FloatType;
  form: ModelForm;
  warnings: string[]; // what whoever gives it away should know
}

/** hf: a folder in Hugging Face's layout; gguf: a folder with a file for llama.cpp. */
export const MODEL_FORMS = ["hf", "gguf"] as const;
export type ModelForm = (typeof MODEL_FORMS)[number];

/**
 * Writes the folder `dir`, which must be empty or absent.
 * @param adapter as `openAdapted` takes it
 * @throws UserError where there is no such model or adapter, or the folder cannot be written
 */
export async function exportModel(
  modelDir: string,
  dir: string,
  { adapter, type = "bf16", form = "hf" }: { adapter?: AdapterChoice; type?: FloatType; form?: ModelForm } = {},
): Promise<ExportedModel> {
  const target = path.resolve(dir);
  requireEmpty(target);
  const model = await openAdapted(modelDir, adapter);
  const { id, weightsSha256 } = model;
  const warnings = typeof adapter === "string" ? shareWarnings(readAbout(adapter)?.facts) : [];
  await publish(target, async (draft) => {
    if (form === "hf") await writeModelFolder(draft, model, type);
    else {
      mkdirSync(draft);
      await writeGgufModel(path.join(draft, `${id}.gguf`), model, type);
    }
    writeFileSync(
      path.join(draft, "README.md"),
      `${[READMES[form](id, weightsSha256), ...warnings].join("\n")}${warnings.length > 0 ? "\n" : ""}`,
      {
        flush: true,
      },
    );
  });
  return { dir: target, id, weightsSha256, type, form, warnings };
}

const folderReadme = (id: string, weightsSha256: string): string => `# ${id}

Exported from Sotto in Hugging Face's layout (weights ${weightsSha256.slice(0, 16)}): the weights as Sotto computes with them, adapter merged, for
vLLM, transformers and others.

    vllm serve THIS_FOLDER --served-model-name sotto --enable-lora --max-lora-rank 16

\`sotto.json\` tells how a prompt is laid out: special tokens by id, and texts between them. Send token ids: in a text, the name of a special token
is read as that token. Adapters of workspaces go on top: \`sotto adapters export ID DIR --for vllm\`.
`;

const ggufReadme = (id: string, weightsSha256: string): string => `# ${id}

Exported from Sotto for llama.cpp (weights ${weightsSha256.slice(0, 16)}): the weights as Sotto computes with them, adapter merged.

    llama-server -m ${id}.gguf -c 8192

Send token ids: in a text, the name of a special token is read as that token. Adapters of workspaces go on top:
\`sotto adapters export ID DIR --for gguf\`.
`;

const READMES = { hf: folderReadme, gguf: ggufReadme } as const;
