// Whether files parse no worse with the places changed. Pure but for the trees that it keeps.

import { countErrors } from "../../../common/syntax/errors.ts";
import { withChanges } from "../../typescript/problems.ts";
import type { RecentTrees } from "./trees.ts";
import type { NextEditFile, Place } from "./types.ts";

/** The file's text with the places that lie in it. */
export const withPlaces = ({ uri, text }: NextEditFile, places: readonly Place[]): string =>
  withChanges(
    text,
    places.flatMap((place) => (place.uri === uri ? [{ ...place.range, newText: place.newText }] : [])),
  );

/** Why the file must not be changed so; undefined where it parses no worse than before. */
export function faultOfPlaces(
  file: NextEditFile,
  places: readonly Place[],
  trees: RecentTrees,
): "noTree" | "newProblems" | undefined {
  const tree = trees.of(file);
  if (!tree) return "noTree";
  const before = countErrors(tree);
  const changed = trees.of({ ...file, text: withPlaces(file, places) });
  if (!changed) return "noTree";
  const after = countErrors(changed);
  return after.capped || after.count > before.count ? "newProblems" : undefined;
}
