// A place from a drawing with a cursor, for tests of what works on places.

import { createParsers } from "../../../common/syntax/parsers.ts";
import { type Place, placeOf } from "../../../src/completion/place.ts";
import { openDocument } from "../../../src/workspace/documents.ts";

const parsers = await createParsers("native");

/** @throws Error when nothing can be suggested there */
export function placeAt(cursor: string, languageId = "typescript", uri = "file:///w/a"): Place {
  const [before, after] = cursor.split("│") as [string, string];
  const document = openDocument({ uri, path: "a", languageId, text: before + after }, parsers);
  const place = placeOf({ document, offset: before.length });
  if (typeof place === "string") throw new Error(place);
  return place;
}
