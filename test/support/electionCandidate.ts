// A process that takes part in the election of the model host but serves nothing: prints "elected" and stays, or "lost" and ends.
// SOTTO_RUNTIME_DIR is the folder; SOTTO_TEST_NO_LINKS=1: its file system has no hard links. One that lost its name afterwards ends
// like the host does.

import { linkSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { standForElection } from "../../server/host/election.ts";
import { endpointOf } from "../../server/host/protocol/endpoint.ts";

const noLink = () => {
  throw Object.assign(new Error("no hard links here"), { code: "EPERM" });
};
const link = process.env.SOTTO_TEST_NO_LINKS ? noLink : linkSync;
const elected = await standForElection(createServer(), endpointOf(process.argv[1]), link);
if (elected) {
  await sleep(500);
  if (elected.holds()) process.stdout.write("elected\n");
  else process.exit(0);
} else {
  process.stdout.write("lost\n");
  process.exit(0);
}
