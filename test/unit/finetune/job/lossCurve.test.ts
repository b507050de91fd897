import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { readCurve } from "../../../../finetune/job/lossCurve.ts";
import { RunFiles } from "../../../../server/train/run/request.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-curve-"));
after(() => rmSync(scratch, { recursive: true }));

test("steps that were repeated after a kill count once, as they were done last; half a line is skipped", () => {
  assert.deepEqual(readCurve(scratch), []);
  const lines = [
    { step: 0, heldOutLoss: 3 },
    { step: 1, loss: 2.9, heldOutLoss: 2.8 },
    { step: 2, loss: 2.7 },
    { step: 1, loss: 2.91 },
    { step: 2, loss: 2.6, heldOutLoss: 2.5, gradientNorm: 1 },
  ];
  const text = `${lines.map((line) => JSON.stringify(line)).join("\n")}\n{"step":3,"lo`;
  writeFileSync(path.join(scratch, RunFiles.log), text);
  assert.deepEqual(readCurve(scratch), [
    { step: 0, loss: undefined, heldOutLoss: 3 },
    { step: 1, loss: 2.91, heldOutLoss: 2.8 },
    { step: 2, loss: 2.6, heldOutLoss: 2.5 },
  ]);
});
