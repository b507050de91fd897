// `sotto explain-here`: what is known of the definition around a line, in fixed sentences of facts with links. Asks no model.

import { badInput } from "../../common/errors.ts";
import { markdownOf } from "../../src/actions/factPage/markdown.ts";
import { hereAt, NOTHING_HERE } from "../../src/actions/here/here.ts";
import { defineCommand } from "../command.ts";
import { openPlace, positionOptions } from "./position.ts";

export const explainHere = defineCommand({
  name: "explain-here",
  options: {
    file: positionOptions.file,
    line: { ...positionOptions.line, help: "a line in the definition, from 1" },
    column: { ...positionOptions.column, help: "where on the line, from 1 (default: its first word)" },
  },
  async run({ options, global, io, signal }) {
    const { document, offset, sources } = await openPlace({ ...options, column: options.column ?? "1" }, global);
    const page = await hereAt(document, offset, sources, signal);
    if ("reason" in page)
      throw badInput(`Nothing to explain: ${NOTHING_HERE[page.reason]}.`, "Choose a line of a definition.");
    io.result(page, markdownOf(page));
  },
});
