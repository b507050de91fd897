// What a window lets the host remember of its workspace: it changes what is written for that workspace, for no other, and goes with the window.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { MEMORY_LIMITS } from "../../server/host/protocol/limits.ts";
import { Method } from "../../server/host/protocol/messages.ts";
import { request, Sandbox, until, untilState } from "../support/hostProcess.ts";

const never = new AbortController().signal;
const files = Array.from({ length: 5 }, (_, i) => ({ path: `lib/${i}.ts`, text: `let x = remembered(${i});\n` }));
/** The tiny model is sure of nonsense soon: only the first letters are remembered ones. */
const greedy = { ...request(), sampling: { temperature: 0 } };

let box: Sandbox;
before(async () => {
  box = new Sandbox();
  await box.host();
});
after(() => box.dispose());

test("a workspace that is remembered speaks with the model, another does not", async () => {
  const client = box.client();
  client.wake();
  await untilState(client, "ready");
  const write = async (memory?: string) =>
    (await client.generate({ ...greedy, ...(memory !== undefined && { memory }) }, () => {}, never)).text;
  const alone = await write();
  assert.equal(await write("none"), alone);
  assert.deepEqual(await client.remember({ workspace: "mine", files }), {
    chars: 5 * files[0].text.length,
    refused: 0,
  });
  const both = await until("the texts are read", async () => {
    const text = await write("mine");
    return text.startsWith("re") ? text : undefined;
  });
  assert.notEqual(both, alone);
  assert.equal(await write("mine"), both, "the same request gives the same text");
  assert.equal(await write(), alone);
  assert.equal(await write("other"), alone);
  await client.remember({ workspace: "mine", files: files.map(({ path }) => ({ path })) });
  await until("the texts are gone", async () => ((await write("mine")) === alone ? true : undefined));
});

test("a workspace goes with its last window", async () => {
  const [one, two] = [box.client(), box.client()];
  for (const client of [one, two]) {
    client.wake();
    await untilState(client, "ready");
  }
  await one.remember({ workspace: "shared", files });
  const write = async () => (await two.generate({ ...greedy, memory: "shared" }, () => {}, never)).text;
  await until("the texts are read", async () => ((await write()).startsWith("re") ? true : undefined));
  one.dispose();
  await until("the texts are gone", async () => ((await write()).startsWith("re") ? undefined : true));
});

test("a message beyond the limits is refused in one sentence, and the host goes on", async () => {
  const connection = await box.welcome();
  const text = "x".repeat(MEMORY_LIMITS.messageChars + 1);
  await assert.rejects(
    connection.sendRequest(Method.remember, { workspace: "w", files: [{ path: "a.ts", text }] }),
    /The request host\/remember is not valid \(files: Too big/,
  );
  await assert.rejects(
    connection.sendRequest(Method.remember, { workspace: "w", files: [{ path: 1 }] }),
    /files\.0\.path/,
  );
  await connection.sendRequest(Method.ping, {});
});
