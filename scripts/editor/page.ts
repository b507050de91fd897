// One VS Code window in headless Chromium, driven and read through its DOM as a person would.

import { existsSync } from "node:fs";
import { chromium, type Locator, type Page } from "playwright-core";

const executables = ["/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser"];
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];
/** VS Code makes the part of an editor that asks for ghost text up to five seconds after the editor; a key before that asks for nothing. */
const EDITOR_PARTS_MS = 6_000;
const PICK_ATTEMPTS = 4; // a key may be lost while the focus moves out of a webview
const PICK_MS = 5_000;
const MENU_MS = 15_000; // the first answer waits for the compiler
const toastSelector = ".notifications-toasts .notification-list-item-message";
const ghostSelector = ".monaco-editor :is(.ghost-text-decoration, .ghost-text-decoration-preview)";

export class EditorWindow {
  readonly page: Page;
  readonly close: () => Promise<void>;
  #hasEditor = false;

  private constructor(page: Page, close: () => Promise<void>) {
    this.page = page;
    this.close = close;
  }

  /** Starts a browser with one empty page. @throws Error when there is no Chromium */
  static async launch(viewport = { width: 1280, height: 800 }, deviceScaleFactor = 1): Promise<EditorWindow> {
    const executablePath = process.env.CHROMIUM ?? executables.find((file) => existsSync(file));
    if (!executablePath) throw new Error("There is no Chromium: install one, or set CHROMIUM to its path.");
    const browser = await chromium.launch({ executablePath, headless: true, args: flags });
    const context = await browser.newContext({ viewport, deviceScaleFactor });
    return new EditorWindow(await context.newPage(), () => browser.close());
  }

  /** Opens a window of VS Code and waits until it is drawn. */
  async open(url: string): Promise<void> {
    await this.page.goto(url, { timeout: 90_000 }); // a busy machine takes a minute
    await this.page.locator(".monaco-workbench").waitFor({ timeout: 60_000 });
  }

  /** Waits for a state of our status item, by its label ("Sotto: ready. …"). */
  async waitForStatus(label: RegExp, timeoutMs = 30_000): Promise<string> {
    const deadlineMs = Date.now() + timeoutMs;
    let last = "";
    while (Date.now() < deadlineMs) {
      last = await this.statusLabel();
      if (label.test(last)) return last;
      await this.page.waitForTimeout(50);
    }
    throw new Error(`The status item did not come to say ${label}; it says ${JSON.stringify(last)}`);
  }

  /** What the status item is read aloud as; "" while there is none. */
  async statusLabel(): Promise<string> {
    const labels = await this.page
      .locator(".statusbar-item a[aria-label^='Sotto: ']")
      .evaluateAll((items) => items.map((item) => item.getAttribute("aria-label") ?? ""));
    return labels[0] ?? "";
  }

  /** Opens a file of the workspace by its name, through the quick-open box; in a window's first editor, waits until it can show ghost text. */
  async openFile(name: string): Promise<void> {
    await this.pick("Control+KeyP", name, name.split("/").at(-1) ?? name);
    await this.page.locator(".tab.active", { hasText: name.split("/").at(-1) }).waitFor();
    await this.page.locator(".editor-instance .view-lines .view-line").first().waitFor();
    if (!this.#hasEditor) await this.page.waitForTimeout(EDITOR_PARTS_MS);
    this.#hasEditor = true;
  }

  /** Runs a command through the palette. */
  async runCommand(title: string): Promise<void> {
    await this.pick("F1", `>${title}`, title.split(": ").at(-1) ?? title);
  }

  /** The dialog that asks a question over the window. */
  dialog(): Locator {
    return this.page.locator(".monaco-dialog-box");
  }

  /** Presses a button of the dialog, and waits until the dialog is gone. */
  async pressInDialog(button: string): Promise<void> {
    await this.dialog().locator(".monaco-button", { hasText: button }).first().click();
    await this.dialog().waitFor({ state: "detached" });
  }

  /** Takes the row with this text of the list that is open. */
  async takeRow(text: string): Promise<void> {
    const input = this.#quickInput();
    await input.waitFor({ state: "visible" });
    await input.fill(text); // rows far down are not there before they are looked for
    const row = this.page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first();
    await row.waitFor();
    await row.click();
  }

  /** The first row with this text in the menu of code actions. */
  action(text: string): Locator {
    return this.page.locator(".action-widget .monaco-list-row", { hasText: text }).first();
  }

  /** Opens the menu of code actions, again where the editor dropped it: what it asks by itself after the cursor has moved ends a menu still to come. */
  async openActions(): Promise<void> {
    const menu = this.page.locator(".action-widget, .monaco-editor-overlaymessage").first();
    for (let attempts = 1; ; attempts++) {
      await this.page.keyboard.press("Control+Period");
      const opened = menu.waitFor({ timeout: MENU_MS });
      if (attempts === PICK_ATTEMPTS) return opened;
      if (await opened.then(() => true).catch(() => false)) return;
    }
  }

  /** Takes the code action with this text at the cursor. */
  async takeAction(text: string): Promise<void> {
    await this.openActions();
    await this.action(text).click();
  }

  /** Answers the box that asks for a text. */
  async answer(text: string): Promise<void> {
    const input = this.#quickInput();
    await input.waitFor({ state: "visible" });
    await input.fill(text);
    await this.page.keyboard.press("Enter");
    await this.#untilGone(input, text);
  }

  /** Presses a button of a pop-up message. */
  async pressInToast(button: string): Promise<void> {
    await this.page.locator(".notifications-toasts .monaco-button", { hasText: button }).first().click();
  }

  /** Puts the cursor at a line and column (both from 1), and the focus into the editor. */
  async goTo(line: number, column: number): Promise<void> {
    await this.page.keyboard.press("Control+KeyG");
    const input = this.#quickInput();
    await input.waitFor({ state: "visible" });
    await input.fill(`:${line}:${column}`);
    await this.page.keyboard.press("Enter");
    await input.waitFor({ state: "hidden" });
  }

  /** The ghost text on the screen; "" while there is none. */
  async ghostText(): Promise<string> {
    const parts = await this.page.locator(ghostSelector).allInnerTexts(); // a span for each token of the syntax
    return parts.join("").replace(/\u00a0/g, " ");
  }

  /** Waits until ghost text is painted. @throws Error when none comes in time */
  async waitForGhostText(timeoutMs = 15_000): Promise<string> {
    await this.page.locator(ghostSelector).first().waitFor({ state: "visible", timeout: timeoutMs });
    return this.ghostText();
  }

  async waitForNoGhostText(timeoutMs = 5_000): Promise<void> {
    await this.page.locator(ghostSelector).first().waitFor({ state: "detached", timeout: timeoutMs });
  }

  /** The first open pop-up message with this text. */
  toast(text: string | RegExp): Locator {
    return this.page.locator(toastSelector, { hasText: text }).first();
  }

  /** The messages of all pop-ups that are open. */
  toasts(): Promise<string[]> {
    return this.page.locator(toastSelector).allInnerTexts();
  }

  /** Saves the active file and waits until its tab is clean. */
  async save(): Promise<void> {
    await this.page.keyboard.press("Control+KeyS");
    await this.page.locator(".tab.active:not(.dirty)").waitFor();
  }

  /** Opens a quick-input box by a key, types `text` and takes the first row, which has the text `row`. */
  async pick(key: string, text: string, row: string): Promise<void> {
    const input = this.#quickInput();
    for (let attempt = 1; !(await input.isVisible()); attempt++) {
      await this.page.keyboard.press(key);
      const opened = input.waitFor({ state: "visible", timeout: PICK_MS });
      await (attempt < PICK_ATTEMPTS ? opened.catch(() => {}) : opened);
    }
    await input.fill(text);
    const chosen = this.page.locator(".quick-input-widget .quick-input-list .monaco-list-row.focused");
    await chosen.filter({ hasText: row }).waitFor(); // the list of what was open last may show the row before it is the first
    await this.page.keyboard.press("Enter");
    await this.#untilGone(input, text);
  }

  /** Until the box with this text is closed; what was picked may have opened another one in its place. */
  async #untilGone(input: Locator, text: string): Promise<void> {
    for (const deadlineMs = Date.now() + PICK_MS; ; await this.page.waitForTimeout(20)) {
      if (!(await input.isVisible()) || (await input.inputValue()) !== text) return;
      if (Date.now() > deadlineMs) throw new Error(`The box with ${JSON.stringify(text)} stays open.`);
    }
  }

  #quickInput(): Locator {
    return this.page.locator(".quick-input-widget input.input, .quick-input-widget .quick-input-box input").first();
  }
}
