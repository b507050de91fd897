// Reads the pieces of code of this folder: families of danger in twelve languages, and harmless look-alikes. "├…┤" is the suggestion.
// Not a test.

import { readFileSync } from "node:fs";
import path from "node:path";
import { withSecrets } from "../../../support/exampleSecrets.ts";
import type { Planted } from "../plantedInsecure.ts";

/** Pieces as `--- KIND LANGUAGE`, then lines of code. */
export function readPieces(name: "dangerous" | "harmless"): Planted[] {
  const text = readFileSync(path.join(import.meta.dirname, `${name}.txt`), "utf8");
  return text
    .split(/^--- /m)
    .slice(1)
    .map((piece) => {
      const [head = "", ...lines] = piece.split("\n");
      const [kind = "", languageId = ""] = head.split(" ");
      const code = withSecrets(lines.join("\n"));
      const [prefix = "", written = ""] = code.split("├");
      const [middle = "", suffix = ""] = written.split("┤");
      return { kind, languageId, prefix, text: middle, suffix };
    });
}
