// `sotto summarise`: the summary of a file as facts with links, and with --model sentences a checked sentence of the model for each export that has
// no docstring.

import { badInput } from "../../common/errors.ts";
import { markdownOf } from "../../src/actions/factPage/markdown.ts";
import { NO_SENTENCES, sentencesFor } from "../../src/actions/summary/sentences.ts";
import { NO_SUMMARY, summaryOf } from "../../src/actions/summary/summary.ts";
import { summaryPage } from "../../src/actions/summary/summaryPage.ts";
import { defineCommand } from "../command.ts";
import { engineOptions } from "../engineOptions.ts";
import { withSeed } from "../model.ts";
import { workspaceModel } from "../workspaceAdapter.ts";
import { openPlace, positionOptions } from "./position.ts";

export const summarise = defineCommand({
  name: "summarise",
  defaultModel: "auto",
  options: {
    file: positionOptions.file,
    "no-model": { type: "boolean", help: "ask no model" },
    ...engineOptions,
  },
  async run({ options, global, io, signal }) {
    const startMs = performance.now();
    const { document, sources, root } = await openPlace({ file: options.file, line: "1", column: "1" }, global);
    const summary = await summaryOf(document, sources, signal);
    if ("reason" in summary)
      throw badInput(`No summary of ${options.file}: ${NO_SUMMARY[summary.reason]}.`, "Choose another file.");
    const written = options["no-model"] ? undefined : await sentences();
    const page = summaryPage(summary, written);
    const told = { sentences: Object.fromEntries(written?.byName ?? []), notes: page.notes };
    io.result({ ...summary, ...told, ms: Math.round(performance.now() - startMs) }, markdownOf(page));

    async function sentences() {
      if (!summary || "reason" in summary || summary.exports.every(({ hasDocstring }) => hasDocstring))
        return NO_SENTENCES;
      const model = withSeed(await io.loadModel(await workspaceModel(global.model, root, io.log)), global.seed);
      try {
        const tell = (_: unknown, done: number, total: number) => io.log(`Sentence ${done} of ${total}`);
        return await sentencesFor(document, summary.exports, { model, sources }, tell, signal);
      } finally {
        model.dispose();
      }
    }
  },
});
