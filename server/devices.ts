// Entry of the process that looks at this machine's devices, tries one with a model, or measures one; bundled to dist/devices.cjs. Its argument
// says which, its answer goes to the process that started it.

import { aboutDevices, answerWith } from "./host/deviceProcess.ts";
import { isSpeedRequest, speedOf } from "./host/speedProcess.ts";

const request = JSON.parse(process.argv[2]);
answerWith(() => (isSpeedRequest(request) ? speedOf(request) : aboutDevices(request))).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
