// `sotto statistics` on whatever a data folder holds: nothing, one suggestion, all that there can be, a damaged file.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, mock, test } from "node:test";
import type { DashboardFacts } from "../../../src/feedback/dashboard/facts.ts";
import { renderDays } from "../../../src/feedback/daysText.ts";
import { type Days, totalOf } from "../../../src/feedback/statistics.ts";
import { StatisticsFile } from "../../../src/feedback/statisticsFile.ts";
import { capturedCli } from "../../support/capturedCli.ts";
import { fullDays } from "../feedback/fullDays.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-cli-statistics-"));
const NOON_MS = new Date(2026, 4, 20, 12).getTime();
before(() => mock.timers.enable({ apis: ["Date"], now: NOON_MS }));
after(() => {
  mock.timers.reset();
  rmSync(scratch, { recursive: true, force: true });
});

let folders = 0;

/** A data folder with that file of counts. */
function dataDir(text?: string): string {
  const dir = path.join(scratch, String(folders++));
  process.env.SOTTO_DATA_DIR = dir;
  mkdirSync(dir);
  if (text !== undefined) writeFileSync(path.join(dir, "statistics.json"), text);
  return dir;
}

/** Everything that the command says of the data folder: in words, as JSON, as lines, and as a page. */
async function said(...args: string[]) {
  const html = path.join(scratch, "dashboard.html");
  const page = await capturedCli(["statistics", ...args, "--html", html]);
  const json = await capturedCli(["statistics", ...args, "--json"]);
  const csv = await capturedCli(["statistics", ...args, "--csv"]);
  const all = { words: page.stdout, page: readFileSync(html, "utf8"), json: json.stdout, csv: csv.stdout };
  assert.deepEqual([page.status, json.status, csv.status], [0, 0, 0]);
  for (const [form, text] of Object.entries(all))
    assert.doesNotMatch(text.replaceAll(/<script[\s\S]*?<\/script>/g, ""), /NaN|undefined|Infinity/, form);
  return { ...all, facts: JSON.parse(json.stdout) as DashboardFacts, stderr: page.stderr };
}

test("no data yet: a sentence says so, and each form is whole", async () => {
  dataDir();
  const { words, page, csv, facts } = await said();
  assert.match(words, /^Nothing was shown yet\./);
  assert.match(page, /Nothing was shown yet\./);
  assert.equal(csv.trim().split("\n").length, 1, "the heads of the columns");
  assert.deepEqual([facts.languages, facts.models, facts.weeks.length], [[], [], 1]);
  assert.deepEqual(facts.weeks[0]!.takenCharacters, { part: 0, of: 0 });
});

test("one suggestion is counted, and no share is told of it", async () => {
  const days: Days = {
    "2026-05-19": { go: { m: { line: { shown: 1, accepted: 1, charactersShown: 7, charactersAccepted: 7 } } } },
  };
  dataDir(renderDays(days));
  const { words, page, csv, facts } = await said();
  assert.match(
    words,
    /This week 1 suggestion was shown and 1 was read\.\nYou took 1 of them: .* too few to say more\./,
  );
  assert.match(page, /1 of 1: too few to say/);
  assert.doesNotMatch(words, /%/);
  assert.match(csv, /\n2026-05-19,"go","m",line,1,1,0,/);
  assert.deepEqual(facts.languages[0]!.takenCharacters, { part: 7, of: 7 });
});

test("two years in twelve languages with four models: each form is whole, and the weeks sum to all", async () => {
  const days = fullDays(NOON_MS);
  const dir = dataDir();
  const file = new StatisticsFile(path.join(dir, "statistics.json"), assert.fail);
  Object.assign(file.unwritten, days);
  file.save(NOON_MS);
  const { facts, page } = await said("--weeks", "120");
  const shown = (all: readonly { counts: { shown?: number } }[]) =>
    all.reduce((sum, { counts }) => sum + (counts.shown ?? 0), 0);
  const wanted = totalOf(days).shown;
  assert.deepEqual(
    [shown(facts.weeks), shown(facts.languages), shown(facts.models), shown(facts.kinds)],
    [wanted, wanted, wanted, wanted],
  );
  assert.equal(facts.languages.length, 12);
  assert.equal(facts.models.length, 12 * 4);
  assert.equal(facts.weeks.length, 117, "104 before 90 days");
  assert.match(page, /24 more are in the JSON/);
  const thirteen = await said();
  assert.equal(thirteen.facts.weeks.length, 13);
});

test("a damaged file: one line says so, it is set aside whole, and the rest is as without data", async () => {
  const text = renderDays({ "2026-05-19": { go: { m: { line: { shown: 1 } } } } }).slice(0, -9);
  const dir = dataDir(text);
  const { words, stderr } = await said();
  assert.match(words, /^Nothing was shown yet\./);
  assert.match(stderr, /^The file of statistics .* is damaged and was moved to statistics\.json\.damaged: .*\n/);
  assert.deepEqual(readdirSync(dir), ["statistics.json.damaged"]);
  assert.equal(readFileSync(path.join(dir, "statistics.json.damaged"), "utf8"), text);
});
