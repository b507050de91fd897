// `--engine`: whose model writes, and that nothing goes to another machine unless somebody has agreed. Nobody can be asked here: there is no terminal.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { openEngine } from "../../../cli/engine.ts";
import { runCli } from "../../../cli/run.ts";
import { countingEngine } from "../../support/countingEngine.ts";

const dir = mkdtempSync(path.join(tmpdir(), "sotto-cli-engine-"));
writeFileSync(path.join(dir, "package.json"), "{}");
const source = path.join(dir, "a.ts");
writeFileSync(source, "const items = [1, 2];\nconst count = \n");
const server = await countingEngine("items.length;");
after(() => {
  server.close();
  rmSync(dir, { recursive: true });
});

async function run(command: string, ...options: string[]) {
  server.received.length = 0;
  const [out, err]: string[][] = [[], []];
  const place = ["--file", source, "--line", "2", "--column", "15"];
  const { signal } = new AbortController();
  const status = await runCli([command, ...place, ...options], {
    stdout: (text) => void out.push(text),
    stderr: (text) => void err.push(text),
    loadModel: (asked) => openEngine(asked, (line) => err.push(line), signal),
    signal,
  });
  return { status, out: out.join(""), err: err.join("\n") };
}

test("a server on this machine writes; the key of the environment goes to it alone", async () => {
  process.env.SOTTO_ENGINE_KEY = "key-of-the-person";
  const { status, out, err } = await run("complete", "--engine", `${server.here}/`, "--json");
  assert.equal(status, 0, err);
  const { text, model, device } = JSON.parse(out);
  assert.deepEqual([text, model, device], ["items.length;", "qwen2.5-coder:0.5b", server.here]);
  assert.ok(server.received.every(({ authorization }) => authorization === "Bearer key-of-the-person"));
  assert.equal(process.env.SOTTO_ENGINE_KEY, undefined); // no process that is started inherits it
});

test("another machine: nothing is sent where nobody can be asked, until --yes agrees; plain http is told", async () => {
  const refused = await run("complete", "--engine", server.elsewhere);
  assert.equal(refused.status, 1);
  assert.match(refused.err, /is not encrypted/);
  assert.match(refused.err, /Nobody can be asked whether code may be sent to http:\/\/0\.0\.0\.0:\d+\. Give --yes\./);
  assert.deepEqual(server.received, []);
  const agreed = await run("complete", "--engine", server.elsewhere, "--yes");
  assert.equal(agreed.status, 0, agreed.err);
  assert.equal(agreed.out, "items.length;\n");
});

test("a server that is not there is an error, not a reason for another model", async () => {
  const { status, out, err } = await run("complete", "--engine", "http://127.0.0.1:9");
  assert.deepEqual([status, out], [1, ""]);
  assert.match(err, /cannot be reached/);
});

test("the inspector packs for the server's model and sends nothing of the file", async () => {
  const { status, out, err } = await run("context", "--engine", server.here);
  assert.equal(status, 0);
  assert.match(err, /For qwen2\.5-coder:0\.5b at http:\/\/127\.0\.0\.1:\d+; nothing of the file was sent\./);
  assert.match(out, /<\|fim_prefix\|>/);
  assert.ok(server.received.every(({ body }) => !body.includes("items")));
});
