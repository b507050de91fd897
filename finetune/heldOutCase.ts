// A held-out place in code: the text around it and the text that was written there. Judging is defined in terms of these cases.

import * as z from "zod";
import { badInput } from "../common/errors.ts";
import { parsedJson } from "../common/util/parsedJson.ts";

export const heldOutCaseSchema = z.object({
  id: z.string().min(1), // unique in its set
  path: z.string().min(1), // with forward slashes; cases of the same path are not independent
  prefix: z.string(), // the file up to the cursor
  suffix: z.string(), // the file after `expected`
  expected: z.string().min(1), // the rest of the line
  kind: z.literal("line"),
});

export type HeldOutCase = z.infer<typeof heldOutCaseSchema>;

/**
 * The cases of a JSON Lines text, in order. Blank lines are skipped.
 * @param file name of the file for the error message
 * @throws UserError badInput naming the line that is no case or repeats an id
 */
export function parseHeldOutCases(text: string, file: string): HeldOutCase[] {
  const cases = text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    const found = heldOutCaseSchema.safeParse(parsedJson(line));
    if (found.success) return [found.data];
    const { path, message } = found.error.issues[0];
    throw badInput(
      `Line ${index + 1} of ${file} is no held-out case (${path.join(".")}: ${message}).`,
      "Make the file again.",
    );
  });
  const ids = new Set<string>();
  for (const { id } of cases) {
    if (ids.has(id)) throw badInput(`${file} has the case ${id} twice.`, "Make the file again.");
    ids.add(id);
  }
  return cases;
}
