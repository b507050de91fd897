// Writes the recording of a request to the file that a person has named.

import { writeFileSync } from "node:fs";
import { badInput } from "../../common/errors.ts";
import { type RecordedRequest, recordingOf } from "../../src/completion/recording.ts";
import type { CompletionResult } from "../../src/completion/result.ts";

/** @throws UserError where nothing was written by a model of this machine, or the file cannot be written */
export function writeRecording(
  file: string,
  { result, ...request }: { result: CompletionResult } & Omit<RecordedRequest, "generation" | "outcome">,
  log: (line: string) => void,
): void {
  const { outcome } = result;
  const recording = result.kind === "generated" && recordingOf({ ...request, generation: result.generation, outcome });
  if (!recording) {
    const why = outcome.kind === "none" ? outcome.reason : "a server has answered";
    throw badInput(`There is nothing to record: no model of this machine was asked (${why}).`, "Choose another place.");
  }
  try {
    writeFileSync(file, `${JSON.stringify(recording, undefined, 1)}\n`, { mode: 0o600 });
  } catch (error) {
    throw badInput(`${file} cannot be written: ${(error as Error).message}.`, "Choose another file.");
  }
  const left =
    recording.prompt.tokens && recording.result.tokens ? "" : "; a secret was taken out, so that it cannot be replayed";
  log(`recorded in ${file}: it holds the prompt, which is code of this workspace${left}`);
}
