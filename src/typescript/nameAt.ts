// What the compiler says of a name in a file: its type, and where it is defined. Asks the language service only; changes nothing.

import type ts from "typescript";
import type { Compiler } from "./compiler.ts";

export interface KnownName {
  name: string;
  /** As the compiler writes it: `const rate: number`. */
  type?: string;
  /** Where it is defined, in the workspace; lines from 1. */
  places: { path: string; line: number }[];
  /** Files outside of the workspace that define it, by their names. */
  outside: string[];
}

const MOST_PLACES = 5;
const MOST_TYPE_UNITS = 400;

/**
 * @param root of the workspace, whose files are places; others are told by their names
 * @param offset in the name, or at its end, in UTF-16 units
 * @returns undefined where no name stands, or the compiler knows nothing about it
 */
export function nameAt(
  compiler: Compiler,
  service: ts.LanguageService,
  { root, file, offset }: { root: string; file: string; offset: number },
): KnownName | undefined {
  const program = service.getProgram();
  const source = program?.getSourceFile(file);
  if (!program || !source) return undefined;
  const found = service.getQuickInfoAtPosition(file, offset);
  const { start, length } = found?.textSpan ?? { start: offset, length: 0 };
  const name = source.text.slice(start, start + length);
  if (!found || !compiler.isIdentifierStart(name.codePointAt(0) ?? 0, compiler.ScriptTarget.ESNext)) return undefined;
  const flat = compiler
    .displayPartsToString(found.displayParts)
    .replace(/\nimport [^\n]*$/, "") // of a name that is imported
    .replace(/\s+/g, " ")
    .trim();
  const type = flat.length > MOST_TYPE_UNITS ? `${flat.slice(0, MOST_TYPE_UNITS)} …` : flat;
  const defined = (service.getDefinitionAtPosition(file, offset) ?? []).slice(0, MOST_PLACES);
  const isInside = ({ fileName }: ts.DefinitionInfo) =>
    fileName.startsWith(`${root}/`) && !fileName.includes("/node_modules/");
  const lineOf = ({ fileName, textSpan }: ts.DefinitionInfo) =>
    (program.getSourceFile(fileName)?.getLineAndCharacterOfPosition(textSpan.start).line ?? 0) + 1;
  return {
    name,
    ...(type !== "" && { type }),
    places: defined.filter(isInside).map((one) => ({ path: one.fileName.slice(root.length + 1), line: lineOf(one) })),
    outside: [
      ...new Set(
        defined.filter((one) => !isInside(one)).map(({ fileName }) => fileName.slice(fileName.lastIndexOf("/") + 1)),
      ),
    ],
  };
}
