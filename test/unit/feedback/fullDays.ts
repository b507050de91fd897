// The most that the statistics hold, for tests of their size and of what is made of them. Not a test.

import { COUNTS, type Count } from "../../../src/feedback/counts.ts";
import { add, type Bucket, type Days, dayOf, KINDS } from "../../../src/feedback/statistics.ts";

const DAY_MS = 86_400_000;

/** What one can count in 90 days and 104 weeks before `nowMs`: 12 languages, 4 models, every kind where it is offered, and every count there. */
export function fullDays(nowMs: number): Days {
  const days: Days = {};
  const ofRequest = (count: Count) => /^(withheld|latency):/.test(count);
  const languages = ["typescript", "javascript", "typescriptreact", "javascriptreact", "python", "go", "rust", "java"];
  for (const languageId of [...languages, "c", "cpp", "ruby", "php"]) {
    for (let ago = 0; ago < 90 + 7 * 103; ago += ago < 89 ? 1 : 7) {
      const day = dayOf(nowMs - ago * DAY_MS);
      const times = ago < 90 ? 1 : 5;
      const add2 = (group: Omit<Bucket, "day" | "languageId">, counts: readonly Count[], n: (i: number) => number) => {
        for (const [i, count] of counts.entries()) add(days, { day, languageId, ...group }, count, times * n(i + ago));
      };
      add2({ model: "", kind: "" }, COUNTS.filter(ofRequest), (i) => 1 + (i % 12));
      for (const model of ["smollm2-135m", "smollm2-135m+1a2b3c4d", "smollm2-135m~1a2b3c4d", "qwen2.5-coder-1.5b"]) {
        for (const kind of KINDS) {
          const written = kind === "docstring" || kind === "fix";
          if (written && languages.indexOf(languageId) > 4) continue; // neither is offered there
          const counts = written
            ? (["shown", "accepted", "rejected", "charactersShown", "charactersAccepted"] as const)
            : COUNTS.filter((count) => !ofRequest(count));
          add2(
            { model, kind },
            counts,
            (i) => (counts[i % counts.length]?.startsWith("characters") ? 420 : 9) + (i % 9),
          );
        }
      }
    }
  }
  return days;
}
