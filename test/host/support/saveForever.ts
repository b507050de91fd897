// Saves one checkpoint after the other into the file of its first argument until it is killed, for the test of kills. Its numbers say
// which step they belong to.

import { saveCheckpoint } from "../../../server/train/run/checkpoint.ts";
import { FakeTrainer, stateAt } from "../../unit/train/run/fixtures.ts";

const trainer = new FakeTrainer(1 << 17); // 4 MB
for (let step = Number(process.argv[3]); ; step++) {
  for (const { data, m, v } of trainer.parameters) for (const values of [data, m, v]) values.fill(step);
  const best = trainer.parameters.map(({ data }) => data.map((value) => value + 0.5));
  const state = { ...stateAt(step), best: { step, heldOutLoss: step } };
  saveCheckpoint(process.argv[2], state, trainer.parameters, best);
  if (step === Number(process.argv[3])) process.stdout.write("saving\n");
}
