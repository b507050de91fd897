// Bench: lookup time of the suggestion cache, with all its entries in one document: in code, with long suggestions, and where text and suggestions
// repeat the same characters. Goal: ≤ 1 ms; the figures also show the slow oracle. Ends with one JSON line on stdout.

import { CACHE_LIMITS, CompletionCache } from "../../src/completion/cache.ts";
import type { Place } from "../../src/completion/place.ts";
import { SlowCache } from "../../test/support/slowCache.ts";
import { machine, quantile } from "./support/reporting.ts";

const LOOKUPS = 300;
const SLOW_LOOKUPS = 5;
const WARM_UP = 50;

interface Case {
  name: string;
  entries: { before: string; after: string; text: string }[];
  place: { before: string; after: string };
}

const ENTRIES = Array.from({ length: CACHE_LIMITS.entries }, (_, i) => i);
const code = Array.from({ length: 3_000 }, (_, i) => `const value${i} = compute(${i});`).join("\n");
const at = (text: string, offset: number, typed = "") => ({
  before: text.slice(0, offset) + typed,
  after: text.slice(offset),
});
const codeEntries = ENTRIES.map((i) => ({
  ...at(code, 5_000 + i * 300),
  text: code.slice(5_000 + i * 300, 5_060 + i * 300),
}));
const lines = "x = 1;\n".repeat(20_000);

const cases: Case[] = [
  { name: "code, typed through", entries: codeEntries, place: at(code, 5_000, code.slice(5_000, 5_020)) },
  { name: "code, nothing known", entries: codeEntries, place: at(code, 40_000, "zz") },
  {
    name: "suggestions of 4,000 units",
    entries: ENTRIES.map((i) => ({
      before: `${lines.slice(0, 7_000)}//${i}\n`,
      after: lines,
      text: `${"y".repeat(4_000)}z`,
    })),
    place: { before: `${lines.slice(0, 7_000)}//0\n${"y".repeat(3_900)}`, after: lines },
  },
  ...["a", "ab", "("].map((unit) => ({
    name: `nothing but ${unit}, another text after it`,
    entries: ENTRIES.map((i) => ({
      before: unit.repeat(8_000 + i),
      after: `${"\n".repeat(1 + i)}q`,
      text: `${unit.repeat(600)}c`,
    })),
    place: { before: unit.repeat(20_000), after: "none" },
  })),
  ...["a", "ab", "("].map((unit) => ({
    name: `nothing but ${unit}, another suggestion`,
    entries: ENTRIES.map((i) => ({
      before: `#${i}#${unit.repeat(1_000 + i)}`,
      after: ")\n",
      text: `b${unit.repeat(600)}`,
    })),
    place: { before: unit.repeat(20_000), after: "))\n" },
  })),
];

/** What the cache reads of a place. */
function placeOf({ before, after }: Case["place"]): Place {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  return {
    document: { uri: "file:///a.ts" },
    prefix: before,
    suffix: after,
    line,
    rest: after.split("\n")[0],
  } as Place;
}

function times(find: () => unknown, count: number): number[] {
  return Array.from({ length: count }, () => {
    const startMs = performance.now();
    find();
    return performance.now() - startMs;
  });
}

const µs = (valuesMs: number[], fraction: number) =>
  quantile(
    valuesMs.map((ms) => ms * 1_000),
    fraction,
  );
const results = cases.map(({ name, entries, place }) => {
  const [quick, slow] = [new CompletionCache(), new SlowCache(CACHE_LIMITS)];
  for (const { before, after, text } of entries)
    for (const cache of [quick, slow]) cache.store(placeOf({ before, after }), false, { text, replaceAfter: 0 });
  const here = placeOf(place);
  times(() => quick.find(here, false), WARM_UP);
  const quickMs = times(() => quick.find(here, false), LOOKUPS);
  const slowMs = times(() => slow.find(here, false), SLOW_LOOKUPS);
  const found = quick.find(here, false)?.kind ?? "nothing";
  const result = { name, found, p50µs: µs(quickMs, 0.5), p95µs: µs(quickMs, 0.95), oracleP50µs: µs(slowMs, 0.5) };
  console.error(JSON.stringify(result));
  return result;
});
process.stdout.write(
  `${JSON.stringify({ name: "completionCache", goalP95µs: 1_000, results, machine: machine("cpu") })}\n`,
);
