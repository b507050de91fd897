// `sotto language-server --stdio`: the agent for any editor that speaks the Language Server Protocol. Ends with its stdin.

import { once } from "node:events";
import { defineCommand, UsageError } from "../command.ts";

export const languageServer = defineCommand({
  name: "language-server",
  options: {
    stdio: { type: "boolean", help: "over stdin and stdout, the only way there is" },
    clientProcessId: { type: "string", argument: "PID", help: "the editor's process, as some editors add it" },
  },
  async run({ options, signal }) {
    if (!options.stdio) throw new UsageError("language-server takes --stdio");
    const { serveStdio } = await import("../../src/agent/anyEditor/stdio.ts"); // no other command needs the agent
    serveStdio();
    await once(signal, "abort");
    process.stdin.destroy(); // ends the process
  },
});
