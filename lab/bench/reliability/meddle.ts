// Loaded into the product's processes before their own code (NODE_OPTIONS --import): lets their clock jump and their disk be slow, as the file
// named in SOTTO_LAB_MEDDLE says at the moment. SQLite and native code are not slowed: they do not call node:fs.

import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

export interface Meddling {
  clockMs: number; // added to the time of day
  diskMs: number; // the most that a call of the file system is held up; each draws its own
}

const LOOK_MS = 50;
const file = process.env.SOTTO_LAB_MEDDLE;
const now: Meddling = { clockMs: 0, diskMs: 0 };

if (file !== undefined) {
  const { readFileSync } = fs;
  const look = () => {
    try {
      Object.assign(now, JSON.parse(readFileSync(file, "utf8")));
    } catch {
      // not there, or being written
    }
  };
  look();
  setInterval(look, LOOK_MS).unref();
  jumpClock();
  slowDisk();
}

function jumpClock(): void {
  const RealDate = Date;
  class MeddledDate extends RealDate {
    constructor(...given: [] | [number]) {
      if (given.length === 0) super(MeddledDate.now());
      else super(...given);
    }
    static override now(): number {
      return RealDate.now() + now.clockMs;
    }
  }
  globalThis.Date = MeddledDate as DateConstructor;
}

function slowDisk(): void {
  const names = [
    "open",
    "readFile",
    "writeFile",
    "stat",
    "lstat",
    "readdir",
    "rename",
    "realpath",
    "mkdir",
    "rm",
  ] as const;
  const drawnMs = () => now.diskMs * Math.random();
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const hold = () => Atomics.wait(cell, 0, 0, drawnMs());
  type Call = (...args: unknown[]) => unknown;
  for (const name of names) {
    const sync = fs as unknown as Record<string, Call>;
    const later = fs.promises as unknown as Record<string, Call>;
    const [realSync, realLater] = [sync[`${name}Sync`], later[name]];
    sync[`${name}Sync`] = Object.assign((...args: unknown[]) => {
      if (now.diskMs > 0) hold();
      return realSync(...args);
    }, realSync);
    later[name] = async (...args) => {
      if (now.diskMs > 0) await new Promise((resolve) => setTimeout(resolve, drawnMs()));
      return realLater.apply(fs.promises, args);
    };
  }
  syncBuiltinESMExports();
}
