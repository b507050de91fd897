// `sotto replay`: a recorded request again, on the model of this machine, and whether it writes the same to the token.

import { badInput } from "../../common/errors.ts";
import { readCapped, UNREAD } from "../../common/util/cappedRead.ts";
import { parsedJson } from "../../common/util/parsedJson.ts";
import { isAskedDevice } from "../../server/engine/runtime/device.ts";
import { machineFacts, RECORDING_VERSION, type Recording, recordingSchema } from "../../src/completion/recording.ts";
import { defineCommand, UsageError } from "../command.ts";
import { RECORDED_MODEL, type ReplayingModel, replays } from "../model.ts";
import { comparison, readableComparison } from "../replay/comparison.ts";
import { asReadError } from "../sourceFile.ts";
import { workspaceModel } from "../workspaceAdapter.ts";

/** A recording holds one prompt, which is a few thousand tokens. */
const MOST_BYTES = 4_000_000;

export const replay = defineCommand({
  name: "replay",
  positionals: "FILE",
  defaultModel: RECORDED_MODEL,
  options: {},
  async run({ positionals, global, io, signal }) {
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) throw new UsageError("replay takes one file");
    const recording = requireTokens(await readRecording(file), file);
    const { writtenBy } = recording;
    const { id, device = isAskedDevice(writtenBy.device) ? writtenBy.device : undefined } = global.model;
    const chosen = {
      ...global.model,
      id: id === RECORDED_MODEL ? writtenBy.model : id,
      threads: global.model.threads ?? writtenBy.threads,
      device,
    };
    const model = await io.loadModel(await workspaceModel(chosen, global.root, io.log));
    try {
      if (!replays(model)) throw badInput("A server cannot be held to a recording.", "Leave out --engine.");
      const found = await replayed(recording, model, signal);
      io.result(found, readableComparison(found));
      if (!found.same) throw badInput("The text is not the same.", "What departs is above.");
    } finally {
      model.dispose();
    }
  },
});

type WithTokens = ReturnType<typeof requireTokens>;

async function replayed(recording: WithTokens, model: ReplayingModel, signal: AbortSignal) {
  const { prompt, result, maxTokens } = recording;
  // what ended by itself ends there again; what was ended, because it was enough, is written as far as it went
  const endedByItself = ["endOfText", "stopSequence", "repetition", "maxTokens"].includes(result.stop);
  const most = endedByItself ? maxTokens : result.tokens.length;
  const again = await model.replay({ ...recording, prompt: { tokens: prompt.tokens } }, most, signal);
  const here = { madeWith: machineFacts(), writtenBy: model.recordedModel() };
  return comparison(recording, { ...again, ...here, endedByItself }, (id) => model.tokenizer.decode([id]));
}

/** @throws UserError where the file cannot be read, or is no recording */
async function readRecording(file: string): Promise<Recording> {
  const read = await readCapped(file, MOST_BYTES);
  if (!("bytes" in read)) {
    if (read.code !== undefined) throw asReadError(read, file);
    throw badInput(`${file} cannot be read: ${UNREAD[read.unread]}.`, "Give the file of a recording.");
  }
  const given = parsedJson(read.bytes.toString("utf8"));
  const { success, data, error } = recordingSchema.safeParse(given);
  if (success) return data;
  const { version } = (given ?? {}) as { version?: unknown };
  const [{ path: where, message }] = error.issues;
  if (typeof version === "number" && version !== RECORDING_VERSION)
    throw badInput(`${file} is a recording of version ${version}, which is not known here.`, "Update Sotto.");
  const field = where.length > 0 ? `${where.join(".")}: ` : "";
  throw badInput(`${file} is no recording (${field}${message}).`, "Make one: sotto complete … --record FILE.");
}

/** @throws UserError where the recording has no tokens to compare with */
function requireTokens(recording: Recording, file: string) {
  const { prompt, result } = recording;
  const why = "so it holds neither that nor its tokens. Such a request cannot be written again";
  if (!prompt.tokens) throw badInput(`The prompt of ${file} held a secret, ${why}.`, "Record one without a secret.");
  if (!result.tokens) throw badInput(`The text of ${file} held a secret, ${why}.`, "Record another request.");
  if (result.tokens.length === 0 && result.stop !== "endOfText")
    throw badInput(`In ${file} nothing was written (${result.stop}).`, "Record a request that was answered.");
  return { ...recording, prompt: { ...prompt, tokens: prompt.tokens }, result: { ...result, tokens: result.tokens } };
}
