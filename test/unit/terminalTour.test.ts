// The tour of `npm start`, with a model of the test's: it completes with the context of the sample workspace, as the editor does.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { tour } from "../../scripts/editor/terminalTour.ts";
import type { PromptInput } from "../../server/host/protocol/messages.ts";
import { fakeModel } from "../support/fakeModel.ts";

test("each place of the tour goes to the model with what its workspace has for it", async () => {
  const prompts: PromptInput[] = [];
  const lines: string[] = [];
  const model = fakeModel((prompt) => {
    prompts.push(prompt);
    return "";
  });
  await tour(
    path.join(packageRoot(import.meta.dirname), "samples"),
    (line) => lines.push(line),
    async () => model,
  );
  assert.deepEqual(
    prompts.map((prompt) => prompt.path),
    ["src/money.ts", "src/stock.js", "tools/sales.py"],
  );
  const others = prompts.map(({ path: own, pieces }) => pieces.map((piece) => piece.path).filter((one) => one !== own));
  assert.deepEqual(others, [["src/basket.ts"], [], []], "the others have no file of their language beside them");
  assert.match(prompts[0]!.pieces[0]!.text, /class Basket/);
  assert.equal(lines.filter((line) => line.startsWith("    its author")).length, 3);
});
