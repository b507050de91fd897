// The package in a fresh VS Code (code-server) without a network, and with this repository out of sight: installed as a person installs it, it
// completes TypeScript and Python, by processes that run on the shipped Node and map nothing but what is installed.

import assert from "node:assert/strict";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { type CodeServer, startCodeServer } from "../../scripts/editor/codeServer.ts";
import { EditorWindow } from "../../scripts/editor/page.ts";
import { testSettings } from "../../scripts/editor/scenario.ts";
import { setUpCodeServer } from "../../scripts/editor/setupCodeServer.ts";
import { root } from "../../scripts/steps.ts";
import { hidingRepository } from "../../scripts/withoutRepository.ts";
import { vsixFile } from "./support.ts";

const READY_MS = 120_000; // on a busy machine
const scratch = mkdtempSync(path.join(os.tmpdir(), "sotto-packaged-"));
const workspace = path.join(scratch, "work");
const logs = path.join(root, ".vscode-test", "package");
let server: CodeServer;
let window: EditorWindow;
let startMs: number;
let installedMs: number;

/** Where the processes may have code and data from, besides the system's libraries. */
let allowed: string[];

before(async () => {
  const vsix = vsixFile();
  cpSync(path.join(root, "samples"), workspace, { recursive: true });
  writeFileSync(path.join(workspace, "src", "add.ts"), "export function add(a: number, b: number): number {\n  \n}\n");
  const python = "def area(width: float, height: float) -> float:\n    \n";
  writeFileSync(path.join(workspace, "tools", "area.py"), python);
  mkdirSync(logs, { recursive: true });
  const empty = path.join(scratch, "empty");
  mkdirSync(empty);
  startMs = performance.now();
  server = await startCodeServer({
    installation: setUpCodeServer(),
    workspace,
    extension: "packaged",
    packages: [vsix],
    within: hidingRepository(empty),
    logFile: path.join(logs, "code-server.log"),
    env: { SOTTO_CACHE_DIR: path.join(scratch, "cache") }, // a first start makes the model's compute form
    settings: { ...testSettings, "sotto.deadlineMs": 15_000 },
  });
  installedMs = performance.now();
  allowed = [server.extensionsDir, scratch, path.dirname(server.extensionsDir)];
  window = await EditorWindow.launch();
  await window.open(server.url());
});

after(async () => {
  await window?.close();
  await server?.stop();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
});

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;

/** Types and waits for the ghost text that is wanted; what comes while keys are still on their way may be another one. */
async function typeForGhost(file: string, column: number, typed: string, wanted: RegExp): Promise<void> {
  let last = "";
  try {
    await window.openFile(file);
    await window.goTo(2, column);
    await window.page.keyboard.type(typed, { delay: 60 });
    for (const deadlineMs = Date.now() + READY_MS; !wanted.test(last); await window.page.waitForTimeout(50)) {
      assert.ok(Date.now() < deadlineMs, `the ghost text is ${JSON.stringify(last)} and not ${wanted}`);
      last = await window.ghostText();
    }
  } catch (error) {
    await window.page.screenshot({ path: path.join(logs, "failed.png") }).catch(() => {});
    throw error;
  }
}

test("ghost text in TypeScript after an installation of the package alone", async (t) => {
  await window.waitForStatus(/^Sotto: ready/, READY_MS);
  const readyMs = performance.now();
  await typeForGhost("add.ts", 3, "return a ", /^\+ b;$/);
  const ghostMs = performance.now();
  const load = os.loadavg()[0]!.toFixed(1);
  t.diagnostic(
    `from --install-extension: server listens ${seconds(installedMs - startMs)}, ready ${seconds(readyMs - startMs)}, ` +
      `ghost text ${seconds(ghostMs - startMs)} (of these 6 s wait for the editor's parts); load ${load}`,
  );
});

test("and in Python", async () => {
  await typeForGhost("area.py", 5, "return width ", /^[*/+-] height/); // which one may depend on the context that came in time
});

const linuxOnly = { skip: process.platform !== "linux" };

test("agent, indexer and host run on the shipped Node and map only what is installed", linuxOnly, () => {
  const [folder] = readdirSync(server.extensionsDir).filter((name) => name.startsWith("sotto.sotto-"));
  const node = path.join(server.extensionsDir, folder!, "node", "node");
  for (const script of ["agent.cjs", "indexer.cjs", "host.cjs"]) {
    const pids = server.processes(script);
    assert.ok(pids.length > 0, `${script} does not run`);
    for (const pid of pids) {
      assert.equal(readlinkSync(`/proc/${pid}/exe`), node, script);
      const maps = readFileSync(`/proc/${pid}/maps`, "utf8").split("\n");
      const files = new Set(
        maps.map((line) => line.split(/ +/).slice(5).join(" ")).filter((file) => file.startsWith("/")),
      );
      assert.ok([...files].some((file) => file.startsWith(path.dirname(node))));
      const foreign = [...files].filter(
        (file) =>
          !/^\/(usr\/)?lib(64)?\/|^\/(dev|memfd:|proc)|^\/usr\/share\/locale/.test(file) &&
          !allowed.some((dir) => file.startsWith(dir)),
      );
      assert.deepEqual(foreign, [], script);
    }
  }
});

test("the repository was out of their sight", linuxOnly, (t) => {
  if (hidingRepository(path.join(scratch, "empty")) === undefined) return t.skip("no mount namespace can be made here");
  const [agent] = server.processes("agent.cjs");
  assert.deepEqual(
    readdirSync(`/proc/${agent}/root${root}`).filter((name) => name !== ".tools"),
    [],
  );
});

test("nothing popped up", async () => {
  assert.deepEqual(await window.toasts(), []);
});
