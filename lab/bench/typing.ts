// Bench: how much of the prompt comes from the KV cache while somebody types. Lines of this repository are written again, with retrieval as in
// the product. Goal: ≥ 95 % of the tokens of all prompts but the first of a place. Peer (--peer): pieces in the order of their scores, chosen
// anew at each key, as a client does that keeps no selection. Ends with one JSON line on stdout.

import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { languageOfPath } from "../../common/syntax/languages.ts";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { LocalModel } from "../../server/host/localModel.ts";
import { placeOf } from "../../src/completion/place.ts";
import { promptOf } from "../../src/completion/writing.ts";
import { gather } from "../../src/context/gather.ts";
import type { Sources } from "../../src/context/sources/sources.ts";
import { cachedWorkspace } from "../../src/workspace/cachedWorkspace.ts";
import { Documents } from "../../src/workspace/documents.ts";
import { machine, quantile } from "./support/reporting.ts";
import { keysOf, openRepository, pressKey } from "./support/typing.ts";

const GENERATED_TOKENS = 8;
const TYPED_UNITS = 120;

/** Places in which a burst begins: the first line that holds the text. */
const PLACES: readonly [file: string, line: string][] = [
  ["src/completion/complete.ts", "  const known = deps.cache.find("],
  ["src/index/reader.ts", "    for (const segment of this.#segments) {"],
  ["server/engine/prompt/packPrompt.ts", "  const start = prefixStart("],
  ["cli/commands/context.ts", "    const model = await io.loadModel("],
];

const { values } = parseArgs({ options: { peer: { type: "boolean" }, threads: { type: "string" } } });
const threads = values.threads === undefined ? undefined : Number(values.threads);
const { root, parsers, workspace, index } = await openRepository();
const model = await LocalModel.load({
  source: { modelDir: embeddedModelDir() },
  device: { cacheDir: defaultCacheDir(), threads },
});
const never = new AbortController().signal;

interface Burst {
  cached: number;
  prompt: number;
  firstMs: number[];
  warmMs: number[];
  warmCachedShare: number[];
}

/** @param fresh a selection of its own for each key */
async function burst(file: string, line: string, fresh: boolean, into: Burst): Promise<void> {
  const text = readFileSync(path.join(root, file), "utf8");
  const start = text.indexOf(line);
  if (start === -1) throw new Error(`${file} has no line "${line}" any more`);
  const typed = text.slice(start, start + TYPED_UNITS);
  const documents = new Documents({ parsers, relativePath: () => file });
  const document = documents.open({
    uri: pathToFileURL(path.join(root, file)).href,
    languageId: languageOfPath(file)!,
    version: 1,
    text: text.slice(0, start) + text.slice(text.indexOf("\n", start + TYPED_UNITS)),
  });
  const kept: Sources = { workspace: cachedWorkspace(workspace), index };
  for (const [i, key] of keysOf(typed, start).entries()) {
    pressKey(documents, document, key);
    const { pieces } = await gather(document, key.cursor, fresh ? { ...kept } : kept, never, { deadlineMs: 10_000 });
    const place = placeOf({ document, offset: key.cursor });
    if (typeof place === "string") continue;
    const params = { maxTokens: GENERATED_TOKENS, sampling: { temperature: 0 }, stop: ["\n"] };
    const startMs = performance.now();
    const { tokens } = await model.generate({ ...params, prompt: promptOf(place, pieces) }, () => {}, never);
    const ms = performance.now() - startMs;
    if (i === 0) {
      into.firstMs.push(ms);
      continue;
    }
    into.warmMs.push(ms);
    into.cached += tokens.cached;
    into.prompt += tokens.prompt;
    into.warmCachedShare.push(tokens.cached / tokens.prompt);
  }
}

const empty = (): Burst => ({ cached: 0, prompt: 0, firstMs: [], warmMs: [], warmCachedShare: [] });
const sotto = empty();
const peer = empty();
for (const [file, line] of PLACES) {
  await burst(file, line, false, sotto);
  if (values.peer) await burst(file, line, true, peer);
}
model.dispose();

const figures = ({ cached, prompt, firstMs, warmMs, warmCachedShare }: Burst) => ({
  keys: warmMs.length,
  cachedShare: Number((cached / prompt).toFixed(4)),
  keysBelow95Percent: warmCachedShare.filter((share) => share < 0.95).length,
  warmP50Ms: quantile(warmMs, 0.5),
  warmP95Ms: quantile(warmMs, 0.95),
  firstP50Ms: quantile(firstMs, 0.5),
});
const result = {
  name: "typing",
  sotto: figures(sotto),
  ...(values.peer && { peer: { name: "pieces chosen and ordered anew at each key", ...figures(peer) } }),
  machine: machine(model.status().device),
};
process.stdout.write(`${JSON.stringify(result)}\n`);
