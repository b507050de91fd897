// Bench: real changes are typed again at human speed through the real agent and the embedded model, as VS Code would ask it. Goals: at most
// 30 % of the decoded tokens thrown away, no flicker, at least 95 % of the prompt tokens from the cache, no model call while a person types the
// suggested text. Baseline: copyPeer.ts. Builds dist/. Ends with one JSON line on stdout.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { languageOfPath } from "../../common/syntax/languages.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { SeededRandom } from "../../finetune/data/seededRandom.ts";
import { build } from "../../scripts/steps.ts";
import { AgentProcess } from "./replay/agentProcess.ts";
import { type Change, groupsOf, workspaceOf } from "./replay/change.ts";
import { typeWithCopies } from "./replay/copyPeer.ts";
import { figuresOf, peerFigures } from "./replay/figures.ts";
import { HostTap } from "./replay/hostTap.ts";
import { ownChanges } from "./replay/ownCommits.ts";
import { copyProduct } from "./replay/product.ts";
import { publishedChanges } from "./replay/publishedVersions.ts";
import { type HunkRecord, Trace } from "./replay/record.ts";
import { keyIntervalsMs } from "./replay/rhythm.ts";
import { Typist } from "./replay/typist.ts";
import { startBusyProcesses } from "./support/busyProcesses.ts";
import { machine } from "./support/reporting.ts";

const GOALS = { thrownAwayShare: 0.3, flickers: 0, cachedShare: 0.95, modelCallsInTypeThrough: 0 };
const HUNKS = 10;
const QUICK_HUNKS = 4;

/** The last commit whose hunks are drawn, so that a seed draws the same hunks after later commits. */
const UNTIL = "9762819a893e";

const { values: options } = parseArgs({
  options: {
    hunks: { type: "string" },
    seed: { type: "string", default: "1" },
    speed: { type: "string", default: "1" }, // 2: twice as fast
    quick: { type: "boolean", default: false },
    "no-accept": { type: "boolean", default: false }, // all is typed by hand
    busy: { type: "string", default: "0" }, // how many other processes want a processor all the time
    trace: { type: "string" }, // a file for what happened, as JSON Lines
    until: { type: "string", default: UNTIL }, // the last commit to draw from
    threads: { type: "string" },
    peer: { type: "boolean" }, // it always runs
  },
});
const root = packageRoot(import.meta.dirname);
const seed = Number(options.seed);
const speed = Number(options.speed);
const count = Number(options.hunks ?? (options.quick ? QUICK_HUNKS : HUNKS));
const accepts = !options["no-accept"];
const trace = new Trace(options.trace);
const cacheDir = path.join(os.tmpdir(), "sotto-replay"); // stays: the compute form, the folders and their indexes are made once
const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-r-"));
const runtimeDir = path.join(folder, "run");
mkdirSync(cacheDir, { recursive: true });
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
if (!(seed >= 0 && speed > 0 && count > 0)) throw new Error("--seed, --speed and --hunks take numbers");

const records: HunkRecord[] = [];
const answers: Record<string, number> = {};
const agentCounts: Record<string, number> = {}; // what the agents say of themselves, beside what was seen from outside
const own = ownChanges(root, options.until, Math.ceil(count / 2), new SeededRandom(seed));
if (own.length === 0) console.error(`no commits up to ${options.until} in this clone: only npm packages are typed`);
const changes = [
  ...own,
  ...(await publishedChanges(path.join(cacheDir, "packages"), count - own.length, new SeededRandom(seed))),
];
build();
const productRoot = copyProduct(root, path.join(folder, "product"));
const tap = await HostTap.start(path.join(productRoot, "dist", "host.cjs"), runtimeDir, cacheDir);
const endBusy = startBusyProcesses(Number(options.busy));
try {
  for (const [, ofFolder] of groupsOf(changes, (change) => change.folder)) await replay(ofFolder);
} finally {
  endBusy();
  await tap.stop(runtimeDir);
}
report();

/** Changes of one tree, in one window. */
async function replay(ofFolder: readonly Change[]): Promise<void> {
  const workspaceFolder = workspaceOf(ofFolder[0], cacheDir);
  const env = {
    SOTTO_RUNTIME_DIR: runtimeDir,
    SOTTO_CACHE_DIR: cacheDir,
    SOTTO_DATA_DIR: path.join(folder, "data"), // what is typed here is no person's: it stays out of their statistics
    ...(options.threads && { SOTTO_THREADS: options.threads }),
  };
  spawnSync(process.execPath, [path.join(productRoot, "dist", "cli.cjs"), "index", "--root", workspaceFolder], {
    env: { ...process.env, ...env },
    stdio: "ignore",
  });
  const agent = await AgentProcess.start({
    productRoot,
    workspaceFolder,
    env,
    onLog: (line) => trace.note("log", { line }),
  });
  try {
    for (const change of ofFolder) {
      const { source, hunk } = change;
      trace.note("hunk", { source, path: hunk.path, line: hunk.line, removed: hunk.removed, added: hunk.added });
      const typist = new Typist(agent, tap, trace, { accepts, speed, seed: seed + records.length });
      const uri = pathToFileURL(path.join(workspaceFolder, hunk.path)).href;
      await typist.type(uri, languageOfPath(hunk.path)!, change);
      records.push(typist.record);
      const { keys, shown, savedUnits, typedUnits, flickers } = typist.record;
      console.error(
        `${records.length}/${changes.length} ${source} ${hunk.path}:${hunk.line}: ${keys} keys, ${shown.length} shown, ` +
          `${savedUnits} of ${typedUnits} saved, ${flickers.length} flickers`,
      );
    }
    const counters = await agent.counters();
    const { shown, none, rests: _, agentPid: __, hostPid: ___, ...ownCounts } = counters;
    addTo(answers, { ...shown, ...none });
    addTo(agentCounts, ownCounts);
    trace.note("counters", counters);
  } finally {
    await agent.stop();
  }
}

function addTo(totals: Record<string, number>, counts: object): void {
  for (const [name, count] of Object.entries(counts)) {
    if (typeof count === "number") totals[name] = (totals[name] ?? 0) + count;
  }
}

function report(): void {
  const sotto = figuresOf(records);
  const peer = peerFigures(
    changes.map(({ text, hunk }, i) => {
      const target = `\n${hunk.added.join("\n")}`;
      const before = text.split("\n").slice(0, hunk.line).join("\n");
      return typeWithCopies(before, target, keyIntervalsMs(target, seed + i, speed), accepts);
    }),
  );
  for (const [name, value] of Object.entries(sotto)) {
    const theirs = name in peer ? `   peer ${JSON.stringify(peer[name as keyof typeof peer])}` : "";
    console.error(`${name.padEnd(26)} ${JSON.stringify(value)}${theirs}`);
  }
  console.error(`answers ${JSON.stringify(answers)}\nthe agents' own counts ${JSON.stringify(agentCounts)}`);
  for (const { flickers } of records) {
    for (const { what, before, after } of flickers)
      console.error(`flicker, ${what}: ${JSON.stringify([before, after])}`);
  }
  const result = {
    name: "replay",
    hunks: records.length,
    seed,
    speed,
    accepts,
    sotto: { ...sotto, answers, agentCounts },
    peer: { name: "the rest of the nearest earlier line that begins in the same way", ...peer },
    goals: GOALS,
    met: {
      thrownAwayShare: (sotto.thrownAwayShare ?? 0) <= GOALS.thrownAwayShare,
      flickers: sotto.flickers <= GOALS.flickers,
      cachedShare: (sotto.cachedShareAfterFirst ?? 1) >= GOALS.cachedShare,
      modelCallsInTypeThrough: sotto.modelCallsInTypeThrough <= GOALS.modelCallsInTypeThrough,
    },
    loadAverage: Math.round(os.loadavg()[1]), // of five minutes: beyond the processor's threads, answers come late for others' work
    machine: machine("cpu"),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
