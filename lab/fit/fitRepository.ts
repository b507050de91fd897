// Whether the weights of the repository memory, fitted on one repository's own last commits, beat the shipped ones there; and what that costs. Each
// commit's added lines are scored with the memory as it was before the commit; the newest fifth of the places judges.
//
// node lab/fit/fitRepository.ts --root DIR [--commits N] [--places N] [--minutes M]

import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { resolveModel } from "../../cli/model.ts";
import { badInput } from "../../common/errors.ts";
import { languageOfPath } from "../../common/syntax/languages.ts";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { SeededRandom, shuffled } from "../../finetune/data/seededRandom.ts";
import { bootstrapGain } from "../../finetune/judge/bootstrap.ts";
import type { MixtureWeights } from "../../server/engine/memory/mixture.ts";
import type { RepositoryMemory } from "../../server/engine/memory/repositoryMemory.ts";
import { MIXTURE } from "../../server/engine/memory/weights.ts";
import { LocalModel } from "../../server/host/localModel.ts";
import { MEMORY_LIMITS } from "../../server/host/protocol/limits.ts";
import { fitMixture, probabilityOf, type RecordedToken, surprise } from "./memoryFitting.ts";
import { memoryOf, recordTokens, type WrittenPlace } from "./recordTokens.ts";

const SEED = 1;
const JUDGING_SHARE = 0.2;
const FIT_STEPS = 60;
const SHIFTS = [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2]; // of ln k: below 0 the memory counts for more
const MAX_BUFFER = 1 << 28;

interface Place extends WrittenPlace {
  commit: string;
}

type Recorded = { commit: string; tokens: RecordedToken[] };

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      root: { type: "string" },
      commits: { type: "string", default: "200" },
      places: { type: "string", default: "200" },
      minutes: { type: "string", default: "10" },
    },
  });
  if (!values.root) throw badInput("There is no repository.", "Give --root DIR.");
  const git = (...args: string[]) =>
    execFileSync("git", args, { cwd: values.root!, encoding: "utf8", maxBuffer: MAX_BUFFER });
  const log = git("log", "--no-merges", `--max-count=${values.commits}`, "--format=%H", "HEAD").trim().split("\n");
  const commits = log.toReversed();
  const perCommit = Math.max(1, Math.ceil(Number(values.places) / commits.length));
  const { dir: modelDir, tier } = await resolveModel("quick");
  const model = await LocalModel.load({ source: { modelDir }, device: { cacheDir: defaultCacheDir() }, tier });
  const startMs = performance.now();
  const memory = memoryOf(textsAt(git, `${commits[0]}^`), model);
  const readMs = performance.now() - startMs;
  const random = new SeededRandom(SEED);
  const recorded: Recorded[] = [];
  for (const commit of commits) {
    const { places, texts } = changesOf(git, commit);
    for (const place of shuffled(places, random).slice(0, perCommit)) {
      const tokens = await recordTokens(place, [], model, memory.snapshot(place.path));
      if (tokens.length > 0) recorded.push({ commit, tokens });
    }
    for (const [path, text] of texts) remember(memory, path, text, model);
    if (performance.now() - startMs > 60_000 * Number(values.minutes)) break;
  }
  const seconds = (performance.now() - startMs) / 1000;
  model.dispose();
  report(recorded, { seconds, readMs });
}

function remember(memory: RepositoryMemory, path: string, text: string, { tokenizer }: LocalModel): void {
  if (text === "" || text.length > MEMORY_LIMITS.fileChars) memory.remove(path);
  else memory.set(path, tokenizer.encode(text));
}

type Git = (...args: string[]) => string;

const textOf = (git: Git, revision: string, path: string): string => {
  try {
    return git("show", `${revision}:${path}`);
  } catch {
    return ""; // it is not there
  }
};

function textsAt(git: Git, revision: string): Map<string, string> {
  const paths = git("ls-tree", "-r", "--name-only", revision).trim().split("\n").filter(languageOfPath);
  return new Map(paths.map((path) => [path, textOf(git, revision, path)]));
}

/** The lines that a commit adds, and the texts of its files after it. */
function changesOf(git: Git, commit: string): { places: Place[]; texts: Map<string, string> } {
  const paths = git("diff", "--name-only", "--no-renames", `${commit}^`, commit)
    .trim()
    .split("\n")
    .filter(languageOfPath);
  const texts = new Map(paths.map((path) => [path, textOf(git, commit, path)]));
  const places = paths.flatMap((path) => {
    const [before, after] = [textOf(git, `${commit}^`, path), texts.get(path)!].map((text) => text.split("\n"));
    const diff = git(
      "diff",
      "--unified=0",
      "--no-renames",
      "--no-color",
      "--no-ext-diff",
      `${commit}^`,
      commit,
      "--",
      path,
    );
    return [...diff.matchAll(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm)].flatMap(
      ([, from, removed, to, added]) => {
        const [oldStart, newStart] = [Number(from), Number(to)];
        const [gone, come] = [Number(removed ?? 1), Number(added ?? 1)];
        const rest = before!.slice(gone === 0 ? oldStart : oldStart - 1 + gone);
        return Array.from({ length: come }, (_, i) => newStart - 1 + i).flatMap((line) =>
          placeAt(path, after!, line, rest, commit),
        );
      },
    );
  });
  return { places, texts };
}

/** The place of a line that is written when those above it are there, and nothing below it is. */
function placeAt(
  path: string,
  after: readonly string[],
  line: number,
  rest: readonly string[],
  commit: string,
): Place[] {
  const text = after[line]!;
  const expected = text.trimStart();
  if (expected.replace(/\W/g, "").length < 4 || /^(\/\/|\*|\/\*)/.test(expected)) return [];
  const indentation = text.slice(0, text.length - expected.length);
  const prefix = [...after.slice(0, line), indentation].join("\n");
  const suffix = ["", ...rest].join("\n");
  return [{ path, languageId: languageOfPath(path)!, prefix, suffix, expected, commit }];
}

const shifted = (by: number): MixtureWeights => ({
  ...MIXTURE,
  sources: MIXTURE.sources.map((source) => ({
    ...source,
    bias: source.bias + by,
  })) as unknown as MixtureWeights["sources"],
});

const tokensOf = (places: readonly Recorded[]): RecordedToken[] => places.flatMap(({ tokens }) => tokens);

function report(recorded: readonly Recorded[], { seconds, readMs }: { seconds: number; readMs: number }): void {
  const border = Math.floor(recorded.length * (1 - JUDGING_SHARE));
  const [own, judging] = [recorded.slice(0, border), recorded.slice(border)];
  if (judging.length === 0) throw badInput("There is too little history.", "Give more commits.");
  const best = SHIFTS.map((by) => ({ by, loss: surprise(tokensOf(own), shifted(by)) })).sort(
    (a, b) => a.loss - b.loss,
  )[0]!;
  console.log(
    `${recorded.length} lines, ${tokensOf(recorded).length} tokens; ${seconds.toFixed(0)} s, of which ${(readMs / 1000).toFixed(0)} s for the files; ` +
      `${(seconds / recorded.length).toFixed(2)} s a line; ${judging.length} lines judge`,
  );
  const modelAlone = -tokensOf(judging).reduce((sum, { logProb }) => sum + logProb, 0) / tokensOf(judging).length;
  console.log(`model alone     ${modelAlone.toFixed(3)} nats a token`);
  console.log(`shipped weights ${surprise(tokensOf(judging), MIXTURE).toFixed(3)}`);
  tell(`bias ${best.by >= 0 ? "+" : ""}${best.by}`, judging, shifted(best.by));
  tell("all weights", judging, fitMixture(tokensOf(own), MIXTURE, FIT_STEPS));
}

/** The loss, and the gain over the shipped weights with its interval by commit. */
function tell(name: string, judging: readonly Recorded[], weights: MixtureWeights): void {
  const logOf = (token: RecordedToken, of: MixtureWeights) => Math.log(probabilityOf(token, of) + 1e-12);
  const differences = judging.map(({ commit, tokens }) => ({
    cluster: commit,
    gain: tokens.reduce((sum, token) => sum + logOf(token, weights) - logOf(token, MIXTURE), 0),
    weight: tokens.length,
  }));
  const { mean, interval } = bootstrapGain(differences, SEED);
  const [low, high] = interval.map((end) => end.toFixed(3));
  console.log(
    `${name.padEnd(15)} ${surprise(tokensOf(judging), weights).toFixed(3)}, gain ${mean.toFixed(3)} (${low} to ${high})`,
  );
}

await main();
