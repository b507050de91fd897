// `sotto translate`: code of a file written anew in another language by a model, with what was checked. Prints it; with --write OUT it becomes a new
// file, never one that is there.

import { existsSync, writeFileSync } from "node:fs";
import { badInput } from "../../common/errors.ts";
import { codeLanguageNamed, codeLanguages } from "../../common/syntax/codeLanguages.ts";
import { notesOf } from "../../src/actions/translate/notes.ts";
import { NO_TRANSLATION, translated } from "../../src/actions/translate/translate.ts";
import { defineCommand, required, UsageError } from "../command.ts";
import { engineOptions } from "../engineOptions.ts";
import { hintOf, loadInstructed, WRITTEN_FILTERS } from "../instructedModel.ts";
import { checkerIfAny } from "../openedChecker.ts";
import { endOfLine, linesFrom, openPlace, positionOptions } from "./position.ts";

export const translate = defineCommand({
  name: "translate",
  defaultModel: "auto",
  options: {
    file: positionOptions.file,
    lines: { type: "string", argument: "A-B", help: "the lines to translate, from 1 (default: the whole file)" },
    to: { type: "string", argument: "LANGUAGE", help: "the other language: python, ts, C#, …" },
    write: { type: "string", argument: "OUT", help: "write it to this file, which must not be there yet" },
    "small-model": { type: "boolean", help: "ask a model below 1.5B too, which translates badly" },
    ...engineOptions,
  },
  async run({ options, global, io, signal }) {
    const to = required(options.to, "to");
    if (!codeLanguageNamed(to))
      throw new UsageError(`--to takes a language (${codeLanguages.map(({ id }) => id).join(", ")}), not "${to}"`);
    const { write: out } = options;
    refuseIfThere(out);
    const [first, last] = options.lines === undefined ? [1, undefined] : linesFrom(options.lines);
    const place = { file: options.file, line: String(first), column: "1" };
    const { document, root, text, sources, offset: start } = await openPlace(place, global);
    const end = last === undefined ? text.length : endOfLine(text, last);
    const allowsSmall = options["small-model"] === true;
    const startMs = performance.now();
    const model = await loadInstructed(io, global, allowsSmall);
    let opened: Awaited<ReturnType<typeof checkerIfAny>>;
    try {
      const deps = {
        ...{ model, sources, filters: WRITTEN_FILTERS, allowsSmall },
        checkerOf: async (beside: typeof document) => {
          opened = await checkerIfAny(beside, root, sources, io.log);
          return opened?.checker;
        },
      };
      const found = await translated({ document, part: { start, end }, to }, deps, signal);
      const ms = Math.round(performance.now() - startMs);
      if (found.kind === "none") {
        const { reason, answers } = found;
        const why = NO_TRANSLATION[reason];
        const refused = { outcome: "none", reason, why, text: "", answers, ms };
        return io.result(refused, `No translation: ${why}.${hintOf(reason)}`);
      }
      const { translation } = found;
      for (const note of notesOf(translation)) io.log(note);
      if (out !== undefined) writeNew(out, translation.text);
      const { parses, problems, missing, target, lines } = translation;
      const compiles = problems && problems.length === 0;
      const facts = { language: target.id, firstLine: lines.firstLine + 1, lastLine: lines.lastLine + 1, missing };
      const checked = { parses, compiles, problems, tests: null };
      const outcome = out === undefined ? "offered" : "written";
      io.result(
        { outcome, reason: null, text: translation.text, ...facts, checked, model: translation.model ?? null, ms },
        out === undefined ? translation.text : `Written to ${out}.`,
      );
    } finally {
      model.dispose();
      opened?.dispose();
    }
  },
});

/** Before the model works. @throws UserError */
function refuseIfThere(out: string | undefined): void {
  if (out !== undefined && existsSync(out)) throw badInput(`${out} is there already.`, "Name a new file with --write.");
}

/** @throws UserError where it is there by now, or cannot be written */
function writeNew(out: string, text: string): void {
  try {
    writeFileSync(out, text, { flag: "wx" });
  } catch (error) {
    refuseIfThere(out);
    throw badInput(`${out} cannot be written: ${(error as Error).message}.`, "Choose another file.");
  }
}
