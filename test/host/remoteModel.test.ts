// A real llama.cpp server with the embedded model, over ids: greedy text is the host's but for near ties, a prompt is read once, and a cancelled
// request frees its slot. `npm run bench -- remote` installs the server; SOTTO_TEST_LLAMA_SERVER names another one.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import {
  ask,
  foundLlamaServer,
  type LlamaServer,
  SERVER_KEY,
  startLlamaServer,
} from "../../lab/bench/peer/llamaServer.ts";
import { drawPlaces } from "../../lab/bench/support/places.ts";
import { openAdapted } from "../../server/engine/load/openAdapted.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { LocalModel } from "../../server/host/localModel.ts";
import type { GenerateResult, PromptInput } from "../../server/host/protocol/messages.ts";
import { RemoteModel } from "../../server/remote/remoteModel.ts";

const PLACES = 20;
const FEWEST_EQUAL = 12; // of 20; the host computes in 8 bits, the server in 16
const [PREFIX_CHARS, SUFFIX_CHARS] = [500, 150]; // the server reads every token of them on the processor
/** Where the texts depart neither model was sure of its token. */
const NEAR_TIE = Math.log(0.6);

const program = foundLlamaServer();
const modelDir = embeddedModelDir();
const signal = new AbortController().signal;
const call = { maxTokens: 12, sampling: { temperature: 0 }, stop: ["\n"] };

describe("a real llama.cpp server", {
  skip:
    program === undefined &&
    "no llama-server: `npm run bench -- remote` installs one, or SOTTO_TEST_LLAMA_SERVER names it",
}, () => {
  let server: LlamaServer;
  let remote: RemoteModel;
  before(async () => {
    server = await startLlamaServer(program!, await openAdapted(modelDir), ["-c", "2048", "-np", "1", "-t", "1"]);
    const choice = { url: server.url, tokenizerDir: modelDir, format: "fim" } as const;
    remote = await RemoteModel.open(choice, { key: SERVER_KEY, signal });
  });
  after(async () => {
    remote?.dispose();
    await server?.stop();
  });

  test("greedy text over ids is the host's on 20 places, but for near ties", async (t) => {
    const local = await LocalModel.load({
      source: { modelDir },
      device: { cacheDir: defaultCacheDir(), threads: 1 },
    });
    let equal = 0;
    for (const prompt of prompts(PLACES)) {
      const theirs = await remote.generate({ ...call, prompt }, () => {}, signal);
      const ours = await local.generate({ ...call, prompt }, () => {}, signal);
      if (ours.text === theirs.text) {
        equal++;
        continue;
      }
      const [a, b] = [certaintyOf(ours, theirs), certaintyOf(theirs, ours)];
      t.diagnostic(
        `${JSON.stringify(ours.text)} (${a.toFixed(2)}), server ${JSON.stringify(theirs.text)} (${b.toFixed(2)})`,
      );
      assert.ok(Math.max(a, b) <= NEAR_TIE, "the texts depart where one was sure");
    }
    local.dispose();
    t.diagnostic(`${equal} of ${PLACES} texts are equal`);
    assert.ok(equal >= FEWEST_EQUAL);
  });

  test("the server finds a prompt in its cache that it has read", async () => {
    const [prompt] = prompts(1);
    await remote.warm({ prompt }, signal);
    const { tokens } = await remote.generate({ ...call, prompt }, () => {}, signal);
    assert.ok(tokens.prompt > 100 && tokens.prompt - tokens.cached <= 2, JSON.stringify(tokens));
  });

  test("a cancelled request frees its slot", async () => {
    const cancel = new AbortController();
    const [prompt] = prompts(1);
    const result = await remote.generate(
      { ...call, maxTokens: 150, stop: [], prompt },
      () => cancel.abort(),
      cancel.signal,
    );
    assert.equal(result.stop, "cancelled");
    let isBusy = true;
    for (let looks = 0; isBusy && looks < 50; looks++, await sleep(100)) {
      const slots = (await ask(server.url, "/slots")) as unknown as { is_processing: boolean }[];
      isBusy = slots.some(({ is_processing }) => is_processing);
    }
    assert.equal(isBusy, false);
  });
});

const prompts = (count: number): PromptInput[] =>
  drawPlaces(count).map(({ prompt }) => ({
    ...prompt,
    prefix: prompt.prefix.slice(-PREFIX_CHARS),
    suffix: prompt.suffix.slice(0, SUFFIX_CHARS),
  }));

/** The log probability of the token of `one` at which its text departs from the other's; of its last where it only ends earlier. */
function certaintyOf(one: GenerateResult, other: GenerateResult): number {
  let shared = 0;
  while (shared < one.text.length && one.text[shared] === other.text[shared]) shared++;
  const index = one.tokenEnds.findIndex((end) => end > shared);
  return one.logProbs[index] ?? one.logProbs.at(-1) ?? 0;
}
