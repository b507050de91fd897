// `sotto explain-here`: what is known of the definition around a line, in fixed sentences of facts with links; of TypeScript and JavaScript also what
// the name there is, as the compiler says. Asks no model.

import { badInput } from "../../common/errors.ts";
import { ecmaScriptIds } from "../../common/syntax/languages.ts";
import { afterIndent } from "../../common/syntax/lines.ts";
import { markdownOf } from "../../src/actions/factPage/markdown.ts";
import { hereAt, NOTHING_HERE } from "../../src/actions/here/here.ts";
import type { ToldName } from "../../src/protocol/summary.ts";
import { loadCompiler, shippedCompiler } from "../../src/typescript/loadCompiler.ts";
import { slashed } from "../../src/typescript/projectFiles.ts";
import { Projects } from "../../src/typescript/projects.ts";
import { defineCommand } from "../command.ts";
import { type AskedPlace, openPlace, positionOptions } from "./position.ts";

export const explainHere = defineCommand({
  name: "explain-here",
  options: {
    file: positionOptions.file,
    line: { ...positionOptions.line, help: "a line in the definition, from 1" },
    column: { ...positionOptions.column, help: "where on the line, from 1 (default: its first word)" },
  },
  async run({ options, global, io, signal }) {
    const place = await openPlace({ ...options, column: options.column ?? "1" }, global);
    const { document, offset, sources } = place;
    const named = await nameThere(place, io.log);
    const known = "name" in named && named.name !== "this" ? named : undefined;
    const page = await hereAt(document, offset, sources, signal, known);
    if ("reason" in page)
      throw badInput(`Nothing to explain: ${NOTHING_HERE[page.reason]}.`, "Choose a line of a definition.");
    const isAsked = options.column !== undefined; // of the name at a line's begin nobody has asked
    const told = "name" in named || !isAsked ? page : { ...page, notes: [...page.notes, named.note] };
    io.result(told, markdownOf(told));
  },
});

/** What the name at the place is; or a note why that is not told. */
async function nameThere(
  { document, offset, root, text }: AskedPlace,
  log: (line: string) => void,
): Promise<ToldName | { note: string }> {
  if (!ecmaScriptIds.includes(document.languageId))
    return {
      note: "What the name there is, is told of TypeScript and JavaScript only; in VS Code the language's own extension tells it.",
    };
  const found = loadCompiler({ root, shippedCompiler: shippedCompiler() }, log);
  if (!found) return { note: "What the name there is, is not told: no TypeScript compiler can be asked." };
  const projects = new Projects(found.compiler, { root: slashed(root) });
  try {
    const file = `${slashed(root)}/${document.path}`;
    projects.setText(file, text);
    const reason = await projects.build(file);
    const name = projects.of(file)?.nameAt(file, afterIndent(text, offset));
    if (name) return name;
    return {
      note:
        reason === undefined
          ? "No name that the compiler knows stands there; --column chooses another place of the line."
          : "What the name there is, is not told: the file is in no program of the compiler.",
    };
  } finally {
    projects.dispose();
  }
}
