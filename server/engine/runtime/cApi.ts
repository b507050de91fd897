// onnxruntime's C API, called through koffi on the library that comes with onnxruntime-node: nothing is copied, a run leaves the event loop
// free, and it can be stopped in the middle. The only file that knows the function table. Knows no model.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { prepareEnvironment } from "./environment.ts";
import { nativeCalls } from "./nativeCalls.ts";

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

// Index in OrtApi (onnxruntime_c_api.h; the table is only ever appended to) and parameters. Each returns a status, null for success.
const FUNCTIONS = {
  CreateEnv: [3, "int level, const char *id, _Out_ void **env"],
  DisableTelemetryEvents: [6, "void *env"],
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

// How long a thread spins for work before it sleeps. With unlimited spinning, decode on a busy machine takes twice the time (each thread waits
// for another that does not get to run); 100 µs bridge the gaps within a run and cost 3 % on a quiet machine.
export const SPIN_MICROSECONDS = 100;

type Functions = Record<keyof typeof FUNCTIONS, NativeFunction>;
type Releases = Record<keyof typeof RELEASES, (handle: Pointer) => void>;

let loading: Promise<CApi> | undefined;

// Keeps the library referenced: koffi unloads a library without references, and the functions found through the API's table are none. (With two
// or more threads the library's own thread pool keeps it loaded: a process with one thread crashed after the next garbage collection.)
let library: ReturnType<typeof import("koffi").load> | undefined;
let standardLibrary: typeof library;

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

  prepareEnvironment();
  let koffi: typeof import("koffi");
  let getApiBase: NativeFunction;
  try {
    koffi = await nativeCalls();
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
  return new CApi(functions, releases, getErrorMessage as (status: Pointer) => string, memoryTrim(koffi));
}

/**
 * The function that makes glibc return freed memory to the system: without it, a process that unloads a model stays as large as it was.
 * Undefined where the C library has no such function.
 */
function memoryTrim(koffi: typeof import("koffi")): NativeFunction | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    standardLibrary = koffi.load("libc.so.6");
    return standardLibrary.func("int malloc_trim(size_t pad)");
  } catch {
    return undefined; // another C library
  }
}

/** The name by which the binding loads it, too: under another one there would be two libraries in the process. */
function libraryName(): string {
  if (process.platform === "win32") return "onnxruntime.dll";
  return process.platform === "darwin" ? "libonnxruntime.1.dylib" : "libonnxruntime.so.1";
}

export class CApi {
  readonly version = SUPPORTED_VERSION;
  readonly functions: Functions;
  readonly releases: Releases;
  readonly #getErrorMessage: (status: Pointer) => string;
  readonly #trim: NativeFunction | undefined;
  readonly #env: Pointer;
  readonly #memory: Pointer;

  constructor(
    functions: Functions,
    releases: Releases,
    getErrorMessage: (status: Pointer) => string,
    trim: NativeFunction | undefined,
  ) {
    this.#trim = trim;
    this.functions = functions;
    this.releases = releases;
    this.#getErrorMessage = getErrorMessage;
    this.#env = this.create((out) => functions.CreateEnv(LOG_ERRORS, "sotto", out));
    this.check(functions.DisableTelemetryEvents(this.#env)); // Windows' telemetry, which no environment variable controls
    this.#memory = this.create((out) => functions.CreateCpuMemoryInfo(ARENA_ALLOCATOR, DEFAULT_MEMORY, out));
  }

  /** Returns freed memory to the system, on another thread: it takes some ten milliseconds. */
  trimMemory(): void {
    this.#trim?.async(0, () => {});
  }

  /** Releases `status`. @throws OnnxRuntimeError when it is an error */
  check(status: Pointer): void {
    if (!status) return;
    const message = this.#getErrorMessage(status);
    this.releases.ReleaseStatus(status);
    throw new OnnxRuntimeError(message);
  }

  /** The pointer that a function returns through its last parameter. */
  create(call: (out: [Pointer]) => Pointer): Pointer {
    const out: [Pointer] = [null];
    this.check(call(out));
    return out[0];
  }

  /**
   * Creates a tensor over `data` for `use` to pass to the library, which takes its own reference to the tensor (not to the memory). The memory
   * must not be that of a small typed array made without a buffer: V8 may move those.
   */
  withTensor(data: TensorData, shape: readonly number[], use: (handle: Pointer) => void): void {
    const type = ELEMENT_TYPE[data.constructor.name as keyof typeof ELEMENT_TYPE];
    const dims = BigInt64Array.from(shape, BigInt);
    const handle = this.create((out) =>
      this.functions.CreateTensorWithDataAsOrtValue(this.#memory, data, data.byteLength, dims, dims.length, type, out),
    );
    try {
      use(handle);
    } finally {
      this.releases.ReleaseValue(handle);
    }
  }

  /**
   * Loads the model file on another thread.
   * @param options.exactBytes slower kernels for byte products, which do not saturate on processors without VNNI
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

/** The inputs and outputs of a run. A session creates, fills and frees it. */
export interface CApiBinding {
  readonly handle: Pointer;
  readonly memory: Map<string, TensorData>; // keeps the arrays alive whose addresses the library holds
  whenFree?: () => void; // set when the binding is to be freed after the current run
}

/** A loaded model. One run at a time, over any of its bindings. */
export class CApiSession {
  readonly #api: CApi;
  readonly #session: Pointer;
  readonly #bindings = new Set<CApiBinding>();
  #running: CApiBinding | undefined;
  #disposed = false;

  constructor(api: CApi, session: Pointer) {
    this.#api = api;
    this.#session = session;
  }

  get running(): boolean {
    return this.#running !== undefined;
  }

  createBinding(): CApiBinding {
    if (this.#disposed) throw new Error("the session is disposed");
    const handle = this.#api.create((out) => this.#api.functions.CreateIoBinding(this.#session, out));
    const binding: CApiBinding = { handle, memory: new Map() };
    this.#bindings.add(binding);
    return binding;
  }

  /** Binds `data` to the input `name`, replacing what was bound before. The data is not copied. */
  bindInput(binding: CApiBinding, name: string, data: TensorData, shape: readonly number[]): void {
    this.#bind("BindInput", binding, name, data, shape);
  }

  /** Binds `data` to the output `name`, replacing what was bound before. Runs write into `data`. */
  bindOutput(binding: CApiBinding, name: string, data: TensorData, shape: readonly number[]): void {
    this.#bind("BindOutput", binding, name, data, shape);
  }

  /**
   * Runs on another thread, with the memory of `binding` as inputs and outputs. When `signal` fires, the run ends after the current operator.
   * @throws OnnxRuntimeError, also when the run was stopped: the caller must check the signal
   */
  async run(binding: CApiBinding, signal?: AbortSignal): Promise<void> {
    if (this.#running || this.#disposed) throw new Error("a run is under way, or the session is disposed");
    this.#checkAlive(binding);
    const { functions: f, releases } = this.#api;
    // Each run has its own options, so that a late stop cannot hit the next run.
    const options = this.#api.create((out) => f.CreateRunOptions(out));
    const stop = () => this.#api.check(f.RunOptionsSetTerminate(options));
    this.#running = binding;
    try {
      if (signal?.aborted) stop();
      signal?.addEventListener("abort", stop);
      this.#api.check(await callAsync(f.RunWithBinding, this.#session, options, binding.handle));
    } finally {
      this.#running = undefined;
      signal?.removeEventListener("abort", stop);
      releases.ReleaseRunOptions(options);
      if (this.#disposed) this.#release();
      else if (binding.whenFree) this.#releaseBinding(binding);
    }
  }

  /**
   * Frees a binding; a run that is using it ends first.
   * @param whenFree called when the library no longer holds an address of the binding's memory
   */
  freeBinding(binding: CApiBinding, whenFree: () => void = () => {}): void {
    this.#checkAlive(binding);
    binding.whenFree = whenFree;
    if (this.#running !== binding) this.#releaseBinding(binding);
  }

  /** Frees the model and its bindings; a run that is under way ends first. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (!this.#running) this.#release();
  }

  #bind(
    how: "BindInput" | "BindOutput",
    binding: CApiBinding,
    name: string,
    data: TensorData,
    shape: readonly number[],
  ) {
    this.#checkAlive(binding);
    if (this.#running === binding) throw new Error("the binding is in a run");
    const bind = this.#api.functions[how];
    this.#api.withTensor(data, shape, (tensor) => this.#api.check(bind(binding.handle, name, tensor)));
    binding.memory.set(`${how} ${name}`, data); // replaces the earlier data, which the library has released
  }

  #checkAlive(binding: CApiBinding): void {
    if (binding.whenFree || !this.#bindings.has(binding)) {
      throw new Error("the binding is free already, or of another session");
    }
  }

  #releaseBinding(binding: CApiBinding): void {
    this.#bindings.delete(binding);
    this.#api.releases.ReleaseIoBinding(binding.handle);
    binding.memory.clear();
    binding.whenFree?.();
  }

  #release(): void {
    for (const binding of this.#bindings) this.#releaseBinding(binding);
    this.#api.releases.ReleaseSession(this.#session);
    this.#api.trimMemory();
  }
}

/** Calls a native function on a thread of libuv's pool. */
function callAsync(native: NativeFunction, ...args: unknown[]): Promise<Pointer> {
  return new Promise((resolve, reject) => {
    native.async(...args, (error: unknown, status: Pointer) => (error ? reject(error) : resolve(status)));
  });
}
