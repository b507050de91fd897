// The source-control view's button: the facts of what is staged come into the view's box, below what was typed there.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";

const NAME = "area.ts";
const FILE = "export function area(side: number): number {\n  return side * side;\n}\n";

const git = (folder: string, ...args: string[]) =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], { cwd: folder });

const box = ({ window }: ScenarioContext) => window.page.locator(".scm-view .scm-editor .view-lines");
/** Presses the button in the title of the view; buttons there are shown under the mouse. */
async function press({ window }: ScenarioContext): Promise<void> {
  const title = window.page.locator(".pane-header", { hasText: "Changes" }).first();
  await title.hover();
  await title.locator(".action-label[aria-label^='Write Commit Message']").click();
}

/** Waits until the box shows all of these, and tells what it shows. */
async function boxWith(context: ScenarioContext, ...parts: string[]): Promise<string> {
  for (const part of parts) await box(context).filter({ hasText: part }).waitFor();
  return (await box(context).innerText()).replaceAll("\u00a0", " ");
}

export const scenario: Scenario = {
  name: "a commit message in the source-control view",
  settings: { "git.enabled": true },
  prepare(_scratch, workspace) {
    git(workspace, "init", "-q");
    git(workspace, "add", ".");
    git(workspace, "commit", "-qm", "First");
    writeFileSync(path.join(workspace, "src", NAME), FILE);
    git(workspace, "add", ".");
    return {};
  },
  steps: [
    {
      name: "the button writes what is staged into the box",
      async run(context) {
        await context.window.page.keyboard.press("Control+Shift+KeyG");
        await press(context);
        await boxWith(context, "Add area", `src/${NAME}: add area`);
      },
    },
    {
      name: "what was typed stays, and the file on the disk is as it was",
      async run(context) {
        const { window, workspace } = context;
        await box(context).click();
        await window.page.keyboard.press("Control+KeyA");
        await window.page.keyboard.type("Squares");
        await press(context);
        const text = await boxWith(context, `src/${NAME}: add area`);
        assert.match(text, /^Squares\n/);
        assert.doesNotMatch(text, /Add area/);
        assert.equal(readFileSync(path.join(workspace, "src", NAME), "utf8"), FILE);
      },
    },
  ],
};
