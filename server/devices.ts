// Entry of the process that looks at this machine's devices, or tries one with a model; bundled to dist/devices.cjs. Its argument says which,
// its answer goes to the process that started it.

import { answerAboutDevices } from "./rpc/deviceProcess.ts";

answerAboutDevices(JSON.parse(process.argv[2])).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
