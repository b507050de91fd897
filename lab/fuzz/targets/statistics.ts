// The file of counts, which any program of the user may have written. What is accepted must come out as it went in, and nothing else may change.

import assert from "node:assert/strict";
import type { Target } from "../target.ts";

export const statistics: Target = {
  sources: ["src/feedback/daysText.ts", "src/feedback/statistics.ts"],
  dictionary: [
    ...[
      '"version":1',
      '"version":2',
      '"counts":["shown","accepted"]',
      '"writers":[["m","line"]]',
      '{"0":"5,3"}',
      '"days":{',
      '"2026-01-31":{',
      '"typescript":{',
      '"shown":1',
      '"accepted":',
      '"partlyAccepted":',
      '"__proto__":{',
    ],
    ...[
      '"constructor":{',
      '"toString":{',
      '"charactersShown":',
      '"unmeasured:closed":',
      '"charactersRetained30":',
      '"9999-99-99"',
    ],
  ],
  maxBytes: 4_096,
  async open() {
    const { parseDays, renderDays } = await import("../../../src/feedback/daysText.ts");
    const { sumOf, totalOf } = await import("../../../src/feedback/statistics.ts");
    return (input) => {
      let days: ReturnType<typeof parseDays>;
      try {
        days = parseDays(input.toString("utf8"));
      } catch (error) {
        const own = error instanceof SyntaxError || (error as Error).constructor === Error;
        if (own) return "refused";
        throw error;
      } finally {
        const strange = Object.keys(Object.prototype);
        for (const key of strange) delete (Object.prototype as Record<string, unknown>)[key];
        assert.deepEqual(strange, [], "every object has got a field");
      }
      const again = parseDays(renderDays(days));
      assert.equal(renderDays(again), renderDays(days));
      totalOf(sumOf(days, again));
      return "accepted";
    };
  },
};
