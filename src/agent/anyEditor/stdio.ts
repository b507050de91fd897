// The agent as a language server on stdin and stdout, for any editor. Stdout carries the protocol only. It ends with stdin, and where what comes
// in has no frames to be read by; why is said on stderr.

import {
  createConnection,
  ProposedFeatures,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import { serveAgent } from "../serveAgent.ts";
import type { SessionScripts } from "../session.ts";
import { anyEditor } from "./anyEditor.ts";

/** @param scripts of the processes that the agent starts; default: the bundles */
export function serveStdio(scripts?: SessionScripts): void {
  const { stdin, stdout, stderr } = process;
  globalThis.console = new console.Console(stderr); // for whatever of a library speaks up
  const reader = new StreamMessageReader(stdin);
  const connection = createConnection(ProposedFeatures.all, reader, new StreamMessageWriter(stdout));
  let isShutDown = false;
  connection.onShutdown(() => {
    isShutDown = true;
  });
  const leave = () => process.exit(isShutDown ? 0 : 1);
  stdin.on("end", leave).on("close", leave);
  reader.onError((error) => {
    stderr.write(`sotto: the editor's message cannot be read: ${error.message.split("\n")[0]}\n`);
    if (!(error instanceof SyntaxError)) leave(); // after a broken header nobody knows where the next one begins
  });
  serveAgent(connection, anyEditor(), scripts);
}
