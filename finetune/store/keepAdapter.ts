// Puts a trained adapter into its workspace's store. It appears complete, or not at all, whenever the process ends.

import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { adapterInvalid } from "../../common/errors.ts";
import { realRoot } from "../../common/util/realRoot.ts";
import type { AdapterDir, AdapterId } from "../../server/host/protocol/adapters.ts";
import { addAdapter } from "../../src/adapters/adapterStore.ts";
import { type AdapterAbout, type AdapterFacts, AdapterFolderFiles } from "../../src/adapters/storedAdapter.ts";

export interface KeepOptions {
  name?: string; // for people; default: its id
  origin?: AdapterAbout["origin"]; // default "trained"
  use?: boolean; // whether it becomes the adapter in use; default true
  report?: string; // the file of its report; default: report.html in its folder, if it exists
  dataDir?: string;
}

const COPIED = [AdapterFolderFiles.config, AdapterFolderFiles.tensors, AdapterFolderFiles.base];

/**
 * Copies the adapter in `dir` (PEFT's two files and sotto.json, validated by the caller) and makes it the one in use, unless `options.use` is
 * false.
 * @returns its id
 * @throws UserError where its files are missing, or the store cannot be written; nothing is changed then
 */
export function keepAdapter(root: string, dir: AdapterDir, facts: AdapterFacts, options: KeepOptions = {}): AdapterId {
  const report = options.report ?? path.join(dir, AdapterFolderFiles.report);
  const base = baseOf(dir);
  for (const file of COPIED.map((name) => path.join(dir, name)))
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw adapterInvalid(file, "it is missing");
  return addAdapter(
    root,
    (draft, id) => {
      for (const name of COPIED) copyToDisk(path.join(dir, name), path.join(draft, name));
      if (existsSync(report)) copyToDisk(report, path.join(draft, AdapterFolderFiles.report));
      const copied = [...COPIED, AdapterFolderFiles.report].map((name) => path.join(draft, name));
      const sizeBytes = copied.reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
      const about: AdapterAbout = {
        id,
        name: options.name ?? id,
        createdMs: Date.now(),
        root: realRoot(root),
        base,
        facts,
        origin: options.origin ?? "trained",
        sizeBytes,
      };
      const text = `${JSON.stringify(about, undefined, 2)}\n`;
      writeFileSync(path.join(draft, AdapterFolderFiles.about), text, { mode: 0o600, flush: true });
    },
    options.use ?? true,
    options.dataDir,
  );
}

/** The base that the adapter was trained on. @throws UserError */
function baseOf(dir: AdapterDir): AdapterAbout["base"] {
  const file = path.join(dir, AdapterFolderFiles.base);
  let base: Partial<AdapterAbout["base"]> | undefined;
  try {
    base = JSON.parse(readFileSync(file, "utf8"))?.base;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw adapterInvalid(file, missing ? "it is missing" : "it cannot be read");
  }
  if (typeof base?.id !== "string" || typeof base.weightsSha256 !== "string")
    throw adapterInvalid(file, "it does not say which model it belongs to");
  return { id: base.id, weightsSha256: base.weightsSha256 };
}

/** Copies a file; the copy is on the disk when this returns, and only this user may read it. */
function copyToDisk(from: string, to: string): void {
  writeFileSync(to, readFileSync(from), { mode: 0o600, flush: true });
}
