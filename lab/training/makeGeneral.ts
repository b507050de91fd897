// Makes the general code that fine-tuning ships (finetune/general/): the same packages and seed give the same texts.
// What is shipped keeps its notices: licence texts lie beside it, and a file with a notice of its own is not drawn.
//
// node lab/training/makeGeneral.ts --cache DIR [--out DIR] [--seed S]

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { badInput, UserError } from "../../common/errors.ts";
import { secretsIn } from "../../common/rules/redactSecrets.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { GeneralFiles, type GeneralManifest, generalDir } from "../../finetune/general/general.ts";
import { type CorpusPackage, type CorpusSource, excludedPackages, listedPackages, readCorpus } from "./corpus.ts";
import { drawCases, drawReplay } from "./drawGeneral.ts";
import { filesBelow, unpackPackage } from "./npmPackages.ts";

const REPLAY_BYTES = 600_000;
const CASES = 360;

/** What makes a file one with a notice of its own. */
const NOTICE = /copyright|licen[cs]e|@author|\(c\)\s/i;
const LICENCE_FILE = /^(licen[cs]e|copying|notice)(\.(md|txt))?$/i;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cache: { type: "string" },
      out: { type: "string", default: generalDir() },
      seed: { type: "string", default: "7" },
    },
  });
  const { cache, out, seed } = values;
  if (!cache || !Number.isInteger(Number(seed)))
    throw badInput(
      "These options do not fit.",
      "Usage: node lab/training/makeGeneral.ts --cache DIR [--out DIR] [--seed S]",
    );
  const packages = listedPackages();
  refuseExcluded(packages);
  const { sources } = await readCorpus(packages, cache);
  const withNotices = sources.map((source) => ({
    source: fitToShip(source, cache),
    notices: noticesOf(source, cache),
  }));
  const usable = (use: CorpusPackage["use"]) =>
    withNotices.filter(({ source, notices }) => source.package.use === use && notices.length > 0);

  const replay = drawReplay(
    usable("train").map(({ source }) => source),
    REPLAY_BYTES,
    Number(seed),
  );
  const parsers = await createParsers();
  const cases = drawCases(
    usable("validation").map(({ source }) => source),
    CASES,
    Number(seed),
    parsers,
  );
  if (cases.length !== CASES) throw new Error(`only ${cases.length} cases found`);
  const shown = new Set([...replay, ...cases].map((record) => record.package));
  const notices = withNotices
    .filter(({ source }) => shown.has(source.package.name))
    .map(({ source: { package: entry }, notices }) => ({
      package: entry.name,
      version: entry.version,
      licence: entry.licence,
      notices,
    }));

  const manifest: GeneralManifest = {};
  mkdirSync(out, { recursive: true });
  for (const [name, records] of [
    [GeneralFiles.replay, replay],
    [GeneralFiles.cases, cases],
    [GeneralFiles.notices, notices],
  ] as const) {
    const text = records.map((record) => `${JSON.stringify(record)}\n`).join("");
    manifest[name] = { sha256: createHash("sha256").update(text).digest("hex"), records: records.length };
    writeFileSync(path.join(out, name), gzipSync(text, { level: 9 }));
  }
  writeFileSync(path.join(out, GeneralFiles.manifest), `${JSON.stringify(manifest, null, 2)}\n`);
  const replayBytes = replay.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  console.log(JSON.stringify({ manifest, replayBytes, packages: shown.size }));
}

/** @throws UserError where one of the packages is of a repository that the evaluation is cut from, or stays out for another reason */
function refuseExcluded(packages: readonly CorpusPackage[]): void {
  for (const { name, reason } of excludedPackages()) {
    const found = packages.find((listed) => path.matchesGlob(listed.name, name));
    if (found) throw badInput(`The package ${found.name} is excluded (${reason}).`, "Take it off packages.json.");
  }
}

/** The corpus takes banners off, and what is shipped may not lose them: so files that have one are left out; with them what looks like a secret. */
function fitToShip(source: CorpusSource, cache: string): CorpusSource {
  const root = unpackPackage(source.package, cache);
  const files = source.files.filter(
    ({ path: file, text }) => !NOTICE.test(readFileSync(path.join(root, file), "utf8")) && secretsIn(text).length === 0,
  );
  return { ...source, files };
}

/** Licence texts at the package's root. */
function noticesOf({ package: entry }: CorpusSource, cache: string): { file: string; text: string }[] {
  const root = unpackPackage(entry, cache);
  return filesBelow(root)
    .filter((file) => LICENCE_FILE.test(file))
    .map((file) => ({ file, text: readFileSync(path.join(root, file), "utf8") }));
}

main().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  console.error(`${error.message} ${error.action}`);
  process.exitCode = 1;
});
