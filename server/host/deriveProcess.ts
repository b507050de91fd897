// A separate low-priority process that derives a model's compute form, with or without a workspace's adapter: the host keeps answering
// meanwhile, and the memory that deriving takes is freed when the process ends. Both sides of it. If it is killed, it leaves only a temporary
// folder, which is cleared away later.

import { execFile } from "node:child_process";
import os from "node:os";
import { promisify } from "node:util";
import { computeForm } from "../engine/graph/computeForm.ts";
import type { ModelSource } from "../engine/load/openAdapted.ts";
import { openModelIn } from "./firstUse.ts";

export interface DeriveRequest {
  source: ModelSource;
  cacheDir: string;
}

/** The argument that makes the host's entry script derive instead of serving. */
const DERIVE = "derive";

/**
 * Derives in a new process of `script`, the host's entry.
 * @throws Error with what the process wrote when it fails
 */
export async function deriveElsewhere(script: string, request: DeriveRequest): Promise<void> {
  const flags = process.execArgv.filter((flag) => !flag.startsWith("--inspect"));
  await promisify(execFile)(process.execPath, [...flags, script, DERIVE, JSON.stringify(request)], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
    windowsHide: true,
  });
}

/** The derive request in the process's arguments; undefined in a host. */
export function askedToDerive(args: readonly string[]): DeriveRequest | undefined {
  return args[2] === DERIVE ? (JSON.parse(args[3]) as DeriveRequest) : undefined;
}

/** @throws UserError as `openModelIn` and `computeForm` do */
export async function derive({ source, cacheDir }: DeriveRequest): Promise<void> {
  os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
  await computeForm(await openModelIn(source), { cacheDir });
}
