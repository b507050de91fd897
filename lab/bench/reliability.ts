// Bench: what must hold when things go wrong. A soak of real typing under faults, kills at drawn moments of every store's saving, hostile
// repositories, imports and frames. Goals: at least 99.9 % of the requests answered or cleanly empty, nothing lost or half written, memory flat.
// `npm run bench -- reliability [--part soak|kills|hostile|imports|frames] [--requests 10000] [--minutes 60] [--seed 1] [--folder DIR] [--short]`;
// --short takes minutes, with a tiny model. Linux. Ends with one JSON line on stdout.

import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { briefly, type PartResult, tell } from "./reliability/partResult.ts";
import { PARTS } from "./reliability/parts.ts";
import { machine } from "./support/reporting.ts";

const { values: options } = parseArgs({
  options: {
    part: { type: "string" },
    requests: { type: "string" },
    minutes: { type: "string", default: "60" }, // the most that the soak takes
    seed: { type: "string", default: "1" },
    folder: { type: "string" }, // whose files are typed; the repository's own otherwise
    short: { type: "boolean", default: false },
    threads: { type: "string" }, // the command line may give it; the product's own choice is measured
    peer: { type: "boolean" }, // there is none
  },
});
const names = options.part === undefined ? Object.keys(PARTS) : [options.part];
const unknown = names.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined) throw new Error(`--part takes one of ${Object.keys(PARTS).join(", ")}`);

const results: PartResult[] = [];
for (const name of names) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-rel-"));
  try {
    const result = await PARTS[name]({
      root: packageRoot(import.meta.dirname),
      folder,
      sources: options.folder,
      seed: Number(options.seed),
      requests: options.requests === undefined ? undefined : Number(options.requests),
      minutes: Number(options.minutes),
      isShort: options.short,
    });
    tell(result);
    results.push(result);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
process.stdout.write(
  `${JSON.stringify({ name: "reliability", seed: Number(options.seed), short: options.short, parts: results.map(briefly), machine: machine("cpu") })}\n`,
);
