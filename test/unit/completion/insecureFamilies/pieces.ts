// Reads the pieces of code of this folder: families of danger in twelve languages, and harmless look-alikes. "├…┤" is the suggestion; secrets are
// put together here, so that no file holds one. Not a test.

import { readFileSync } from "node:fs";
import path from "node:path";
import type { Planted } from "../plantedInsecure.ts";

const SECRETS: Readonly<Record<string, string>> = {
  password: ["hunter", "2", "Zk8"].join(""),
  dbPassword: ["Tr0ub", "4dor", "&3"].join(""),
  apiKey: ["k3Jv", "9Qz1", "Lm8V", "t2Xw", "7RfB", "0sQ4"].join(""),
  token: ["Wq7Z", "tP2x", "Lm9K", "d4Rs", "Vb8"].join(""),
};

/** Pieces as `--- KIND LANGUAGE`, then lines of code. */
export function readPieces(name: "dangerous" | "harmless"): Planted[] {
  const text = readFileSync(path.join(import.meta.dirname, `${name}.txt`), "utf8");
  return text
    .split(/^--- /m)
    .slice(1)
    .map((piece) => {
      const [head = "", ...lines] = piece.split("\n");
      const [kind = "", languageId = ""] = head.split(" ");
      const code = lines.join("\n").replace(/\{\{(\w+)\}\}/g, (whole, secret: string) => SECRETS[secret] ?? whole);
      const [prefix = "", written = ""] = code.split("├");
      const [middle = "", suffix = ""] = written.split("┤");
      return { kind, languageId, prefix, text: middle, suffix };
    });
}
