// The shape of an end-to-end test: steps, in order, in one window of VS Code that has the extension installed; and the settings that every window of
// the editor's tests begins with.

import type { CodeServer } from "./codeServer.ts";
import type { EditorWindow } from "./page.ts";

export interface ScenarioContext {
  window: EditorWindow;
  server: CodeServer;
  workspace: string; // a copy of samples/
  scratch: string; // an empty folder, removed afterwards
  print(line: string): void;
}

export interface Scenario {
  name: string;
  /** What must be there before the server starts. */
  prepare?(scratch: string, workspace: string): { env?: Record<string, string>; extensionPath?: string };
  settings?: Record<string, unknown>; // besides `testSettings`, by which the quick model writes
  trusted?: boolean; // default true
  steps: { name: string; run(context: ScenarioContext): Promise<void> }[];
}

/** Those of a scenario stand above them. */
export const testSettings = {
  // What the tests expect word by word is written by the quick model. Scenarios of both models set "auto".
  "sotto.model": "quick",
  // Without the suggest widget of the language's own server, which mixes with ghost text at its own times.
  "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
  "editor.suggestOnTriggerCharacters": false,
  "files.autoSave": "off",
};
