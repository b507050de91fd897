// Makes this process use only the processor time that others leave.

import { readFileSync, writeFileSync } from "node:fs";
import os from "node:os";

const OWN_STAT = "/proc/self/stat";
const OWN_GROUP = "/proc/self/autogroup";

/**
 * Gives this process the lowest priority, and its children with it. Linux shares the processor among sessions first (sched_autogroup; sched(7)), and a nice value
 * counts within a session only: a process that leads a session lowers that one too. Where the system refuses, the priority stays as it is.
 */
export function takeLowestPriority(): void {
  const lowest = os.constants.priority.PRIORITY_LOW;
  attempt(() => os.setPriority(lowest));
  if (process.platform === "linux") attempt(() => leadsSession() && writeFileSync(OWN_GROUP, String(lowest)));
}

/** Only then is the session this process's own: a terminal's or an editor's is not to be slowed. */
function leadsSession(): boolean {
  const stat = readFileSync(OWN_STAT, "utf8");
  const session = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]; // state, parent, group, session
  return Number(session) === process.pid;
}

function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // another system, or not allowed
  }
}
