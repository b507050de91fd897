// The frames that anybody may send to the host's socket. An input's first byte says whether its parts between zeros are whole frames' bodies, and
// how many bytes come at once.

import { EventEmitter } from "node:events";
import { UserError } from "../../../common/errors.ts";
import type { Target, Verdict } from "../target.ts";

const MAX_FRAME_BYTES = 4_096;

export const frames: Target = {
  sources: ["server/host/frameReader.ts", "server/host/schemas.ts"],
  dictionary: [
    ...[
      "Content-Length: ",
      "\r\n\r\n",
      "content-length:5\r\n",
      "Content-Type: x\r\n",
      '{"jsonrpc":"2.0"',
      '"id":1',
      '"method":',
    ],
    ...[
      '"sotto/generate"',
      '"params":{',
      '"result":null',
      '"error":{"code":1,"message":"x"}',
      '"prompt":{',
      '"prefix":"',
      '"pieces":[',
    ],
    ...[
      '"sampling":{"temperature":0}',
      '"stop":[',
      '"maxTokens":',
      '"deadlineMs":',
      '"adapter":"',
      '"token":"',
      "\u0000",
    ],
  ],
  maxBytes: 8_192,
  async open() {
    const { FrameReader } = await import("../../../server/host/frameReader.ts");
    const { checked, ...schemas } = await import("../../../server/host/schemas.ts");
    const { generateParams, helloParams, inspectParams, prepareAdapterParams } = schemas;
    const known = [generateParams, helloParams, inspectParams, prepareAdapterParams];
    const check = (schema: (typeof known)[number], params: unknown) => {
      try {
        checked<unknown>(schema, "any", params);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
      }
    };
    return (input) => {
      const [mode = 0] = input;
      const bytes = mode & 1 ? framedBodies(input.subarray(1)) : input.subarray(1);
      const step = mode < 2 ? Math.max(1, bytes.length) : mode;
      const stream = new EventEmitter();
      const reader = new FrameReader(stream as unknown as NodeJS.ReadableStream, MAX_FRAME_BYTES);
      let verdict: Verdict = "accepted";
      let errors = 0;
      reader.onError((error) => {
        errors++;
        verdict = "refused";
        if (error.constructor !== Error) throw error; // a TypeError or the like is a slip of ours
      });
      reader.listen((message) => {
        for (const schema of known) check(schema, (message as { params?: unknown }).params);
      });
      for (let at = 0; at < bytes.length; at += step) stream.emit("data", bytes.subarray(at, at + step));
      if (errors > 1) throw new Error(`${errors} errors of one connection`);
      return verdict;
    };
  },
};

/** The parts between zeros, each as a frame. */
export function framedBodies(input: Buffer): Buffer {
  const frames: Buffer[] = [];
  for (let at = 0; at <= input.length; ) {
    const zero = input.indexOf(0, at);
    const end = zero < 0 ? input.length : zero;
    frames.push(Buffer.from(`Content-Length: ${end - at}\r\n\r\n`), input.subarray(at, end));
    at = end + 1;
  }
  return Buffer.concat(frames);
}
