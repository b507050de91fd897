// `sotto context`: the prompt inspector. What would be sent to the model, piece by piece, and what was left out and why.

import { badInput } from "../../common/errors.ts";
import { REFUSALS } from "../../common/rules/refusal.ts";
import { filePage } from "../../pages/page.ts";
import { inspectContext, readableInspection } from "../../src/context/inspection.ts";
import { inspectionPage } from "../../src/context/inspectionPage.ts";
import { refusalToComplete } from "../../src/workspace/workspace.ts";
import { defineCommand, UsageError } from "../command.ts";
import { engineOptions } from "../engineOptions.ts";
import { workspaceModel } from "../workspaceAdapter.ts";
import { writePage } from "../writePage.ts";
import { openPlace, positionOptions } from "./position.ts";

export const context = defineCommand({
  name: "context",
  defaultModel: "auto",
  options: {
    ...positionOptions,
    ...engineOptions,
    compare: { type: "string", argument: "L:C", help: "on the page: what changes from this place of the file" },
    html: { type: "string", argument: "FILE", help: "also writes it as a page, which any browser shows" },
  },
  async run({ options, global, io, signal }) {
    if (options.compare !== undefined && options.html === undefined) throw new UsageError("--compare needs --html");
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
      if (options.html !== undefined) {
        const other = options.compare === undefined ? undefined : await openPlace(otherPlace(options), global);
        const before =
          other &&
          (await inspectContext(
            { ...other, prefix: other.text.slice(0, other.offset), suffix: other.text.slice(other.offset) },
            other.sources,
            model,
            signal,
          ));
        const at = { path: document.path, line: Number(options.line), column: Number(options.column) };
        const { model: id, device } = model.status();
        const goesTo = global.model.engine ? `It would go to ${id} at ${device}` : `It stays on this machine: ${id}`;
        writePage(options.html, filePage(inspectionPage(inspection, { place: at, goesTo, before })));
        io.log(`written to ${options.html}: it holds the prompt, which is code of this workspace`);
      }
      io.result(inspection, readableInspection(inspection));
    } finally {
      model.dispose();
    }
  },
});

/** @throws UsageError */
function otherPlace({ file, compare = "" }: { file?: string; compare?: string }) {
  const [, line, column] = /^(\d+):(\d+)$/.exec(compare) ?? [];
  if (line === undefined) throw new UsageError(`--compare takes LINE:COLUMN, not "${compare}"`);
  return { file, line, column };
}
