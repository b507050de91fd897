// The counts: by day and language, added up by several windows, bounded; a file that is damaged, locked or cannot be written; the report.

import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import type { Ended, Suggestion } from "../../../src/feedback/acceptance.ts";
import { type Counts, latencyMs } from "../../../src/feedback/counts.ts";
import { factsOf, firstDayTold } from "../../../src/feedback/dashboard/facts.ts";
import { parseDays, renderDays } from "../../../src/feedback/daysText.ts";
import { statisticsText } from "../../../src/feedback/report.ts";
import {
  add,
  type Bucket,
  countAcceptance,
  countAnswer,
  countRetention,
  type Days,
  dayOf,
  KINDS,
  mondayOf,
  rowsOf,
  sumOf,
  totalOf,
} from "../../../src/feedback/statistics.ts";
import { MOST_UNITS, StatisticsFile } from "../../../src/feedback/statisticsFile.ts";
import { fullDays } from "./fullDays.ts";

const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-statistics-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newFile = () => path.join(folder, String(++files), "statistics.json");

const DAY_MS = 86_400_000;
const NOON_MS = new Date(2026, 4, 20, 12).getTime();
const bucket: Bucket = { day: "2026-05-20", languageId: "typescript", model: "m", kind: "line" };

/** Counts of a language alone, by day. */
const inLanguage = (languageId: string, counts: Counts) => ({ [languageId]: { "": { "": counts } } });
const suggestion: Suggestion = {
  uri: "file:///w/a.ts",
  languageId: "typescript",
  text: "a + b;",
  source: "model",
  explicit: false,
  shownAtMs: NOON_MS,
};
const accepted: Ended = {
  suggestion,
  ending: "accepted",
  reason: "finished",
  characters: { accepted: 4, typed: 2, left: 0 },
  visibleMs: 900,
};

function someDays(): Days {
  const days: Days = {};
  countAcceptance(days, { kind: "shown", suggestion }, bucket);
  countAcceptance(days, { kind: "ended", ended: accepted }, bucket);
  countRetention(days, { kind: "retained", piece: 1, seconds: 15, units: 3, of: 4 }, bucket);
  countRetention(days, { kind: "unmeasured", piece: 1, seconds: 30, reason: "closed" }, bucket);
  return days;
}

test("what is counted", () => {
  assert.deepEqual(someDays(), {
    "2026-05-20": {
      typescript: {
        m: {
          line: {
            shown: 1,
            charactersShown: 6,
            accepted: 1,
            charactersAccepted: 4,
            charactersTyped: 2,
            charactersMeasured15: 4,
            charactersRetained15: 3,
            "unmeasured:closed": 1,
          },
        },
      },
    },
  });
});

test("an accept that is undone later counts as that alone, on its own day", () => {
  const days = someDays();
  const to: Ended = { ...accepted, ending: "undone", characters: { accepted: 0, typed: 2, left: 4 } };
  countAcceptance(days, { kind: "revised", from: accepted, to }, bucket);
  const total = totalOf(days);
  assert.equal(total.accepted ?? 0, 0);
  assert.equal(total.undone, 1);
  assert.equal(total.charactersAccepted ?? 0, 0);
});

test("the file says the same again; the last ninety days with counts are kept apart, though a clock was wrong for a day", () => {
  assert.deepEqual(parseDays(renderDays(someDays())), someDays());
  const counts = inLanguage("typescript", { shown: 1 });
  const days = Object.fromEntries(Array.from({ length: 95 }, (_, i) => [dayOf(NOON_MS + i * DAY_MS), counts]));
  const kept = sumOf(days, {});
  const apart = Object.keys(days).slice(5);
  assert.deepEqual(Object.keys(kept).slice(-90), apart);
  // 20 May 2026 is a Wednesday: the five days before are summed into its week.
  assert.deepEqual(kept["2026-05-18"], inLanguage("typescript", { shown: 5 }));
  const jumped = sumOf(kept, { "2099-01-01": counts });
  assert.deepEqual(Object.keys(jumped).sort().slice(-90), [...apart.slice(1), "2099-01-01"]);
  assert.equal(totalOf(jumped).shown, 96);
});

test("whatever is counted when, weeks are the sums of their days, and summing again changes nothing", () => {
  const day = fc.integer({ min: 0, max: 700 }).map((i) => dayOf(NOON_MS + i * DAY_MS));
  const counted = fc.record({ shown: fc.nat(50), "withheld:improbable": fc.nat(50), "latency:cache:3": fc.nat(9) });
  const kinds = fc.dictionary(fc.constantFrom(...KINDS, ""), counted, { maxKeys: 2 }) as fc.Arbitrary<Days[""][""][""]>;
  const models = fc.dictionary(fc.constantFrom("quick", "strong+1a2b3c4d"), kinds);
  const logs: fc.Arbitrary<Days> = fc.dictionary(day, fc.dictionary(fc.constantFrom("go", "rust"), models), {
    maxKeys: 120,
  });
  fc.assert(
    fc.property(logs, logs, (a, b) => {
      const sum = sumOf(a, b);
      const weeksOf = (days: Days) =>
        Object.entries(days).map(([name, languages]): [string, Days] => [mondayOf(name), { [name]: languages }]);
      for (const week of new Set(weeksOf(sum).map(([monday]) => monday))) {
        const of = (days: Days) => weeksOf(days).filter(([monday]) => monday === week);
        const total = (days: Days) => of(days).reduce((n, [, its]) => n + (totalOf(its).shown ?? 0), 0);
        assert.equal(total(sum), total(a) + total(b));
      }
      assert.deepEqual(totalOf(sum), totalOf(sumOf(sum, {})));
      assert.deepEqual(
        totalOf(sum)["withheld:improbable"] ?? 0,
        (totalOf(a)["withheld:improbable"] ?? 0) + (totalOf(b)["withheld:improbable"] ?? 0),
      );
      assert.deepEqual(parseDays(renderDays(sum)), JSON.parse(JSON.stringify(sum)));
    }),
  );
});

test("more than two years: the oldest weeks go", () => {
  const counts = inLanguage("go", { shown: 1 });
  const days = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [dayOf(NOON_MS + i * DAY_MS), counts]));
  const names = Object.keys(sumOf(days, {})).sort();
  const weeks = names.slice(0, -90);
  assert.ok(weeks.length === 103 || weeks.length === 104, String(weeks.length)); // 90 days touch 13 or 14 weeks
  assert.ok(weeks.every((name) => mondayOf(name) === name));
});

test("why nothing was shown, and how long an answer took, by what gave it", () => {
  const days: Days = {};
  countAnswer(days, { kind: "none", reason: "improbable" }, 30, bucket);
  for (const ms of [1, 3, 90, 90, 90, 60_000])
    countAnswer(days, { kind: "shown", items: [], source: "model" }, ms, bucket);
  const total = totalOf(days);
  assert.equal(total["withheld:improbable"], 1);
  assert.equal(latencyMs(total, "cache", 0.5), undefined);
  assert.equal(latencyMs(total, "model", 0), 2);
  const half = latencyMs(total, "model", 0.5)!;
  assert.ok(half >= 90 && half < 90 * Math.SQRT2, String(half));
  assert.equal(latencyMs(total, "model", 0.95), Number.POSITIVE_INFINITY);
});

test("a language with the name of what every object has is counted like another, and no other object gets a count", () => {
  for (const languageId of ["__proto__", "constructor", "toString"]) {
    const text = `{"version":2,"counts":["shown"],"writers":[["${languageId}",""]],"days":{"2026-01-31":{"${languageId}":{"0":"5"}}}}`;
    const days = parseDays(text);
    assert.deepEqual(parseDays(`{"version":1,"days":{"2026-01-31":{"${languageId}":{"shown":5}}}}`), {
      "2026-01-31": Object.fromEntries([[languageId, { "": { "": { shown: 5 } } }]]),
    });
    assert.equal(({} as Record<string, unknown>).shown, undefined);
    assert.equal((Object.prototype.toString as unknown as Record<string, unknown>).shown, undefined);
    assert.equal(renderDays(days).replace(/\s/g, ""), text);
    assert.equal(totalOf(sumOf(days, days)).shown, 10);
  }
});

test("two windows add up, and a new window reads it", () => {
  const file = newFile();
  const windows = [1, 2].map(() => new StatisticsFile(file, assert.fail));
  for (const window of windows) {
    Object.assign(window.unwritten, someDays());
    window.save(NOON_MS);
    window.save(NOON_MS); // nothing is added twice
  }
  const third = new StatisticsFile(file, assert.fail);
  assert.equal(totalOf(third.days()).shown, 2);
  assert.deepEqual(readdirSync(path.dirname(file)), ["statistics.json"], "nothing else is left");
  if (process.platform !== "win32") assert.equal(statSync(file).mode & 0o777, 0o600);
});

test("while another window writes, counts wait; a lock that was left is broken", () => {
  const file = newFile();
  mkdirSync(path.dirname(file));
  const lock = `${file}.lock`;
  writeFileSync(lock, "");
  const window = new StatisticsFile(file, assert.fail);
  Object.assign(window.unwritten, someDays());
  window.save(Date.now());
  assert.equal(existsSync(file), false);
  assert.equal(totalOf(window.days()).shown, 1);
  utimesSync(lock, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
  window.save(Date.now());
  assert.equal(existsSync(lock), false);
  assert.equal(existsSync(file), true);
});

for (const [what, text] of [
  ["no JSON", "{"],
  ["another form", '{"version":1,"days":[]}'],
  ["a count that is none", '{"version":1,"days":{"2026-05-20":{"typescript":{"shown":-1}}}}'],
  [
    "more columns than it names",
    '{"version":2,"counts":["shown"],"writers":[["",""]],"days":{"2026-05-20":{"typescript":{"0":"1,2"}}}}',
  ],
  [
    "a writer that it does not name",
    '{"version":2,"counts":["shown"],"writers":[["",""]],"days":{"2026-05-20":{"typescript":{"1":"1"}}}}',
  ],
  ["half of it", renderDays(someDays()).slice(0, 60)],
] as const) {
  test(`a damaged file (${what}): one line, set aside, counting goes on`, () => {
    const file = newFile();
    mkdirSync(path.dirname(file));
    writeFileSync(file, text);
    const lines: string[] = [];
    const window = new StatisticsFile(file, (line) => lines.push(line));
    Object.assign(window.unwritten, someDays());
    window.save(NOON_MS);
    window.days();
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0]!, /damaged/);
    assert.equal(readFileSync(`${file}.damaged`, "utf8"), text);
    assert.deepEqual(parseDays(readFileSync(file, "utf8")), someDays());
  });
}

test("a folder that cannot be written: one line, the counts stay in memory", () => {
  const file = newFile();
  writeFileSync(path.dirname(file), "a file where the folder would be");
  const lines: string[] = [];
  const window = new StatisticsFile(file, (line) => lines.push(line));
  Object.assign(window.unwritten, someDays());
  for (let i = 0; i < 3; i++) window.save(NOON_MS);
  assert.equal(lines.length, 1, lines.join("\n"));
  assert.match(lines[0]!, /cannot be (read|written)/);
  assert.equal(totalOf(window.days()).shown, 1);
  assert.equal(window.reset(NOON_MS), false);
});

test("what a window of an earlier version took for damaged and set aside comes back, once", () => {
  const file = newFile();
  const window = new StatisticsFile(file, assert.fail);
  Object.assign(window.unwritten, someDays());
  window.save(NOON_MS);
  // It renames the file, and writes its own counts in its own form.
  writeFileSync(`${file}.damaged`, readFileSync(file, "utf8"));
  writeFileSync(file, '{"version":1,"days":{"2026-05-20":{"typescript":{"shown":2}}}}');
  assert.equal(totalOf(window.days()).shown, 3);
  Object.assign(window.unwritten, someDays());
  window.save(NOON_MS);
  assert.equal(totalOf(window.days()).shown, 4);
  assert.equal(totalOf(new StatisticsFile(file, assert.fail).days()).charactersAccepted, 8);
  assert.equal(existsSync(`${file}.damaged`), false);
});

test("a later version's counts and kinds: what is known is read, the rest is left out or not told apart", () => {
  const text =
    '{"version":2,"counts":["shown","smiles"],"writers":[["m","poem"]],"days":{"2026-01-31":{"go":{"0":"3,9"}}}}';
  assert.deepEqual(parseDays(text), { "2026-01-31": { go: { m: { "": { shown: 3 } } } } });
});

test("two years in 12 languages with 4 models: at most a megabyte, and nothing of it lost", () => {
  const file = newFile();
  const days = fullDays(NOON_MS);
  const window = new StatisticsFile(file, assert.fail);
  Object.assign(window.unwritten, days);
  window.save(NOON_MS);
  const text = readFileSync(file, "utf8");
  assert.ok(text.length <= MOST_UNITS, `${text.length} characters`);
  const startMs = performance.now();
  const read = new StatisticsFile(file, assert.fail).days();
  const tookMs = performance.now() - startMs;
  assert.ok(tookMs < 3_000, `${tookMs} ms`); // ten times the goal: a machine may be busy
  assert.deepEqual(totalOf(read), totalOf(sumOf(days, {})));
  const apart = Object.keys(read).filter((day) => rowsOf({ [day]: read[day]! }).some(({ kind }) => kind !== ""));
  console.log(`${text.length} characters, ${apart.length} days apart, read in ${Math.round(tookMs)} ms`);
  assert.ok(apart.length >= 7);
});

let fullText: string | undefined; // of a file of all that one can count

/** Such a file, a window that has something to add, and that window's save after its first slice. */
function begunSave() {
  const file = newFile();
  fullText ??= renderDays(sumOf(fullDays(NOON_MS), {}, 25));
  mkdirSync(path.dirname(file));
  writeFileSync(file, fullText);
  const window = new StatisticsFile(file, assert.fail);
  add(window.unwritten, bucket, "shown", 5);
  const shownBefore = totalOf(parseDays(fullText)).shown!;
  const saved = window.saveInSlices(NOON_MS);
  assert.equal(readFileSync(file, "utf8"), fullText, "one slice is not enough for it");
  return { file, window, saved, shownBefore, shown: () => totalOf(parseDays(readFileSync(file, "utf8"))).shown };
}

test("a save in slices writes what a save at once does, and others run in between", async () => {
  const one = begunSave();
  let turns = 0;
  const turning = setInterval(() => turns++, 0);
  await one.saved;
  clearInterval(turning);
  assert.ok(turns >= 3, `${turns} turns`);
  const other = begunSave();
  other.window.save(NOON_MS);
  assert.equal(readFileSync(one.file, "utf8"), readFileSync(other.file, "utf8"));
  assert.deepEqual(readdirSync(path.dirname(one.file)), ["statistics.json"]);
});

test("what is counted while a save goes on is told, and is in the next; calls meanwhile begin no other", async () => {
  const { window, saved, shownBefore, shown } = begunSave();
  add(window.unwritten, bucket, "shown", 2);
  assert.equal(totalOf(window.days()).shown, shownBefore + 7);
  for (let i = 0; i < 100; i++) void window.saveInSlices(NOON_MS);
  await saved;
  assert.equal(shown(), shownBefore + 5);
  assert.equal(totalOf(window.days()).shown, shownBefore + 7);
  await window.saveInSlices(NOON_MS);
  assert.equal(shown(), shownBefore + 7);
});

test("the process ends during a save: everything is written, once, corrections too", async () => {
  const { file, window, saved, shownBefore, shown } = begunSave();
  const acceptedBefore = totalOf(window.days()).accepted!;
  const inFile = { ...bucket, model: "smollm2-135m" };
  add(window.unwritten, bucket, "shown", 2);
  add(window.unwritten, inFile, "accepted", -1);
  window.save(NOON_MS);
  assert.equal(shown(), shownBefore + 7);
  assert.equal(totalOf(parseDays(readFileSync(file, "utf8"))).accepted, acceptedBefore - 1);
  await saved;
  assert.equal(shown(), shownBefore + 7);
  assert.deepEqual(readdirSync(path.dirname(file)), ["statistics.json"]);
});

test("a reset during a save: nothing of it comes back", async () => {
  const { window, saved, shown } = begunSave();
  assert.equal(window.reset(NOON_MS), true);
  await saved;
  assert.equal(shown(), undefined);
  assert.deepEqual(window.days(), {});
});

test("another window has broken the lock during a save: its file stays, and the counts wait", async () => {
  const { file, window, saved, shownBefore, shown } = begunSave();
  const other = new StatisticsFile(file, assert.fail);
  add(other.unwritten, bucket, "shown", 3);
  other.save(Date.now() + 60_000); // the machine has slept for a minute
  assert.equal(shown(), shownBefore + 3);
  writeFileSync(`${file}.lock`, ""); // of a third window
  await saved;
  assert.equal(shown(), shownBefore + 3);
  assert.equal(existsSync(`${file}.lock`), true, "another's lock is not taken away");
  rmSync(`${file}.lock`);
  await window.saveInSlices(NOON_MS);
  assert.equal(shown(), shownBefore + 8);
});

test("the last save waits for another window's, as long as it may", () => {
  const file = newFile();
  mkdirSync(path.dirname(file));
  writeFileSync(`${file}.lock`, "");
  const window = new StatisticsFile(file, assert.fail);
  Object.assign(window.unwritten, someDays());
  const startMs = performance.now();
  window.save(Date.now(), 60);
  assert.ok(performance.now() - startMs >= 60);
  assert.equal(existsSync(file), false);
});

test("from a day on: the same as all days without the earlier ones", () => {
  const file = newFile();
  const window = new StatisticsFile(file, assert.fail);
  Object.assign(window.unwritten, fullDays(NOON_MS));
  window.save(NOON_MS);
  const from = firstDayTold(NOON_MS);
  const [all, told] = [window.days(), window.days(from)];
  assert.deepEqual(told, Object.fromEntries(Object.entries(all).filter(([day]) => day >= from)));
  assert.ok(Object.keys(told).length < Object.keys(all).length);
  assert.deepEqual(factsOf(told, NOON_MS), factsOf(all, NOON_MS));
});

test("reset", () => {
  const file = newFile();
  const window = new StatisticsFile(file, assert.fail);
  Object.assign(window.unwritten, someDays());
  window.save(NOON_MS);
  Object.assign(window.unwritten, someDays());
  assert.equal(window.reset(NOON_MS), true);
  assert.deepEqual(window.days(), {});
});

test("the report: today, 7 days, all; shares of what was read; no share of nothing", () => {
  const days = someDays();
  const weekAgo = dayOf(NOON_MS - 7 * 86_400_000);
  days[weekAgo] = inLanguage("python", { shown: 5, rejected: 3, unread: 1, accepted: 1 });
  const text = statisticsText(days, NOON_MS, { counts: "/data/statistics.json" });
  const line = (label: string) => text.split("\n").find((one) => one.startsWith(label)) ?? "";
  assert.match(line("Shown"), /^Shown +1 +1 +6$/);
  assert.match(line("  accepted"), /^ {2}accepted +1 \(100 %\) +1 \(100 %\) +2 \(40 %\)$/);
  assert.match(line("  of accepted ones there after 15 s"), / 75 % +75 % +75 %$/);
  assert.match(line("  of accepted ones there after 600 s"), / - +- +-$/);
  assert.match(line("python"), /^python: 5 shown, 1 \(25 %\) accepted or partly$/);
  assert.match(text, /Examples: not kept/);
});
