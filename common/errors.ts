// The three kinds of errors: Cancelled (never logged), UserError (one sentence a person can act on), and bugs (everything else).
// Holds one factory for each message that a person may see on the server's side. Must not import anything of ours.

/** Work that was given up because nobody wants its result any more. Never logged, never shown. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
  constructor() {
    super("cancelled");
  }
}

export type UserErrorCode =
  | "modelMissing"
  | "modelCorrupt"
  | "modelUnsupported"
  | "memoryTooSmall"
  | "ggufInvalid"
  | "modelPresent"
  | "modelInUse"
  | "modelBusy"
  | "licenceNotAccepted"
  | "importRefused"
  | "downloadFailed"
  | "downloadDenied"
  | "downloadCorrupt"
  | "storeUnwritable"
  | "adapterInvalid"
  | "adapterOfOtherBase"
  | "datasetInvalid"
  | "checkpointInvalid"
  | "checkpointUnwritable"
  | "trainingDiverged"
  | "fineTuneFailed"
  | "docstringFailed"
  | "chatFailed"
  | "explainFailed"
  | "summaryFailed"
  | "fixFailed"
  | "actionFailed"
  | "jobRunning"
  | "diskTooSmall"
  | "promptTooLong"
  | "runtimeFailed"
  | "cacheUnwritable"
  | "hostBusy"
  | "modelLoading"
  | "hostUnavailable"
  | "protocolMismatch"
  | "notAuthorised"
  | "engineUnreachable"
  | "engineRefusedKey"
  | "engineHasNoModel"
  | "engineBusy"
  | "engineFailed"
  | "engineRedirected"
  | "engineUnfit"
  | "badInput"
  | "settingInvalid";

/** An error whose message is one sentence for a person, with what they can do about it in `action`. */
export class UserError extends Error {
  override readonly name = "UserError";
  readonly code: UserErrorCode;
  readonly action: string;
  constructor(code: UserErrorCode, message: string, action: string) {
    super(message);
    this.code = code;
    this.action = action;
  }
}

const REPAIR =
  "Reinstall Sotto, or check out the repository again; if it is a model of your own, remove it and bring it in again.";

export const modelMissing = (path: string) =>
  new UserError("modelMissing", `The model file ${path} is missing.`, REPAIR);

export const modelCorrupt = (path: string, reason: string) =>
  new UserError("modelCorrupt", `The model file ${path} is damaged: ${reason}.`, REPAIR);

export const modelUnsupported = (reason: string) =>
  new UserError(
    "modelUnsupported",
    `This model cannot be run: ${reason}.`,
    "Choose another model in the setting sotto.model.",
  );

/** @param reason why no adapter of a workspace can be trained for it, as a clause */
export const modelUntrainable = (reason: string) =>
  new UserError(
    "modelUnsupported",
    `This model cannot be fine-tuned: ${reason}.`,
    "The quick model can: set sotto.model to quick or auto, or give --model quick.",
  );

/** @param file the tokenizer.json that is not there */
export const tokenizerMissing = (file: string) =>
  new UserError(
    "modelMissing",
    `The model has no tokenizer: there is neither ${file} nor a GGUF file beside it.`,
    "Download the model again with its tokenizer.json, or choose another one.",
  );

/** @param rows of the model's embedding, a row for each token that it knows */
export const tokenizerOfOtherModel = (model: string, tokens: number, rows: number) =>
  new UserError(
    "modelUnsupported",
    `The tokenizer of ${model} is another model's: it has ${tokens} tokens, and the weights have ${rows}.`,
    "Put the tokenizer.json that belongs to the weights beside them.",
  );

/** @param needBytes what the model would take, and `freeBytes` what there is for it */
export const memoryTooSmall = (model: string, needBytes: number, freeBytes: number) =>
  new UserError(
    "memoryTooSmall",
    `The model ${model} needs about ${inMegabytes(needBytes)} of memory, and ${inMegabytes(freeBytes)} are free.`,
    "Close other programs, or choose a smaller model in the setting sotto.model.",
  );

const inMegabytes = (bytes: number) => `${Math.round(bytes / 1e6).toLocaleString("en")} MB`;

export const ggufInvalid = (path: string, reason: string) =>
  new UserError(
    "ggufInvalid",
    `${path} is not a GGUF file that can be read: ${reason}.`,
    "Download the file again, or choose another one.",
  );

/** @param path the file that is not there, one of `count` that belong together */
export const ggufPartMissing = (path: string, count: number) =>
  new UserError(
    "modelMissing",
    `The file ${path}, one of the ${count} parts of a model, is missing.`,
    "Put all parts of the model into one folder.",
  );

export const modelPresent = (id: string) =>
  new UserError(
    "modelPresent",
    `There is a model ${id} already.`,
    `Remove it first (\`sotto models remove ${id}\`), or import under another --id.`,
  );

/** @param why what else the id stands for, as a clause */
export const idReserved = (id: string, why: string) =>
  new UserError(
    "badInput",
    `No model of your own can be called ${id}: ${why}.`,
    'Give another --id; a folder that is there already is renamed, with the "id" in its manifest.json.',
  );

/** @param pid of the model host that has it loaded */
export const modelInUse = (id: string, pid: number) =>
  new UserError(
    "modelInUse",
    `The model ${id} is in use by the model host (process ${pid}).`,
    "Choose another model in the setting sotto.model first, or remove it nevertheless with --yes.",
  );

export const modelBusy = (id: string) =>
  new UserError(
    "modelBusy",
    `The model ${id} is being downloaded, imported or removed by another process.`,
    "Wait until that is done, or cancel it.",
  );

/** @param terms what the licence does not allow, as a sentence; "" where that is not known */
export const licenceNotAccepted = (name: string, licence: string, terms: string) =>
  new UserError(
    "licenceNotAccepted",
    terms === ""
      ? `The licence of ${name} (${licence}) is none that is known to allow every use.`
      : `The licence of ${name} (${licence}) restricts what it may be used for: ${terms}`,
    "Read it, and give --accept-licence if your use is allowed.",
  );

export const importRefused = (source: string, reason: string) =>
  new UserError(
    "importRefused",
    `${source} cannot be imported: ${reason}.`,
    "Give a .gguf file, or a folder with config.json, tokenizer.json and *.safetensors.",
  );

/** @param what the file or model, and where from */
export const downloadFailed = (what: string, reason: string) =>
  new UserError(
    "downloadFailed",
    `${what} could not be downloaded: ${reason}.`,
    "Try again: what has come is kept. Another address or a proxy is set in sotto.download.mirror and sotto.download.proxy.",
  );

export const downloadDenied = (what: string, host: string, status: number) =>
  new UserError(
    "downloadDenied",
    `${host} does not give out ${what} (status ${status}).`,
    "Accept the model's terms on its page there, and put your access token into the environment variable HF_TOKEN.",
  );

export const downloadCorrupt = (what: string, sha256: string) =>
  new UserError(
    "downloadCorrupt",
    `${what} came twice with other content than was announced (sha256 ${sha256.slice(0, 12)}…); nothing of it was kept.`,
    "Try again later, or set another address in sotto.download.mirror.",
  );

/** @param needBytes what is still to be written, and `freeBytes` what there is for it; undefined where the disk became full in the middle */
export const modelDiskTooSmall = (dir: string, needBytes: number, freeBytes: number | undefined) =>
  new UserError(
    "diskTooSmall",
    `The model needs ${inMegabytes(needBytes)} more on the disk of ${dir}, and ${
      freeBytes === undefined ? "it is full" : `${inMegabytes(freeBytes)} are free`
    }.`,
    "Make room there, or choose another folder in the environment variable SOTTO_DATA_DIR.",
  );

export const storeUnwritable = (dir: string, reason: string) =>
  new UserError(
    "storeUnwritable",
    `The models in ${dir} cannot be changed: ${reason}.`,
    "Check that the folder can be written, or choose another one in the environment variable SOTTO_DATA_DIR.",
  );

export const adapterInvalid = (file: string, reason: string) =>
  new UserError(
    "adapterInvalid",
    `The adapter's file ${file} cannot be used: ${reason}.`,
    "Choose another adapter, or train it again.",
  );

export const adapterOfOtherBase = (
  dir: string,
  wanted: { id: string; weightsSha256: string },
  given: { id: string; weightsSha256: string },
) =>
  new UserError(
    "adapterOfOtherBase",
    `The adapter ${dir} belongs to the model ${wanted.id} with weights ${wanted.weightsSha256.slice(0, 12)}…, ` +
      `and this is ${given.id} with weights ${given.weightsSha256.slice(0, 12)}….`,
    "Choose that model, or an adapter of this one.",
  );

export const datasetInvalid = (file: string, reason: string) =>
  new UserError("datasetInvalid", `${file} cannot be trained on: ${reason}.`, "Make the training data again.");

export const checkpointInvalid = (file: string, reason: string) =>
  new UserError(
    "checkpointInvalid",
    `The checkpoint ${file} cannot be resumed: ${reason}.`,
    "Resume with the options, the model and the data that it was made with, or train into another folder.",
  );

/** @param kept the step whose checkpoint is still there */
export const checkpointUnwritable = (file: string, step: number, reason: string, kept: number | undefined) =>
  new UserError(
    "checkpointUnwritable",
    `The checkpoint ${file} of step ${step} cannot be written (${reason}); ${keptOf(kept)}.`,
    "Make room there, and resume.",
  );

/** @param kept the step whose checkpoint is still there */
export const trainingDiverged = (step: number, what: string, kept: number | undefined) =>
  new UserError(
    "trainingDiverged",
    `The training stopped in step ${step}, because ${what} is not a finite number; ${keptOf(kept)}.`,
    "Train again with a lower --learning-rate.",
  );

const keptOf = (step: number | undefined) =>
  step === undefined ? "there is none from before" : `the checkpoint of step ${step} is kept`;

/** @param reason how the process that fine-tunes ended, without a word of its own */
export const fineTuneFailed = (reason: string) =>
  new UserError(
    "fineTuneFailed",
    `Fine-tuning failed: ${reason}.`,
    "Try it again, what was done is kept; if it happens again, send the log.",
  );

export const docstringFailed = (reason: string) =>
  new UserError(
    "docstringFailed",
    `The docstring could not be written: ${reason}.`,
    "If it happens again, send the log.",
  );

export const chatFailed = (reason: string) =>
  new UserError("chatFailed", `The question could not be answered: ${reason}.`, "If it happens again, send the log.");

export const explainFailed = (reason: string) =>
  new UserError("explainFailed", `It could not be explained: ${reason}.`, "If it happens again, send the log.");

export const summaryFailed = (reason: string) =>
  new UserError("summaryFailed", `The file could not be summarised: ${reason}.`, "If it happens again, send the log.");

export const fixFailed = (reason: string) =>
  new UserError("fixFailed", `No fix could be looked for: ${reason}.`, "If it happens again, send the log.");

/** @param what such as "No message could be written" */
export const actionFailed = (what: string, reason: string) =>
  new UserError("actionFailed", `${what}: ${reason}.`, "If it happens again, send the log.");

export const runtimeFailed = (reason: string) =>
  new UserError(
    "runtimeFailed",
    `onnxruntime failed: ${reason}.`,
    'Run "Sotto: Restart Model"; if it happens again, send the log.',
  );

/** @param problem such as "must be an absolute path" */
export const settingInvalid = (setting: string, problem: string) =>
  new UserError("settingInvalid", `The setting ${setting} ${problem}.`, "Change it, or remove it for the default.");

export const badInput = (reason: string, action: string) => new UserError("badInput", reason, action);

export const cacheUnwritable = (dir: string, reason: string) =>
  new UserError(
    "cacheUnwritable",
    `The cache folder ${dir} cannot be written: ${reason}.`,
    "Make room there, or choose another folder in the environment variable SOTTO_CACHE_DIR.",
  );

export const promptTooLong = (tokens: number, capacity: number) =>
  new UserError(
    "promptTooLong",
    `The prompt has ${tokens} tokens, and the model's cache holds ${capacity}.`,
    "Send a shorter prompt.",
  );

/** @param reason how many of what wait */
export const hostBusy = (reason: string) =>
  new UserError("hostBusy", `The model is busy: ${reason}.`, "Try again in a moment.");

export const modelLoading = () =>
  new UserError("modelLoading", "The model is still being loaded.", "Try again in a moment.");

export const hostUnavailable = (reason: string) =>
  new UserError("hostUnavailable", `The model host is not available: ${reason}.`, 'Run "Sotto: Restart Model".');

export const protocolMismatch = (host: number, client: number) =>
  new UserError(
    "protocolMismatch",
    `The model host speaks protocol ${host}, this client ${client}.`,
    "Reload the window, so that both come from the same version of Sotto.",
  );

export const notAuthorised = () =>
  new UserError("notAuthorised", "The model host did not accept the client's token.", 'Run "Sotto: Restart Model".');

export const runtimeDirUnusable = (dir: string, reason: string) =>
  new UserError(
    "hostUnavailable",
    `The folder ${dir} cannot hold the model host's socket: ${reason}.`,
    "Set the environment variable SOTTO_RUNTIME_DIR to a short path of a folder that only you can open.",
  );

const OTHER_ENGINE = 'choose another one ("Sotto: Choose Engine…")';

/** @param url of a server with a model, and `reason` what happened there, as a clause; so for those that follow */
export const engineUnreachable = (url: string, reason: string) =>
  new UserError(
    "engineUnreachable",
    `The server ${url} cannot be reached: ${reason}.`,
    `Start it, check its address, or ${OTHER_ENGINE}.`,
  );

/** @param hasKey whether one was sent */
export const engineRefusedKey = (url: string, hasKey: boolean) =>
  new UserError(
    "engineRefusedKey",
    hasKey ? `The server ${url} does not accept the key.` : `The server ${url} asks for a key.`,
    'Give its key: "Sotto: Set Engine Key…", or the environment variable SOTTO_ENGINE_KEY.',
  );

/** @param model absent where none was chosen; `known` what the server has */
export const engineHasNoModel = (url: string, model: string | undefined, known: readonly string[]) =>
  new UserError(
    "engineHasNoModel",
    model === undefined ? `The server ${url} names no model.` : `The server ${url} has no model or adapter ${model}.`,
    known.length > 0
      ? `Choose one of ${known.slice(0, 10).join(", ")}${known.length > 10 ? ", …" : ""}.`
      : "Load a model there, or name one in the setting sotto.engine.model.",
  );

export const engineBusy = (url: string, status: number) =>
  new UserError("engineBusy", `The server ${url} is busy (status ${status}).`, "Try again in a moment.");

export const engineFailed = (url: string, reason: string) =>
  new UserError("engineFailed", `The server ${url} failed: ${reason}.`, `Look at its log, or ${OTHER_ENGINE}.`);

/** @param to where it redirects to */
export const engineRedirected = (url: string, to: string) =>
  new UserError(
    "engineRedirected",
    `The server ${url} redirects to ${to}, and nothing was sent there.`,
    "If that is the right server, choose its address itself.",
  );

/** @param what the server, or a model of it */
export const engineUnfit = (what: string, reason: string, action: string) =>
  new UserError("engineUnfit", `${what} cannot complete code here: ${reason}.`, action);

export const enginePromptTooLong = (url: string, contextTokens: number) =>
  new UserError(
    "promptTooLong",
    `The prompt is longer than the server ${url} takes: Sotto reckons with ${contextTokens} tokens.`,
    "Give the server's real length in the setting sotto.engine.contextTokens, or start it with a longer one.",
  );

/** JSON-RPC error code of what was cancelled before it came to an answer: the Language Server Protocol's RequestCancelled. */
export const CANCELLED_RPC_CODE = -32_800;

/** JSON-RPC error code of a UserError; its `data` is a `UserErrorData`. */
export const USER_ERROR_RPC_CODE = 1;

export interface UserErrorData {
  code: UserErrorCode;
  message: string;
  action: string;
}

export const userErrorData = ({ code, message, action }: UserError): UserErrorData => ({ code, message, action });

/** The UserError that the other end meant, if `data` of a JSON-RPC error holds one. */
export function userErrorFrom(data: unknown): UserError | undefined {
  const { code, message, action } = (data ?? {}) as Partial<UserErrorData>;
  if (typeof code !== "string" || typeof message !== "string" || typeof action !== "string") return undefined;
  return new UserError(code, message, action);
}
