// Entry of the fine-tuning process, bundled to dist/finetune.cjs: `finetune.cjs COMMAND JSON`. The last line of stdout is one JSON document,
// { value } or { error }; what there is to say on the way goes to stderr. A job runs at the lowest priority and ends after a checkpoint by
// SIGINT, SIGTERM, the message "stop", or, where the request says so, with the process that started it; its value is null then.

import os from "node:os";
import { Cancelled, UserError, userErrorData } from "../common/errors.ts";
import { runCommand } from "./commands.ts";

const [command, text] = process.argv.slice(2);
const isJob = command === "run" || command === "resume"; // for the others somebody waits
if (isJob) os.setPriority(os.constants.priority.PRIORITY_LOW);

const params = JSON.parse(text ?? "{}") as { endsWithParent?: boolean };

const stop = new AbortController();
for (const event of ["SIGINT", "SIGTERM"]) process.on(event, () => stop.abort());
process.on("message", (message) => {
  if (message === "stop") stop.abort();
});
process.on("disconnect", () => {
  if (params.endsWithParent !== false) stop.abort();
});
process.channel?.unref(); // the listeners would keep a process without work alive
// Whoever started this one may be gone: nothing that is said may end a job.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

function end(document: { value: unknown } | { error: object }, status: number): void {
  process.stdout.write(`${JSON.stringify(document)}\n`, () => process.exit(status));
}

runCommand(command, params, stop.signal, (line) => process.stderr.write(`${line}\n`)).then(
  (value) => end({ value: value ?? null }, 0),
  (error) => {
    if (error instanceof UserError) return end({ error: userErrorData(error) }, 1);
    if (error instanceof Cancelled) return end({ value: null }, 0);
    throw error;
  },
);
