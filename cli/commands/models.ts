// `sotto models list|verify`: which models there are, and whether their files are whole.

import { listModels, type ModelListing, type VerifyResult, verifyModel } from "../../server/models/catalog.ts";
import { modelCorrupt, modelMissing } from "../../server/protocol/errors.ts";
import { defineCommand, UsageError } from "../command.ts";
import { findModel } from "../model.ts";

export const models = defineCommand({
  name: "models",
  summary: "the model store: list the models, or verify the files of one",
  positionals: "list|verify [ID]",
  options: {},
  async run({ positionals: [action, id, ...more], io }) {
    if (more.length > 0) throw new UsageError(`models ${action} takes no ${more[0]}`);
    if (action === "list") {
      if (id !== undefined) throw new UsageError(`models list takes no ${id}`);
      const found = await listModels();
      io.result({ models: found }, found.map(describe).join("\n"));
    } else if (action === "verify") {
      const chosen = id === undefined ? await listModels() : [await findModel(id)];
      const results = await Promise.all(chosen.map(({ dir }) => verifyModel(dir)));
      io.result(results.length === 1 ? results[0] : { models: results }, results.map(report).join("\n"));
      throwIfDamaged(results);
    } else {
      throw new UsageError(action === undefined ? "models takes list or verify" : `models has no "${action}"`);
    }
  },
});

function describe({ id, name, licence, parameters, sizeBytes, contextLength, vocabSize, dir }: ModelListing): string {
  const facts = [
    `${(parameters / 1e6).toFixed(0)}M weights`,
    `${(sizeBytes / 1e6).toFixed(1)} MB`,
    `${contextLength} positions`,
    `${vocabSize} tokens`,
    licence,
  ];
  return `${id}  ${name}: ${facts.join(", ")}\n  ${dir}`;
}

function report({ id, ok, files, dir }: VerifyResult): string {
  const width = Math.max(...files.map(({ path }) => path.length));
  const lines = files.map(({ path, sizeBytes, state }) => `  ${path.padEnd(width)}  ${sizeBytes} bytes  ${state}`);
  return `${id}: ${ok ? "whole" : "damaged"} (${dir})\n${lines.join("\n")}`;
}

/** The check is the result; that it failed is the command's ending. */
function throwIfDamaged(results: readonly VerifyResult[]): void {
  for (const { dir, files } of results) {
    const bad = files.find(({ state }) => state !== "ok");
    if (bad?.state === "missing") throw modelMissing(`${dir}/${bad.path}`);
    if (bad)
      throw modelCorrupt(
        `${dir}/${bad.path}`,
        bad.state === "altered" ? "its content was altered" : "its size is wrong",
      );
  }
}
