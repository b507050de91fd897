// koffi, configured once: it accepts settings only before it loads the first library. Owns the settings; loads no library.

type Koffi = typeof import("koffi");

// onnxruntime runs on the stack that koffi provides for the call; its kernels need more than koffi's default.
const STACK_BYTES = 4 << 20;

let loading: Promise<Koffi> | undefined;

/** @throws Error where koffi has no build for this platform */
export function nativeCalls(): Promise<Koffi> {
  loading ??= import("koffi").then((koffi) => {
    koffi.config({ sync_stack_size: STACK_BYTES, async_stack_size: STACK_BYTES });
    return koffi;
  });
  return loading;
}
