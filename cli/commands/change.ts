// `sotto change`: lines of a file, changed by a model as an instruction asks. Prints a diff; with --write the lines are replaced in the file.

import path from "node:path";
import { changeLines, NO_CHANGE, SMALL_MODEL_WARNING } from "../../src/actions/change/change.ts";
import { defineCommand, required, UsageError } from "../command.ts";
import { engineOptions } from "../engineOptions.ts";
import { hintOf, loadInstructed, WRITTEN_FILTERS } from "../instructedModel.ts";
import { checkerIfAny } from "../openedChecker.ts";
import { patchOf } from "../patch.ts";
import { writeEdit } from "../sourceFile.ts";
import { endOfLine, linesFrom, openPlace, positionOptions } from "./position.ts";

export const change = defineCommand({
  name: "change",
  defaultModel: "auto",
  positionals: "INSTRUCTION",
  options: {
    file: positionOptions.file,
    lines: { type: "string", argument: "A-B", help: "the lines to change, from 1" },
    write: { type: "boolean", help: "put the change into the file" },
    "small-model": {
      type: "boolean",
      help: "ask a model below 1.5B too: of 60 changes, 5 came out as meant",
    },
    ...engineOptions,
  },
  async run({ options, positionals, global, io, signal }) {
    if (positionals.length !== 1) throw new UsageError("give one instruction, in quotation marks");
    const [instruction] = positionals;
    const [first, last] = linesFrom(required(options.lines, "lines"));
    const allowsSmall = options["small-model"] === true;
    const place = { file: options.file, line: String(first), column: "1" };
    const { document, root, text, sources, offset: start } = await openPlace(place, global);
    const end = endOfLine(text, last);
    const startMs = performance.now();
    const opened = await checkerIfAny(document, root, sources, io.log);
    const model = await loadInstructed(io, global, allowsSmall);
    try {
      const deps = { model, sources, checker: opened?.checker, filters: WRITTEN_FILTERS, allowsSmall };
      const found = await changeLines({ document, start, end, instruction }, deps, signal);
      const ms = Math.round(performance.now() - startMs);
      if (found.kind === "none") {
        const { reason, answers } = found;
        const why = NO_CHANGE[reason];
        return io.result(
          { outcome: "none", reason, why, diff: "", answers, ms },
          `No change: ${why}.${hintOf(reason)}`,
        );
      }
      const { edit, lines, isChecked, isSmall, model: by } = found;
      if (lines.isWider) io.log(`Whole lines were changed: ${lines.firstLine + 1} to ${lines.lastLine + 1}.`);
      if (!isChecked) io.log("It parses; no compiler has checked it.");
      if (isSmall) io.log(SMALL_MODEL_WARNING);
      io.log("A model has written this. Whether it is what you meant, only you can tell.");
      if (options.write) writeEdit(path.join(root, document.path), text, edit);
      const diff = patchOf(document.path, text, edit);
      const outcome = options.write ? "written" : "offered";
      const facts = { firstLine: lines.firstLine + 1, lastLine: lines.lastLine + 1, newText: edit.newText };
      const checked = { parses: true, compiles: isChecked ? true : null };
      io.result({ outcome, reason: null, diff, ...facts, checked, model: by ?? null, ms }, diff);
    } finally {
      model.dispose();
      opened?.dispose();
    }
  },
});
