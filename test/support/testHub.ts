// A hub with one repository on the loopback: with the real hub's headers, and large files on a separate server. Not a test.

import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { CatalogEntry } from "../../server/engine/models/catalogEntries.ts";
import { configToJson } from "../../server/engine/models/configFile.ts";
import { safetensorsParts, type TensorToWrite } from "../../server/engine/models/safetensors.ts";
import { tensorShapes } from "../../server/engine/models/tensors.ts";
import { standIn } from "../../server/engine/tokenizer/byteLevel.ts";
import { tokenizerToJson } from "../../server/engine/tokenizer/tokenizerFile.ts";
import { SMALL_CONFIG } from "./storedFolder.ts";
import { sendBytes, serve, type TestServer } from "./testServer.ts";
import { uniform } from "./tinyWeights.ts";

export const ENTRY: CatalogEntry = {
  id: "small",
  name: "Small",
  family: "mellum",
  architecture: "llama",
  repository: "owner/small",
  revision: "main",
  files: [{ path: "config.json" }, { path: "tokenizer.json" }],
  licence: { spdx: "Apache-2.0", mayBeUsed: "freely", note: "" },
  parameters: 1e4,
  downloadBytes: 2e4,
  memoryNeedBytes: 1e6,
  contextLength: 64,
};

const SHARDS = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];

/** The small model, a little wider: 0.2 MB, of which the first shard has more than half. */
const CONFIG = { ...SMALL_CONFIG, hiddenSize: 64, ffnSize: 96, vocabSize: 480 };

/** Content of a repository in Hugging Face's layout: a whole model of random weights, whose vocabulary is bytes. */
export function repositoryFiles(): Record<string, Buffer> {
  const [embedding, ...others] = tensorShapes(CONFIG).map(({ name, rows, cols }, index): TensorToWrite => {
    const data = new Uint8Array(uniform(rows * cols, 0.3, index).buffer);
    return { name, type: "F32", shape: rows === 1 ? [cols] : [rows, cols], data };
  });
  const places = [[SHARDS[0], embedding], ...others.map((tensor) => [SHARDS[1], tensor])] as [string, TensorToWrite][];
  const bytes = Array.from({ length: 256 }, (_, byte) => standIn(byte));
  const specialIds = new Map([["<|endoftext|>", 256]]);
  const tokenizer = { tokens: [...bytes, ...specialIds.keys()], merges: [], specialIds };
  return {
    "config.json": Buffer.from(JSON.stringify(configToJson(CONFIG))),
    "tokenizer.json": Buffer.from(JSON.stringify(tokenizerToJson(tokenizer))),
    "model.safetensors.index.json": Buffer.from(
      JSON.stringify({ weight_map: Object.fromEntries(places.map(([shard, { name }]) => [name, shard])) }),
    ),
    [SHARDS[0]]: Buffer.concat(safetensorsParts([embedding])),
    [SHARDS[1]]: Buffer.concat(safetensorsParts(others)),
    LICENSE: Buffer.from("do as you like"),
  };
}

export interface TestHub {
  mirror: string;
  files: Record<string, Buffer>; // of the repository; a test may change them
  commit: string;
  repository: string;
  /** Paths of the requests with a body, in their order, with the range. */
  fetched: { path: string; range: string | undefined; authorization: string | undefined }[];
  /** Answers a request for a file's content in a test's own way: true where it did. */
  instead?: (name: string, request: IncomingMessage, response: ServerResponse) => boolean;
  close(): void;
}

/** @param prefix of the hub's address, as mirrors have it */
export async function openHub(prefix = ""): Promise<TestHub> {
  const hub: TestHub = {
    mirror: "",
    files: repositoryFiles(),
    commit: "a".repeat(40),
    repository: ENTRY.repository,
    fetched: [],
    close: () => [front, cdn].map((server) => server.close()),
  };
  const content = (name: string, request: IncomingMessage, response: ServerResponse): void => {
    if (request.method === "GET") {
      const { range, authorization } = request.headers;
      hub.fetched.push({ path: name, range, authorization });
      if (hub.instead?.(name, request, response)) return;
    }
    sendBytes(request, response, hub.files[name], { etag: `"${sha256(hub.files[name]).slice(0, 32)}"` });
  };
  const cdn: TestServer = await serve((request, response) => content(request.url!.slice(1), request, response));
  const front: TestServer = await serve((request, response) => {
    const [, revision, name] =
      new RegExp(`^/${prefix}${hub.repository}/resolve/([^/]+)/(.+)$`).exec(request.url!) ?? [];
    response.setHeader("x-repo-commit", hub.commit);
    const known = revision === "main" || revision === hub.commit;
    if (!known || !Object.hasOwn(hub.files, name)) return void response.writeHead(404).end();
    if (!name.endsWith(".safetensors")) return content(name, request, response);
    response.setHeader("x-linked-size", hub.files[name].length);
    response.setHeader("x-linked-etag", `"${sha256(hub.files[name])}"`);
    response.writeHead(302, { location: `${cdn.base}${name}` }).end();
  });
  hub.mirror = front.base + prefix;
  return hub;
}

export const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
