// Derives the tiny model's compute form in a folder again and again, until it is killed. Started by computeForm.test.ts.

import { rm } from "node:fs/promises";
import path from "node:path";
import { computeForm } from "../../../../server/engine/graph/computeForm.ts";
import { tinyModel } from "../../../support/tinyModel.ts";

const cacheDir = process.argv[2];
process.stdout.write("started\n");
for (;;) {
  const { graphPath } = await computeForm(tinyModel(), { cacheDir });
  await rm(path.dirname(graphPath), { recursive: true });
}
