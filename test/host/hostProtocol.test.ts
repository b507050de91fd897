// What the host answers over its socket: who is let in, what is refused, streams, cancellation, order, and that no client harms another.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { CancellationTokenSource, type MessageConnection, ResponseError } from "vscode-jsonrpc/node";
import { MAX_FRAME_BYTES, PROTOCOL_VERSION } from "../../server/host/protocol/limits.ts";
import {
  type GenerateParams,
  type GenerateResult,
  type HelloResult,
  type HostStatus,
  type InspectResult,
  Method,
  type TokenNotification,
} from "../../server/host/protocol/messages.ts";
import { isRunning, request, Sandbox, until } from "../support/hostProcess.ts";
import { tinyLocalModel } from "../support/tinyLocalModel.ts";

const never = new AbortController().signal;
const refused = (code: string) => (error: unknown) =>
  error instanceof ResponseError && (error.data as { code?: string })?.code === code;

/** Sends a generation and collects what is streamed for it. */
function generate(connection: MessageConnection, id: number, change: Partial<GenerateParams> = {}) {
  const pieces: string[] = [];
  connection.onNotification(Method.token, (piece: TokenNotification) => {
    if (piece.id === id) pieces.push(piece.text);
  });
  const source = new CancellationTokenSource();
  const result = connection.sendRequest<GenerateResult>(Method.generate, { ...request(change), id }, source.token);
  return { pieces, result, cancel: () => source.cancel() };
}

describe("host protocol", () => {
  let box: Sandbox;
  let pid: number;
  before(async () => {
    box = new Sandbox();
    pid = (await box.host()).pid!;
    await box.welcome();
  });
  after(() => box.dispose());

  test("hello tells protocol, build, process and capabilities; ping and status are answered", async () => {
    const connection = await box.connection();
    const hello = await connection.sendRequest<HelloResult>(Method.hello, box.helloParams());
    assert.deepEqual(hello, {
      protocol: PROTOCOL_VERSION,
      build: box.endpoint().build,
      pid,
      capabilities: { generate: true, inspect: true, stream: true, warm: true },
      maxFrameBytes: MAX_FRAME_BYTES,
    });
    assert.equal(await connection.sendRequest(Method.ping, {}), null);
    assert.equal((await connection.sendRequest<HostStatus>(Method.status, {})).model, "tiny");
  });

  const strangers: [name: string, change: object, code: string][] = [
    ["a wrong token", { token: "0".repeat(64) }, "notAuthorised"],
    ["an empty token", { token: "" }, "notAuthorised"],
    ["another protocol", { protocol: PROTOCOL_VERSION + 1 }, "protocolMismatch"],
  ];
  for (const [name, change, code] of strangers) {
    test(`${name} is refused and the connection closed`, async () => {
      const connection = await box.connection();
      const closed = new Promise<void>((resolve) => connection.onClose(resolve));
      await assert.rejects(connection.sendRequest(Method.hello, box.helloParams(change)), refused(code));
      await closed;
    });
  }

  test("nothing but hello is answered before hello", async () => {
    const connection = await box.connection();
    for (const method of [Method.ping, Method.status, Method.generate, Method.inspect, Method.score, Method.layers]) {
      await assert.rejects(connection.sendRequest(method, {}), refused("notAuthorised"));
    }
    await connection.sendRequest(Method.hello, box.helloParams());
    assert.equal(await connection.sendRequest(Method.ping, {}), null);
  });

  describe("a welcomed client", () => {
    let connection: MessageConnection;
    beforeEach(async () => {
      connection = await box.welcome();
    });

    test("gets the text streamed; it equals the model's own in this process", async () => {
      const own = await tinyLocalModel({ cacheDir: `${box.dir}/own` });
      for (const sampling of [
        { temperature: 0 },
        { temperature: 1, seed: 7 },
        { temperature: 0.8, topK: 20, topP: 0.9, seed: 1 },
      ]) {
        const { pieces, result } = generate(connection, 1, { sampling });
        const { timingMs, ...answer } = await result;
        const { timingMs: _, ...direct } = await own.generate(request({ sampling }), () => {}, never);
        assert.deepEqual({ ...answer, tokens: 0 }, { ...direct, tokens: 0 });
        assert.equal(answer.tokens.generated, direct.tokens.generated);
        assert.equal(pieces.join(""), answer.text);
        assert.ok(answer.tokens.generated > 0 && timingMs.prefill >= 0 && timingMs.queue >= 0);
      }
      own.dispose();
    });

    test("sees in the inspector what a generation uses", async () => {
      const { prompt } = request();
      const pieces = [{ kind: "import", path: "b.ts", text: "export const b = 1;\n", score: 0.5 }];
      const inspected = await connection.sendRequest<InspectResult>(Method.inspect, { ...prompt, pieces });
      assert.equal(inspected.prompt, "<file_sep>b.ts\nexport const b = 1;\n<file_sep>a.ts\nlet x = ");
      const { result } = generate(connection, 1, { prompt: { ...prompt, pieces } });
      assert.equal((await result).tokens.prompt, inspected.tokens);
    });

    test("gets one clear error for bad params, and goes on", async () => {
      const bad: [method: string, params: unknown][] = [
        [Method.generate, {}],
        [Method.generate, undefined],
        [Method.generate, { ...request(), id: "one" }],
        [Method.generate, { ...request({ maxTokens: 1e6 }), id: 1 }],
        [Method.generate, { ...request(), id: 1, prompt: { ...request().prompt, prefix: "x".repeat(500_000) } }],
        [Method.inspect, { path: 5 }],
        [Method.score, { prompt: request().prompt, text: "x".repeat(8_001) }],
        [Method.hello, {}],
        ["host/unknown", {}],
        ["toString", {}],
      ];
      for (const [method, params] of bad) {
        await assert.rejects(connection.sendRequest(method, params), refused("badInput"), method);
      }
      await assert.rejects(connection.sendRequest(Method.generate, [1, 2], "three"), refused("badInput"));
      await connection.sendNotification("host/unknown", {});
      assert.ok((await generate(connection, 1).result).text.length > 0);
    });

    test("is served while another uses the host too", async () => {
      const other = await box.welcome();
      const [a, b] = [generate(connection, 1), generate(other, 1)];
      const [first, second] = await Promise.all([a.result, b.result]);
      assert.equal(first.text, second.text);
      assert.equal(a.pieces.join(""), first.text);
      assert.equal(b.pieces.join(""), second.text);
    });
  });

  const broken: [name: string, bytes: string | Buffer, log: RegExp][] = [
    [
      "an oversized frame",
      `Content-Length: ${MAX_FRAME_BYTES + 1}\r\n\r\n`,
      /connection closed: a frame of \d+ bytes is larger/,
    ],
    ["garbage", Buffer.alloc(5000, 0xa5), /connection closed: no end of a header/],
    ["a frame that is not JSON", "Content-Length: 3\r\n\r\n{x}", /connection closed: a frame that is not JSON/],
    ["a header without a length", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", /connection closed: a header without/],
  ];
  for (const [name, bytes, log] of broken) {
    test(`${name} closes that connection with one log line; the host and others live on`, async () => {
      const other = await box.welcome();
      const lines = () => box.hostLog().split("\n").length;
      const before = lines();
      const socket = await box.socket();
      const closed = new Promise((resolve) =>
        socket
          .once("close", resolve)
          .on("error", () => {})
          .resume(),
      );
      socket.write(bytes);
      await closed;
      assert.match(
        box
          .hostLog()
          .split("\n")
          .slice(before - 1)
          .join("\n"),
        log,
      );
      assert.equal(lines(), before + 1);
      assert.ok((await generate(other, 1).result).text.length > 0);
      assert.ok(isRunning(pid));
    });
  }
});

describe("host protocol, with a slow model", () => {
  let box: Sandbox;
  let connection: MessageConnection;
  before(async () => {
    box = new Sandbox();
    await box.host({ SOTTO_TEST_TOKEN_MS: "40" });
  });
  beforeEach(async () => {
    connection = await box.welcome();
  });
  after(() => box.dispose());

  test("a cancel ends the generation within a token", async () => {
    const { pieces, result, cancel } = generate(connection, 1, { maxTokens: 500 });
    await until("some text has come", () => (pieces.length >= 2 ? true : undefined));
    cancel();
    const { stop, text, tokens } = await result;
    assert.equal(stop, "cancelled");
    assert.equal(text, pieces.join(""));
    assert.ok(tokens.generated < 100, `${tokens.generated} tokens`);
  });

  test("of those that wait the newest goes first; a cancelled one does not run", async () => {
    const other = await box.welcome();
    const finished: string[] = [];
    const send = (name: string, on: MessageConnection, id: number) => {
      const sent = generate(on, id, { maxTokens: 4 });
      sent.result.then(({ stop }) => finished.push(`${name} ${stop === "cancelled" ? stop : "done"}`));
      return sent;
    };
    const sent = [send("first", connection, 1)];
    await until("the first runs", () => (sent[0].pieces.length > 0 ? true : undefined));
    sent.push(send("second", connection, 2));
    await connection.sendRequest(Method.ping, {}); // the second has arrived
    const third = send("third", other, 3);
    await other.sendRequest(Method.ping, {});
    const fourth = send("fourth", other, 4);
    await other.sendRequest(Method.ping, {});
    third.cancel();
    const results = await Promise.all([...sent, third, fourth].map(({ result }) => result));
    await new Promise(setImmediate);
    assert.deepEqual(finished, ["third cancelled", "first done", "fourth done", "second done"]);
    assert.ok(results[1].timingMs.queue > 0);
    assert.equal(results[2].text, "");
  });

  test("the time in the queue counts against the deadline", async () => {
    const first = generate(connection, 1, { maxTokens: 400 });
    await until("the first runs", () => (first.pieces.length > 0 ? true : undefined));
    const { stop, text } = await generate(connection, 2, { deadlineMs: 50 }).result;
    assert.deepEqual({ stop, text }, { stop: "deadline", text: "" });
    first.cancel();
    await first.result;
  });

  test("too many that wait: the oldest is refused as hostBusy", async () => {
    const sent = Array.from({ length: 12 }, (_, i) => generate(connection, i + 1, { maxTokens: 300 }));
    const outcomes = sent.map(({ result }) =>
      result.then(
        ({ stop }) => stop,
        (error: ResponseError<{ code: string }>) => error.data?.code,
      ),
    );
    assert.deepEqual(await Promise.all(outcomes.slice(1, 4)), ["hostBusy", "hostBusy", "hostBusy"]);
    for (const { cancel } of sent) cancel();
    const others = await Promise.all([outcomes[0], ...outcomes.slice(4)]);
    assert.deepEqual(new Set(others), new Set(["cancelled"]));
  });

  test("a client that goes away frees the model", async () => {
    const gone = await box.welcome();
    const abandoned = generate(gone, 1, { maxTokens: 500 });
    abandoned.result.catch(() => {});
    await until("it runs", () => (abandoned.pieces.length > 0 ? true : undefined));
    gone.dispose();
    const { timingMs, text } = await generate(connection, 1, { maxTokens: 2 }).result;
    assert.ok(text.length > 0);
    assert.ok(timingMs.queue < 10_000, "it waited for the abandoned one"); // which would take 20 s
  });
});
