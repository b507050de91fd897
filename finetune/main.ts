// Entry of the fine-tuning process, bundled to dist/finetune.cjs: `finetune.cjs COMMAND JSON`. The last line of stdout is one JSON document, {
// value } or { error }; progress messages go to stderr. A job runs at the lowest priority and ends after a checkpoint on SIGINT, SIGTERM, the
// message "stop", or, if the request says so, with its parent process; its value is null then.

import { Cancelled, UserError, userErrorData } from "../common/errors.ts";
import { takeLowestPriority } from "../common/util/lowestPriority.ts";
import { runCommand } from "./commands.ts";

const [command, text] = process.argv.slice(2);
const isJob = ["run", "resume", "judge"].includes(command); // for other commands somebody is waiting
if (isJob) takeLowestPriority();

const params = JSON.parse(text ?? "{}") as { endsWithParent?: boolean };

const stop = new AbortController();
for (const event of ["SIGINT", "SIGTERM"]) process.on(event, () => stop.abort());
process.on("message", (message) => {
  if (message === "stop") stop.abort();
});
process.on("disconnect", () => {
  if (params.endsWithParent !== false) stop.abort();
});
process.channel?.unref(); // otherwise the listeners would keep an idle process alive
// The parent process may be gone: a failed write must not end a job.
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
