// One file over a bad network: what is stored is what was served, or one error says why it is not.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { Cancelled, UserError } from "../../../common/errors.ts";
import { downloadFile, type FileDownload } from "../../../server/download/downloadFile.ts";
import { type Origin, type RemoteFile, retryAfterMs } from "../../../server/download/hub.ts";
import { TransferFailure } from "../../../server/download/request.ts";
import { patiently } from "../../../server/download/retry.ts";
import { type Sending, sendBytes, serve, someBytes } from "../../support/testServer.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-download-"));
after(() => rmSync(scratch, { recursive: true }));

const BYTES = someBytes(200_000);
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

type Handler = (request: IncomingMessage, response: ServerResponse, count: number) => void;

interface Attempt {
  content?: Buffer; // that is asked for
  hash?: string | null; // that the hub has told; null: none
  present?: Buffer; // what an earlier process has left
  presentEtag?: string;
  token?: string;
  stallMs?: number;
  download?: Partial<FileDownload>;
}

let count = 0;

/** Downloads from a server that does as `handler` says, `count` being 0 for its first request. */
async function download(handler: Handler, attempt: Attempt = {}) {
  const { content = BYTES, hash = sha256(content), present, presentEtag } = attempt;
  let asked = 0;
  const server = await serve((request, response) => handler(request, response, asked++));
  const target = path.join(scratch, `file-${count++}`);
  const url = new URL("owner/model/resolve/main/weights.bin", server.base);
  const known = hash ?? undefined;
  if (present) {
    writeFileSync(`${target}.part`, present);
    writeFileSync(`${target}.part.json`, JSON.stringify({ url: url.href, sha256: known, etag: presentEtag }));
  }
  const file: RemoteFile = { path: "weights.bin", url, sizeBytes: content.length, sha256: known, commit: undefined };
  let counted = 0;
  const run = (more: Partial<FileDownload> = {}) =>
    downloadFile(originOf(url, attempt), file, {
      what: "weights.bin",
      target,
      signal: new AbortController().signal,
      onBytes: (bytes) => {
        counted += bytes;
      },
      ...attempt.download,
      ...more,
    });
  const outcome = await run().then(
    (hashed) => ({ hashed, error: undefined }),
    (error) => ({ hashed: undefined, error }),
  );
  const stored = existsSync(target) ? readFileSync(target) : undefined;
  const part = existsSync(`${target}.part`) ? readFileSync(`${target}.part`) : undefined;
  const ranges = server.requests.map(({ headers }) => headers.range);
  return { ...outcome, stored, part, ranges, requests: server.requests, counted, run, target, close: server.close };
}

const originOf = (url: URL, { token, stallMs = 10_000 }: Attempt): Origin => ({
  base: new URL(url.origin),
  network: { proxy: { chosen: "", ofEditor: "" }, strictSsl: true, token, tokenOrigin: url.origin, stallMs },
  patience: { tries: 3, firstPauseMs: 1, longestWaitMs: 50 },
});

/** A server that sends the file, differently at each request; the last entry holds for all that follow. */
const sending =
  (...each: Sending[]): Handler =>
  (request, response, index) =>
    sendBytes(request, response, BYTES, each[Math.min(index, each.length - 1)]);

/** The oracle of all that goes well: the bytes that were served, their hash, and nothing beside them. */
function assertWhole(result: Awaited<ReturnType<typeof download>>, content = BYTES): void {
  result.close();
  assert.equal(result.error, undefined);
  assert.ok(result.stored?.equals(content));
  assert.equal(result.hashed, sha256(content));
  assert.equal(result.part, undefined);
  assert.equal(existsSync(`${result.target}.part.json`), false);
  assert.equal(result.counted, content.length);
}

test("a file is stored as it is served", async () => {
  const result = await download(sending({}));
  assertWhole(result);
  assert.deepEqual(result.ranges, [undefined]);
  assertWhole(await download(sending({}), { hash: null }));
  assertWhole(
    await download((request, response) => sendBytes(request, response, Buffer.alloc(0)), { content: Buffer.alloc(0) }),
    Buffer.alloc(0),
  );
});

test("what was cut off is gone on with where it ended, as often as it takes", async () => {
  const result = await download(sending(...Array(6).fill({ cutAfter: 30_000 }), {}));
  assertWhole(result);
  assert.equal(result.ranges[0], undefined);
  assert.deepEqual(
    result.ranges.slice(1),
    [1, 2, 3, 4, 5, 6].map((i) => `bytes=${i * 30_000}-`),
  );
  assert.equal(result.requests[1].headers["if-range"], '"one"');
});

test("what an earlier process has left is gone on with, where it is the same file", async () => {
  const present = BYTES.subarray(0, 50_000);
  const resumed = await download(sending({}), { present });
  assertWhole(resumed);
  assert.deepEqual(resumed.ranges, ["bytes=50000-"]);
  const byEtag = await download(sending({}), { present, presentEtag: '"one"', hash: null });
  assertWhole(byEtag);
  assert.deepEqual(byEtag.ranges, ["bytes=50000-"]);
  const unknown = await download(sending({}), { present, hash: null });
  assertWhole(unknown);
  assert.deepEqual(unknown.ranges, [undefined]);
  const whole = await download(sending({}), { present: BYTES });
  assertWhole(whole);
  assert.deepEqual(whole.ranges, []);
  assertWhole(await download(sending({}), { present: Buffer.concat([BYTES, BYTES]) }));
});

test("a part that was spoilt on the disk comes again", async () => {
  const present = Buffer.from(BYTES.subarray(0, 50_000));
  present[7] ^= 1;
  const result = await download(sending({}), { present });
  assertWhole(result);
  assert.deepEqual(result.ranges, ["bytes=50000-", undefined]);
});

test("a server that ignores ranges sends it all again", async () => {
  assertWhole(await download(sending({ cutAfter: 30_000 }, { ignoresRange: true })));
});

test("a file that has become another one meanwhile is begun anew", async () => {
  const other = someBytes(BYTES.length, 2);
  const changed = (second: Sending): Handler => {
    return (request, response, index) =>
      index === 0
        ? sendBytes(request, response, BYTES, { cutAfter: 30_000 })
        : sendBytes(request, response, other, second);
  };
  assertWhole(await download(changed({ etag: '"two"' }), { content: other, hash: null }), other);
  const heedless: Handler = (request, response, index) => {
    delete request.headers["if-range"]; // goes on with the other file, whatever was asked
    changed({ etag: '"two"' })(request, response, index);
  };
  const result = await download(heedless, { content: other, hash: null });
  assertWhole(result, other);
  assert.deepEqual(result.ranges, [undefined, "bytes=30000-", undefined]);
});

test("a part that was not asked for is not taken", async () => {
  for (const said of ["bytes 0-199999/200000", "bytes 30001-199999/200000", "bytes 30000-199999/300000", "", "bytes"]) {
    const result = await download((request, response, index) => {
      if (index !== 1) return sendBytes(request, response, BYTES, index === 0 ? { cutAfter: 30_000 } : {});
      response.writeHead(206, { "content-range": said }).end(BYTES.subarray(0, 170_000));
    });
    assertWhole(result);
  }
  const shorter: Handler = (request, response, index) =>
    index === 0
      ? sendBytes(request, response, BYTES, { cutAfter: 30_000 })
      : index === 1
        ? void response.writeHead(416).end()
        : sendBytes(request, response, BYTES);
  assertWhole(await download(shorter));
});

test("a length other than was told is refused at once, whichever way it is wrong", async () => {
  for (const length of [BYTES.length - 1, BYTES.length + 1, 0, 1e15]) {
    const result = await download((_, response) => {
      response.writeHead(200, { "content-length": length });
      response.write(BYTES.subarray(0, Math.min(length, 10)));
    });
    result.close();
    assertRefused(result, "downloadFailed", /announces \d+ bytes, where 200000 are left to come/);
    assert.equal(result.requests.length, 1);
  }
});

test("a server that does not stop is stopped, and nothing of it is kept", async () => {
  const result = await download((_, response) => {
    response.writeHead(200);
    response.write(BYTES);
    response.end("and more");
  });
  result.close();
  assertRefused(result, "downloadFailed", /sent more than the 200000 bytes/);
  assert.equal(result.part?.length, 0);
});

test("a body that ends early without an announced length is gone on with", async () => {
  const result = await download((request, response, index) => {
    if (index > 0) return sendBytes(request, response, BYTES);
    response.writeHead(200, { etag: '"one"' });
    response.end(BYTES.subarray(0, 1234));
  });
  assertWhole(result);
  assert.deepEqual(result.ranges, [undefined, "bytes=1234-"]);
});

test("wrong bytes are asked for once more, and then refused with nothing kept", async () => {
  const spoilt = Buffer.from(BYTES);
  spoilt[100_000] ^= 16;
  const once = await download((request, response, index) => sendBytes(request, response, index === 0 ? spoilt : BYTES));
  assertWhole(once);
  const always = await download((request, response) => sendBytes(request, response, spoilt));
  always.close();
  assertRefused(always, "downloadCorrupt", /came twice with other content/);
  assert.equal(always.requests.length, 2);
  assert.equal(always.part?.length, 0);
});

test("answers that may change are waited for, others are told at once", async () => {
  for (const status of [500, 502, 503, 408, 429]) {
    const result = await download((request, response, index) =>
      index < 2 ? void response.writeHead(status).end("busy") : sendBytes(request, response, BYTES),
    );
    assertWhole(result);
    assert.equal(result.requests.length, 3);
  }
  const table: [number, Record<string, string>, string, RegExp, number][] = [
    [500, {}, "downloadFailed", /answered with status 500/, 3],
    [429, { "retry-after": "3600" }, "downloadFailed", /status 429, and wants to be left alone for 60 minutes/, 1],
    [401, {}, "downloadDenied", /does not give out weights.bin \(status 401\)/, 1],
    [403, {}, "downloadDenied", /status 403/, 1],
    [404, {}, "downloadFailed", /does not have it/, 1],
    [418, {}, "downloadFailed", /status 418/, 1],
    [204, {}, "downloadFailed", /status 204/, 1],
    [200, { "content-encoding": "gzip" }, "downloadFailed", /encoded as gzip/, 1],
    [302, {}, "downloadFailed", /status 302/, 1],
  ];
  for (const [status, headers, code, message, requests] of table) {
    const result = await download((_, response) => void response.writeHead(status, headers).end());
    result.close();
    assertRefused(result, code, message);
    assert.equal(result.requests.length, requests, String(status));
  }
});

test("Retry-After is seconds or a date, and is waited for", async () => {
  const nowMs = Date.UTC(2030, 0, 1);
  for (const [value, ms] of [
    [undefined, 0],
    ["3", 3_000],
    ["Tue, 01 Jan 2030 00:00:05 GMT", 5_000],
    ["Mon, 31 Dec 2029 00:00:00 GMT", 0],
    ["soon", 0],
    ["-1", 0],
  ] as const) {
    assert.equal(retryAfterMs(value, nowMs), ms, value);
  }
  const startMs = performance.now();
  let tries = 0;
  const attempt = async () => {
    if (tries++ === 0) throw new TransferFailure("busy", { waitMs: 40 });
    return performance.now() - startMs;
  };
  const patience = { tries: 2, firstPauseMs: 1, longestWaitMs: 50 };
  assert.ok((await patiently("it", patience, attempt, new AbortController().signal)) >= 38);
});

test("a connection on which nothing comes is given up, and tried again", async () => {
  const result = await download(sending({ stallAfter: 30_000 }, {}), { stallMs: 100 });
  assertWhole(result);
  assert.deepEqual(result.ranges, [undefined, "bytes=30000-"]);
  const silent = await download(() => {}, { stallMs: 30 });
  silent.close();
  assertRefused(silent, "downloadFailed", /sent nothing for 0.03 s/);
  assert.equal(silent.requests.length, 3);
});

test("where nobody listens, the error says so", async () => {
  const gone = await serve(() => {});
  gone.close();
  const result = await download((_, response) => void response.writeHead(302, { location: gone.base }).end());
  result.close();
  assertRefused(result, "downloadFailed", /ECONNREFUSED/);
});

test("redirects are followed, and a token stays with the host that it is for", async () => {
  const far = await serve((request, response) => sendBytes(request, response, BYTES));
  const result = await download(
    (_, response, index) => {
      const location = index === 0 ? "/owner/renamed/weights.bin" : `${far.base}cdn/weights.bin?signature=1`;
      response.writeHead(index === 0 ? 307 : 302, { location }).end();
    },
    { token: "hf_secret" },
  );
  far.close();
  assertWhole(result);
  assert.deepEqual(
    result.requests.map(({ headers }) => headers.authorization),
    ["Bearer hf_secret", "Bearer hf_secret"],
  );
  assert.equal(far.requests[0].headers.authorization, undefined);
  assert.equal(far.requests[0].url, "/cdn/weights.bin?signature=1");
});

test("redirects in circles, and to what is no web address, end", async () => {
  const circle = await download((_, response) => void response.writeHead(302, { location: "/again" }).end());
  circle.close();
  assertRefused(circle, "downloadFailed", /redirected more than 5 times/);
  assert.equal(circle.requests.length, 6);
  const astray = await download(
    (_, response) => void response.writeHead(302, { location: "file:///etc/passwd" }).end(),
  );
  astray.close();
  assertRefused(astray, "downloadFailed", /no web address/);
});

test("a cancelled download ends at once, and is gone on with", async () => {
  const abort = new AbortController();
  let seen = 0;
  const onBytes = (bytes: number) => {
    if ((seen += bytes) > 0) abort.abort();
  };
  const cancelled = await download(sending({ stallAfter: 30_000 }, {}), {
    download: { signal: abort.signal, onBytes },
  });
  assert.ok(cancelled.error instanceof Cancelled);
  const { length } = cancelled.part!;
  assert.ok(length > 0 && length < BYTES.length && cancelled.part!.equals(BYTES.subarray(0, length)));
  await cancelled.run({ signal: new AbortController().signal, onBytes: () => {} });
  cancelled.close();
  assert.ok(readFileSync(cancelled.target).equals(BYTES));
  assert.equal(cancelled.requests[1].headers.range, `bytes=${length}-`);
  const early = await download(sending({}), { download: { signal: AbortSignal.abort() } });
  early.close();
  assert.ok(early.error instanceof Cancelled);
  assert.equal(early.requests.length, 0);
});

test("a disk that is full in the middle ends it with what has come", async () => {
  let written = 0;
  const full = await download(sending({}), {
    download: {
      async write(handle, chunk, position) {
        if ((written += chunk.length) > 100_000) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
        await handle.write(chunk, 0, chunk.length, position);
      },
    },
  });
  assert.equal(full.error.code, "ENOSPC");
  assert.equal(full.requests.length, 1);
  const { size } = statSync(`${full.target}.part`);
  await full.run({ write: undefined });
  full.close();
  assert.ok(readFileSync(full.target).equals(BYTES));
  assert.equal(full.requests[1].headers.range, size > 0 ? `bytes=${size}-` : undefined);
});

function assertRefused({ error, stored }: { error: unknown; stored?: Buffer }, code: string, message: RegExp): void {
  assert.ok(error instanceof UserError, String(error));
  assert.equal(error.code, code);
  assert.match(error.message, message);
  assert.equal(stored, undefined);
}
