// Scales an adapter to a part of its strength: between the base and what was learnt. Judges nothing.

import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { AdapterFiles } from "../../server/engine/adapters/adapter.ts";

/**
 * Writes a copy of the adapter in `from` to `to`, replacing what is there; the copy changes the base's weights by `share` of the original
 * change. On the way back to the base, what was forgotten returns sooner than what was learnt is lost (Wortsman et al. 2022, WiSE-FT).
 * @param from an adapter that replaces no row of the embedding: such a row has no strength
 * @param share above 0, at most 1
 * @throws a file system error
 */
export function scaleAdapter(from: string, to: string, share: number): void {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
  const file = path.join(to, AdapterFiles.config);
  const config = JSON.parse(readFileSync(file, "utf8")) as { lora_alpha: number };
  writeFileSync(file, `${JSON.stringify({ ...config, lora_alpha: share * config.lora_alpha }, undefined, 2)}\n`);
}
