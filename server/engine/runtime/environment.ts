// Settings that onnxruntime takes only from its process's environment, and the only access to its stock binding: nothing else may import that,
// or load the library, before the environment is prepared. Owns those settings, nothing else.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

export type OnnxRuntime = typeof import("onnxruntime-node");

/**
 * To be called before the library is loaded.
 *
 * - Telemetry: since 1.29 onnxruntime's builds for Linux and macOS write events to a database in the user's cache folder and upload them
 *   (`PosixTelemetry` in core/platform/posix/telemetry.cc). Nothing leaves the machine here, so that is off, whatever was set.
 * - Attention: GroupQueryAttention has a tiled kernel ("flash") and one that holds all scores of a run. With a float cache and the short
 *   runs of completion the plain one is faster: a prefill of 1,024 tokens takes 0.77 of the time, verifying 8 tokens 0.9, one token 0.95
 *   (2 cores with AVX-512). The scores of a chunk over 2,048 positions take 9 MB for a while. A value that is set already stays.
 */
export function prepareEnvironment(): void {
  process.env.ORT_DISABLE_TELEMETRY = "1";
  process.env.ORT_GQA_DISABLE_FLASH_ATTENTION ??= "1";
}

/** The stock binding. */
export async function onnxRuntime(): Promise<OnnxRuntime> {
  prepareEnvironment();
  return (await import("onnxruntime-node")).default as OnnxRuntime;
}

/** Names of the installed providers: onnxruntime also lists those whose library is a separate download. */
export async function listBackends(): Promise<string[]> {
  const backends = (await onnxRuntime()).listSupportedBackends();
  return backends.filter(({ name, bundled }) => bundled || existsSync(providerLibrary(name))).map(({ name }) => name);
}

function providerLibrary(name: string): string {
  const folder = path.dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
  const file =
    process.platform === "win32" ? `onnxruntime_providers_${name}.dll` : `libonnxruntime_providers_${name}.so`;
  return path.join(folder, "bin", "napi-v6", process.platform, process.arch, file);
}
