// The devices that a model can run on, and what a person may ask for. Values only.

/** Where a model can run: the processor, or a provider of onnxruntime's. */
export const DEVICES = ["cpu", "webgpu", "cuda", "dml", "coreml"] as const;
export type Device = (typeof DEVICES)[number];
/** What a person may ask for. auto: the fastest that passes the self-test. */
export type AskedDevice = "auto" | Device;
export const isAskedDevice = (text: string): text is AskedDevice => ["auto", ...DEVICES].includes(text);
