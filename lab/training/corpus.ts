// The corpus: the files of the listed packages that pass the filters, with a count of what was left out and why.
// Reads the unpacked packages; cuts no examples.

import { readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { badInput } from "../../common/errors.ts";
import { isLabelTrue, licencesOfText } from "../../common/licences/licenceTexts.ts";
import { SeenFiles } from "../../finetune/data/duplicates.ts";
import { ALLOWED_LICENCES, isOtherLicence } from "../../finetune/data/licences.ts";
import { SeededRandom } from "../../finetune/data/seededRandom.ts";
import type { Tier } from "../../server/host/protocol/tiers.ts";
import {
  cleanSource,
  isPythonPath,
  isSkippedPath,
  isSourcePath,
  isTestPath,
  isTypeScriptPath,
  REJECTIONS,
  type Rejection,
} from "./fileFilter.ts";
import { fetchPackages, filesBelow, unpackPackage } from "./npmPackages.ts";
import { fetchWheels, unpackWheel } from "./pypiPackages.ts";

export const USES = ["train", "validation"] as const;
export type Use = (typeof USES)[number];

const packageSchema = z.object({
  name: z.string(),
  version: z.string(),
  licence: z.string().refine((licence) => ALLOWED_LICENCES.has(licence), "is not on the list of licences"),
  use: z.enum(USES),
  integrity: z.string().regex(/^sha(512|256)-/), // of npm's tarball in base64, of PyPI's wheel in hexadecimal
  wheel: z.string().optional(), // its file on PyPI; none: it is a package of npm's
});
export type CorpusPackage = z.infer<typeof packageSchema>;

/** Why a package is not on the list. */
export const EXCLUSIONS = {
  evaluation: "evaluation cases are cut from it, or from its repository",
  nearEmpty: "the filters leave next to nothing of it",
  nearGenerated: "written by a generator for the most part",
  bundled: "ships bundles instead of its source",
  renamed: "an empty shell, or a version that is not a release of it",
  licenceText: "its LICENSE file is another licence than its label says",
} as const;

const evaluationSchema = z.object({
  name: z.string(),
  version: z.string(),
  licence: z.string(),
  integrity: z.string().startsWith("sha512-"), // of npm's tarball
  judges: z.literal(true).optional(), // nothing is fitted on it either: it judges what was fitted on the others
});
export type EvaluationPackage = z.infer<typeof evaluationSchema>;

const excludedSchema = z.object({
  name: z.string(), // "*" stands for any characters
  reason: z.enum(Object.keys(EXCLUSIONS) as [keyof typeof EXCLUSIONS]),
});
export type ExcludedPackage = z.infer<typeof excludedSchema>;

export interface CorpusFile {
  path: string; // in the package, with forward slashes
  text: string;
}

/** A package with what is left of it after the filters. */
export interface CorpusSource {
  package: CorpusPackage;
  files: CorpusFile[]; // sorted by path
  bytes: number;
}

export interface Corpus {
  sources: CorpusSource[];
  rejected: Record<Rejection, number>; // files
}

/** The most that one package contributes, so that none dominates. */
const MAX_SOURCE_BYTES = 6_000_000;
const MAX_TEST_SHARE = 0.15;
/** TypeScript of more than this share beside JavaScript is the source, and the JavaScript its output. */
const MIN_TYPESCRIPT_SHARE = 0.08;
const MIN_TYPESCRIPT_BYTES = 20_000;
/** Where a package has this share outside the folders that builds are written to, those folders are left out. */
const MIN_SOURCE_SHARE = 0.25;
const BUILD_FOLDER =
  /(^|\/)(dist|lib|build|es|esm|cjs|umd|commonjs|out|_esm|_cjs|dist-es|dist-cjs|lib-es|lib-commonjs|esnext|fesm\d*|node|legacy|module|main)\//i;

/** The locked list of packages that examples are cut from. */
export const listedPackages = (): CorpusPackage[] => z.array(packageSchema).parse(readJson("packages.json"));

/** Those that the strong tier's adapter is trained on besides: wheels of PyPI. */
export const listedPythonPackages = (): CorpusPackage[] =>
  z.array(packageSchema).parse(readJson("pythonPackages.json"));

/** Of npm and of PyPI. */
export const allPackages = (): CorpusPackage[] => [...listedPackages(), ...listedPythonPackages()];

/** What a tier's adapter is trained on. */
export const packagesOf = (tier: Tier): CorpusPackage[] => (tier === "quick" ? listedPackages() : allPackages());

/** Packages that evaluations take whole and nothing is trained on: `makeMutations.ts` puts errors into their sources. */
export const evaluationPackages = (): EvaluationPackage[] =>
  z.array(evaluationSchema).parse(readJson("evaluationPackages.json"));

/** Packages that stay excluded even if they are added to the list. */
export const excludedPackages = (): ExcludedPackage[] => [
  ...z.array(excludedSchema).parse(readJson("excludedPackages.json")),
  ...evaluationPackages().map(({ name }) => ({ name, reason: "evaluation" as const })),
];

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, file), "utf8"));
}

/**
 * Fetches what `cacheDir` lacks and reads the packages of the list.
 * @throws UserError badInput for a package that cannot be fetched, is not the one of the list, or has a LICENSE text that its label does not name
 */
export async function readCorpus(packages: readonly CorpusPackage[], cacheDir: string): Promise<Corpus> {
  const raw = await readPackages(packages, cacheDir);
  for (const one of raw) requireLicenceText(one);
  return filterCorpus(raw);
}

/**
 * The files of packages, those that `cacheDir` lacks fetched first; their licences are not looked at.
 * @throws UserError badInput for a package that cannot be fetched or is not the one of the list
 */
export async function readPackages(packages: readonly CorpusPackage[], cacheDir: string): Promise<RawPackage[]> {
  const wheels = packages.flatMap(({ wheel, ...entry }) => (wheel === undefined ? [] : [{ ...entry, wheel }]));
  await fetchPackages(
    packages.filter(({ wheel }) => wheel === undefined),
    cacheDir,
  );
  fetchWheels(wheels, cacheDir);
  return packages.map((entry) => {
    const { wheel } = entry;
    const root = wheel === undefined ? unpackPackage(entry, cacheDir) : unpackWheel({ ...entry, wheel }, cacheDir);
    return {
      package: entry,
      paths: filesBelow(root),
      read: (file: string) => readFileSync(path.join(root, file), "utf8"),
    };
  });
}

/** At the root of a package of npm's, or in the metadata of a wheel. */
const LICENCE_FILE = /^([^/]*\.dist-info\/(licenses\/)?)?(un)?(licen[cs]e|copying)([-.][^/]*)?$/i;

/**
 * A label alone proves nothing: what a package's LICENSE files say has to be the licence that the list names.
 * @throws UserError badInput where it is another
 */
export function requireLicenceText({ package: entry, paths, read }: RawPackage): void {
  const files = paths.filter((file) => LICENCE_FILE.test(file) && !isSourcePath(file) && !file.endsWith(".json"));
  if (files.length === 0) return; // its label is all there is; TRAINING-DATA.md names it
  if (isLabelTrue(entry.licence, files.map(read))) return;
  throw badInput(
    `The LICENSE of ${entry.name}@${entry.version} is not ${entry.licence}, as its label says.`,
    "Read it, and move the package to excludedPackages.json.",
  );
}

/** A package's files before the filters. */
export interface RawPackage {
  package: CorpusPackage;
  paths: readonly string[];
  read(path: string): string;
}

/** Applies the filters. A file that two packages have counts for the first of them; validation packages go first. */
export function filterCorpus(raw: readonly RawPackage[]): Corpus {
  const rejected = Object.fromEntries(Object.keys(REJECTIONS).map((reason) => [reason, 0])) as Corpus["rejected"];
  const seen = new SeenFiles();
  const ordered = USES.toReversed().flatMap((use) => raw.filter((entry) => entry.package.use === use));
  const sources = ordered.map((entry) => filterPackage(entry, seen, (reason) => rejected[reason]++));
  return { sources, rejected };
}

function filterPackage(raw: RawPackage, seen: SeenFiles, reject: (reason: Rejection) => void): CorpusSource {
  const foreign = otherLicenceFolders(raw);
  const reasonByPath = (file: string): Rejection | undefined => {
    if (isSkippedPath(file)) return "path";
    return foreign.some((folder) => file.startsWith(folder)) ? "otherLicence" : undefined;
  };
  const rejects = (reason: Rejection | undefined) => {
    if (reason) reject(reason);
    return reason !== undefined;
  };
  const isWheel = raw.package.wheel !== undefined;
  let paths = raw.paths.filter(isWheel ? isPythonPath : isSourcePath).filter((file) => !rejects(reasonByPath(file)));
  const texts = new Map(paths.map((file) => [file, raw.read(file)]));
  // In a wheel nothing is built from something else.
  const written = isWheel ? new Set(paths) : handWritten(paths, (file) => texts.get(file)!.length);
  paths = paths.filter((file) => !rejects(written.has(file) ? undefined : "builtBesideSource"));

  const files: CorpusFile[] = [];
  for (const file of paths.sort(bySourceFirst)) {
    const cleaned = cleanSource(texts.get(file)!);
    const rejection = "rejection" in cleaned ? cleaned.rejection : seen.add(cleaned.text);
    if (rejection) reject(rejection);
    else if ("text" in cleaned) files.push({ path: file, text: cleaned.text });
  }
  const kept = withinCaps(files, reject).sort((a, b) => (a.path < b.path ? -1 : 1));
  return { package: raw.package, files: kept, bytes: kept.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) };
}

/** Folders, each with a slash at its end, that state a licence of their own which is not on the list. */
function otherLicenceFolders({ paths, read }: RawPackage): string[] {
  return paths
    .filter((file) => file.includes("/"))
    .filter((file) => {
      if (/\/(licen[cs]e|copying)[^/]*$/i.test(file))
        return isOtherLicence(read(file)) && licencesOfText(read(file)).length === 0;
      if (!file.endsWith("/package.json")) return false;
      const { success, data } = z.object({ license: z.string() }).safeParse(parseJson(read(file)));
      return success && !data.license.split(" OR ").some((id) => ALLOWED_LICENCES.has(id.replace(/[()]/g, "")));
    })
    .map((file) => file.slice(0, file.lastIndexOf("/") + 1));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a template or a fixture: says nothing about a licence
  }
}

/** Of a package that ships its source beside what was built from it, the source. */
function handWritten(paths: readonly string[], sizeOf: (file: string) => number): Set<string> {
  const size = (files: readonly string[]) => files.reduce((sum, file) => sum + sizeOf(file), 0);
  const typescript = paths.filter((file) => isTypeScriptPath(file) && !isTestPath(file));
  const javascript = paths.filter((file) => !isTypeScriptPath(file));
  if (size(typescript) > MIN_TYPESCRIPT_BYTES && size(typescript) > MIN_TYPESCRIPT_SHARE * size(javascript)) {
    return new Set(paths.filter(isTypeScriptPath));
  }
  const outside = paths.filter((file) => !BUILD_FOLDER.test(file));
  return new Set(size(outside) > MIN_SOURCE_SHARE * size(javascript) ? outside : paths);
}

/** Of copies the first is kept: what lies in `src`, then modules, then by path. */
function bySourceFirst(a: string, b: string): number {
  const rank = (file: string) => (/(^|\/)src\//.test(file) ? 0 : /(^|\/)f?esm?(\d*)\/|\.mjs$/.test(file) ? 1 : 2);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

/** As many of the files, in a random but fixed order, as one package may give; tests only up to their share. */
function withinCaps(files: readonly CorpusFile[], reject: (reason: Rejection) => void): CorpusFile[] {
  const random = new SeededRandom(files.length);
  const order = [...files];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.between(0, i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  const codeBytes = sum(order.filter((file) => !isTestPath(file.path)));
  const maxTestBytes = (Math.min(codeBytes, MAX_SOURCE_BYTES) * MAX_TEST_SHARE) / (1 - MAX_TEST_SHARE);
  let bytes = 0;
  let testBytes = 0;
  return order.filter((file) => {
    const own = Buffer.byteLength(file.text);
    const isTest = isTestPath(file.path);
    const isOver = bytes + own > MAX_SOURCE_BYTES;
    if (isOver || (isTest && testBytes + own > maxTestBytes)) {
      reject(isOver ? "sourceCap" : "tests");
      return false;
    }
    bytes += own;
    if (isTest) testBytes += own;
    return true;
  });
}

function sum(files: readonly CorpusFile[]): number {
  return files.reduce((total, { text }) => total + Buffer.byteLength(text), 0);
}
