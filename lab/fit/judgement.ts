// Judges a suggestion by the TypeScript compiler: which of its names and members are unknown, without those of the expected text. A case alone is
// a single file (the library is known, imports have the type any: chunks of other files are no modules); this repository's own cases and those of
// its dependencies are judged in their whole projects. Uses the compiler's diagnostics, not the product's own check.

import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import type { EvaluationCase } from "../../cli/evaluation/cases.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import type { UnknownSymbol } from "../../src/completion/symbols/symbolCheck.ts";
import { slashed } from "../../src/typescript/projectFiles.ts";
import { Projects } from "../../src/typescript/projects.ts";
import { unresolvedByDiagnostics } from "../../src/typescript/unresolvedByDiagnostics.ts";

/** Where a case is judged: a folder, the file in it, and the whole text with the expected part at its place. */
interface Setting {
  root: string;
  file: string;
  text: string;
  offset: number; // UTF-16 units, of the expected text
}

export interface Judgement {
  id: string;
  text: string;
  unknown: UnknownSymbol[]; // by the compiler's diagnostics, the expected text's left out
  refused: readonly UnknownSymbol[]; // what the product's own check would not show it for
}

/** A folder that does not exist, so that no files surround a case. */
const NOWHERE = "/judged";

/** How much text before the cursor identifies a place in its file, in UTF-16 units. */
const TELLING_CHARS = 300;

const repository = slashed(packageRoot(import.meta.dirname));

/** What a suggestion brings that the expected text does not; undefined where the case cannot be judged. */
export async function judge(value: EvaluationCase, text: string): Promise<Judgement | undefined> {
  const { expected, movedBreak = "" } = value;
  if (value.language !== "typescript" || expected === null) return undefined;
  const { root, file, text: whole, offset } = ownSetting(value) ?? singleFile(value);
  const projects = new Projects(ts, { root });
  projects.setText(file, whole);
  if (await projects.build(file)) return undefined;
  const unknownWith = (
    inserted: string,
    range: (all: { start: number; end: number }) => { start: number; end: number },
  ) =>
    projects
      .of(file)!
      .inserted(
        file,
        { offset, text: inserted, replaceAfter: expected.length + movedBreak.length },
        (program, source, written) => unresolvedByDiagnostics(ts, program, source, range({ ...written })),
      ) ?? [];
  const known = unknownWith(expected + movedBreak, () => ({ start: 0, end: Number.POSITIVE_INFINITY }));
  const brought = unknownWith(text, (written) => written);
  const suggestion = { offset, text, replaceAfter: expected.length + movedBreak.length };
  const answer = projects.unknownIn(file, suggestion);
  projects.dispose();
  const isNew = ({ name, kind }: UnknownSymbol) => !known.some((it) => it.name === name && it.kind === kind);
  return {
    id: value.id,
    text,
    unknown: brought.filter(isNew).map(({ name, kind }) => ({ name, kind })),
    refused: "unknown" in answer ? answer.unknown : [],
  };
}

function singleFile({ path: file, prefix, expected, movedBreak = "", suffix }: EvaluationCase): Setting {
  const rest = suffix.slice(movedBreak.length);
  return {
    root: NOWHERE,
    file: `${NOWHERE}/${file}`,
    text: prefix + expected + movedBreak + rest,
    offset: prefix.length,
  };
}

/** Of a case that lab/evaluate/makeOwnCases.ts cut out of a file that is here; where the file has changed since, the case's text in its place. */
function ownSetting(value: EvaluationCase): Setting | undefined {
  const { id, source, path: file, prefix, expected, movedBreak = "" } = value;
  if (!id.startsWith("own/")) return undefined;
  const name = source.replace(/@[^@]*$/, "");
  const root = name === "sotto" ? repository : `${repository}/node_modules/${name}`;
  const text = textOf(path.join(root, file));
  const before = prefix.slice(-TELLING_CHARS);
  const at = text?.indexOf(before + expected + movedBreak) ?? -1;
  if (text === undefined || at === -1) return { ...singleFile(value), root, file: `${root}/${file}` };
  return { root, file: `${root}/${file}`, text, offset: at + before.length };
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").replaceAll("\r\n", "\n");
  } catch {
    return undefined; // it has moved
  }
}
