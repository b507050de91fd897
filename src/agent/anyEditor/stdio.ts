// The agent as a language server on stdin and stdout, for any editor. Stdout carries the protocol only: the library, which finds `--stdio` among
// this process's arguments, turns what is said to the console into `window/logMessage`. It also ends the process with stdin.

import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { serveAgent } from "../serveAgent.ts";
import type { SessionScripts } from "../session.ts";
import { anyEditor } from "./anyEditor.ts";

/** @param scripts of the processes that the agent starts; default: the bundles */
export function serveStdio(scripts?: SessionScripts): void {
  serveAgent(createConnection(ProposedFeatures.all), anyEditor(), scripts);
}
