// What the replay's editor sends an agent at each key, and what it shows: as VS Code does.

import assert from "node:assert/strict";
import { beforeEach, describe, mock, test } from "node:test";
import type { CancellationToken } from "vscode-jsonrpc/node";
import type { AgentProcess } from "../../../../../lab/bench/replay/agentProcess.ts";
import { type Answer, Editor } from "../../../../../lab/bench/replay/editor.ts";
import type { Suggestion } from "../../../../../lab/bench/replay/ghostText.ts";
import { ACCEPTED_COMMAND, AgentMethod } from "../../../../../src/protocol/messages.ts";

interface Request {
  method: string;
  params: { position: { line: number; character: number }; command?: string };
  token?: CancellationToken;
  answer: (items: object[]) => Promise<void>;
}

class FakeAgent {
  readonly requests: Request[] = [];
  readonly notifications: { method: string; params: Record<string, unknown> }[] = [];
  readonly connection = {
    sendRequest: (method: string, params: Request["params"], token?: CancellationToken) =>
      new Promise((resolve) => {
        const answer = async (items: object[]) => {
          resolve(items);
          await settled();
        };
        this.requests.push({ method, params, token, answer });
      }),
    sendNotification: (method: string, params: Record<string, unknown>) => {
      this.notifications.push({ method, params });
      return Promise.resolve();
    },
  };

  changes = () => this.notifications.filter(({ method }) => method === "textDocument/didChange");
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const key = (at: number, text: string) => ({ start: at, end: at, text, cursor: at + text.length });
const item = (character: number, insertText: string, over = 0) => ({
  insertText,
  range: { start: { line: 0, character }, end: { line: 0, character: character + over } },
  command: { command: ACCEPTED_COMMAND, title: "" },
});

describe("the replay's editor", () => {
  let agent: FakeAgent;
  let editor: Editor;
  let answers: { answer: Answer; before: Suggestion | undefined }[];

  beforeEach((t) => {
    mock.timers.enable({ apis: ["setTimeout"] });
    agent = new FakeAgent();
    answers = [];
    editor = new Editor(agent as unknown as AgentProcess, {
      asked: () => {},
      answered: (answer, before) => answers.push({ answer, before }),
    });
    editor.open("file:///a.ts", "typescript", "let a;");
    editor.move(5);
    (t as { after(fn: () => void): void }).after(() => mock.timers.reset());
  });

  const press = async (at: number, text: string) => {
    editor.press(key(at, text));
    mock.timers.tick(50);
    await settled();
  };

  test("asks 50 ms after the last key, and gives up what it waits for at the next", async () => {
    editor.press(key(5, " "));
    mock.timers.tick(49);
    editor.press(key(6, "="));
    mock.timers.tick(49);
    assert.equal(agent.requests.length, 0);
    mock.timers.tick(1);
    assert.deepEqual(
      agent.requests.map(({ params }) => params.position),
      [{ line: 0, character: 7 }],
    );
    editor.press(key(7, " "));
    assert.ok(agent.requests[0].token?.isCancellationRequested);
    await agent.requests[0].answer([item(7, "late")]);
    assert.ok(answers[0].answer.late);
    assert.equal(editor.shown, undefined);
    assert.equal(agent.changes().length, 3);
  });

  test("shows an answer while it is typed; an empty one takes it away, another takes its place", async () => {
    await press(5, " ");
    await agent.requests[0].answer([item(6, "= b")]);
    assert.deepEqual(editor.shown, { start: 6, end: 6, text: "= b" });
    await press(6, "=");
    assert.deepEqual(editor.shown, { start: 6, end: 7, text: "= b" }, "before the answer");
    await agent.requests[1].answer([item(7, " c")]);
    assert.deepEqual([answers[1].before?.text, editor.shown?.text], ["= b", " c"]);
    await press(7, " ");
    await agent.requests[2].answer([]);
    assert.equal(editor.shown, undefined);
    assert.equal(answers[2].before?.text, " c");
  });

  test("hides what a key contradicts", async () => {
    await press(5, " ");
    await agent.requests[0].answer([item(6, "= b")]);
    editor.press(key(6, ":"));
    assert.equal(editor.shown, undefined);
  });

  test("accepts with one change of the whole range and the item's command, then asks again", async () => {
    await press(5, " ");
    await agent.requests[0].answer([item(6, "= b;", 1)]);
    await press(6, "=");
    editor.accept();
    assert.equal(editor.text, "let a = b;");
    assert.deepEqual(agent.changes().at(-1)?.params.contentChanges, [
      {
        range: { start: { line: 0, character: 6 }, end: { line: 0, character: 8 } },
        rangeLength: 2,
        text: "= b;",
      },
    ]);
    assert.equal(agent.requests.at(-1)?.params.command, ACCEPTED_COMMAND);
    mock.timers.tick(50);
    assert.deepEqual(
      agent.requests.at(-1)?.params.position,
      { line: 0, character: 9 },
      "before the semicolon that was there",
    );
  });

  test("asks for nothing before the first key and after the cursor was moved, and tells where it rests and stays", async () => {
    mock.timers.tick(120);
    mock.timers.tick(380);
    const told = agent.notifications.filter(({ method }) => method.startsWith("sotto/"));
    editor.edit(key(0, "\n"));
    mock.timers.tick(50);
    await press(1, "x");
    editor.move(0);
    mock.timers.tick(50);
    editor.edit(key(0, "\n"));
    mock.timers.tick(50);
    assert.equal(agent.requests.length, 1);
    assert.deepEqual(told, [
      { method: AgentMethod.rested, params: { uri: "file:///a.ts", position: { line: 0, character: 5 } } },
      { method: AgentMethod.visited, params: { uri: "file:///a.ts", line: 0 } },
    ]);
  });
});
