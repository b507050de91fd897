// Takes the pictures of docs/pictures and media/walkthrough: the walkthrough's, those of the first minute, and the animated one of typing. All are of a real VS Code, on a copy of the
// sample workspace, with what the models really wrote. Needs dist/ built. Usage: node scripts/editor/takePictures.ts [NAME…] [--theme THEME --into FOLDER]
// With another theme, to see whether the colours hold: into a folder of your own.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { animatedPng, type Frame } from "./animatedPng.ts";
import { startCodeServer } from "./codeServer.ts";
import { EditorWindow } from "./page.ts";
import { setUpCodeServer } from "./setupCodeServer.ts";

const THEME = "Default Dark Modern";
const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { theme: { type: "string", default: THEME }, into: { type: "string" } },
});
if (values.theme !== THEME && !values.into) throw new Error("--into is needed: the pages show the dark theme");
const repository = packageRoot(import.meta.dirname);
const pictures = path.join(repository, "docs", "pictures");
const walkthrough = path.join(repository, "media", "walkthrough");
const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-pictures-"));
const workspace = path.join(folder, "samples");
cpSync(path.join(repository, "samples"), workspace, { recursive: true });
/** Those of docs/; the others are the walkthrough's, and part of the package. */
const OF_PAGES: readonly string[] = [
  "settings",
  "walkthrough",
  "next-edit",
  "next-edit-preview",
  "licence-guard",
  "tests",
  "pieces",
  "explain-here",
  "summary",
  "change",
  "turn-into-typescript",
];
const fileOf = (name: string) =>
  path.join(values.into ?? (OF_PAGES.includes(name) ? pictures : walkthrough), `${name}.png`);
const money = path.join(workspace, "src", "money.ts");
const written = "  return { cents: a.cents - b.cents, currency: a.currency };";
const TESTED = "export function multiply(amount: Money, factor: number): Money {";
/** Those of "Explain Here" and "Change Selection…". */
const CHECKED = "function requireSameCurrency(a: Money, b: Money): void {";
const SHARED = "  const share = Math.floor(amount.cents / parts);";
const lines = readFileSync(money, "utf8").split("\n");
const line = lines.indexOf(written); // from 0
writeFileSync(money, lines.with(line, "  ").join("\n"));

/** A vendored package, and a file of the workspace that begins as it does: the picture of the licence guard asks what follows there. */
const VENDORED = `export function mixedSamples(firstSamples, secondSamples) {
  const longerSamples = firstSamples.length < secondSamples.length ? secondSamples : firstSamples;
  const shorterSamples = longerSamples === firstSamples ? secondSamples : firstSamples;
  return longerSamples.map((sample, at) => (sample + shorterSamples[at % shorterSamples.length]) / 2);
}
`;
mkdirSync(path.join(workspace, "vendor", "mixer"), { recursive: true });
writeFileSync(path.join(workspace, "vendor", "mixer", "mixer.js"), VENDORED);
writeFileSync(
  path.join(workspace, "vendor", "mixer", "package.json"),
  JSON.stringify({ name: "mixer", license: "MIT" }),
);
writeFileSync(path.join(workspace, "src", "mix.js"), VENDORED.replace(/return .*/, ""));

/** Where the picture of next edits types over a name, from 0. */
const declared = readFileSync(path.join(workspace, "tools", "sales.py"), "utf8")
  .split("\n")
  .indexOf("    totals = defaultdict(int)");

/** Where the picture of missing pieces opens the menu. */
const SWITCH = "  switch (state.kind) {";
const DELIVERY = `// What became of an order, in words.

type Delivery =
  | { kind: "packed" }
  | { kind: "sent"; carrier: string }
  | { kind: "late"; days: number }
  | { kind: "arrived" };

export function words(state: Delivery): string {
${SWITCH}
    case "packed":
      return "waits for its carrier";
    case "sent":
      return \`on its way by \${state.carrier}\`;
  }
}
`;
writeFileSync(path.join(workspace, "src", "delivery.ts"), DELIVERY);

/** What the picture of "Turn into TypeScript" turns. */
const SHELF = `/**
 * The first few names, without blanks around them.
 * @param {number} [most] how many
 */
export const first = (names, most) => names.slice(0, most).map((name) => name.trim());

export class Shelf {
  constructor(size) {
    this.size = size;
  }

  /** @param {{ pages: number }} book */
  fits(book) {
    return book.pages * 0.1 < this.size;
  }

  label(options) {
    const { prefix = "Shelf", isLoud } = options || {};
    const text = prefix + " " + this.size.toFixed(1);
    return isLoud ? text.toUpperCase() : text;
  }
}
`;
writeFileSync(path.join(workspace, "src", "shelf.js"), SHELF);

const SETTLED_MS = 500;
const MODEL_MS = 120_000; // that the strong model may take
const KEY_MS = 110;
const RESTING_MS = 1_200;
const LAST_MS = 2_500; // the animation's last picture stays
const SIZE = { width: 960, height: 600 };
const ABOVE_AND_BELOW_PX = 150; // of the line that is typed, in the animation

/** Those that need none of the others before them: if only these are wanted, the others are left out. */
const ALONE: readonly string[] = [
  "pieces",
  "next-edit",
  "next-edit-preview",
  "licence-guard",
  "explain-here",
  "summary",
  "change",
  "turn-into-typescript",
];

/** One picture each; they build on each other in this order. */
const takers: Readonly<Record<string, (window: EditorWindow) => Promise<void>>> = {
  async typing(window) {
    await window.goTo(line + 1, 3);
    await window.page.keyboard.type("return ", { delay: KEY_MS });
    await window.waitForGhostText();
    await window.waitForStatus(/^Sotto: ready/);
  },
  async status(window) {
    await window.page.keyboard.press("Escape");
    await window.runCommand("Sotto: Show Status");
    await window.page.locator(".quick-input-list .monaco-list-row", { hasText: "Suggest here" }).waitFor();
  },
  async asked(window) {
    await closeList(window);
    await window.page.keyboard.press("Alt+Backslash");
    await window.waitForGhostText(60_000);
    const box = await window.page.locator(".ghost-text-decoration").first().boundingBox();
    if (box) await window.page.mouse.move(box.x + 4, box.y + box.height / 2, { steps: 4 }); // the bar comes where the pointer rests
    await window.page.waitForTimeout(RESTING_MS);
  },
  async context(window) {
    await window.page.mouse.move(SIZE.width / 2, SIZE.height - 40);
    await window.page.keyboard.press("Escape");
    await window.runCommand("Sotto: Show Context Here");
    await window.page.locator(".tab.active", { hasText: "Prompt at" }).waitFor();
    await window.page.waitForTimeout(RESTING_MS);
  },
  async models(window) {
    await window.runCommand("Sotto: Choose Model");
    await window.page.locator(".quick-input-list .monaco-list-row", { hasText: "strong" }).first().waitFor();
  },
  async settings(window) {
    await closeList(window);
    await window.runCommand("Preferences: Open Settings (UI)");
    const search = window.page.locator(".settings-editor .suggest-input-container");
    await search.click();
    await window.page.keyboard.type("@ext:sotto.sotto");
    await window.page.locator(".settings-editor .setting-item-label", { hasText: "Multi Line" }).waitFor();
  },
  async walkthrough(window) {
    for (const key of ["Escape", "Escape"]) await window.page.keyboard.press(key);
    await window.page.locator(".settings-editor").waitFor({ state: "hidden" });
    await window.runCommand("View: Close All Editors");
    await window.runCommand("Sotto: Get Started");
    await window.page.locator(".getting-started-step", { hasText: "It runs here" }).waitFor();
    await window.page.waitForTimeout(RESTING_MS);
  },
  async pieces(window) {
    await window.runCommand("View: Close All Editors");
    await window.openFile("delivery.ts");
    await window.goTo(DELIVERY.split("\n").indexOf(SWITCH) + 1, 3);
    await window.page.waitForTimeout(RESTING_MS); // what the editor asks by itself after a move ends a menu that is still to come
    await window.page.keyboard.press("Control+Period");
    await window.action("missing cases").waitFor();
    await window.page.waitForTimeout(RESTING_MS);
  },
  async "next-edit"(window) {
    await window.page.keyboard.press("Escape"); // an open menu would close the list of files
    await window.openFile("sales.py");
    await window.goTo(declared + 1, 5);
    await window.page.keyboard.press("Control+Shift+ArrowRight");
    await window.page.keyboard.type("cents_of", { delay: KEY_MS });
    await window.page.keyboard.press("Escape");
    await window.page.keyboard.press("Home");
    await window.page.locator(".monaco-editor .glyph-margin-widgets .cgmr").first().waitFor();
    await window.page.keyboard.press("Alt+Backslash");
    await window.page.waitForTimeout(RESTING_MS);
  },
  async "next-edit-preview"(window) {
    await window.runCommand("Sotto: Make All Next Edits…");
    await window.page.locator(".tab.active", { hasText: "Before and after" }).waitFor();
    await window.page.locator(".quick-input-list .monaco-list-row").first().waitFor();
    await window.page.waitForTimeout(RESTING_MS);
  },
  async "licence-guard"(window) {
    await closeList(window);
    await window.openFile("mix.js");
    await window.goTo(4, 3);
    await window.page.keyboard.type("return ", { delay: KEY_MS });
    await window.page.keyboard.press("Alt+Backslash");
    await window.waitForGhostText(60_000);
    await window.waitForStatus(/Licence guard/);
    await window.runCommand("Sotto: Show Status");
    await window.page.locator(".quick-input-list .monaco-list-row", { hasText: "repeats vendor" }).waitFor();
  },
  async tests(window) {
    await closeList(window);
    await window.openFile("money.ts");
    await window.goTo(lines.indexOf(TESTED) + 1, 18);
    await window.runCommand("Sotto: Write Tests for This");
    await window.page.locator(".notifications-toasts .monaco-button", { hasText: "Save Tests" }).waitFor();
    await window.page.waitForTimeout(RESTING_MS);
  },
  async "explain-here"(window) {
    await window.runCommand("View: Close All Editors");
    writeFileSync(money, lines.join("\n")); // whole again
    await window.openFile("money.ts");
    const name = pageIn(window).getByRole("heading", { name: "The name at the cursor" });
    for (let asked = 0; asked < 10 && !(await name.isVisible().catch(() => false)); asked++) {
      await window.openFile("money.ts");
      await window.goTo(lines.indexOf(CHECKED) + 1, CHECKED.indexOf("Money") + 2);
      await window.runCommand("Sotto: Explain Here"); // TypeScript's extension may still be starting
      await name.waitFor({ timeout: 6_000 }).catch(() => {});
    }
    await window.page.waitForTimeout(RESTING_MS);
  },
  async summary(window) {
    await window.runCommand("View: Close All Editors");
    await window.openFile("money.ts");
    await window.runCommand("Sotto: Summarise File");
    await pageIn(window).getByRole("heading", { name: "What this does not tell" }).waitFor();
    await pageIn(window).getByRole("status").waitFor({ state: "detached", timeout: MODEL_MS });
    await window.page.waitForTimeout(RESTING_MS);
  },
  async change(window) {
    await window.runCommand("View: Close All Editors");
    await window.openFile("money.ts");
    await window.goTo(lines.indexOf(SHARED) + 1, 1);
    await window.page.keyboard.press("Shift+End");
    await window.runCommand("Sotto: Change Selection…");
    await window.answer("throw a RangeError if parts is less than 1");
    await window.page.locator(".tab.active", { hasText: "before and after" }).waitFor({ timeout: MODEL_MS });
    await window.page.waitForTimeout(RESTING_MS);
  },
  async "turn-into-typescript"(window) {
    await window.runCommand("View: Close All Editors");
    await window.openFile("shelf.js");
    await window.runCommand("Sotto: Turn into TypeScript");
    await window.page.locator(".tab.active", { hasText: "before and after" }).waitFor({ timeout: MODEL_MS });
    await window.toast(/have a type/).waitFor();
    await window.page.waitForTimeout(RESTING_MS);
  },
};

/** Typing a line and taking what is suggested, picture by picture. */
async function takeAnimation(window: EditorWindow): Promise<Frame[]> {
  const frames: Frame[] = [];
  await window.goTo(line + 1, 3);
  const cursor = await window.page.locator(".monaco-editor .cursor").first().boundingBox();
  const top = Math.max(0, (cursor?.y ?? SIZE.height / 2) - ABOVE_AND_BELOW_PX);
  const clip = { x: 0, y: top, width: SIZE.width, height: 2 * ABOVE_AND_BELOW_PX };
  const take = async (shownMs: number) => frames.push({ png: await window.page.screenshot({ clip }), shownMs });
  const type = async (text: string) => {
    for (const key of text) {
      await window.page.keyboard.type(key);
      await window.page.waitForTimeout(KEY_MS);
      await take(KEY_MS);
    }
  };
  await take(RESTING_MS);
  await type("return");
  await window.page.keyboard.type(" ");
  await window.waitForGhostText();
  await take(RESTING_MS);
  await window.page.keyboard.press("Tab");
  await window.page.waitForTimeout(KEY_MS);
  await take(LAST_MS);
  for (const key of ["Home", "Shift+End", "Delete"]) await window.page.keyboard.press(key);
  return frames;
}

/** The page in the panel that is shown. */
const pageIn = ({ page }: EditorWindow) => page.frameLocator("iframe.webview").frameLocator("iframe");

async function closeList(window: EditorWindow): Promise<void> {
  await window.page.keyboard.press("Escape");
  await window.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
}

const server = await startCodeServer({
  installation: setUpCodeServer(),
  workspace,
  extension: "installed",
  logFile: path.join(folder, "code-server.log"),
  settings: {
    "workbench.colorTheme": values.theme,
    "workbench.activityBar.location": "hidden",
    "editor.minimap.enabled": false,
    "editor.suggestOnTriggerCharacters": false,
    "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
    "editor.fontSize": 15,
    "editor.cursorBlinking": "solid",
    "sotto.smallModelChanges": true, // the picture of a change shows what the strong model wrote
    "window.commandCenter": false,
    "workbench.layoutControl.enabled": false,
  },
});
const window = await EditorWindow.launch(SIZE);
try {
  const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name);
  const areAlone = wanted.length > 0 && wanted.every((name) => ALONE.includes(name));
  await window.open(server.url());
  await window.waitForStatus(/^Sotto: ready/, 60_000);
  await window.openFile("money.ts");
  await window.runCommand("View: Close Primary Side Bar").catch(() => {});
  if (isWanted("ghost-text"))
    writeFileSync(path.join(pictures, "ghost-text.png"), animatedPng(await takeAnimation(window)));
  for (const [name, take] of Object.entries(takers)) {
    if (areAlone && !isWanted(name)) continue;
    await take(window);
    await window.page.waitForTimeout(SETTLED_MS);
    if (isWanted(name)) await window.page.screenshot({ path: fileOf(name) });
    process.stdout.write(`${name}: ${JSON.stringify(await window.ghostText())}\n`);
  }
} catch (error) {
  await window.page.screenshot({ path: path.join(folder, "failed.png") });
  process.stdout.write(`What was there instead: ${path.join(folder, "failed.png")}\n`);
  throw error;
} finally {
  await window.close();
  await server.stop();
  if (process.exitCode === undefined) rmSync(path.join(folder, "samples"), { recursive: true, force: true });
}
