// The variants of llama.cpp, of which the fastest is the peer. Loads them; measures nothing.

import type { StoredModel } from "../../../server/engine/models/modelStore.ts";
import { ggufOf, type Peer } from "../peer/peer.ts";

export const CONTEXT_TOKENS = 2048;
const THREADS = [1, 2];
const FORMS = ["q4_0", "q8_0"] as const;

/** llama.cpp with one file, at one count of threads. */
export interface PeerVariant {
  name: string;
  model: number; // as its process knows it
  threads: number;
}

/**
 * Loads `model` in all forms that may be llama.cpp's fastest, with its own defaults (cache in f16, batches of 512) and flash attention.
 * @param ownCaches each variant has a KV cache of its own; else those of one file share it
 */
export async function loadVariants(
  peer: Peer,
  model: StoredModel,
  { ownCaches = false } = {},
): Promise<{ variants: PeerVariant[]; build: string }> {
  const variants: PeerVariant[] = [];
  let build = "";
  for (const form of FORMS) {
    const file = ggufOf(model, form);
    const load = async () => {
      const options = { file, contextTokens: CONTEXT_TOKENS, threads: Math.max(...THREADS) };
      const loaded = await peer.call("load", { ...options, cache: "f16", flashAttention: true });
      build = loaded.build;
      return loaded.model;
    };
    const shared = ownCaches ? undefined : await load();
    for (const threads of THREADS)
      variants.push({ name: `${form.toUpperCase()}, threads ${threads}`, model: shared ?? (await load()), threads });
  }
  return { variants, build };
}
