// The parts of the reliability bench by the names of the command line, each with its long and its short form.

import path from "node:path";
import { openAdapted } from "../../../server/engine/load/openAdapted.ts";
import { tierDir } from "../../../server/engine/models/tiers.ts";
import { tinyModel } from "../../../test/support/tinyModel.ts";
import { frames } from "./frames.ts";
import { hostile } from "./hostile.ts";
import { imports } from "./imports.ts";
import { kills } from "./kills.ts";
import type { PartResult } from "./partResult.ts";
import { TINY_HOST } from "./product.ts";
import { writeSmallAdapter } from "./smallAdapter.ts";
import { soak } from "./soak.ts";

export interface PartOptions {
  root: string; // of the repository
  folder: string; // an empty one, for this part
  sources: string | undefined; // a folder whose files are typed
  seed: number;
  requests: number | undefined;
  minutes: number;
  isShort: boolean;
}

/** How much longer than it should anything may take in the short form, which runs beside other tests on any machine. */
const SLACK = 10;

export const PARTS: Readonly<Record<string, (options: PartOptions) => Promise<PartResult>>> = {
  soak: ({ root, folder, sources, seed, requests, minutes, isShort }) =>
    soak({
      root,
      folder,
      seed,
      minutes,
      requests: requests ?? (isShort ? 300 : 10_000),
      sources: sources === undefined ? ["src", "common", "samples"].map((name) => path.join(root, name)) : [sources],
      host: isShort ? TINY_HOST : undefined,
      writeAdapter: async (dir) => writeSmallAdapter(dir, isShort ? tinyModel() : await openAdapted(tierDir("quick"))),
      diskMegabytes: isShort ? 100 : 1_200,
      keyPauseMs: isShort ? 15 : 50,
      slack: isShort ? SLACK : 1,
    }),
  kills: ({ root, folder, seed, isShort }) => kills({ root, folder, seed, points: isShort ? 20 : 200 }),
  hostile: ({ root, folder, isShort }) =>
    hostile({ root, folder, requests: isShort ? 2 : 20, slack: isShort ? SLACK : 1 }),
  imports: ({ folder, seed, isShort }) =>
    imports({ folder, seed, imports: isShort ? 25 : 1_000, slack: isShort ? SLACK : 1 }),
  frames: ({ seed, isShort }) => frames({ seed, connections: isShort ? 150 : 5_000, slack: isShort ? SLACK : 1 }),
};
