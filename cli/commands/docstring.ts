// `sotto docstring`: the docstring of the definition around a line, as the editor offers it, or those of everything that a file exports; with
// --write they are inserted into the file.

import path from "node:path";
import { badInput } from "../../common/errors.ts";
import { docstringAt, NO_DOCSTRING } from "../../src/actions/docstring/docstring.ts";
import { documentFile, type OnDefinition } from "../../src/actions/docstring/documentFile.ts";
import type { StyleName } from "../../src/actions/docstring/styles/style.ts";
import { isStyleOf, styleNames } from "../../src/actions/docstring/styles/styleOf.ts";
import type { OpenDocument } from "../../src/workspace/documents.ts";
import { defineCommand, UsageError } from "../command.ts";
import { engineOptions } from "../engineOptions.ts";
import { withSeed } from "../model.ts";
import { writeEdit, writeEdits } from "../sourceFile.ts";
import { workspaceModel } from "../workspaceAdapter.ts";
import { openPlace, positionOptions } from "./position.ts";

export const docstring = defineCommand({
  name: "docstring",
  defaultModel: "auto",
  options: {
    file: positionOptions.file,
    line: { ...positionOptions.line, help: "a line, from 1; with --all only what is around it" },
    all: {
      type: "boolean",
      help: "of all that the file exports and that has none, or of a definition and its members",
    },
    style: { type: "string", argument: "STYLE", help: `${styleNames.join(", ")} (default: the file's own)` },
    write: { type: "boolean", help: "put it into the file" },
    ...engineOptions,
  },
  async run({ options, global, io, signal }) {
    const style = styleFrom(options.style);
    if (options.line === undefined && !options.all) throw new UsageError("--line or --all is needed");
    const place = { file: options.file, line: options.line ?? "1", column: "1" };
    const { document, offset, sources, root } = await openPlace(place, global);
    if (style && !isStyleOf(style, document.languageId))
      throw badInput(`${style} is no style of ${document.languageId}.`, "Leave --style out, or choose another one.");
    const model = withSeed(await io.loadModel(await workspaceModel(global.model, root, io.log)), global.seed);
    try {
      const startMs = performance.now();
      if (options.all) {
        const around = options.line === undefined ? undefined : offset;
        const tell: OnDefinition = ({ name, done, total }) => io.log(`${done + 1} of ${total}: ${name}`);
        const found = await documentFile({ document, around, style }, { model, sources }, tell, signal);
        const write = options.write === true && "edits" in found && found.edits.length > 0;
        const edits = write ? found.edits.map(({ edit }) => edit) : [];
        if (write) writeEdits(path.join(root, document.path), document.text.getText(), edits);
        return io.result(...toldOf(found, document, write, Math.round(performance.now() - startMs)));
      }
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

/** The result as JSON, and as text for a person. */
function toldOf(
  found: Awaited<ReturnType<typeof documentFile>>,
  { text }: OpenDocument,
  written: boolean,
  ms: number,
): [object, string] {
  if ("reason" in found) {
    const nothing = { outcome: "none", reason: found.reason, docstrings: [], left: [], ms };
    return [nothing, `No docstrings: ${NO_DOCSTRING[found.reason]}.`];
  }
  const docstrings = found.edits.map(({ name, edit }) => {
    return { name, line: text.positionAt(edit.start).line + 1, text: edit.newText.trim() };
  });
  const outcome = docstrings.length === 0 ? "none" : written ? "written" : "offered";
  const lines = [
    ...docstrings.map((one) => `${one.line}: ${one.name}\n${one.text}`),
    ...found.left.map(({ name, reason }) => `${name}: ${NO_DOCSTRING[reason]}`),
  ];
  return [{ outcome, reason: null, docstrings, left: found.left, ms }, lines.join("\n")];
}
