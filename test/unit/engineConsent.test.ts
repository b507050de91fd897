// A window's real session and a server that counts what comes: nothing of a document goes to another machine before the person has agreed, nothing
// at all from an untrusted workspace, and no secret nor key where it does not belong.

import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Connection, InitializeParams } from "vscode-languageserver/node";
import { serveEngineChoice, serveEngines } from "../../src/agent/engines.ts";
import { extension } from "../../src/agent/extension.ts";
import { openSession, type Session } from "../../src/agent/session.ts";
import { contextText } from "../../src/completion/contextText.ts";
import { readSettings } from "../../src/config/settings.ts";
import { EngineMethod, type IdentifyAnswer } from "../../src/protocol/engines.ts";
import type { AgentConfiguration } from "../../src/protocol/messages.ts";
import { countingEngine } from "../support/countingEngine.ts";
import { scriptedModel } from "./completion/scriptedModel.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-consent-"));
process.env.SOTTO_DATA_DIR = path.join(scratch, "data");
const root = path.join(scratch, "w");
const PLANTED = ["Zk81mQp", "07wLx9Yt", "4Hs2Bv6N"].join("");
const TEXT = `const password = "${PLANTED}";\nconst items = [1, 2];\nexport const sum = \n`;
mkdirSync(root);
writeFileSync(path.join(root, "sum.ts"), TEXT);
const uri = pathToFileURL(path.join(root, "sum.ts")).href;
const KEY = "key-of-the-person";

const server = await countingEngine("items.length;");
const { received, here: HERE, elsewhere: ELSEWHERE } = server;
after(() => {
  server.close();
  rmSync(scratch, { recursive: true, force: true });
});

const configured = (url: string, more: Partial<AgentConfiguration>): AgentConfiguration => ({
  ...readSettings((key) => (key === "engine.url" ? url : undefined)).settings,
  snoozedUntilMs: 0,
  trusted: true,
  ...more,
});

let earlier: Session | undefined;

/** A window on the folder; its local model writes "0;". */
async function window(configuration: AgentConfiguration) {
  earlier?.engine.dispose(); // what was shown there may be followed up
  received.length = 0;
  const log: string[] = [];
  const say = (line: string) => log.push(line);
  const connection = {
    console: { info: say, warn: say, error: say, log: say, debug: say },
    sendRequest: async (method: string) => (method === EngineMethod.key ? { key: KEY } : []),
  } as unknown as Connection;
  const params = {
    initializationOptions: configuration,
    workspaceFolders: [{ uri: pathToFileURL(root).href, name: "w" }],
  };
  const session = await openSession(connection, {}, extension.open(connection, params as unknown as InitializeParams));
  earlier = session;
  session.host.generate = scriptedModel("0;\n").generate;
  session.host.wake = () => {};
  serveEngineChoice(connection, session);
  session.events.emit("initialized");
  const document = session.documents.open({ uri, languageId: "typescript", version: 1, text: TEXT });
  const offset = TEXT.length - 1;
  return {
    session,
    log,
    async suggested(): Promise<string> {
      const asked = { document, offset, explicit: true };
      const { outcome } = await session.completer.complete(asked, new AbortController().signal);
      return outcome.kind === "shown" ? outcome.items[0]!.text : outcome.reason;
    },
    context: () =>
      contextText(
        document,
        offset,
        { sources: session.sourcesOf(uri), model: session.modelFor(uri), tier: undefined },
        new AbortController().signal,
      ),
  };
}

/** Waits until the engine writes. */
async function inUse({ engine, events }: Session): Promise<void> {
  while (engine.status()?.state !== "inUse") {
    assert.equal(engine.status()?.problem, undefined);
    await once(events, "status", { signal: AbortSignal.timeout(20_000) });
  }
}

const prompts = () => received.filter(({ path: to, body }) => to === "/api/generate" && body.includes("items"));

test("without consent not a byte goes to another machine; with it the next request does, and not any more once it is taken back", async () => {
  const { session, suggested, log } = await window(configured(ELSEWHERE, {}));
  assert.equal(await suggested(), "0;");
  assert.equal(session.engine.status()!.state, "needsConsent");
  assert.deepEqual(received, []);

  session.configure(configured(ELSEWHERE, { engineConsents: [ELSEWHERE] }));
  await inUse(session);
  assert.equal(await suggested(), "items.length;");
  assert.equal(prompts().length, 1);
  assert.equal(prompts()[0]!.authorization, `Bearer ${KEY}`);
  const status = session.engine.status()!;
  assert.equal(status.isReadableOnTheWay, true);
  assert.ok(status.bytesSent >= prompts()[0]!.body.length);
  assert.doesNotMatch(JSON.stringify([status, log, session.configuration]), new RegExp(KEY));

  session.configure(configured(ELSEWHERE, {}));
  received.length = 0;
  assert.equal(await suggested(), "0;");
  assert.deepEqual(received, []);
});

test("an untrusted workspace sends nothing, consent or not, this machine or another", async () => {
  for (const url of [ELSEWHERE, HERE]) {
    const { session, suggested } = await window(configured(url, { trusted: false, engineConsents: [ELSEWHERE] }));
    assert.equal(await suggested(), "0;");
    assert.equal(session.engine.status()!.state, "untrusted");
    assert.deepEqual(received, []);
  }
});

test("this machine needs no consent; a secret of the document does not go out, and the inspector shows what does", async () => {
  const { session, suggested, context } = await window(configured(HERE, {}));
  await inUse(session);
  assert.equal(await suggested(), "items.length;");
  const sent = received.map(({ body }) => body).join("\n");
  assert.ok(sent.includes("<redacted>"), sent);
  assert.ok(!sent.includes(PLANTED));
  received.length = 0;
  const { text: shown } = await context();
  assert.ok(shown.includes("const items = [1, 2];") && !shown.includes(PLANTED), shown);
  assert.deepEqual(received, []); // to look at a prompt sends nothing
});

test("the server's model loads before anybody types with it, and is asked nothing of the document for that", async () => {
  const { session } = await window(configured(HERE, {}));
  await inUse(session);
  const first = received.filter(({ path: to }) => to === "/api/generate");
  assert.equal(first.length, 1);
  assert.doesNotMatch(first[0]!.body, /items|password/);
});

test("what a server is can be asked before anybody agrees: with its key, and without a prompt", async () => {
  const { session } = await window(configured("local", {}));
  const handlers = new Map<string, (params: object, token: object) => Promise<IdentifyAnswer>>();
  const connection = {
    console: { error: assert.fail },
    onRequest: (method: string, handler: never) => handlers.set(method, handler),
    onNotification: () => {},
  } as unknown as Connection;
  serveEngines(connection, session);
  const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose() {} }) };
  const identify = (url: string) => handlers.get(EngineMethod.identify)!({ url }, token);
  const found = await identify(ELSEWHERE);
  assert.ok("value" in found, JSON.stringify(found));
  assert.deepEqual(found.value.models, [{ id: "qwen2.5-coder:0.5b", contextTokens: 4_096 }]);
  assert.ok(received.length > 0);
  assert.ok(received.every(({ body, authorization }) => body === "" && authorization === `Bearer ${KEY}`));
  const gone = await identify("http://127.0.0.1:9");
  assert.equal("error" in gone && gone.error.code, "engineUnreachable");
});
