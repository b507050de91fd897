// Finds out which model is loaded in the host that this user's windows share. Starts no host.

import path from "node:path";
import { packageRoot } from "../common/util/packageRoot.ts";
import { HEARTBEAT_TIMEOUT_MS } from "../server/host/protocol/limits.ts";
import { HostLink } from "../src/model/hostLink.ts";
import { ModelHost } from "../src/model/modelHost.ts";

/** @returns undefined where no host of this build runs, or it does not answer */
export async function hostModel(): Promise<{ id: string; pid: number } | undefined> {
  const hostScript = path.join(packageRoot(import.meta.dirname), "dist", "host.cjs");
  const nothing = () => {};
  const options = {
    heartbeatTimeoutMs: HEARTBEAT_TIMEOUT_MS,
    onStatus: nothing,
    onClosed: nothing,
    onHung: nothing,
  };
  try {
    const found = await new ModelHost({ hostScript }).find();
    if (!found) return undefined;
    const link = await HostLink.open(found, options);
    link.close();
    return { id: link.status.model, pid: link.pid };
  } catch {
    return undefined; // a host that cannot be asked is not reported here
  }
}
