// Runs what the tests of other completion tools expect (tabby, continue, Copilot) through this one's own filters and its decision
// between one line and several. Peers disagree with each other: a deviation that is wanted has its reason in
// test/eval/peer-deviations.json. Ends with 1 where a case deviates without a reason, or a reason is no longer needed.
//
// node lab/fit/peerExpectations.ts --cases F.jsonl [--all]
//
// A peer does not say whether a person asked: a text counts as expected where the automatic or the explicit request gives it.

import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { asReadError } from "../../cli/sourceFile.ts";
import { badInput, UserError } from "../../common/errors.ts";
import { languageIds, languageOfPath } from "../../common/syntax/languages.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { classify } from "../../src/completion/classify.ts";
import { placeOf, refusal, regionOf } from "../../src/completion/place.ts";
import { postprocess } from "../../src/completion/postprocess/chain.ts";
import { judgedAt } from "../../src/completion/postprocess/syntaxErrors.ts";
import { defaultCompletionSettings } from "../../src/completion/settings.ts";
import { openDocument } from "../../src/workspace/documents.ts";

const USAGE = "Usage: node lab/fit/peerExpectations.ts --cases F.jsonl [--all]";
const REASONS = path.join(packageRoot(import.meta.dirname), "test/eval/peer-deviations.json");

const textCase = z.object({
  id: z.string(),
  family: z.enum(["postprocess", "singleline-merge", "filter"]),
  language: z.string(),
  path: z.string().optional(),
  prefix: z.string(),
  suffix: z.string(),
  completion: z.string(),
  expected: z.string(),
  replaced: z.string().nullish(),
});
const decisionCase = z.object({
  id: z.string(),
  family: z.literal("multiline-decision"),
  language: z.string(),
  text: z.string(),
  block_start: z.array(z.number()),
  not_block_start: z.array(z.number()),
  trim: z.enum(["input", "line"]),
});
/** Diagnostics and their fixes are another feature's. */
const skippedCase = z.object({ id: z.string(), family: z.literal("fix-diagnostic") });
const peerCase = z.discriminatedUnion("family", [
  textCase.extend({ family: z.literal("postprocess") }),
  textCase.extend({ family: z.literal("singleline-merge") }),
  textCase.extend({ family: z.literal("filter") }),
  decisionCase,
  skippedCase,
]);
type TextCase = z.infer<typeof textCase>;
type DecisionCase = z.infer<typeof decisionCase>;

const parsers = await createParsers("native");
const settings = defaultCompletionSettings;

function main(): number {
  const { values } = parseArgs({ options: { cases: { type: "string" }, all: { type: "boolean", default: false } } });
  if (values.cases === undefined) throw badInput("No cases are given.", USAGE);
  const reasons = z.record(z.string(), z.string().min(1)).parse(JSON.parse(readFileSync(REASONS, "utf8")));
  const families = new Map<string, { cases: number; expected: number; withReason: number; without: number }>();
  const needed = new Set<string>();
  let failures = 0;
  for (const value of readCases(values.cases)) {
    const { id, family } = value;
    const count = families.get(family) ?? { cases: 0, expected: 0, withReason: 0, without: 0 };
    families.set(family, count);
    count.cases++;
    if (family === "fix-diagnostic") continue;
    const differences = family === "multiline-decision" ? decisionDifferences(value) : textDifferences(value);
    const missing = differences.filter(({ key }) => reasons[key] === undefined);
    for (const { key } of differences) needed.add(key);
    if (differences.length === 0) count.expected++;
    else if (missing.length === 0) count.withReason++;
    else count.without++;
    failures += missing.length;
    for (const { key, what } of missing) console.log(`DEVIATES  ${key}\n${what}\n`);
    if (!values.all) continue;
    if (differences.length === 0) console.log(`as expected  ${id}`);
    for (const { key } of differences) if (reasons[key]) console.log(`deviates     ${key}: ${reasons[key]}`);
  }
  for (const key of Object.keys(reasons)) {
    if (needed.has(key)) continue;
    failures++;
    console.log(`REASON NOT NEEDED  ${key}`);
  }
  for (const [family, { cases, expected, withReason, without }] of families) {
    const skipped = family === "fix-diagnostic" ? ", skipped: not of this feature" : "";
    console.log(
      `${family}: ${cases} cases, ${expected} as expected, ${withReason} with a reason, ${without} without${skipped}`,
    );
  }
  return failures === 0 ? 0 : 1;
}

/** @throws UserError naming the file, or its first line that is no case */
function readCases(file: string): z.infer<typeof peerCase>[] {
  return readText(file)
    .split("\n")
    .flatMap((line, i) => {
      if (line.trim() === "") return [];
      const parsed = peerCase.safeParse(parsedJson(line));
      if (parsed.success) return [parsed.data];
      throw badInput(`Line ${i + 1} of ${file} is no case.`, "Give a file of peers' expectations.");
    });
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw asReadError(error, file);
  }
}

function parsedJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Where a test gives no language, its first line stands in that field. */
function opened({ language, path: file, prefix, suffix }: TextCase) {
  const languageId = (file && languageOfPath(file)) ?? languageOfPath(`a.${language}`) ?? language;
  const isLanguage = file !== undefined || languageIds.includes(languageId) || /^\w+$/.test(language);
  const before = isLanguage ? prefix : language + prefix;
  const text = before + suffix;
  const id = isLanguage ? languageId : "javascript";
  return {
    before,
    document: openDocument({ uri: "file:///a", path: file ?? "a", languageId: id, text }, parsers),
  };
}

interface Difference {
  key: string; // that its reason is kept by
  what: string;
}

function textDifferences(value: TextCase): Difference[] {
  const { before } = opened(value);
  const wanted =
    value.expected === ""
      ? undefined
      : normal(before + value.expected + value.suffix.slice(value.replaced?.length ?? 0));
  const outcomes = [false, true].map((explicit) => shownAt(value, explicit));
  if (outcomes.some((outcome) => outcome.text === wanted)) return [];
  const says = ({ inserted, reason }: Outcome) => (reason ? `nothing: ${reason}` : JSON.stringify(inserted));
  const what = [
    `  at        ${JSON.stringify(before.slice(-80))} | ${JSON.stringify(value.suffix.slice(0, 80))}`,
    `  written   ${JSON.stringify(value.completion)}`,
    `  peer      ${value.expected === "" ? "nothing" : JSON.stringify(value.expected)}`,
    `  automatic ${says(outcomes[0]!)}`,
    `  explicit  ${says(outcomes[1]!)}`,
  ].join("\n");
  return [{ key: value.id, what }];
}

/** What becomes of a completion, as the document's text; or the reason why nothing is shown. */
interface Outcome {
  text: string | undefined; // of the document with it
  inserted: string;
  reason?: string;
}

function shownAt(value: TextCase, explicit: boolean): Outcome {
  const { before, document } = opened(value);
  const none = (reason: string): Outcome => ({ text: undefined, inserted: "", reason });
  const place = placeOf({ document, offset: before.length });
  if (typeof place === "string") return { ...none(place), text: "" }; // not asked: no answer either way
  const region = regionOf(place);
  const refused = refusal(place, region, explicit);
  if (refused) return { ...none(refused), text: "" };
  const mode = classify(place, region, explicit, settings.multiLine);
  const draft = document.draft(before.length);
  try {
    const judged = judgedAt(place, region, draft);
    const { maxLines, filters } = settings;
    const written = { text: value.completion, cutOff: false };
    const answer = postprocess(written, place, mode, region, judged, { maxLines, filters, explicit });
    if (typeof answer === "string") return none(answer);
    const { text, replaceAfter } = answer;
    return { text: normal(before + text + value.suffix.slice(replaceAfter)), inserted: text };
  } finally {
    draft?.dispose();
  }
}

/** White space at the ends of lines and of the text is no difference. */
const normal = (text: string): string => text.replace(/[ \t]+$/gm, "").trimEnd();

/** At which offsets one line or several are decided otherwise than by the peer: each direction has a reason of its own. */
function decisionDifferences({ id, text, language, block_start, not_block_start, trim }: DecisionCase): Difference[] {
  const several = (offset: number): boolean => {
    const after = trim === "input" ? "" : text.slice(offset).replace(/^[^\n]*/, "");
    const item = { uri: "file:///a", path: "a", languageId: language, text: text.slice(0, offset) + after };
    const place = placeOf({ document: openDocument(item, parsers), offset });
    return typeof place === "object" && classify(place, regionOf(place), false, "auto") === "multi";
  };
  const differences = [
    { key: id, offsets: block_start.filter((offset) => !several(offset)) },
    { key: `${id} (several lines here)`, offsets: not_block_start.filter(several) },
  ];
  const shown = (offset: number) => `  ${JSON.stringify(`${text.slice(0, offset)}│`)}`;
  return differences
    .filter(({ offsets }) => offsets.length > 0)
    .map(({ key, offsets }) => ({ key, what: offsets.map(shown).join("\n") }));
}

try {
  process.exitCode = main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`${error.message} ${error.action}`);
  process.exitCode = 1;
}
