// Whether a process runs on this machine, by its id. Knows nothing of what it does.

/** True also for another user's process; an id may have been given to another process since. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
