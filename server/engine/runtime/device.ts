// The devices that a model can run on, and the user's choices. Values only.

/** Where a model can run: the processor, or one of onnxruntime's providers. */
export const DEVICES = ["cpu", "webgpu", "cuda", "dml", "coreml"] as const;
export type Device = (typeof DEVICES)[number];
/** A choice of the user. auto: the fastest device that passes the self-test. */
export type AskedDevice = "auto" | Device;
export const isAskedDevice = (text: string): text is AskedDevice => ["auto", ...DEVICES].includes(text);
