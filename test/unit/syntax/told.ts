// Everything that the queries of a language tell of a text, in short lines: what two builds must agree on. No test.

import { definitionsOf } from "../../../common/syntax/definitions.ts";
import { importsOf } from "../../../common/syntax/imports.ts";
import { languageSyntax } from "../../../common/syntax/languages.ts";
import { outlineOf } from "../../../common/syntax/outline.ts";
import type { Parsers } from "../../../common/syntax/parsers.ts";
import { referencesIn } from "../../../common/syntax/references.ts";
import { regionAt } from "../../../common/syntax/region.ts";
import { scopePath } from "../../../common/syntax/scopes.ts";

export interface Told {
  errors: boolean;
  definitions: string[]; // "method Shape.area"
  imports: string[]; // "./model: Point as P *"
  outline: string[];
  references: string[]; // "this.area"
  scopes: string[]; // where they change: "class Shape > area"
  regions: string; // of each place, in runs: "12 code, 3 string"
}

/** Asks at each offset, the end included. */
export function told(languageId: string, text: string, parsers: Parsers): Told {
  const language = languageSyntax(languageId)!;
  const tree = parsers.for(languageId)!.parse(text)!;
  const offsets = Array.from({ length: text.length + 1 }, (_, offset) => offset);
  const found = {
    errors: tree.rootNode.hasError,
    definitions: definitionsOf(text, tree, language).map(
      ({ kind, container, name }) => `${kind} ${container && `${container}.`}${name}`,
    ),
    imports: importsOf(text, tree, language).map(({ module, names, locals, everything }) =>
      [`${module}:`, names.join(", "), ...(locals.length > 0 ? ["as", locals.join(", ")] : []), everything ? "*" : ""]
        .filter(Boolean)
        .join(" "),
    ),
    outline: outlineOf(text, tree, language).map((one) => one.text),
    references: referencesIn(text, tree, language, 0, text.length).map(
      ({ receiver, name }) => `${receiver ? `${receiver}.` : ""}${name}`,
    ),
    scopes: runs(offsets.map((offset) => scopePath(text, offset, tree, language).join(" > "))).map(([path]) => path),
    regions: runs(offsets.map((offset) => regionAt(text, offset, tree, language)))
      .map(([region, count]) => `${count} ${region}`)
      .join(", "),
  };
  tree.dispose();
  return found;
}

function runs(values: readonly string[]): [value: string, count: number][] {
  const found: [string, number][] = [];
  for (const value of values) {
    const last = found.at(-1);
    if (last?.[0] === value) last[1]++;
    else found.push([value, 1]);
  }
  return found;
}
