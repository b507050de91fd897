// `sotto context`: the prompt inspector. What would be sent to the model, piece by piece, and what was left out and why.

import { gather } from "../../src/context/gather.ts";
import { defineCommand } from "../command.ts";
import { openPlace, positionOptions } from "./position.ts";

export const context = defineCommand({
  name: "context",
  summary: "the prompt inspector: what would be sent to the model, and what was left out and why",
  options: positionOptions,
  async run({ options, global, io, signal }) {
    const { document, offset, text, workspace } = await openPlace(options, global);
    const { pieces, dropped } = await gather(document, offset, workspace, signal);
    const model = await io.loadModel(global.model);
    try {
      const inspection = await model.inspect({
        path: document.path,
        languageId: document.languageId,
        prefix: text.slice(0, offset),
        suffix: text.slice(offset),
        pieces,
      });
      const result = { ...inspection, dropped: [...dropped, ...inspection.dropped] };
      io.result(result, readable(result));
    } finally {
      model.dispose();
    }
  },
});

type Inspection = Awaited<ReturnType<import("../model.ts").CliModel["inspect"]>>;

function readable({ pieces, dropped, prompt, tokens }: Inspection): string {
  const sent = pieces.map((piece) => `  ${piece.kind}  ${piece.path}  ${piece.tokens} tokens  ${piece.score}`);
  const left = dropped.map(({ kind, path, reason }) => `  ${kind}  ${path}  ${reason}`);
  return [
    `Sent: ${tokens} tokens`,
    ...sent,
    ...(left.length > 0 ? ["Left out:", ...left] : []),
    "Prompt:",
    prompt,
  ].join("\n");
}
