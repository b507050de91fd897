// `sotto context`: the prompt inspector. What would be sent to the model, piece by piece, and what was left out and why.

import { REFUSALS } from "../../common/rules/refusal.ts";
import { badInput } from "../../server/protocol/errors.ts";
import { gather, type RedactedText } from "../../src/context/gather.ts";
import { ownText } from "../../src/context/ownText.ts";
import { refusalToComplete } from "../../src/context/workspace.ts";
import { defineCommand } from "../command.ts";
import { openPlace, positionOptions } from "./position.ts";

export const context = defineCommand({
  name: "context",
  summary: "the prompt inspector: what would be sent to the model, and what was left out and why",
  options: positionOptions,
  async run({ options, global, io, signal }) {
    const { document, offset, text, workspace } = await openPlace(options, global);
    const ignored = await refusalToComplete(document.path, workspace);
    if (ignored !== undefined)
      throw badInput(
        `Nothing would be sent for ${document.path}: ${REFUSALS[ignored]}.`,
        "Choose another file, or change the ignore file that names it.",
      );
    const { pieces, dropped, redacted } = await gather(document, offset, workspace, signal);
    const own = ownText(text.slice(0, offset), text.slice(offset));
    if (Object.keys(own.found).length > 0) redacted.push({ path: document.path, found: own.found });
    const model = await io.loadModel(global.model);
    try {
      const inspection = await model.inspect({
        path: document.path,
        languageId: document.languageId,
        prefix: own.prefix,
        suffix: own.suffix,
        pieces,
      });
      const result = { ...inspection, dropped: [...dropped, ...inspection.dropped], redacted };
      io.result(result, readable(result));
    } finally {
      model.dispose();
    }
  },
});

type Inspection = Awaited<ReturnType<import("../model.ts").CliModel["inspect"]>>;

function readable({ pieces, dropped, redacted, prompt, tokens }: Inspection & { redacted: RedactedText[] }): string {
  const sent = pieces.map((piece) => `  ${piece.kind}  ${piece.path}  ${piece.tokens} tokens  ${piece.score}`);
  const left = dropped.map(({ kind, path, reason }) => `  ${kind}  ${path}  ${reason}`);
  const secrets = redacted.map(({ path, found }) => {
    const rules = Object.entries(found).map(([rule, count]) => `${count} ${rule}`);
    return `  ${path}  ${rules.join(", ")}`;
  });
  return [
    `Sent: ${tokens} tokens`,
    ...sent,
    ...(left.length > 0 ? ["Left out:", ...left] : []),
    ...(secrets.length > 0 ? ["Secrets redacted:", ...secrets] : []),
    "Prompt:",
    prompt,
  ].join("\n");
}
