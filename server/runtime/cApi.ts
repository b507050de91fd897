// onnxruntime's C API, called through koffi on the library that onnxruntime-node brings: nothing is copied, a run leaves the event
// loop free, and it can be stopped in the middle. The only file that knows koffi or the table of functions. Knows no model.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** The release whose function table this file describes. */
export const SUPPORTED_VERSION = "1.30.0";

export type CApiUnavailableReason =
  | "versionMismatch" // another release of onnxruntime-node is installed
  | "libraryMissing" // no library for this platform
  | "koffiUnavailable" // koffi has no build for this platform, or could not load the library
  | "apiMismatch"; // the library reports another version, or has no such API

/** The C API cannot be used here; the stock binding may still work. */
export class CApiUnavailable extends Error {
  override readonly name = "CApiUnavailable";
  readonly reason: CApiUnavailableReason;
  constructor(reason: CApiUnavailableReason, detail: string) {
    super(`${reason}: ${detail}`);
    this.reason = reason;
  }
}

/** An error that onnxruntime reported. */
export class OnnxRuntimeError extends Error {
  override readonly name = "OnnxRuntimeError";
}

/** An address in the library's memory. */
type Pointer = unknown;
type NativeFunction = ((...args: unknown[]) => Pointer) & { async(...args: unknown[]): void };

export type TensorData = Float32Array | Uint8Array | Int32Array | BigInt64Array;

/** A tensor over JavaScript's own memory, which it keeps alive. */
export interface CApiTensor<T extends TensorData = TensorData> {
  readonly handle: Pointer;
  readonly data: T;
}

// Index in OrtApi (onnxruntime_c_api.h; the table is only ever appended to) and parameters. Each returns a status, null for success.
const FUNCTIONS = {
  CreateEnv: [3, "int level, const char *id, _Out_ void **env"],
  CreateSession: [
    7,
    `void *env, const ${process.platform === "win32" ? "char16_t" : "char"} *path, void *options, _Out_ void **session`,
  ],
  CreateSessionOptions: [10, "_Out_ void **options"],
  DisableMemPattern: [17, "void *options"],
  SetSessionGraphOptimizationLevel: [23, "void *options, int level"],
  SetIntraOpNumThreads: [24, "void *options, int threads"],
  SetInterOpNumThreads: [25, "void *options, int threads"],
  CreateRunOptions: [39, "_Out_ void **options"],
  RunOptionsSetTerminate: [46, "void *options"],
  RunOptionsUnsetTerminate: [47, "void *options"],
  CreateTensorWithDataAsOrtValue: [
    49,
    "void *memory, void *data, size_t size, const int64_t *shape, size_t rank, int type, _Out_ void **value",
  ],
  CreateCpuMemoryInfo: [69, "int allocator, int memory, _Out_ void **info"],
  AddSessionConfigEntry: [130, "void *options, const char *key, const char *value"],
  RunWithBinding: [133, "void *session, void *options, void *binding"],
  CreateIoBinding: [134, "void *session, _Out_ void **binding"],
  BindInput: [136, "void *binding, const char *name, void *value"],
  BindOutput: [137, "void *binding, const char *name, void *value"],
} as const satisfies Record<string, [number, string]>;

const RELEASES = {
  ReleaseStatus: 93,
  ReleaseSession: 95,
  ReleaseValue: 96,
  ReleaseRunOptions: 97,
  ReleaseSessionOptions: 100,
  ReleaseIoBinding: 135,
} as const;

const GET_ERROR_MESSAGE = 2;
const API_VERSION = 21; // the table's first version that has all of the above
const TABLE_LENGTH = 138;

const LOG_ERRORS = 3; // ORT_LOGGING_LEVEL_ERROR
const OPTIMISE_ALL = 99; // ORT_ENABLE_ALL
const ARENA_ALLOCATOR = 1;
const DEFAULT_MEMORY = 0;
const ELEMENT_TYPE = { Float32Array: 1, Uint8Array: 2, Int32Array: 6, BigInt64Array: 7 } as const;

// How long a thread waits for work by spinning before it sleeps. Without end, decode on a busy machine takes twice the time (each waits
// for the other, which does not run); 100 µs bridge the gaps within a run and cost 3 % on a quiet machine.
export const SPIN_MICROSECONDS = 100;

// onnxruntime runs on the stack that koffi gives to the call; its kernels need more than koffi's default.
const STACK_BYTES = 4 << 20;

type Functions = Record<keyof typeof FUNCTIONS, NativeFunction>;
type Releases = Record<keyof typeof RELEASES, (handle: Pointer) => void>;

let loading: Promise<CApi> | undefined;

// koffi unloads a library that nobody holds, and the functions found through the API's table do not hold it (with two threads and more the
// library's own thread pool does: a process with one thread crashed after the next garbage collection).
let library: ReturnType<typeof import("koffi").load> | undefined;

/**
 * The C API of this process; loaded once.
 * @throws CApiUnavailable with the reason
 */
export function loadCApi(): Promise<CApi> {
  loading ??= openCApi();
  return loading;
}

async function openCApi(): Promise<CApi> {
  const require = createRequire(import.meta.url);
  const packageFile = require.resolve("onnxruntime-node/package.json");
  const { version } = require(packageFile) as { version: string };
  if (version !== SUPPORTED_VERSION) {
    throw new CApiUnavailable("versionMismatch", `onnxruntime-node is ${version}, not ${SUPPORTED_VERSION}`);
  }
  const libraryPath = path.join(
    path.dirname(packageFile),
    "bin",
    "napi-v6",
    process.platform,
    process.arch,
    libraryName(),
  );
  if (!existsSync(libraryPath)) throw new CApiUnavailable("libraryMissing", libraryPath);

  let koffi: typeof import("koffi");
  let getApiBase: NativeFunction;
  try {
    koffi = await import("koffi");
    koffi.config({ sync_stack_size: STACK_BYTES, async_stack_size: STACK_BYTES });
    library = koffi.load(libraryPath);
    getApiBase = library.func("void *OrtGetApiBase()");
  } catch (error) {
    throw new CApiUnavailable("koffiUnavailable", (error as Error).message);
  }
  const pointerAt = (address: Pointer, count: number): Pointer[] => koffi.decode(address, "void *", count);
  const [getApi, getVersion] = pointerAt(getApiBase(), 2);
  const loaded = koffi.decode(getVersion, koffi.proto("const char *OrtGetVersionString()"))() as string;
  if (loaded !== SUPPORTED_VERSION) throw new CApiUnavailable("apiMismatch", `the library is ${loaded}`);
  const api = koffi.decode(getApi, koffi.proto("void *OrtGetApi(uint32_t version)"))(API_VERSION) as Pointer;
  if (!api) throw new CApiUnavailable("apiMismatch", `no API version ${API_VERSION}`);

  const table = pointerAt(api, TABLE_LENGTH);
  const bind = (index: number, prototype: string): NativeFunction => koffi.decode(table[index], koffi.proto(prototype));
  const functions = Object.fromEntries(
    Object.entries(FUNCTIONS).map(([name, [index, parameters]]) => [
      name,
      bind(index, `void *Ort${name}(${parameters})`),
    ]),
  ) as Functions;
  const releases = Object.fromEntries(
    Object.entries(RELEASES).map(([name, index]) => [name, bind(index, `void Ort${name}(void *handle)`)]),
  ) as unknown as Releases;
  const getErrorMessage = bind(GET_ERROR_MESSAGE, "const char *OrtGetErrorMessage(void *status)");
  return new CApi(functions, releases, getErrorMessage as (status: Pointer) => string);
}

function libraryName(): string {
  if (process.platform === "win32") return "onnxruntime.dll";
  return process.platform === "darwin" ? `libonnxruntime.${SUPPORTED_VERSION}.dylib` : "libonnxruntime.so.1";
}

export class CApi {
  readonly version = SUPPORTED_VERSION;
  readonly functions: Functions;
  readonly releases: Releases;
  readonly #getErrorMessage: (status: Pointer) => string;
  readonly #env: Pointer;
  readonly #memory: Pointer;

  constructor(functions: Functions, releases: Releases, getErrorMessage: (status: Pointer) => string) {
    this.functions = functions;
    this.releases = releases;
    this.#getErrorMessage = getErrorMessage;
    this.#env = this.create((out) => functions.CreateEnv(LOG_ERRORS, "sotto", out));
    this.#memory = this.create((out) => functions.CreateCpuMemoryInfo(ARENA_ALLOCATOR, DEFAULT_MEMORY, out));
  }

  /** @throws OnnxRuntimeError when `status` is an error; releases it */
  check(status: Pointer): void {
    if (!status) return;
    const message = this.#getErrorMessage(status);
    this.releases.ReleaseStatus(status);
    throw new OnnxRuntimeError(message);
  }

  /** What a function hands out through its last parameter. */
  create(call: (out: [Pointer]) => Pointer): Pointer {
    const out: [Pointer] = [null];
    this.check(call(out));
    return out[0];
  }

  /** A tensor over `data`, whose memory must not be that of a small typed array made without a buffer: V8 may move those. */
  tensor<T extends TensorData>(data: T, shape: readonly number[]): CApiTensor<T> {
    const type = ELEMENT_TYPE[data.constructor.name as keyof typeof ELEMENT_TYPE];
    const dims = BigInt64Array.from(shape, BigInt);
    const handle = this.create((out) =>
      this.functions.CreateTensorWithDataAsOrtValue(this.#memory, data, data.byteLength, dims, dims.length, type, out),
    );
    return { handle, data };
  }

  release(tensor: CApiTensor): void {
    this.releases.ReleaseValue(tensor.handle);
  }

  /**
   * Loads the model file on another thread.
   * @param options.exactBytes slower kernels for products of bytes, which do not saturate on processors without VNNI
   */
  async createSession(
    modelPath: string,
    { threads, exactBytes }: { threads: number; exactBytes: boolean },
  ): Promise<CApiSession> {
    const { functions: f } = this;
    const options = this.create((out) => f.CreateSessionOptions(out));
    try {
      this.check(f.SetIntraOpNumThreads(options, threads));
      this.check(f.SetInterOpNumThreads(options, 1));
      this.check(f.SetSessionGraphOptimizationLevel(options, OPTIMISE_ALL));
      this.check(f.DisableMemPattern(options)); // shapes differ from run to run
      this.check(f.AddSessionConfigEntry(options, "session.intra_op.spin_duration_us", String(SPIN_MICROSECONDS)));
      this.check(f.AddSessionConfigEntry(options, "session.x64quantprecision", exactBytes ? "1" : "0"));
      const out: [Pointer] = [null];
      this.check(await callAsync(f.CreateSession, this.#env, modelPath, options, out));
      return new CApiSession(this, out[0]);
    } finally {
      this.releases.ReleaseSessionOptions(options);
    }
  }
}

/** A loaded model with its bound inputs and outputs. One run at a time. */
export class CApiSession {
  readonly #api: CApi;
  readonly #session: Pointer;
  readonly #binding: Pointer;
  readonly #runOptions: Pointer;
  readonly #bound = new Map<string, CApiTensor>(); // keeps the memory alive that the library holds pointers to
  #running = false;
  #disposed = false;

  constructor(api: CApi, session: Pointer) {
    this.#api = api;
    this.#session = session;
    this.#binding = api.create((out) => api.functions.CreateIoBinding(session, out));
    this.#runOptions = api.create((out) => api.functions.CreateRunOptions(out));
  }

  get running(): boolean {
    return this.#running;
  }

  bindInput(name: string, tensor: CApiTensor): void {
    this.#api.check(this.#api.functions.BindInput(this.#binding, name, tensor.handle));
    this.#bound.set(`input ${name}`, tensor);
  }

  bindOutput(name: string, tensor: CApiTensor): void {
    this.#api.check(this.#api.functions.BindOutput(this.#binding, name, tensor.handle));
    this.#bound.set(`output ${name}`, tensor);
  }

  /**
   * Runs on another thread. When `signal` fires, the run ends after the operator that is being computed.
   * @throws OnnxRuntimeError, also when the run was stopped: the caller looks at the signal
   */
  async run(signal?: AbortSignal): Promise<void> {
    if (this.#running || this.#disposed) throw new Error("a run is under way, or the session is disposed");
    const { functions: f } = this.#api;
    const stop = () => this.#api.check(f.RunOptionsSetTerminate(this.#runOptions));
    signal?.addEventListener("abort", stop);
    this.#running = true;
    try {
      this.#api.check(await callAsync(f.RunWithBinding, this.#session, this.#runOptions, this.#binding));
    } finally {
      this.#running = false;
      signal?.removeEventListener("abort", stop);
      if (signal?.aborted) this.#api.check(f.RunOptionsUnsetTerminate(this.#runOptions));
      if (this.#disposed) this.#release();
    }
  }

  /** Frees the model; a run that is under way ends first. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (!this.#running) this.#release();
  }

  #release(): void {
    const { releases } = this.#api;
    releases.ReleaseIoBinding(this.#binding);
    releases.ReleaseRunOptions(this.#runOptions);
    releases.ReleaseSession(this.#session);
    for (const tensor of new Set(this.#bound.values())) this.#api.release(tensor);
    this.#bound.clear();
  }
}

/** Calls a native function on a thread of libuv's pool. */
function callAsync(native: NativeFunction, ...args: unknown[]): Promise<Pointer> {
  return new Promise((resolve, reject) => {
    native.async(...args, (error: unknown, status: Pointer) => (error ? reject(error) : resolve(status)));
  });
}
