// `sotto complete`: one completion at a position, through the same code path as in the editor.

import { CompletionCache } from "../../src/completion/cache.ts";
import { complete as completeAt } from "../../src/completion/complete.ts";
import { repeatedIn, repeatsWords } from "../../src/completion/repeatedCode.ts";
import { defaultCompletionSettings } from "../../src/completion/settings.ts";
import { openTrainingIndex } from "../../src/index/copies/openTrainingIndex.ts";
import { defineCommand, wholeNumber } from "../command.ts";
import { engineOptions } from "../engineOptions.ts";
import { withSeed } from "../model.ts";
import { writeRecording } from "../replay/writeRecording.ts";
import { workspaceModel } from "../workspaceAdapter.ts";
import { openPlace, positionOptions } from "./position.ts";

export const complete = defineCommand({
  name: "complete",
  defaultModel: "auto",
  options: {
    ...positionOptions,
    ...engineOptions,
    explicit: { type: "boolean", help: "as if a person had asked for it: mid-line and several lines too" },
    alternatives: { type: "string", argument: "N", help: "up to N suggestions, the likeliest first (default: 1)" },
    record: { type: "string", argument: "FILE", help: "writes what the text depends on to FILE, for `sotto replay`" },
    "no-filter": { type: "boolean", help: "the text as the model wrote it" },
  },
  async run({ options, global, io, signal }) {
    const { document, offset, sources, root } = await openPlace(options, global);
    const most = wholeNumber(options.alternatives, "alternatives", 1) ?? 1;
    const model = withSeed(await io.loadModel(await workspaceModel(global.model, root, io.log)), global.seed);
    try {
      const startMs = performance.now();
      const result = await completeAt(
        { document, offset, explicit: options.explicit ?? false, filter: !options["no-filter"] },
        {
          ...{ model, cache: new CompletionCache(), sources, settings: defaultCompletionSettings },
          writing: { id: model.status().model, tier: model.tier },
          trainedOn: openTrainingIndex(io.log),
        },
        signal,
      );
      const more = most > 1 && result.kind === "generated" ? ((await result.more?.(most - 1, signal)) ?? []) : [];
      const totalMs = performance.now() - startMs;
      if (result.kind === "failed") throw result.error;

      const { outcome } = result;
      if (options.record !== undefined) {
        const at = { line: Number(options.line), column: Number(options.column) };
        const { path, languageId } = document;
        const place = { path, languageId, ...at, asked: options.explicit ?? false };
        writeRecording(options.record, { result, place, settings: defaultCompletionSettings }, io.log);
      }
      const { generation, contextMs = 0 } = result.kind === "generated" ? result : {};
      const shown = outcome.kind === "shown" ? outcome : undefined;
      const text = shown?.items[0].text ?? "";
      const reason = outcome.kind === "none" ? outcome.reason : null;
      const repeats = repeatedIn(outcome);
      if (repeats) io.log(`Licence guard: the suggestion ${repeatsWords(repeats)}.`);
      const { model: id, adapterName, device } = model.status();
      io.result(
        {
          outcome: outcome.kind,
          text,
          ...(most > 1 && { alternatives: more.map((item) => item.text) }),
          reason,
          ...(repeats && { repeats }),
          stop: generation?.stop ?? null,
          source: shown?.source ?? null,
          tokens: generation?.tokens ?? { prompt: 0, cached: 0, generated: 0 },
          timingMs: {
            context: rounded(contextMs),
            queue: rounded(generation?.timingMs.queue ?? 0),
            prefill: rounded(generation?.timingMs.prefill ?? 0),
            decode: rounded(generation?.timingMs.decode ?? 0),
            total: rounded(totalMs),
          },
          model: id,
          adapter: adapterName ?? null,
          device,
        },
        reason === null ? [text, ...more.map((item) => item.text)].join("\n--\n") : `nothing is shown: ${reason}`,
      );
    } finally {
      model.dispose();
    }
  },
});

const rounded = (ms: number): number => Math.round(ms * 10) / 10;
