// An adapter that changes next to nothing, for any model.

import { adaptableLayers, type LowRank } from "../../../server/engine/adapters/adapter.ts";
import { writeAdapter } from "../../../server/engine/adapters/writeAdapter.ts";
import type { StoredModel } from "../../../server/engine/models/modelStore.ts";

const RANK = 2;

/** An adapter of some layers that changes next to nothing. */
export function writeSmallAdapter(dir: string, base: StoredModel): void {
  const matrices = new Map<string, LowRank>();
  for (const [layer, { outputs, inputs }] of [...adaptableLayers(base.config)].slice(0, 4))
    matrices.set(layer, { a: new Float32Array(RANK * inputs).fill(2 ** -10), b: new Float32Array(outputs * RANK) });
  writeAdapter(
    dir,
    { promptFormat: base.promptFormat, rank: RANK, alpha: 4, matrices, embeddingRows: new Map() },
    base,
    {},
  );
}
