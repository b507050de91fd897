// `sotto pieces`: what the types ask for on a line and nobody has written yet; with --write one of them is put into the file.

import path from "node:path";
import { badInput } from "../../common/errors.ts";
import { hasPieces, piecesAt } from "../../src/actions/pieces/piecesAt.ts";
import { loadCompiler, shippedCompiler } from "../../src/typescript/loadCompiler.ts";
import { NO_PIECE, PIECE_KINDS, type Piece } from "../../src/typescript/pieces/piece.ts";
import { withChanges } from "../../src/typescript/problems.ts";
import { slashed } from "../../src/typescript/projectFiles.ts";
import { Projects } from "../../src/typescript/projects.ts";
import type { OpenDocument } from "../../src/workspace/documents.ts";
import { defineCommand, required, UsageError } from "../command.ts";
import { writeEdits } from "../sourceFile.ts";
import { openPlace, positionOptions } from "./position.ts";

export const pieces = defineCommand({
  name: "pieces",
  options: {
    file: positionOptions.file,
    line: { type: "string", argument: "L", help: "the line that begins what lacks something, or stands in it; from 1" },
    kind: { type: "string", argument: "K", help: `only this kind: ${PIECE_KINDS.join(", ")}` },
    write: { type: "boolean", help: "put the first of them into the file" },
  },
  async run({ options, global, io }) {
    const line = required(options.line, "line");
    const { kind } = options;
    if (kind !== undefined && !PIECE_KINDS.some((known) => known === kind))
      throw new UsageError(`--kind takes one of ${PIECE_KINDS.join(", ")}, not "${kind}"`);
    const { document, root, sources, offset } = await openPlace({ file: options.file, line, column: "1" }, global);
    if (!hasPieces(document.languageId))
      throw badInput(
        `${options.file} is neither TypeScript, JavaScript nor Python.`,
        "Other languages have no pieces yet.",
      );
    const projects = document.languageId === "python" ? undefined : projectsOf(root, io.log);
    try {
      const startMs = performance.now();
      const open = () => projects?.checkerOf(`${slashed(root)}/${document.path}`, document.text.getText());
      const found = await piecesAt(document, { start: offset, end: offset }, sources, open);
      const ms = Math.round(performance.now() - startMs);
      const all = "reason" in found ? [] : found.pieces;
      const refused = "reason" in found ? [] : found.refused;
      const asked = all.filter((piece) => kind === undefined || piece.kind === kind);
      const [first] = asked;
      const reason =
        "reason" in found ? found.reason : first ? undefined : `nothing of the kind ${kind} is missing there`;
      if (options.write && first) writeEdits(path.join(root, document.path), document.text.getText(), first.changes);
      const outcome = !first ? "none" : options.write ? "written" : "offered";
      const told = asked.map((piece) => described(document, piece));
      io.result({ outcome, ...(reason !== undefined && { reason }), pieces: told, refused, ms }, readable());

      function readable(): string {
        if (!first) return `No piece: ${reason}.`;
        if (options.write) return `${first.title}: written.`;
        const shown = told.map(
          ({ title, added, mends }) => `${title}${mends > 0 ? ` (mends ${mends})` : ""}\n${added}`,
        );
        return [...shown, ...refused.map((one) => `No ${one.kind}: ${NO_PIECE[one.reason]}.`)].join("\n\n");
      }
    } finally {
      projects?.dispose();
    }
  },
});

/** @throws UserError where there is no compiler */
function projectsOf(root: string, log: (message: string) => void): Projects {
  const found = loadCompiler({ root, shippedCompiler: shippedCompiler() }, log);
  if (!found) throw badInput(`${root} has no TypeScript that Sotto can ask.`, "Install typescript 4.7 to 6 there.");
  return new Projects(found.compiler, { root: slashed(root) });
}

function described({ text }: OpenDocument, { kind, title, changes, mended }: Piece) {
  const whole = text.getText();
  const edits = changes.map(({ start, end, newText }) => {
    const [from, to] = [text.positionAt(start), text.positionAt(end)];
    const place = { startLine: from.line + 1, startColumn: from.character + 1 };
    return { ...place, endLine: to.line + 1, endColumn: to.character + 1, newText };
  });
  const added = changes
    .toSorted((a, b) => a.start - b.start)
    .map((one) => addedLines(whole, withChanges(whole, [one])));
  return { kind, title, edits, mends: mended.length, added: added.join("\n  …\n") };
}

/** The lines of a text that another one has not, as a person reads a diff. */
function addedLines(before: string, after: string): string {
  const [was, is] = [before.split("\n"), after.split("\n")];
  let head = 0;
  while (head < was.length && was[head] === is[head]) head++;
  let tail = 0;
  while (tail < was.length - head && tail < is.length - head && was.at(-1 - tail) === is.at(-1 - tail)) tail++;
  return is
    .slice(head, is.length - tail)
    .map((line) => `+ ${line}`)
    .join("\n");
}
