// Frames in any cut of bytes, and each way in which a frame can be wrong.

import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { describe, test } from "node:test";
import fc from "fast-check";
import { FrameReader } from "../../../server/host/frameReader.ts";

const frame = (body: string) => `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** What a reader with a limit of 1,000 bytes makes of `chunks`. */
async function read(chunks: (Buffer | string)[]) {
  const stream = new PassThrough();
  const reader = new FrameReader(stream, 1000);
  const messages: unknown[] = [];
  const errors: string[] = [];
  reader.onError((error) => errors.push(error.message));
  reader.listen((message) => messages.push(message));
  for (const chunk of chunks) {
    stream.write(chunk);
    await new Promise(setImmediate);
  }
  return { messages, errors };
}

describe("frame reader", () => {
  test("reads frames however the bytes are cut", async () => {
    const bodies = [
      { jsonrpc: "2.0", method: "a", text: "é😀" },
      { jsonrpc: "2.0", id: 1, result: [] },
      { method: "b", x: "y".repeat(900) },
    ];
    const bytes = Buffer.from(bodies.map((body) => frame(JSON.stringify(body))).join(""));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
        assert.deepEqual(await read(chunks), { messages: bodies, errors: [] });
      }),
      { numRuns: 50 },
    );
  });

  test("other header fields and any case are accepted", async () => {
    const { messages } = await read(['Content-Type: application/json\r\ncontent-length: 14\r\n\r\n{"method":"a"}']);
    assert.deepEqual(messages, [{ method: "a" }]);
  });

  const wrong: [name: string, bytes: string | Buffer, error: RegExp][] = [
    ["a frame above the limit", "Content-Length: 1001\r\n\r\n", /larger than 1000/],
    ["a length of absurd size", "Content-Length: 99999999999999999999\r\n\r\n", /without Content-Length/],
    ["a negative length", "Content-Length: -5\r\n\r\n{}", /without Content-Length/],
    ["a length that is not a number", "Content-Length: 2x\r\n\r\n{}", /without Content-Length/],
    ["a header without a length", "Host: localhost\r\n\r\n", /without Content-Length/],
    ["no header at all", Buffer.alloc(2000, 0x61), /no end of a header/],
    ["random bytes", Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919) % 251)), /header/],
    ["a body that is not JSON", frame("{nope"), /not JSON/],
    ["a body that is no object", frame("null"), /not a message/],
    ["a batch", frame("[{}]"), /not a message/],
    ["an object that says nothing", frame("{}"), /neither request/],
    ["a method that is no name", frame('{"method":1}'), /neither request/],
    ["a request whose id is no id", frame('{"id":{},"method":"a"}'), /neither request/],
    ["an answer without an outcome", frame('{"id":1}'), /neither request/],
  ];
  for (const [name, bytes, error] of wrong) {
    test(`${name} is one error, and nothing is read after it`, async () => {
      const { messages, errors } = await read([frame('{"method":"first"}'), bytes, frame('{"method":"second"}')]);
      assert.deepEqual(messages, [{ method: "first" }]);
      assert.equal(errors.length, 1);
      assert.match(errors[0], error);
    });
  }
});
