// Writes a page to the file that a person has named.

import { writeFileSync } from "node:fs";
import { badInput } from "../common/errors.ts";

/** Only this user may read it. @throws UserError where it cannot be written */
export function writePage(file: string, page: string): void {
  try {
    writeFileSync(file, page, { mode: 0o600 });
  } catch (error) {
    throw badInput(`${file} cannot be written: ${(error as Error).message}.`, "Choose another file.");
  }
}
