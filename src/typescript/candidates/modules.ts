// `./utlis` → `./utils`: the path of an import that nearly exists, among the files of the program.

import type ts from "typescript";
import { editDistance, mostDiffering } from "../../../common/util/editDistance.ts";
import type { Draft } from "./candidate.ts";
import type { Places } from "./places.ts";

const MOST_PATHS = 3;
const SOURCE_END = /(\.d)?\.[cm]?[jt]sx?$/;

/** @param files absolute paths that may be imported, with forward slashes */
export function nearModules(places: Places, node: ts.Node, files: readonly string[]): Draft[] {
  const { source } = places;
  if (!places.compiler.isStringLiteral(node) || !/^\.\.?\//.test(node.text)) return [];
  const wrong = node.text;
  const ending = /\.[cm]?[jt]sx?$/.exec(wrong)?.[0] ?? "";
  const folder = source.fileName.slice(0, source.fileName.lastIndexOf("/"));
  const near = [
    ...new Set(files.filter((file) => file !== source.fileName).map((file) => specifierOf(file, folder, ending))),
  ]
    .map((specifier) => ({ specifier, distance: distanceOf(wrong, specifier) }))
    .filter(({ distance }) => distance <= mostDiffering(wrong))
    .toSorted((a, b) => a.distance - b.distance || a.specifier.length - b.specifier.length)
    .slice(0, MOST_PATHS);
  const quote = source.text[node.getStart(source)]!;
  return near.map(({ specifier, distance }) => {
    const why = near.length === 1 ? "the only file like it" : "a file whose path is nearly alike";
    return { kind: "nearModule", changes: places.replaced(node, `${quote}${specifier}${quote}`), why, distance };
  });
}

/** Letters that differ; a file that lies elsewhere under the same name is as near as a slip. */
function distanceOf(wrong: string, specifier: string): number {
  const name = (path: string) => path.slice(path.lastIndexOf("/") + 1);
  return name(wrong) === name(specifier) ? 1 : editDistance(wrong, specifier);
}

function specifierOf(file: string, folder: string, ending: string): string {
  const [from, to] = [folder.split("/"), file.replace(SOURCE_END, ending).split("/")];
  let common = 0;
  while (common < from.length && common < to.length - 1 && from[common] === to[common]) common++;
  const up = from.length - common;
  const path = `${up === 0 ? "./" : "../".repeat(up)}${to.slice(common).join("/")}`;
  return ending === "" ? path.replace(/\/index$/, "") : path;
}
