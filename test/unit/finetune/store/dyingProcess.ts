// A file system that a process dies on: from its n-th step on nothing is done any more, and what was being written is half there.
// It stands in for node:fs in the modules under test. Not a test.

import fs, { type PathLike } from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** Thrown in place of the kill. Whatever catches it can change nothing either. */
export class Killed extends Error {}

/**
 * Runs `work` and ends it at the file system's step `at`, counted from 0: before a file is written, half-way through it, before a
 * folder is made, before a rename, before a removal and after its first file.
 * @returns whether it was ended, and how many steps there were
 */
export function runUntilKilled(at: number, work: () => void): { killed: boolean; steps: number } {
  const { writeFileSync, mkdirSync, renameSync, rmSync } = fs;
  const real = { writeFileSync, mkdirSync, renameSync, rmSync };
  let steps = 0;
  const step = (half: () => void = () => {}) => {
    if (steps++ < at) return;
    if (steps === at + 1) half();
    throw new Killed();
  };
  fs.writeFileSync = ((file: string, data: string | Uint8Array, options?: object) => {
    step();
    step(() => real.writeFileSync(file, data.slice(0, data.length / 2), { ...options, flush: false }));
    real.writeFileSync(file, data, { ...options, flush: false }); // nobody pulls the plug here
  }) as typeof fs.writeFileSync;
  fs.mkdirSync = ((dir: PathLike, options?: object) => {
    if (!fs.existsSync(dir)) step();
    return real.mkdirSync(dir, options);
  }) as typeof fs.mkdirSync;
  fs.renameSync = (from, to) => {
    step();
    real.renameSync(from, to);
  };
  fs.rmSync = (file, options) => {
    if (fs.existsSync(file)) {
      step();
      if (fs.statSync(file).isDirectory())
        step(() => real.rmSync(`${file}/${fs.readdirSync(file)[0]}`, { recursive: true, force: true }));
    }
    real.rmSync(file, options);
  };
  syncBuiltinESMExports();
  try {
    work();
    return { killed: false, steps };
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return { killed: true, steps };
  } finally {
    Object.assign(fs, real);
    syncBuiltinESMExports();
  }
}
