// Writes cross-file cases from the locked packages that are kept for validation, as JSON Lines; npm fetches those that the cache folder lacks.
//
// node lab/evaluate/makeCrossfileCases.ts --cache DIR --out FILE [--per-package N] [--per-file N] [--seed S]

import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { badInput, UserError } from "../../common/errors.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { SeededRandom } from "../../finetune/data/seededRandom.ts";
import { listedPackages, readCorpus } from "../training/corpus.ts";
import { type CrossfileCase, crossfileCases } from "./crossfileCases.ts";

const USAGE =
  "Usage: node lab/evaluate/makeCrossfileCases.ts --cache DIR --out FILE [--per-package N] [--per-file N] [--seed S]";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cache: { type: "string" },
      out: { type: "string" },
      "per-package": { type: "string", default: "100" },
      "per-file": { type: "string", default: "8" },
      seed: { type: "string", default: "1" },
    },
  });
  const [limit, perFile, seed] = [values["per-package"], values["per-file"], values.seed].map(Number);
  if (!values.cache || !values.out || !(limit > 0) || !(perFile > 0) || !Number.isInteger(seed))
    throw badInput("These options do not fit.", USAGE);
  const { sources } = await readCorpus(
    listedPackages().filter(({ use }) => use === "validation"),
    values.cache,
  );
  const parsers = await createParsers();
  const random = new SeededRandom(seed);
  const cases: CrossfileCase[] = [];
  const counts: Record<string, number> = {};
  for (const source of sources) {
    const own = await crossfileCases(source, { parsers, random, limit, perFile });
    cases.push(...own);
    counts[source.package.name] = own.length;
  }
  writeFileSync(values.out, cases.map((value) => `${JSON.stringify(value)}\n`).join(""));
  console.log(JSON.stringify({ cases: cases.length, ...counts }));
}

main().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  console.error(`${error.message} ${error.action}`);
  process.exitCode = 1;
});
