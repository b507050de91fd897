// A file system that a process dies on, and one whose disk is full. They stand in for node:fs in the modules under test. Not a test.

import fs, { type PathLike } from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** Thrown in place of the kill. Whatever catches it can change nothing either. */
class Killed extends Error {}

/** Is told of each step before it is done, and throws where it is not to be done; `half` leaves half of it behind. */
type Step = (kind: "write" | "other", half?: () => void) => void;

/**
 * Runs `work` and ends it at the file system's step `at`, counted from 0: before a file is written, half-way through it, before a
 * folder is made, before a rename, before a removal and after its first file. From then on nothing is done any more.
 * @returns whether it was ended, and how many steps there were
 */
export function runUntilKilled(at: number, work: () => void): { killed: boolean; steps: number } {
  let steps = 0;
  let dead = false;
  const step: Step = (_kind, half) => {
    if (steps++ < at) return;
    if (!dead) half?.();
    dead = true;
    throw new Killed();
  };
  try {
    withSteps(step, work);
    return { killed: false, steps };
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return { killed: true, steps };
  }
}

/**
 * Runs `work` on a disk that is full from its writing step `at` on, counted from 0. What needs no room is done.
 * @throws what `work` throws
 */
export function runOnFullDisk(at: number, work: () => void): void {
  let steps = 0;
  withSteps((kind, half) => {
    if (kind === "other" || steps++ < at) return;
    half?.();
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  }, work);
}

function withSteps(step: Step, work: () => void): void {
  const { writeFileSync, mkdirSync, renameSync, rmSync } = fs;
  const real = { writeFileSync, mkdirSync, renameSync, rmSync };
  fs.writeFileSync = ((file: string, data: string | Uint8Array, options?: object) => {
    step("write");
    step("write", () => real.writeFileSync(file, data.slice(0, data.length / 2), { ...options, flush: false }));
    real.writeFileSync(file, data, { ...options, flush: false }); // nobody pulls the plug here
  }) as typeof fs.writeFileSync;
  fs.mkdirSync = ((dir: PathLike, options?: object) => {
    if (!fs.existsSync(dir)) step("write");
    return real.mkdirSync(dir, options);
  }) as typeof fs.mkdirSync;
  fs.renameSync = (from, to) => {
    step("other");
    real.renameSync(from, to);
  };
  fs.rmSync = (file, options) => {
    if (fs.existsSync(file)) {
      step("other");
      if (fs.statSync(file).isDirectory())
        step("other", () => real.rmSync(`${file}/${fs.readdirSync(file)[0]}`, { recursive: true, force: true }));
    }
    real.rmSync(file, options);
  };
  syncBuiltinESMExports();
  try {
    work();
  } finally {
    Object.assign(fs, real);
    syncBuiltinESMExports();
  }
}
