// The sources of the product, for tests that hold a rule over all of them.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../common/util/packageRoot.ts";

/** Folders of what runs at a user's; `lab/`, `scripts/` and `test/` do not. */
const FOLDERS = ["common", "pages", "server", "src", "finetune", "cli"];

/** Each source file of the product: its path from the repository's root, with forward slashes, and its text. */
export function productSources(): { file: string; text: string }[] {
  const root = packageRoot(import.meta.dirname);
  return FOLDERS.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.[cm]?[jt]sx?$/.test(name))
      .map((name) => path.posix.join(folder, ...name.split(path.sep)))
      .map((file) => ({ file, text: readFileSync(path.join(root, file), "utf8") })),
  );
}
