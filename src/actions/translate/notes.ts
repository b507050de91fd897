// What a person is told beside a translation: what was checked, and what was not. Pure.

import { counted } from "../../../common/util/counted.ts";
import type { Translation } from "./translate.ts";

const MOST_TOLD = 3;

/** Sentences, the verdict of the checks first. */
export function notesOf({ target, lines, text, parses, problems, missing, isSmall }: Translation): string[] {
  const places = text.match(/\bTODO\b/g)?.length ?? 0;
  const first = (problems ?? [])
    .slice(0, MOST_TOLD)
    .map(({ line, message }) => `line ${line}: ${message.split("\n")[0]}`);
  return [
    parses
      ? `It parses as ${target.name}.`
      : `Whether it parses was not checked: Sotto has no grammar of ${target.name}.`,
    ...(problems === null
      ? ["It was not compiled."]
      : problems.length === 0
        ? ["The checker finds nothing wrong with it."]
        : [
            `The checker finds ${counted(problems.length, "problem")} in it: ${first.join("; ")}${problems.length > MOST_TOLD ? "; …" : "."}`,
          ]),
    ...(missing.length > 0 ? [`Not named in it: ${missing.join(", ")}.`] : []),
    ...(places > 0 ? [`It has ${counted(places, "TODO")}.`] : []),
    "No test was run.",
    ...(lines.isWider ? [`Whole lines were translated: ${lines.firstLine + 1} to ${lines.lastLine + 1}.`] : []),
    ...(isSmall ? ["A model below 1.5 billion parameters has written this: expect that it is wrong."] : []),
    "A model has written this. Whether it does the same, only you can tell.",
  ];
}
