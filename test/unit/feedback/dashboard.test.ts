// The dashboard: each number of its sentences stands in the data, weeks are the sums of their days, and no share of few is told.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { restsOn } from "../../../src/feedback/alternateDays.ts";
import { type Count, type Counts, ENDINGS, sumCounts } from "../../../src/feedback/counts.ts";
import { dashboardPage } from "../../../src/feedback/dashboard/dashboardPage.ts";
import { type Comparison, clearlyDiffer, factsOf, shareOf } from "../../../src/feedback/dashboard/facts.ts";
import { adviceOf, summaryOf } from "../../../src/feedback/dashboard/summary.ts";
import { add, type Days, dayOf, daysLater, KINDS, totalOf } from "../../../src/feedback/statistics.ts";

const NOW_MS = new Date(2026, 11, 2, 12).getTime(); // a Wednesday
const DAY_MS = 86_400_000;

const counts = fc.record({
  accepted: fc.nat(60),
  partlyAccepted: fc.nat(20),
  typedThrough: fc.nat(20),
  rejected: fc.nat(400),
  unread: fc.nat(100),
  undone: fc.nat(5),
  charactersAccepted: fc.nat(3_000),
  placesFinished: fc.nat(40),
  charactersForetold: fc.nat(900),
  charactersCopied: fc.nat(900),
});
const group = fc.record({
  day: fc.nat(110).map((ago) => dayOf(NOW_MS - ago * DAY_MS)),
  languageId: fc.constantFrom("python", "go", "rust", "typescript"),
  model: fc.constantFrom("", "quick", "quick+1a2b3c4d", "quick~1a2b3c4d", "strong"),
  kind: fc.constantFrom("", ...KINDS),
});
const logs: fc.Arbitrary<Days> = fc.array(fc.tuple(group, counts), { maxLength: 60 }).map((all) => {
  const days: Days = {};
  for (const [bucket, counted] of all) {
    const shown = ENDINGS.reduce((sum, ending) => sum + counted[ending], 0);
    for (const [count, n] of Object.entries({ ...counted, shown })) add(days, bucket, count as Count, n);
  }
  return days;
});

/** Counts of a language on a day. */
const ofLanguage = (day: string, languageId: string, counts: Counts): Days => ({
  [day]: { [languageId]: { "": { "": counts } } },
});

const numbersIn = (text: string): number[] =>
  [...text.matchAll(/\d[\d,]*/g)].map(([number]) => Number(number.replaceAll(",", "")));

test("each number in the sentences stands in the data, in 1,000 random logs", () => {
  fc.assert(
    fc.property(logs, (days) => {
      const facts = factsOf(days, NOW_MS);
      const known = new Set([30]); // the limit that the sentence names
      const sides = facts.comparisons.flatMap(({ withAdapter, without }) => [withAdapter, without]);
      const all = [...facts.weeks.slice(-2), ...facts.languages, ...sides].map((one) => one.counts);
      for (const one of all) {
        const { accepted = 0, partlyAccepted = 0, typedThrough = 0, rejected = 0, undone = 0 } = one;
        const share = shareOf(accepted + partlyAccepted, accepted + partlyAccepted + typedThrough + rejected + undone);
        const percents = [share.part / share.of, share.low, share.high].map((value) => Math.round(100 * value));
        for (const n of [one.shown ?? 0, one.charactersAccepted ?? 0, share.part, share.of, ...percents]) known.add(n);
        for (const n of [one.placesFinished, one.charactersForetold, one.charactersCopied]) known.add(n ?? 0);
      }
      const said = [...summaryOf(facts), adviceOf(facts)?.text ?? ""].join(" ").replaceAll("1a2b3c4d", "that");
      for (const number of numbersIn(said)) assert.ok(known.has(number), `${number} in: ${said}`);
    }),
    { numRuns: 1_000 },
  );
});

test("weeks and languages each sum to the days that are told of, and nothing of an older day is in them", () => {
  fc.assert(
    fc.property(logs, (days) => {
      const { weeks, languages, models, kinds } = factsOf(days, NOW_MS);
      const told = totalOf(days, "2026-09-07"); // 12 weeks before the Monday of this week
      assert.deepEqual(sumCounts(weeks.map((week) => week.counts)), told);
      for (const all of [languages, models, kinds]) assert.deepEqual(sumCounts(all.map((one) => one.counts)), told);
      assert.ok(weeks.every(({ from }) => new Date(from).getUTCDay() === 1) && weeks.at(-1)!.from === "2026-11-30");
    }),
  );
});

test("an interval holds its share and shrinks with more of the same; few are never clearly different", () => {
  fc.assert(
    fc.property(fc.nat(500), fc.nat(500), (part, rest) => {
      const [one, more] = [shareOf(part, part + rest), shareOf(4 * part, 4 * (part + rest))];
      if (one.of > 0) assert.ok(one.low <= part / one.of + 1e-9 && one.high >= part / one.of - 1e-9);
      assert.ok(more.high - more.low <= one.high - one.low);
      if (one.of < 30) assert.ok(!clearlyDiffer(one, shareOf(900, 1_000)));
    }),
  );
  const { low, high } = shareOf(5, 140); // by hand: Wilson's interval
  assert.ok(Math.abs(low - 0.01535) < 1e-4 && Math.abs(high - 0.08088) < 1e-4, `${low} ${high}`);
});

test("a language that is rarely taken gets the one advice; without data a sentence says so", () => {
  const days = ofLanguage("2026-12-01", "python", { shown: 140, accepted: 5, rejected: 135 });
  assert.match(adviceOf(factsOf(days, NOW_MS))!.text, /^python: 5 of 140 taken\./);
  assert.equal(adviceOf(factsOf({}, NOW_MS)), undefined);
  assert.deepEqual(summaryOf(factsOf({}, NOW_MS)), ["Nothing was shown yet. Type in a file, and come back."]);
});

test("the page has a table for each chart, no style attributes, and escapes what a file may hold as a language", () => {
  const days = ofLanguage("2026-12-01", "<img src=x>", { shown: 40, accepted: 20, rejected: 20 });
  const { body } = dashboardPage(factsOf(days, NOW_MS));
  assert.doesNotMatch(body, /<img|\bstyle=|NaN|undefined/);
  assert.equal(body.match(/<svg [^>]*role="img"/g)?.length, body.match(/<details><summary>The numbers/g)?.length);
});

test("an adapter that rests on odd days: only days of the comparison count, and too few say nothing", () => {
  const days: Days = {};
  const on = (day: string, model: string, accepted: number, rejected: number) => {
    const bucket = { day, languageId: "go", model, kind: "line" } as const;
    add(days, bucket, "shown", accepted + rejected);
    add(days, bucket, "accepted", accepted);
    add(days, bucket, "rejected", rejected);
  };
  const [used, rested] = ["quick+1a2b3c4d", "quick~1a2b3c4d"];
  const november = Array.from({ length: 16 }, (_, i) => `2026-11-${String(i + 10)}`);
  on("2026-11-01", used, 500, 0); // before it began
  on("2026-11-02", "quick", 500, 0);
  for (const day of november) on(day, restsOn(day) ? rested : used, restsOn(day) ? 1 : 3, 2);
  const few = summaryOf(factsOf(days, NOW_MS)).at(-1)!;
  assert.match(
    few,
    /^On alternate days, quick with adapter 1a2b3c4d: 40 read with it and 24 without it, too few to say\.$/,
  );
  for (const day of november) on(day, restsOn(day) ? rested : used, restsOn(day) ? 2 : 30, 20);
  on(november.find(restsOn)!, used, 400, 0); // somebody has switched the setting off and on that day
  const facts = factsOf(days, NOW_MS);
  const [{ withAdapter, without }] = facts.comparisons as [Comparison];
  assert.deepEqual([withAdapter.taken.part, withAdapter.taken.of], [8 * 33, 8 * 55]);
  assert.deepEqual([without.taken.part, without.taken.of], [8 * 3, 8 * 25]);
  assert.match(
    summaryOf(facts).at(-1)!,
    /: 264 of 440 \(60 %, .*\) taken with it, 24 of 200 .* without it\. Clearly more with it\.$/,
  );
  assert.match(dashboardPage(facts).body, /With and without the adapter/);
  assert.doesNotMatch(dashboardPage(factsOf({}, NOW_MS)).body, /With and without the adapter/);
});

test("every other day is one of rest, across months, years and leap days", () => {
  let day = "2027-12-20";
  for (let i = 0; i < 500; i++) {
    assert.notEqual(restsOn(day), restsOn(daysLater(day, 1)), day);
    day = daysLater(day, 1);
  }
});

test("what was learnt is told as it is given, and nothing where nothing is given", () => {
  const facts = factsOf({}, NOW_MS);
  assert.match(
    dashboardPage(facts, ["Learnt from <3> places."]).body,
    /<h2>What was learnt from you<\/h2>.*Learnt from &lt;3&gt; places\./,
  );
  assert.doesNotMatch(dashboardPage(facts).body, /What was learnt/);
});
