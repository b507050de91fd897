// Bench: a warm keystroke in a prompt of 1,000 tokens, 16 tokens out, through LocalModel. Ends with one JSON line on stdout.
// Peer (--peer): the same engine without its prefix cache, keystroke by keystroke in the same run: what a client without cache pays.

import { parseArgs } from "node:util";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { embeddedModelDir } from "../../server/models/catalog.ts";
import { LocalModel } from "../../server/rpc/localModel.ts";
import { type Keystroke, press, promptAt, startOffset, summary } from "./support/keystrokes.ts";
import { machine } from "./support/machine.ts";

const KEYSTROKES = 40;
const WARM_UP = 3;

const { values } = parseArgs({ options: { peer: { type: "boolean" }, threads: { type: "string" } } });
const threads = values.threads === undefined ? undefined : Number(values.threads);
const model = await LocalModel.load({ modelDir: embeddedModelDir(), cacheDir: defaultCacheDir(), threads });

/** A prompt that shares nothing with the others takes the cache for itself. */
const forget = () => press(model, { path: "x", languageId: "python", prefix: "pass\n", suffix: "", pieces: [] }, 1);

const start = await startOffset(model);
const warm: Keystroke[] = [];
const cold: Keystroke[] = [];
for (let index = -WARM_UP; index < KEYSTROKES; index++) {
  const prompt = promptAt(start, WARM_UP + index);
  const keystroke = await press(model, prompt);
  if (index >= 0) warm.push(keystroke);
  if (!values.peer || index < 0) continue;
  await forget();
  cold.push(await press(model, prompt)); // and leaves the cache as a keystroke leaves it
}

const { device, runtime } = model.status();
const sotto = summary(warm);
const peer = values.peer ? { name: "the same engine without its prefix cache", ...summary(cold) } : undefined;
const ratio = peer && { keystroke: Number((peer.p50Ms / sotto.p50Ms).toFixed(2)) };
model.dispose();
process.stdout.write(
  `${JSON.stringify({ name: "keystroke", sotto, peer, ratio, machine: machine(device, { onnxruntime: runtime }) })}\n`,
);
