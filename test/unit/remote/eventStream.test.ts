// Events of a stream, however its bytes are cut.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { UserError } from "../../../common/errors.ts";
import { MOST_BYTES, messageIn } from "../../../server/remote/connection.ts";
import { linesOf, serverSentEvents } from "../../../server/remote/eventStream.ts";

const URL = "http://127.0.0.1:1";

async function* inParts(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const end = Math.min(bytes.length, Math.max(at, cut));
    yield bytes.subarray(at, end);
    at = end;
  }
  yield bytes.subarray(at);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

test("lines are the same wherever the bytes are cut, also within a character", async () => {
  const line = fc.string({ unit: "binary" }).map((text) => text.replaceAll(/[\r\n]/g, ""));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat(200)), async (lines, cuts) => {
      const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(""));
      const wanted = lines.map((one) => Buffer.from(one).toString("utf8"));
      assert.deepEqual(await all(linesOf(inParts(bytes, cuts), URL)), wanted);
    }),
  );
});

test("a character over two chunks", async () => {
  const bytes = Buffer.from('data: {"a":"ü€😀"}\r\n\r\n');
  for (let cut = 0; cut < bytes.length; cut++)
    assert.deepEqual(await all(serverSentEvents(linesOf(inParts(bytes, [cut]), URL))), ['{"a":"ü€😀"}']);
});

test("an event may have several lines of data, comments are none, and the last may lack its empty line", async () => {
  const text = ": ping\n\nevent: x\ndata: {\ndata: }\n\ndata:2\n\nerror: {}\n\ndata: [DONE]";
  const found = await all(serverSentEvents(linesOf(inParts(Buffer.from(text), []), URL)));
  assert.deepEqual(found, ["{\n}", "2", '{"error":{}}', "[DONE]"]);
});

test("a line of more than 10 MB is refused before it is whole", async () => {
  let sent = 0;
  async function* endless(): AsyncGenerator<Buffer> {
    for (const chunk = Buffer.alloc(1 << 20, 97); ; sent += chunk.length) yield chunk;
  }
  await assert.rejects(all(linesOf(endless(), URL)), (error) => {
    return error instanceof UserError && error.code === "engineFailed" && /10 MB/.test(error.message);
  });
  assert.ok(sent <= MOST_BYTES + (1 << 20), "no more was read");
});

test("what a server says of an error, in each of its forms", () => {
  for (const [body, words] of [
    ['{"error":"Unauthorized"}', "Unauthorized"],
    ['{"error":{"message":"Loading model","code":503}}', "Loading model"],
    ['{"detail":[{"msg":"field required"}]}', "field required"],
    ['{"message":"a\\n b"}', "a b"],
    ["<html>", undefined],
    ["{}", undefined],
  ])
    assert.equal(messageIn(body!), words, body);
});
