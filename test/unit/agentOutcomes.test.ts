// What the agent tells the editor of each request besides its items: why there are none, and nothing where a newer request took its place.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import {
  CancellationToken,
  type InlineCompletionParams,
  InlineCompletionTriggerKind,
} from "vscode-languageserver/node";
import { serveCompletions } from "../../src/agent/completions.ts";
import { serveOutcomes } from "../../src/agent/extension.ts";
import type { CompletionOutcome } from "../../src/completion/outcome.ts";
import { AgentMethod, type OutcomeParams } from "../../src/protocol/messages.ts";

const uri = "file:///w/a.ts";
const position = { line: 2, character: 4 };

/** What is told of a request that comes to this. */
async function told(outcome: CompletionOutcome, triggerKind: InlineCompletionTriggerKind): Promise<OutcomeParams[]> {
  const sent: OutcomeParams[] = [];
  let handler: (params: InlineCompletionParams, token: CancellationToken) => Promise<unknown> = async () => {};
  const say = () => {};
  const connection = {
    console: { debug: say, info: say, warn: say, error: say },
    onRequest: say,
    languages: { inlineCompletion: { on: (given: typeof handler) => (handler = given) } },
    sendNotification: async (method: string, params: OutcomeParams) => {
      assert.equal(method, AgentMethod.outcome);
      sent.push(params);
    },
  };
  const document = { text: { offsetAt: () => 0 } };
  const session = {
    completer: { complete: async () => ({ outcome }), counts: () => ({ promptTokens: 0, promptTokensCached: 0 }) },
    documents: { get: () => document },
    host: {},
    events: new EventEmitter(),
  };
  const [asConnection, asSession] = [connection, session] as unknown as Parameters<typeof serveCompletions>;
  serveOutcomes(asConnection, asSession);
  serveCompletions(asConnection, asSession);
  await handler({ textDocument: { uri }, position, context: { triggerKind } }, CancellationToken.None);
  return sent;
}

const { Automatic, Invoked } = InlineCompletionTriggerKind;

test("why nothing is shown is told in words, with how sure it was", async () => {
  assert.deepEqual(await told({ kind: "none", reason: "improbable", score: 0.214 }, Automatic), [
    { uri, position, explicit: false, none: { reason: "improbable", why: "not sure enough", score: 0.214 } },
  ]);
  assert.deepEqual(await told({ kind: "none", reason: "empty" }, Invoked), [
    {
      uri,
      position,
      explicit: true,
      none: { reason: "empty", why: "the model has nothing to add", score: undefined },
    },
  ]);
});

test("that something is shown is told, and nothing of requests that a newer one has replaced", async () => {
  const items = [{ text: "a", replaceAfter: 0 }];
  assert.deepEqual(await told({ kind: "shown", items, source: "model" }, Automatic), [
    { uri, position, explicit: false },
  ]);
  for (const reason of ["cancelled", "superseded"] as const)
    assert.deepEqual(await told({ kind: "none", reason }, Automatic), []);
});
