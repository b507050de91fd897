// Takes docs/ghost-text.png: a suggestion in a real VS Code, on a copy of the sample workspace. Needs dist/ built.
// Usage: node scripts/editor/takeScreenshot.ts [FILE.png]

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { startCodeServer } from "./codeServer.ts";
import { EditorWindow } from "./page.ts";
import { setUpCodeServer } from "./setupCodeServer.ts";

const repository = packageRoot(import.meta.dirname);
const target = path.resolve(process.argv[2] ?? path.join(repository, "docs", "ghost-text.png"));
const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-screenshot-"));
const workspace = path.join(folder, "samples");
cpSync(path.join(repository, "samples"), workspace, { recursive: true });
const file = path.join(workspace, "src", "money.ts");
const written = "  return { cents: a.cents - b.cents, currency: a.currency };";
const lines = readFileSync(file, "utf8").split("\n");
const line = lines.indexOf(written); // from 0
writeFileSync(file, lines.with(line, "  ").join("\n"));

const server = await startCodeServer({
  installation: setUpCodeServer(),
  workspace,
  extension: "installed",
  logFile: path.join(folder, "code-server.log"),
  settings: {
    "workbench.colorTheme": "Default Dark Modern",
    "workbench.activityBar.location": "hidden",
    "editor.minimap.enabled": false,
    "editor.suggestOnTriggerCharacters": false,
    "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
    "editor.fontSize": 15,
    "window.commandCenter": false,
    "workbench.layoutControl.enabled": false,
  },
});
const window = await EditorWindow.launch({ width: 1120, height: 640 }, 2);
try {
  await window.open(server.url());
  await window.waitForStatus(/^Sotto: ready/, 60_000);
  await window.openFile("money.ts");
  await window.goTo(line + 1, 3);
  await window.page.keyboard.type("return ", { delay: 80 });
  const shown = await window.waitForGhostText();
  await window.waitForStatus(/^Sotto: ready/);
  await window.page.waitForTimeout(500);
  await window.page.screenshot({ path: target });
  process.stdout.write(`${target}: ${JSON.stringify(shown)}\n`);
} finally {
  await window.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
}
