// What names an adapter (LoRA), and what stands for none; the processor that draws is called a GPU. Owns no behaviour.

/** An adapter's folder, absolute. */
export type AdapterDir = string;

/** The name of an adapter's folder; in a workspace's store it is the adapter's id. */
export type AdapterId = string;

/** Stands where a folder could stand: the model without any adapter, its own included. */
export const NO_ADAPTER = "none";

export type AdapterChoice = AdapterDir | typeof NO_ADAPTER;
