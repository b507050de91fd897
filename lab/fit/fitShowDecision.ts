// Fits the show decision of a tier on its model's suggestions at typed places (recordSuggestions.ts), reports it beside the quick model's on
// packages and cases that it was not fitted on, and writes the tier's file in src/completion/show/fits.
//
// node lab/fit/fitShowDecision.ts --fit TYPED.jsonl [--judge CASES.jsonl …] [--kept SHARE] [--curve] [--write]

import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { badInput, UserError } from "../../common/errors.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import type { Tier } from "../../server/host/protocol/tiers.ts";
import { SHOW_FEATURES, type ShowFit } from "../../src/completion/show/showDecision.ts";
import { type Recording, readRecording, tierOf } from "./recorded.ts";
import { fitText, fitted, onOtherPackages, type Scorer, scorerBy, sourcesOf, thresholdFor } from "./showFitting.ts";
import { curveLines, reportLines } from "./showReport.ts";

const USAGE =
  "Usage: node lab/fit/fitShowDecision.ts --fit TYPED.jsonl [--judge CASES.jsonl …] [--kept SHARE] [--curve] [--write]";

/**
 * The threshold keeps this share of the right ones of packages that were not fitted on. At least 85 % are asked for on code of any kind, and other
 * code lies further from the packages than they lie from each other. With 95 % of quick's 36 of 100 shown are wrong, with 90 % 31.
 */
const KEPT = 0.9;

/** The same for those who want fewer suggestions, or more: where the curve is steep, and where it is nearly flat. */
const KEPT_OF_FEWER = 0.75;
const KEPT_OF_MORE = 0.985;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      fit: { type: "string" },
      judge: { type: "string", multiple: true, default: [] },
      kept: { type: "string", default: `${KEPT}` },
      curve: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
    },
  });
  const kept = Number(values.kept);
  if (!values.fit || !(kept > 0 && kept <= 1)) throw badInput("These options do not fit.", USAGE);
  const parsers = await createParsers();
  const typed = await readRecording(values.fit, parsers);
  const judged: Recording[] = [];
  for (const file of values.judge) judged.push(await readRecording(file, parsers));
  const tier = tierOf([typed, ...judged]);
  if (values.write && !tier)
    throw badInput(`${typed.name} was not written by one of Sotto's two models.`, "Leave out --write.");
  if (sourcesOf(typed.suggestions).size < 2)
    throw badInput(`${typed.name} holds suggestions of fewer than two packages.`, "Record more places.");

  const others = onOtherPackages(typed.suggestions);
  const thresholdAt = (share: number) => thresholdFor(typed.suggestions, others, share);
  const shares = { fewer: KEPT_OF_FEWER, usual: kept, more: KEPT_OF_MORE };
  const thresholds = { fewer: thresholdAt(shares.fewer), usual: thresholdAt(kept), more: thresholdAt(shares.more) };
  const fit: ShowFit = { ...fitted(typed.suggestions), thresholds };
  const score = scorerBy(fit);
  const isTyped = new Set(typed.suggestions);
  const byOthers: Scorer = (suggestion) => (isTyped.has(suggestion) ? others : score)(suggestion);
  const sets = [{ ...typed, name: "typed, each package by the others" }, ...judged];
  if (judged.length > 1) sets.push(pooled("the judged together", judged));
  if (judged.length > 0) sets.push(pooled("all of these together", [typed, ...judged]));
  console.log(
    `${tier ?? "another model"}: ${SHOW_FEATURES.length} features, least scores ${JSON.stringify(thresholds)}`,
  );
  for (const set of sets) {
    for (const least of Object.values(thresholds)) console.log(reportLines(set, byOthers, least).join("\n"));
    if (values.curve) console.log(curveLines(set, byOthers).join("\n"));
  }
  console.log(JSON.stringify(fit));
  if (values.write) writeFileSync(fileOf(tier!), fitText(tier!, fit, typed.suggestions, shares));
}

const fileOf = (tier: Tier): string =>
  path.join(packageRoot(import.meta.dirname), "src", "completion", "show", "fits", `${tier}.ts`);

const pooled = (name: string, recordings: readonly Recording[]): Recording => ({
  name,
  asked: recordings.flatMap(({ asked }) => asked),
  suggestions: recordings.flatMap(({ suggestions }) => suggestions),
});

main().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  console.error(`${error.message} ${error.action}`);
  process.exitCode = 1;
});
