// A window of an editor that speaks LSP and nothing of ours: folders with files, an agent of its own, documents with a cursor. All windows of a test
// file share a host whose model writes what the document says.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { readSecret } from "../../../server/host/protocol/endpoint.ts";
import { Sandbox, until } from "../../support/hostProcess.ts";
import { LspClient, type Message } from "../../support/lspClient.ts";

const AGENT = path.join(import.meta.dirname, "..", "..", "support", "stdioAgent.ts");
/** Starts an agent, as an editor's settings say it. */
export const AGENT_COMMAND = [process.execPath, "--disable-warning=ExperimentalWarning", AGENT, "--stdio"] as const;

const HOST = path.join(import.meta.dirname, "..", "..", "support", "scriptedHost.ts");

/** What a whole editor says of itself: all that the agent makes use of. */
export const CAPABILITIES = {
  general: { positionEncodings: ["utf-16", "utf-8"] },
  workspace: { applyEdit: true, configuration: true, workspaceEdit: { documentChanges: true } },
  textDocument: {
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ["", "quickfix", "refactor"] } } },
    inlineCompletion: {},
  },
  window: { workDoneProgress: true },
};

export interface WindowOptions {
  params?: object; // of `initialize`, instead of what a window has by default
  settings?: unknown; // what `workspace/configuration` answers; a function is asked each time
}

export class Editors {
  readonly #sandbox = new Sandbox();
  readonly #clients: LspClient[] = [];
  readonly root = path.join(this.#sandbox.dir, "w");

  async start(): Promise<void> {
    mkdirSync(this.root, { recursive: true });
    this.#sandbox.spawnHost({}, HOST);
    await until("the host serves", () => readSecret(this.#sandbox.endpoint(HOST)));
  }

  /** Writes a file, relative to the root. @returns its URI */
  file(name: string, text: string): string {
    const file = path.join(this.root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return pathToFileURL(file).href;
  }

  uri(name: string): string {
    return pathToFileURL(path.join(this.root, name)).href;
  }

  /** For an agent, or for an editor that starts one. */
  get env(): NodeJS.ProcessEnv {
    const { dir, runtimeDir } = this.#sandbox;
    const own = { SOTTO_RUNTIME_DIR: runtimeDir, SOTTO_CACHE_DIR: `${dir}/cache`, SOTTO_DATA_DIR: `${dir}/data` };
    return { ...process.env, ...own, NODE_COMPILE_CACHE: `${dir}/cache/compiled` }; // agents start from the sources: a fifth less work
  }

  /** An agent that has been told nothing. */
  agent(): LspClient {
    const client = new LspClient(AGENT_COMMAND, this.env, this.root);
    this.#clients.push(client);
    return client;
  }

  /** An agent with a window on the root, trusted by its settings unless they say something else. */
  async window({ params = {}, settings = { trusted: true } }: WindowOptions = {}): Promise<Window> {
    const client = this.agent();
    client.answerers["workspace/configuration"] = async () => [
      await (typeof settings === "function" ? settings() : settings),
    ];
    client.answerers["window/workDoneProgress/create"] = () => null;
    client.answerers["workspace/applyEdit"] = () => ({ applied: true });
    const workspaceFolders = [{ uri: pathToFileURL(this.root).href, name: "w" }];
    const defaults = { processId: process.pid, rootUri: null, workspaceFolders, capabilities: CAPABILITIES };
    const initialized = await client.request("initialize", { ...defaults, ...params });
    client.notify("initialized", {});
    return new Window(client, initialized);
  }

  /** Ends whatever still runs. @throws AssertionError where an agent has written to stdout what is no message */
  async dispose(): Promise<void> {
    for (const client of this.#clients) client.process.kill("SIGKILL");
    await Promise.all(this.#clients.map((client) => client.end()));
    await this.#sandbox.dispose();
    for (const { stray } of this.#clients) assert.equal(stray, "", "stdout carries the protocol only");
  }
}

interface Place {
  textDocument: { uri: string };
  position: { line: number; character: number };
}

export class Window {
  readonly client: LspClient;
  readonly initialized: Message["result"];

  constructor(client: LspClient, initialized: Message["result"]) {
    this.client = client;
    this.initialized = initialized;
  }

  /** Opens a document whose cursor stands at ¦. */
  open(uri: string, source: string, languageId = "typescript"): Place {
    const text = source.replace("¦", "");
    this.client.notify("textDocument/didOpen", { textDocument: { uri, languageId, version: 1, text } });
    return placeOf(uri, source);
  }

  /** What is suggested at a place, asked for by the person unless `triggerKind` is 2. */
  suggest(place: Place, triggerKind = 1): Promise<Message["result"]> {
    return this.client.request("textDocument/inlineCompletion", { ...place, context: { triggerKind } });
  }

  change(uri: string, version: number, ...contentChanges: object[]): void {
    this.client.notify("textDocument/didChange", { textDocument: { uri, version }, contentChanges });
  }

  /** What the model would be sent at a place, as text. */
  async context({ textDocument: { uri }, position }: Place): Promise<string> {
    return (await this.client.request("sotto/context", { uri, position })).text;
  }

  counters(): Promise<Message["result"]> {
    return this.client.request("sotto/counters");
  }
}

/** The place of ¦ in a document, in UTF-16 units. */
export function placeOf(uri: string, source: string): Place {
  const lines = source.slice(0, source.indexOf("¦")).split(/\r\n|\n/);
  return { textDocument: { uri }, position: { line: lines.length - 1, character: lines.at(-1)!.length } };
}
