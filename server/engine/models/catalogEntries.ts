// The models that can be downloaded by name: their repository, licence and size. Facts only; downloads nothing.

/** A file of a model. Size and sha256 are given only where this project has measured them; otherwise the download uses the hub's. */
export interface CatalogFile {
  path: string;
  sizeBytes?: number;
  sha256?: string;
}

export interface CatalogLicence {
  spdx: string; // "LicenseRef-…" where SPDX has no identifier for it
  /** withConditions: for every purpose except those that its terms name. */
  mayBeUsed: "freely" | "withConditions" | "notCommercially";
  note: string; // what a person should know before downloading; "" if nothing
}

export interface CatalogEntry {
  id: string; // also its folder's name; never the id of a model that comes with Sotto
  name: string;
  family: "qwen2.5-coder" | "starcoder2" | "granite-code" | "deepseek-coder" | "codegemma" | "mellum" | "seed-coder";
  architecture: "llama" | "qwen2" | "starcoder2" | "gemma"; // "model_type" of its config.json
  repository: string; // owner and name on the hub
  revision: string; // branch, tag or commit; the download records the commit that it resolves to
  /**
   * Files that every download includes. If there are no weights among them, the weights are found in the repository: one file, or those in its
   * index.
   */
  files: readonly CatalogFile[];
  licence: CatalogLicence;
  parameters: number; // approximate
  downloadBytes: number; // approximate
  memoryNeedBytes: number; // approximate: 8-bit weights with their scales, a full KV cache, and what a process takes besides
  contextLength: number; // positions that it was trained for
}

const apache: CatalogLicence = { spdx: "Apache-2.0", mayBeUsed: "freely", note: "" };

const HUGGING_FACE_FILES: readonly CatalogFile[] = [{ path: "config.json" }, { path: "tokenizer.json" }];

type Facts = Omit<CatalogEntry, "revision" | "files" | "downloadBytes" | "memoryNeedBytes"> & Partial<CatalogEntry>;

/** Download size estimated for half precision, at two bytes a weight. */
const entry = (facts: Facts): CatalogEntry => ({
  revision: "main",
  files: HUGGING_FACE_FILES,
  downloadBytes: 2 * facts.parameters,
  memoryNeedBytes: 1.2 * facts.parameters + 200e6,
  ...facts,
});

const qwen = (size: string, parameters: number, licence = apache): CatalogEntry =>
  entry({
    id: `qwen2.5-coder-${size.toLowerCase()}`,
    name: `Qwen2.5-Coder ${size}`,
    family: "qwen2.5-coder",
    architecture: "qwen2",
    repository: `Qwen/Qwen2.5-Coder-${size}`,
    licence,
    parameters,
    contextLength: 32_768,
  });

/** Base models that were trained to fill in the middle. */
export const catalogEntries: readonly CatalogEntry[] = [
  { ...qwen("0.5B", 494e6), id: "qwen2.5-coder-0.5b-base", name: "Qwen2.5-Coder 0.5B Base" },
  qwen("1.5B", 1.54e9),
  qwen("3B", 3.09e9, {
    spdx: "LicenseRef-Qwen-Research",
    mayBeUsed: "notCommercially",
    note: "It may be used for research and evaluation only; commercial use needs a licence of its own.",
  }),
  qwen("7B", 7.62e9),
  entry({
    id: "starcoder2-3b",
    name: "StarCoder2 3B",
    family: "starcoder2",
    architecture: "starcoder2",
    repository: "bigcode/starcoder2-3b",
    licence: {
      spdx: "LicenseRef-BigCode-OpenRAIL-M-1.0",
      mayBeUsed: "withConditions",
      note: "Its licence names uses that are not allowed; they go along with whatever is made from it.",
    },
    parameters: 3.03e9,
    contextLength: 16_384,
  }),
  entry({
    id: "granite-3b-code",
    name: "Granite Code 3B",
    family: "granite-code",
    architecture: "llama",
    repository: "ibm-granite/granite-3b-code-base-2k",
    licence: apache,
    parameters: 3.48e9,
    contextLength: 2_048,
  }),
  entry({
    id: "deepseek-coder-1.3b",
    name: "DeepSeek-Coder 1.3B",
    family: "deepseek-coder",
    architecture: "llama",
    repository: "deepseek-ai/deepseek-coder-1.3b-base",
    licence: {
      spdx: "LicenseRef-DeepSeek",
      mayBeUsed: "withConditions",
      note: "Commercial use is allowed; its licence names uses that are not.",
    },
    parameters: 1.35e9,
    contextLength: 16_384,
  }),
  entry({
    id: "codegemma-2b",
    name: "CodeGemma 2B",
    family: "codegemma",
    architecture: "gemma",
    repository: "google/codegemma-2b",
    licence: {
      spdx: "LicenseRef-Gemma",
      mayBeUsed: "withConditions",
      note: "The Gemma terms of use have to be accepted on its page first; they name uses that are not allowed.",
    },
    parameters: 2.51e9,
    contextLength: 8_192,
  }),
  entry({
    id: "mellum-4b",
    name: "Mellum 4B",
    family: "mellum",
    architecture: "llama",
    repository: "JetBrains/Mellum-4b-base",
    licence: apache,
    parameters: 4.02e9,
    contextLength: 8_192,
  }),
  entry({
    id: "seed-coder-8b",
    name: "Seed-Coder 8B",
    family: "seed-coder",
    architecture: "llama",
    repository: "ByteDance-Seed/Seed-Coder-8B-Base",
    licence: { spdx: "MIT", mayBeUsed: "freely", note: "" },
    parameters: 8.25e9,
    contextLength: 32_768,
  }),
];

/** @returns undefined where the catalog has no entry of that id */
export const catalogEntry = (id: string): CatalogEntry | undefined => catalogEntries.find((one) => one.id === id);
