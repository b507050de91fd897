// Places in real code to complete at, for benches: prompts of about a given size, and what its author wrote there. Draws them with a seed.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { createRandom } from "../../../server/engine/generate/random.ts";
import type { PromptInput } from "../../../server/host/protocol/messages.ts";

export interface CompletionPlace {
  prompt: PromptInput;
  written: string; // what follows the cursor in the file; the prompt's suffix begins at its next line
}

export const PROMPT_TOKENS = 1000; // that the prompt of a place is packed into

/** The package of the places: we did not write it, the lock file pins it, and prompt lookup was not tuned with it. */
const PACKAGE = "zod";
const LEFT_OUT = /locales|tests|benchmarks/;
const FEWEST_CHARS = 6000; // of a file: enough for a prompt

/**
 * `count` places in TypeScript sources, the same ones each time: half of them where a line begins, half after one to three of its
 * characters.
 */
export function drawPlaces(count: number): CompletionPlace[] {
  const root = path.join(packageRoot(import.meta.dirname), "node_modules", PACKAGE);
  const files = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts") && !LEFT_OUT.test(file))
    .sort()
    .map((file) => ({ file: file.replaceAll(path.sep, "/"), text: readFileSync(path.join(root, file), "utf8") }))
    .filter(({ text }) => text.length >= FEWEST_CHARS);
  if (files.length === 0) throw new Error(`${PACKAGE} has no TypeScript sources that are long enough`);
  const random = createRandom(1);
  const places: CompletionPlace[] = [];
  while (places.length < count) {
    const { file, text } = files[Math.floor(random() * files.length)];
    const starts = [...text.matchAll(/(?<=\n)[ \t]*(?=\S)/g)].map(({ index, 0: indent }) => index + indent.length);
    const cursor =
      starts[Math.floor((0.3 + 0.6 * random()) * starts.length)] + (places.length % 2) * (1 + Math.floor(3 * random()));
    if (text.slice(cursor).indexOf("\n") < 8) continue; // next to nothing is left of the line
    places.push(placeAt(file, text, cursor));
  }
  return places;
}

function placeAt(file: string, text: string, cursor: number): CompletionPlace {
  const suffix = text.slice(text.indexOf("\n", cursor));
  const prompt = { path: file, languageId: "typescript", prefix: text.slice(0, cursor), suffix, pieces: [] };
  return { prompt, written: text.slice(cursor) };
}
