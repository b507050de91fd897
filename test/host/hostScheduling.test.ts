// The scheduler over the socket: supersession, warm-ups, commands that give way, fair windows, and a flood of requests.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { CancellationTokenSource, type MessageConnection, type ResponseError } from "vscode-jsonrpc/node";
import {
  type GenerateParams,
  type GenerateResult,
  Method,
  type TokenNotification,
  type WarmParams,
  type WarmResult,
} from "../../server/host/protocol/messages.ts";
import { isRunning, request, Sandbox, until } from "../support/hostProcess.ts";

/** A window: a connection whose requests are numbered, with the order in which texts and ends came. */
class Window {
  readonly connection: MessageConnection;
  readonly events: string[];
  private readonly texts = new Map<number, string>();
  private readonly names = new Map<number, string>();
  private nextId = 1;

  constructor(connection: MessageConnection, events: string[] = []) {
    this.connection = connection;
    this.events = events;
    connection.onNotification(Method.token, ({ id, text }: TokenNotification) => {
      this.texts.set(id, (this.texts.get(id) ?? "") + text);
      const name = this.names.get(id) ?? "";
      if (events.at(-1) !== name) events.push(name);
    });
  }

  generate(name: string, change: Partial<GenerateParams> = {}) {
    const id = this.nextId++;
    this.names.set(id, name);
    const source = new CancellationTokenSource();
    const params: GenerateParams = { ...request(change), id };
    const result = this.connection.sendRequest<GenerateResult>(Method.generate, params, source.token);
    return { result, text: () => this.texts.get(id) ?? "", cancel: () => source.cancel() };
  }

  warm(params: Partial<WarmParams> = {}): Promise<WarmResult> {
    return this.connection.sendRequest<WarmResult>(Method.warm, { prompt: request().prompt, ...params });
  }

  /** Resolves when the host has seen everything that was sent before. */
  async seen(): Promise<void> {
    await this.connection.sendRequest(Method.ping, {});
  }
}

const longPrompt = (word: string) => ({ ...request().prompt, prefix: `const ${word} = 1;\n`.repeat(12) });

describe("scheduling on the host", () => {
  let box: Sandbox;
  let pid: number;
  let window: Window;
  const cancels: (() => void)[] = [];
  before(async () => {
    box = new Sandbox();
    pid = (await box.host({ SOTTO_TEST_TOKEN_MS: "40" })).pid!;
  });
  beforeEach(async () => {
    window = new Window(await box.welcome());
  });
  afterEach(() => {
    for (const cancel of cancels.splice(0)) cancel();
    window.connection.dispose();
  });
  after(() => box.dispose());

  /** A completion that runs until it is ended. */
  async function busy(on: Window, name: string, change: Partial<GenerateParams> = {}) {
    const sent = on.generate(name, { maxTokens: 400, ...change });
    cancels.push(sent.cancel);
    sent.result.catch(() => {}); // its window may close
    await until(`${name} runs`, () => (sent.text() ? true : undefined));
    return sent;
  }

  test("a newer completion of the same editor supersedes the one that runs, with what there is, and those that wait", async () => {
    const running = await busy(window, "a", { editor: "e" });
    const waiting = window.generate("b", { editor: "e" });
    const newest = window.generate("c", { editor: "e", maxTokens: 3 });
    const [a, b, c] = await Promise.all([running.result, waiting.result, newest.result]);
    assert.deepEqual([a.stop, a.text], ["superseded", running.text()]);
    assert.ok(a.tokens.generated > 0 && a.tokens.generated < 200);
    assert.deepEqual([b.stop, b.text], ["superseded", ""]);
    assert.equal(c.stop, "maxTokens");
    assert.equal(c.text, newest.text());
  });

  test("the same editor's name in another window is another editor", async () => {
    const other = new Window(await box.welcome());
    const running = await busy(window, "a", { editor: "e", maxTokens: 12 });
    const { stop } = await other.generate("b", { editor: "e", maxTokens: 2 }).result;
    assert.deepEqual([(await running.result).stop, stop], ["maxTokens", "maxTokens"]);
  });

  test("what a cancelled completion was reading is read on, until the next one of its editor finds it", async () => {
    const prompt = longPrompt("halfRead");
    const first = window.generate("first", { prompt, editor: "e" });
    await window.seen();
    first.cancel(); // before its first token
    const { stop, tokens } = await first.result;
    assert.deepEqual([stop, tokens.generated], ["cancelled", 0]);
    assert.ok(tokens.prompt > 0);
    const cachedLater = async () => {
      const { tokens } = await window.generate("probe", { prompt, editor: "other", maxTokens: 1 }).result;
      return tokens.cached >= tokens.prompt - 2 ? true : undefined;
    };
    await new Promise((resolve) => setTimeout(resolve, 1500)); // to ask would be to take the turn
    assert.ok(await cachedLater());
    const withoutEditor = window.generate("unnamed", { prompt: longPrompt("unnamed") });
    await window.seen();
    withoutEditor.cancel();
    await withoutEditor.result;
    await new Promise((resolve) => setTimeout(resolve, 300));
    const probe = await window.generate("probe", { prompt: longPrompt("unnamed"), maxTokens: 1 }).result;
    assert.ok(probe.tokens.cached < probe.tokens.prompt / 2, `${probe.tokens.cached} of ${probe.tokens.prompt}`);
  });

  test("a completion finds what was warmed in the cache; the text is the same as without", async () => {
    const prompt = longPrompt("warmed");
    const cold = await window.generate("cold", { prompt, maxTokens: 8, sampling: { temperature: 0 } }).result;
    const other = longPrompt("another");
    const warmed = await window.warm({ prompt: other, editor: "e" });
    assert.equal(warmed.stop, "done");
    assert.ok(warmed.tokens.prompt > warmed.tokens.cached);
    const result = await window.generate("a", { prompt: other, editor: "e", maxTokens: 8 }).result;
    assert.equal(result.tokens.prompt, warmed.tokens.prompt);
    assert.ok(result.tokens.cached >= result.tokens.prompt - 2, `${result.tokens.cached} of ${result.tokens.prompt}`);
    await window.warm({ prompt });
    const again = await window.generate("again", { prompt, maxTokens: 8, sampling: { temperature: 0 } }).result;
    assert.equal(again.text, cold.text);
  });

  test("a completion ends the warm-up that runs; of those that wait only that of its editor", async () => {
    const running = await busy(window, "busy", { maxTokens: 6 });
    const kept = window.warm({ prompt: longPrompt("kept"), editor: "f" });
    const older = window.warm({ prompt: longPrompt("older"), editor: "e" });
    const newer = window.warm({ prompt: longPrompt("newer"), editor: "e" });
    assert.equal((await older).stop, "superseded");
    const completion = window.generate("completion", { editor: "e", maxTokens: 2 });
    assert.equal((await newer).stop, "superseded");
    await Promise.all([running.result, completion.result]);
    assert.equal((await kept).stop, "done");

    const warming = window.warm({ prompt: longPrompt("warming"), editor: "f" });
    await window.seen(); // it runs, for 40 ms at least
    const result = await new Window(await box.welcome()).generate("other", { maxTokens: 2 }).result;
    assert.ok(["superseded", "done"].includes((await warming).stop)); // done where the connection took that long
    assert.equal(result.stop, "maxTokens");
  });

  test("a command pauses for completions and goes on; its text is what it is alone", async () => {
    const command: Partial<GenerateParams> = { class: "command", maxTokens: 20, prompt: longPrompt("command") };
    const alone = await window.generate("alone", command).result;
    const paused = await busy(window, "command", command);
    const completions = ["first", "second"].map((name) => window.generate(name, { maxTokens: 4 }));
    const results = await Promise.all(completions.map(({ result }) => result));
    assert.deepEqual(
      results.map(({ stop }) => stop),
      ["maxTokens", "maxTokens"],
    );
    assert.equal((await paused.result).text, alone.text);
    assert.deepEqual(window.events.slice(window.events.indexOf("command")), [
      ...["command", "second", "first", "command"],
    ]);
  });

  test("two windows take turns, each with its newest", async () => {
    const events: string[] = [];
    const [x, y] = [new Window(await box.welcome(), events), new Window(await box.welcome(), events)];
    const running = await busy(window, "busy", { maxTokens: 8 });
    const send = async (on: Window, name: string) => {
      const sent = on.generate(name, { maxTokens: 2 });
      await on.seen();
      return sent;
    };
    const all = [
      await send(x, "x1"),
      await send(x, "x2"),
      await send(x, "x3"),
      await send(y, "y1"),
      await send(y, "y2"),
    ];
    await Promise.all([running, ...all].map(({ result }) => result));
    assert.deepEqual(events, ["y2", "x3", "y1", "x2", "x1"]);
  });

  test("200 requests at once: each is answered, refusals have their reason, the newest gets its text, another window is served", async () => {
    const other = new Window(await box.welcome());
    const sent = Array.from({ length: 200 }, (_, i) => window.generate(`${i}`, { maxTokens: 2 }));
    const others = other.generate("other", { maxTokens: 2 });
    const answers = await Promise.all(
      sent.map(({ result }) =>
        result.then(
          ({ stop }) => stop,
          (error: ResponseError<{ code: string; message: string }>) => `${error.data?.code}: ${error.data?.message}`,
        ),
      ),
    );
    const refusal = "hostBusy: The model is busy: 8 newer requests of this window are waiting.";
    assert.deepEqual(new Set(answers), new Set(["maxTokens", refusal]));
    assert.equal(answers[199], "maxTokens");
    assert.equal((await others.result).stop, "maxTokens");

    const same = Array.from({ length: 200 }, (_, i) => window.generate(`${i}`, { maxTokens: 2, editor: "e" }).result);
    const stops = (await Promise.all(same)).map(({ stop }) => stop);
    assert.deepEqual(stops, [...Array(199).fill("superseded"), "maxTokens"]);
    assert.ok(isRunning(pid));
  });

  test("warm-ups beyond the bound are refused in their result, not as an error", async () => {
    await busy(window, "busy");
    const all = Array.from({ length: 20 }, () => window.warm());
    await window.seen();
    const refused = await Promise.all(all.slice(0, 12));
    assert.deepEqual(new Set(refused.map(({ stop }) => stop)), new Set(["refused"]));
    const rest = Promise.allSettled(all);
    window.connection.dispose(); // nobody wants the others
    await rest;
  });

  test("a deadline passes while a command is paused", async () => {
    const command = await busy(window, "command", { class: "command", deadlineMs: 1_000 });
    await busy(new Window(await box.welcome()), "completion");
    const { stop, text } = await command.result;
    assert.equal(stop, "deadline");
    assert.equal(text, command.text());
  });
});
