// `sotto explain`: why a suggestion came at a position, or why none did.

import { filePage } from "../../pages/page.ts";
import { CompletionCache } from "../../src/completion/cache.ts";
import { complete as completeAt } from "../../src/completion/complete.ts";
import { defaultCompletionSettings } from "../../src/completion/settings.ts";
import { WHY_NOTHING } from "../../src/completion/whyNothing.ts";
import { Explainer } from "../../src/explain/explainer.ts";
import { explanationPage, unexplainedPage } from "../../src/explain/explanationPage.ts";
import { readableExplanation } from "../../src/explain/readable.ts";
import { defineCommand } from "../command.ts";
import { engineOptions } from "../engineOptions.ts";
import { workspaceModel } from "../workspaceAdapter.ts";
import { writePage } from "../writePage.ts";
import { openPlace, positionOptions } from "./position.ts";

export const explain = defineCommand({
  name: "explain",
  options: {
    ...positionOptions,
    ...engineOptions,
    explicit: { type: "boolean", help: "as if a person had asked for the suggestion: mid-line and several lines too" },
    layers: { type: "boolean", help: "also what each layer of the model did, which reads the prompt once more" },
    html: { type: "string", argument: "OUT", help: "the same as a page, in one file that loads nothing" },
  },
  async run({ options, global, io, signal }) {
    const { document, offset, sources, root } = await openPlace(options, global);
    const model = await io.loadModel(await workspaceModel(global.model, root, io.log));
    try {
      const deps = {
        ...{ model, cache: new CompletionCache(), sources, settings: defaultCompletionSettings },
        writing: { id: model.status().model, tier: model.tier },
      };
      const request = { document, offset, explicit: options.explicit ?? false, filter: true };
      const result = await completeAt(request, deps, signal);
      if (result.kind === "failed") throw result.error;
      if (result.kind !== "generated" || !result.origin) {
        const { outcome } = result;
        const reason = outcome.kind === "none" ? outcome.reason : "failed";
        const why = WHY_NOTHING[reason];
        if (options.html !== undefined) writePage(options.html, filePage(unexplainedPage(`Not shown: ${why}.`)));
        io.result({ version: 1, path: document.path, outcome: "withheld", reason, why }, `Not shown: ${why}.`);
        return;
      }
      const explainer = new Explainer(result.origin, { model, workspace: sources.workspace, index: sources.index });
      const explanation = await explainer.run(() => {}, signal);
      if (options.layers) {
        if (explainer.tellsLayers) await explainer.layers(signal);
        else explanation.notes.push(explainer.layersMissing);
      }
      if (options.html !== undefined) writePage(options.html, filePage(explanationPage(explanation, "finished")));
      io.result(explanation, readableExplanation(explanation));
    } finally {
      model.dispose();
    }
  },
});
