// A separate process that reads what the layers of a model did for a text: it loads the model once more, which would hold up the host, uses only
// the processor time that others leave, and its memory is freed when it ends. Both sides of it.

import { Cancelled, runtimeFailed, UserError, type UserErrorCode } from "../../common/errors.ts";
import { takeLowestPriority } from "../../common/util/lowestPriority.ts";
import type { ModelSource } from "../engine/load/openAdapted.ts";
import { loadTokenizer } from "../engine/tokenizer/bpeTokenizer.ts";
import { askProcess, deviceEntry, type SentDevice } from "./deviceProcess.ts";
import { openModelIn } from "./firstUse.ts";
import { type ToldLayers, type ToldText, toldLayers } from "./toldLayers.ts";

export interface LayersRequest extends ToldText {
  kind: "layers";
  source: ModelSource;
  device: SentDevice;
}

type Answer =
  | { kind: "told"; told: ToldLayers }
  | { kind: "fault"; message: string; code: UserErrorCode; action: string };

/** Time limit, in milliseconds: covers deriving the form of a large model beside other work. */
const LIMIT_MS = 600_000;

/** @throws UserError as `readLayers` and `openModelIn` do, runtimeFailed where the process does not answer; Cancelled when `signal` fires */
export async function layersElsewhere(
  request: Omit<LayersRequest, "kind">,
  signal: AbortSignal,
  entry: string = deviceEntry(),
): Promise<ToldLayers> {
  const limits = { timeoutMs: LIMIT_MS, signal };
  const answer = await askProcess<Answer>(entry, { kind: "layers", ...request }, limits).catch((error: Error) => {
    throw error instanceof Cancelled ? error : runtimeFailed(error.message);
  });
  if (answer.kind === "told") return answer.told;
  throw new UserError(answer.code, answer.message, answer.action);
}

/** The reading itself, inside that process. */
export async function layersOf({ source, device, ...text }: LayersRequest): Promise<Answer> {
  takeLowestPriority();
  try {
    const model = await openModelIn(source);
    const told = await toldLayers({ model, ...device }, await loadTokenizer(source.modelDir), text);
    return { kind: "told", told };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { message, code, action } = error;
    return { kind: "fault", message, code, action };
  }
}
