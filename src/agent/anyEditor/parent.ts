// Ends this process when its editor is gone, for editors whose end does not close our stdin. The library would look every 3 s only.

/** How often it is looked for, in milliseconds: one system call each time. */
const LOOK_MS = 150;

export function endWith(editorPid: number): void {
  if (!isThere(editorPid)) return; // in another namespace of processes: stdin's end has to do
  setInterval(() => {
    if (!isThere(editorPid)) process.exit(1); // nobody has asked for a shutdown
  }, LOOK_MS).unref();
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // another user's
  }
}
