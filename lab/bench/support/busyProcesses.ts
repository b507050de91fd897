// Other processes that want a processor each, for benches beside other work.

import { type ChildProcess, spawn } from "node:child_process";

/** Starts `count` processes that compute without end. @returns ends them */
export function startBusyProcesses(count: number): () => void {
  const children: ChildProcess[] = [];
  for (let i = 0; i < count; i++) children.push(spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" }));
  const stop = () => {
    for (const child of children) child.kill("SIGKILL");
  };
  process.once("exit", stop);
  return stop;
}
