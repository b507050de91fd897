// The agent's answers about models, asked as the editor asks them: which offers have to be accepted, and that none is downloaded before that.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { CancellationToken, type Connection } from "vscode-languageserver/node";
import { serveModels } from "../../src/agent/models.ts";
import type { Session } from "../../src/agent/session.ts";
import { readSettings } from "../../src/config/settings.ts";
import type { AgentConfiguration } from "../../src/protocol/messages.ts";
import { ModelMethod, type ModelsAnswer, type PullAnswer, type PullParams } from "../../src/protocol/models.ts";
import { openHub } from "../support/testHub.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-model-requests-"));
process.env.SOTTO_DATA_DIR = path.join(scratch, "data");
process.env.SOTTO_STRONG_DIR = path.join(scratch, "none");
delete process.env.HF_TOKEN;
after(() => rmSync(scratch, { recursive: true, force: true }));

/** What the agent answers an editor whose mirror is `mirror`. */
function agent(mirror: string) {
  type Handler = (params: object, token: CancellationToken) => Promise<unknown>;
  const handlers = new Map<string, Handler>();
  const connection = {
    onRequest: (method: string, handler: Handler) => void handlers.set(method, handler),
    sendProgress: async () => {},
    console: { info: () => {}, error: assert.fail },
  };
  const settings = { ...readSettings(() => undefined).settings, "download.mirror": mirror };
  const configuration: AgentConfiguration = { ...settings, snoozedUntilMs: 0, trusted: true };
  serveModels(connection as unknown as Connection, { configuration } as Session);
  const ask = (method: string, params: object) => handlers.get(method)!(params, CancellationToken.None);
  return {
    list: () => ask(ModelMethod.list, {}) as Promise<ModelsAnswer>,
    pull: (params: PullParams) => ask(ModelMethod.pull, params) as Promise<PullAnswer>,
  };
}

test("every offer whose licence forbids a use says so, and is downloaded only where that was accepted", async (t) => {
  const hub = await openHub();
  t.after(() => hub.close());
  const { list, pull } = agent(hub.mirror);
  const answer = await list();
  const { offers } = "value" in answer ? answer.value : assert.fail("no list");
  const bound = ["qwen2.5-coder-3b", "starcoder2-3b", "deepseek-coder-1.3b", "codegemma-2b"];
  assert.deepEqual(
    offers.filter(({ forbidsUses }) => forbidsUses).map(({ id }) => id),
    bound,
  );
  hub.repository = "bigcode/starcoder2-3b";
  const wanted = { id: "starcoder2-3b", progressToken: "p" };
  const refused = await pull({ ...wanted, acceptsLicence: false });
  assert.ok("error" in refused);
  assert.equal(refused.error.code, "licenceNotAccepted");
  assert.deepEqual(
    hub.fetched.map((one) => one.path),
    ["model.safetensors.index.json"],
    "the plan alone",
  );
  const pulled = await pull({ ...wanted, acceptsLicence: true });
  assert.ok("value" in pulled, JSON.stringify(pulled));
  assert.equal(pulled.value.licence, "LicenseRef-BigCode-OpenRAIL-M-1.0");
});
