// Entry of the training process, bundled to dist/train.cjs. Runs the request in its first argument at the lowest priority, so that it
// takes only the time that nobody else wants. Ends with status 0 when it is done or was told to stop, after a checkpoint: by SIGINT,
// SIGTERM, or the end of the process that started it.

import os from "node:os";
import { UserError, userErrorData } from "../protocol/errors.ts";
import type { TrainingMessage, TrainingRequest } from "./run/request.ts";
import { runRequest } from "./run/runRequest.ts";

os.setPriority(os.constants.priority.PRIORITY_LOW);

const stop = new AbortController();
for (const event of ["SIGINT", "SIGTERM", "disconnect"]) process.once(event, () => stop.abort());

/** Sends `message` to the process that started this one, if it is still there. */
const send = (message: TrainingMessage): Promise<void> =>
  new Promise((resolve) => {
    if (process.connected) process.send!(message, () => resolve());
    else resolve();
  });

const request = JSON.parse(process.argv[2]) as TrainingRequest;
const end = (message: TrainingMessage, status: number) => send(message).then(() => process.exit(status));

runRequest(request, (line) => void send({ say: line }), stop.signal).then(
  (report) => end({ report }, 0),
  (error) => {
    if (error instanceof UserError) return end({ error: userErrorData(error) }, 1);
    throw error;
  },
);
