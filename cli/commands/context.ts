// `sotto context`: the prompt inspector. What would be sent to the model, piece by piece, and what was left out and why.

import { badInput } from "../../common/errors.ts";
import { REFUSALS } from "../../common/rules/refusal.ts";
import { inspectContext, readableInspection } from "../../src/context/inspection.ts";
import { refusalToComplete } from "../../src/workspace/workspace.ts";
import { defineCommand } from "../command.ts";
import { engineOptions } from "../engineOptions.ts";
import { workspaceModel } from "../workspaceAdapter.ts";
import { openPlace, positionOptions } from "./position.ts";

export const context = defineCommand({
  name: "context",
  defaultModel: "auto",
  options: { ...positionOptions, ...engineOptions },
  async run({ options, global, io, signal }) {
    const { document, offset, text, sources, root } = await openPlace(options, global);
    const ignored = await refusalToComplete(document.path, sources.workspace);
    if (ignored !== undefined)
      throw badInput(
        `Nothing would be sent for ${document.path}: ${REFUSALS[ignored]}.`,
        "Choose another file, or change the ignore file that names it.",
      );
    const model = await io.loadModel(await workspaceModel(global.model, root, io.log));
    try {
      const place = { document, offset, prefix: text.slice(0, offset), suffix: text.slice(offset) };
      if (global.model.engine)
        io.log(`For ${model.status().model} at ${model.status().device}; nothing of the file was sent.`);
      const inspection = await inspectContext(place, sources, model, signal);
      io.result(inspection, readableInspection(inspection));
    } finally {
      model.dispose();
    }
  },
});
