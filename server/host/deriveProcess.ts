// A process that derives the compute form of a model, with a workspace's adapter or without, at a low priority: the host goes on answering, and what
// that takes of memory ends with the process. Both sides of it. Where it is killed, nothing is left but a folder that is cleared away.

import { execFile } from "node:child_process";
import os from "node:os";
import { promisify } from "node:util";
import { computeForm } from "../engine/graph/computeForm.ts";
import type { ModelSource } from "../engine/load/openAdapted.ts";
import { openModelIn } from "./localModel.ts";

export interface DeriveRequest {
  source: ModelSource;
  cacheDir: string;
}

/** The argument of the host's entry that makes it do this instead. */
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

/** What the process's arguments ask to derive; undefined in a host. */
export function askedToDerive(args: readonly string[]): DeriveRequest | undefined {
  return args[2] === DERIVE ? (JSON.parse(args[3]) as DeriveRequest) : undefined;
}

/** @throws UserError as `openModelIn` and `computeForm` do */
export async function derive({ source, cacheDir }: DeriveRequest): Promise<void> {
  os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL);
  await computeForm(await openModelIn(source), { cacheDir });
}
