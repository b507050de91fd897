import assert from "node:assert/strict";
import { test } from "node:test";
import { samplingAt } from "../../../src/completion/sampling.ts";
import { at } from "./completeAt.ts";
import { looseSettings } from "./looseSettings.ts";
import { scriptedModel } from "./scriptedModel.ts";

test("greedy needs no cut; above that the tail is cut off, and the host chooses the seed", async () => {
  for (const [temperature, wanted] of [
    [0, { temperature: 0 }],
    [0.4, { temperature: 0.4, topK: 40, topP: 0.95 }],
  ] as const) {
    assert.deepEqual(samplingAt(temperature), wanted);
    for (const filter of [true, false]) {
      const model = scriptedModel("1;");
      await at("const a = \n", 10, { model, filter, settings: { ...looseSettings, temperature } }, "");
      assert.deepEqual(
        model.calls.map(({ sampling }) => sampling),
        [wanted],
      );
    }
  }
});
