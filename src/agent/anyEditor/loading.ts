// Tells an editor without our status item that the model is loading, as a progress, and why it cannot be: in the log.

import type { WorkDoneProgressReporter } from "vscode-languageserver/node";
import type { Feature } from "../feature.ts";

export const serveLoading: Feature = (connection, { host, events, client }) => {
  let progress: Promise<WorkDoneProgressReporter | undefined> | undefined;

  function tell(): void {
    const { state, error } = host.status();
    if (state === "starting") {
      if (progress || !client.window?.workDoneProgress) return;
      progress = connection.window.createWorkDoneProgress().catch(() => undefined); // refused: none is shown
      void progress.then((shown) => shown?.begin("Sotto", undefined, "loading the model"));
      return;
    }
    void progress?.then((shown) => shown?.done());
    progress = undefined;
    if (state === "failed" && error) connection.console.error(`${error.message} ${error.action}`);
  }

  events.on("initialized", () => void host.onStatus(tell));
};
