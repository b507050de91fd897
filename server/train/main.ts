// Entry of the training process, bundled to dist/train.cjs. Runs the request in its first argument at the lowest priority, so that it uses only
// idle processor time. Ends with status 0 when it is done or was told to stop, after a checkpoint: by the message STOP_TRAINING, SIGINT,
// SIGTERM, or the end of its parent process. Holds a lock, so that no other process trains into its folder meanwhile.

import { Cancelled, UserError, userErrorData } from "../../common/errors.ts";
import { takeLowestPriority } from "../../common/util/lowestPriority.ts";
import { lockRunFolder } from "./run/folderLock.ts";
import { STOP_TRAINING, type TrainingMessage, type TrainingRequest } from "./run/request.ts";
import { runRequest } from "./run/runRequest.ts";

takeLowestPriority();

const stop = new AbortController();
for (const event of ["SIGINT", "SIGTERM", "disconnect"]) process.once(event, () => stop.abort());
process.on("message", (message) => {
  if (message === STOP_TRAINING) stop.abort();
});
process.channel?.unref(); // otherwise the listener would keep an idle process alive

/** Sends `message` to the process that started this one, if it is still there. */
const send = (message: TrainingMessage): Promise<void> =>
  new Promise((resolve) => {
    if (process.connected) process.send!(message, () => resolve());
    else resolve();
  });

const request = JSON.parse(process.argv[2]) as TrainingRequest;
const end = (message: TrainingMessage, status: number) => send(message).then(() => process.exit(status));

async function run() {
  await lockRunFolder(request.outDir, stop.signal); // freed when the process ends
  return runRequest(request, (message) => void send(message), stop.signal);
}

run().then(
  (report) => end({ report, peakRssBytes: process.resourceUsage().maxRSS * 1024 }, 0),
  (error) => {
    if (error instanceof Cancelled) process.exit(0);
    if (error instanceof UserError) return end({ error: userErrorData(error) }, 1);
    throw error;
  },
);
