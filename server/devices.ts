// Entry of the process that does what could hold up or end the host, or needs much memory for a while: it looks at this machine's devices, tries
// one with a model, measures one, or reads a model's layers. Bundled to dist/devices.cjs. The request comes over its channel, and so does the answer.

import { aboutDevices, answerWith, type DeviceRequest } from "./host/deviceProcess.ts";
import { type LayersRequest, layersOf } from "./host/layersProcess.ts";
import { type SpeedRequest, speedOf } from "./host/speedProcess.ts";

answerWith((asked) => {
  const request = asked as DeviceRequest | SpeedRequest | LayersRequest;
  if (request.kind === "speed") return speedOf(request);
  return request.kind === "layers" ? layersOf(request) : aboutDevices(request);
}).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
