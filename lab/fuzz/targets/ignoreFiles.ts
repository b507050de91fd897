// Ignore files: those at the root and in a folder, and the paths that are asked about, one a line; zeros between the three.

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { partsOf, type Target } from "../target.ts";

const MAX_PATHS = 8;

export const ignoreFiles: Target = {
  sources: ["common/rules/ignoreFiles.ts", "common/rules/readRules.ts", "common/rules/pathRules.ts"],
  dictionary: [
    ...[
      "*",
      "**",
      "/**/",
      "!",
      "#",
      "\\",
      "[a-z]",
      "[!a]",
      "[[:alpha:]]",
      "?",
      "/",
      "\\ ",
      "[",
      "]",
      "{a,b}",
      "\r\n",
      "\n",
      "\ufeff",
    ],
    ...[
      "node_modules/",
      "*.ts",
      "a/b/c.ts",
      "sub/",
      "../",
      "./",
      "(a+)+",
      "[]-a]",
      "\\\\",
      "\u0000",
      "**/**/**",
      "***",
      "[z-a]",
      "^",
      "$",
    ],
  ],
  maxBytes: 4_096,
  async open(scratch) {
    const { readRules } = await import("../../../common/rules/readRules.ts");
    const sub = path.join(scratch, "sub");
    mkdirSync(sub, { recursive: true });
    return async (input) => {
      const [own, below, paths] = partsOf(input, 3);
      writeFileSync(path.join(scratch, ".gitignore"), own);
      writeFileSync(path.join(sub, ".sottoignore"), below);
      const rules = readRules(scratch);
      const asked = paths.toString("utf8").split("\n").slice(0, MAX_PATHS);
      let refused = false;
      for (const file of ["a.ts", "sub/b.ts", ...asked.filter((name) => name !== "")])
        refused = (await rules.refusal(file)) !== undefined || refused;
      return refused ? "refused" : "accepted";
    };
  },
};
