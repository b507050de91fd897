// The short form of the bench of reliability: typing under faults, kills while stores are saved, hostile folders, imports and frames. No time is
// asserted; what is drawn depends on a fixed seed, when it strikes does not.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { PARTS } from "../../lab/bench/reliability/parts.ts";

const root = packageRoot(import.meta.dirname);

/** What a part must have done at least, so that it cannot pass by doing nothing. */
const LEAST: Readonly<Record<string, number>> = { soak: 30, kills: 100, hostile: 36, imports: 100, frames: 150 };

describe("reliability", { skip: process.platform !== "linux" && "it looks at processes in /proc" }, () => {
  for (const name of Object.keys(PARTS))
    test(name, async () => {
      const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-rel-"));
      try {
        const options = { root, folder, sources: undefined, seed: 1, requests: 300, minutes: 0.8, isShort: true };
        const { attempts, failures, lost, details } = await PARTS[name](options);
        assert.deepEqual([...failures, ...lost], []);
        assert.ok(attempts >= LEAST[name], `${attempts} attempts: ${JSON.stringify(details)}`);
        if (name === "soak") assert.ok((details.modelCalls as number) > 0, "no request has reached the model");
      } finally {
        rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      }
    });
});
