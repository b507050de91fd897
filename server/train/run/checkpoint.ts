// The checkpoint of a training run: everything that a resumed run needs to continue as if it had never stopped. One safetensors file, with the
// run's state in its metadata. It holds parameters and both of their moments in 32 bits, so three times as many values as the exported adapter
// and each of twice the size (58 MB for the embedded model at rank 16, where the adapter has 10 MB). A run that keeps its best parameters has
// them in the same file, so that they always match the rest. It stays on this machine.

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import * as z from "zod";
import { checkpointInvalid, UserError } from "../../../common/errors.ts";
import {
  openSafetensors,
  type SafetensorsFile,
  safetensorsParts,
  type TensorToWrite,
} from "../../engine/models/safetensors.ts";
import type { TrainableParameter, Trainer } from "../types.ts";
import { type FileOperations, replaceFile } from "./replaceFile.ts";

/** The settings that determine the numbers of a run, besides model and data. */
const recipeSchema = z
  .object({
    rank: z.number(),
    alpha: z.number(),
    dropout: z.number(),
    embeddingRows: z.array(z.number()), // token ids
    startSha256: z.string().nullable(), // hash of the adapter that the training started from
    trainedLayers: z.number(), // how many of the last layers are trained
    sequenceTokens: z.number(),
    sequencesPerStep: z.number(),
    steps: z.number(),
    warmupSteps: z.number(),
    learningRate: z.number(), // the maximum
    weightDecay: z.number(),
    seed: z.number(),
    precision: z.enum(["fp32", "int8"]).default("fp32"), // a checkpoint from before there was a choice says nothing
  })
  .strict();

const identitySchema = z.object({
  base: z.object({ id: z.string(), weightsSha256: z.string() }),
  datasetSha256: z.string(),
  recipe: recipeSchema,
});

const stateSchema = identitySchema.extend({
  formatVersion: z.literal(2),
  step: z.number().int().nonnegative(), // updates done; the order of the data and dropout depend on it and the seed
  position: z.number().int().nonnegative(), // sequences trained on
  trainedTokens: z.number().int().nonnegative(),
  firstHeldOutLoss: z.number().nullable(), // of the model before the training
  heldOutLoss: z.number().nullable(), // the last one that was measured
  heldOutStep: z.number().nullable(), // number of updates before that measurement
  best: z.object({ step: z.number(), heldOutLoss: z.number() }).nullable(), // set where the best parameters are kept
  evaluationsSinceBest: z.number(),
});

export type Recipe = z.infer<typeof recipeSchema>;
/** What a checkpoint belongs to; it is refused for any other run. */
export type RunIdentity = z.infer<typeof identitySchema>;
export type RunState = z.infer<typeof stateSchema>;

const STATE = "state"; // keys of the metadata: STATE and SHA256
const SHA256 = "sha256";
const PARTS = ["data", "m", "v"] as const;
const BEST = "best"; // part name of the best values

/** The values of each parameter at the best step so far, in the order of the parameters. */
export type BestValues = readonly Float32Array[];

/**
 * Replaces the checkpoint `file`.
 * @param best stored where `state` names a best step
 * @throws the file system's error; the earlier checkpoint is then still there
 */
export function saveCheckpoint(
  file: string,
  state: RunState,
  parameters: readonly TrainableParameter[],
  best?: BestValues,
  operations?: FileOperations,
): void {
  const sha256 = createHash("sha256").update(JSON.stringify(state));
  const tensors: TensorToWrite[] = [];
  const add = ({ name, shape }: TrainableParameter, part: string, values: Float32Array) => {
    const data = bytesOf(values);
    sha256.update(data);
    tensors.push({ name: `${name}.${part}`, type: "F32", shape: [...shape], data });
  };
  for (const [i, parameter] of parameters.entries()) {
    for (const part of PARTS) add(parameter, part, parameter[part]);
    if (state.best) add(parameter, BEST, best![i]);
  }
  const metadata = { [STATE]: JSON.stringify(state), [SHA256]: sha256.digest("hex") };
  replaceFile(file, safetensorsParts(tensors, metadata), operations);
}

/**
 * Reads the checkpoint `file` into `trainer`, which is changed only after the whole file was checked.
 * @returns the state, and the best values where it names a best step
 * @throws UserError checkpointInvalid: missing, damaged, or of another run than `identity`, with the reason
 */
export function loadCheckpoint(
  file: string,
  identity: RunIdentity,
  trainer: Trainer,
): { state: RunState; best?: BestValues } {
  if (!existsSync(file)) throw checkpointInvalid(file, "it is missing");
  const opened = open(file);
  const state = readState(opened);
  const difference = differenceOf(state, identity);
  if (difference) throw checkpointInvalid(file, difference);
  const sha256 = createHash("sha256").update(opened.metadata[STATE]);
  const places: [Float32Array, Uint8Array][] = [];
  const read = (parameter: TrainableParameter, part: string, place: Float32Array) => {
    const bytes = readPart(opened, parameter, part);
    sha256.update(bytes);
    places.push([place, bytes]);
  };
  const best = state.best ? trainer.parameters.map(({ data }) => new Float32Array(data.length)) : undefined;
  for (const [i, parameter] of trainer.parameters.entries()) {
    for (const part of PARTS) read(parameter, part, parameter[part]);
    if (best) read(parameter, BEST, best[i]);
  }
  if (places.length !== opened.entries.size) throw checkpointInvalid(file, "it has tensors that are not trained");
  if (sha256.digest("hex") !== opened.metadata[SHA256]) throw checkpointInvalid(file, "its content was altered");
  for (const [values, bytes] of places) bytesOf(values).set(bytes);
  trainer.step = state.step;
  return { state, best };
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => new Uint8Array(buffer, byteOffset, byteLength);

function open(file: string): SafetensorsFile {
  try {
    return openSafetensors(file);
  } catch (error) {
    if (error instanceof UserError) throw checkpointInvalid(file, "it is damaged");
    throw error;
  }
}

function readState({ path, metadata }: SafetensorsFile): RunState {
  try {
    return stateSchema.parse(JSON.parse(metadata[STATE]));
  } catch {
    throw checkpointInvalid(path, "it does not say what it belongs to");
  }
}

function readPart(file: SafetensorsFile, { name, shape }: TrainableParameter, part: string): Uint8Array {
  const entry = file.entries.get(`${name}.${part}`);
  const fits = entry?.type === "F32" && JSON.stringify(entry.shape) === JSON.stringify(shape);
  if (!fits) throw checkpointInvalid(file.path, `"${name}.${part}" is missing or has another shape`);
  return file.read(`${name}.${part}`);
}

/** How the run of `saved` differs from that of `wanted`, in words; undefined where they are the same. */
function differenceOf(saved: RunIdentity, wanted: RunIdentity): string | undefined {
  if (saved.base.weightsSha256 !== wanted.base.weightsSha256)
    return `it belongs to the model ${saved.base.id} with other weights than the given ${wanted.base.id} has`;
  if (saved.datasetSha256 !== wanted.datasetSha256) return "it was made with other training data";
  for (const key of Object.keys(wanted.recipe) as (keyof Recipe)[]) {
    const [was, is] = [saved.recipe[key], wanted.recipe[key]].map((value) => JSON.stringify(value));
    if (was !== is) return `its ${key} is ${was}, and ${is} was asked for`;
  }
  return undefined;
}
