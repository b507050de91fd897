// Loads the embedded model in a fresh process, completes once after a full prompt, and says what that took. Started by startup.ts.

import { defaultCacheDir } from "../../../common/util/cacheDir.ts";
import { embeddedModelDir } from "../../../server/engine/models/catalog.ts";
import { LocalModel } from "../../../server/host/localModel.ts";

const startMs = performance.now();
const model = await LocalModel.load({
  source: { modelDir: embeddedModelDir() },
  device: { cacheDir: defaultCacheDir() },
});
const loadMs = performance.now() - startMs;
const line = "export function add(left: number, right: number): number { return left + right; }\n";
await model.generate(
  {
    prompt: { path: "a.ts", languageId: "typescript", prefix: line.repeat(80), suffix: "", pieces: [] },
    maxTokens: 16,
    sampling: { temperature: 0 },
    stop: [],
  },
  () => {},
  new AbortController().signal,
);
const { device, runtime, rssBytes } = model.status();
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(`${JSON.stringify({ loadMs, rssBytes, peakRssBytes, device, runtime })}\n`);
model.dispose();
