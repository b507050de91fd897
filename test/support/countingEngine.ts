// A server that answers as Ollama does, always with the same text, and keeps all that comes. Not a test.

import { serve } from "./testServer.ts";

const MODEL = "qwen2.5-coder:0.5b";

const TOLD: Readonly<Record<string, object>> = {
  "/api/version": { version: "0.20.0" },
  "/api/tags": { models: [{ name: MODEL }] },
  "/api/ps": { models: [{ name: MODEL, context_length: 4_096 }] },
};

export interface CountingEngine {
  here: string; // its address as one of this machine
  elsewhere: string; // the same as an address that counts as another machine's; answered here
  received: { path: string; body: string; authorization: string | undefined }[];
  close(): void;
}

export async function countingEngine(text: string): Promise<CountingEngine> {
  const received: CountingEngine["received"] = [];
  const server = await serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { url = "", headers } = request;
    received.push({ path: url, body: Buffer.concat(chunks).toString("utf8"), authorization: headers.authorization });
    if (url === "/api/generate") {
      const lines = [
        { response: text, done: false },
        { response: "", done: true, done_reason: "stop", prompt_eval_count: 40, eval_count: 4 },
      ];
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
      return;
    }
    const told = TOLD[url];
    response.writeHead(told ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(told ?? { error: "not found" }));
  });
  const { port } = new URL(server.base);
  return { here: `http://127.0.0.1:${port}`, elsewhere: `http://0.0.0.0:${port}`, received, close: server.close };
}
