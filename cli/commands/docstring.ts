// `sotto docstring`: the docstring of the definition around a line, as the editor offers it; with --write it is put into the file.

import path from "node:path";
import { badInput } from "../../server/protocol/errors.ts";
import { docstringAt, NO_DOCSTRING } from "../../src/actions/docstring/docstring.ts";
import type { StyleName } from "../../src/actions/docstring/styles/style.ts";
import { isStyleOf, styleNames } from "../../src/actions/docstring/styles/styleOf.ts";
import { defineCommand, UsageError } from "../command.ts";
import { withSeed } from "../model.ts";
import { writeEdit } from "../sourceFile.ts";
import { workspaceModel } from "../workspaceAdapter.ts";
import { openPlace, positionOptions } from "./position.ts";

export const docstring = defineCommand({
  name: "docstring",
  summary: "the docstring of the definition around a line, checked against its signature",
  options: {
    file: positionOptions.file,
    line: positionOptions.line,
    style: { type: "string", argument: "STYLE", help: `${styleNames.join(", ")} (default: the file's own)` },
    write: { type: "boolean", help: "put it into the file" },
  },
  async run({ options, global, io, signal }) {
    const style = styleFrom(options.style);
    const { document, offset, sources, root } = await openPlace({ ...options, column: "1" }, global);
    if (style && !isStyleOf(style, document.languageId))
      throw badInput(`${style} is no style of ${document.languageId}.`, "Leave --style out, or choose another one.");
    const model = withSeed(await io.loadModel(workspaceModel(global.model, root, io.progress)), global.seed);
    try {
      const startMs = performance.now();
      const outcome = await docstringAt({ document, offset, style }, { model, sources }, signal);
      const ms = Math.round(performance.now() - startMs);
      if (outcome.kind === "none") {
        const { reason, faults } = outcome;
        const nothing = { outcome: "none", reason, text: "", style: null, checked: null, faults, ms };
        return io.result(nothing, `No docstring: ${NO_DOCSTRING[reason]}.`);
      }
      const { text, checked, edit, faults } = outcome;
      if (options.write) writeEdit(path.join(root, document.path), document.text.getText(), edit);
      const facts = { reason: null, text, style: outcome.style, checked, faults, ms };
      io.result({ outcome: options.write ? "written" : "offered", ...facts }, text);
    } finally {
      model.dispose();
    }
  },
});

/** @throws UsageError */
function styleFrom(given: string | undefined): StyleName | undefined {
  if (given === undefined) return undefined;
  const style = styleNames.find((name) => name === given);
  if (!style) throw new UsageError(`--style takes ${styleNames.join(", ")}, not "${given}"`);
  return style;
}
