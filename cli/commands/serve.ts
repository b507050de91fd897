// `sotto serve`: this machine's model for other programs, over HTTP, until Ctrl+C.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { isLoopbackHost } from "../../common/util/engineAddress.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { defineCommand, UsageError, wholeNumber } from "../command.ts";
import type { CliModel } from "../model.ts";
import { workspaceModel } from "../workspaceAdapter.ts";

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 8017;

const WARNING =
  "Every machine that reaches this address can use the model with the key. There is no TLS: key and code can be read on the way.";

export const serve = defineCommand({
  name: "serve",
  options: {
    host: {
      type: "string",
      argument: "ADDRESS",
      help: `the address to listen on (default: ${DEFAULT_HOST}, for this machine alone; others need a key)`,
    },
    port: { type: "string", argument: "N", help: `the port (default: ${DEFAULT_PORT}; 0: a free one)` },
    key: {
      type: "string",
      argument: "KEY",
      help: "what clients must send; better given in SOTTO_SERVE_KEY, because other users see the options of a process",
    },
  },
  async run({ options, global, io, signal }) {
    const host = options.host ?? DEFAULT_HOST;
    const port = wholeNumber(options.port, "port", 0) ?? DEFAULT_PORT;
    if (port > 65_535) throw new UsageError(`--port takes a number up to 65535, not ${port}`);
    const key = (options.key ?? process.env.SOTTO_SERVE_KEY)?.trim() || undefined;
    const { startServer } = await import("../../server/serve/httpServer.ts"); // no other command needs it
    const server = await startServer({ host, port, key, version: version(), log: io.log });
    let model: CliModel | undefined;
    try {
      if (!isLoopbackHost(host)) io.log(WARNING);
      io.log(`${server.url}: the model is being loaded`);
      model = await io.loadModel(await workspaceModel(global.model, global.root, io.log));
      server.serve(model);
      const { model: id, device } = model.status();
      io.result({ url: server.url, model: id, device }, `${server.url} serves ${id}; Ctrl+C ends it`);
      if (!signal.aborted) await once(signal, "abort");
    } finally {
      await server.close();
      model?.dispose();
    }
  },
});

const version = (): string =>
  JSON.parse(readFileSync(path.join(packageRoot(import.meta.dirname), "package.json"), "utf8")).version;
