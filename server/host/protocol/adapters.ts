// Types and names for adapters (LoRA). In this code "adapter" never means a graphics adapter, which is called a GPU. Owns no behaviour.

/** The absolute path of an adapter's folder. */
export type AdapterDir = string;

/** The name of an adapter's folder; in a workspace's store it is the adapter's id. */
export type AdapterId = string;

/** Given in place of an adapter's folder: the model without any adapter, not even the one it ships with. */
export const NO_ADAPTER = "none";

export type AdapterChoice = AdapterDir | typeof NO_ADAPTER;
