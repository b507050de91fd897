// The model host as the editor sees it: reports its status, and keeps it awake while it may be needed.

import { AgentMethod, type ModelStatus } from "../protocol/messages.ts";
import type { Feature } from "./feature.ts";

export const serveHost: Feature = (connection, session) => {
  const { host, adapters, events } = session;

  function sendStatus(): void {
    const { state, host: told, error } = host.status();
    const status: ModelStatus = {
      state,
      working: session.isWorking,
      model: told?.model,
      device: told?.device,
      runtime: told?.runtime,
      fallbackReason: told?.fallbackReason,
      loadMs: told?.loadMs,
      tiers: told?.tiers,
      error: error && { message: error.message, action: error.action },
      adapters: adapters.status(),
    };
    connection.sendNotification(AgentMethod.status, status).catch(() => {}); // the window is closing
  }

  /** Finds or starts the host before it is needed, unless every language is switched off. */
  function wakeIfNeeded(): void {
    if (Object.values(session.configuration.enable).includes(true)) host.wake();
  }

  events.on("initialized", () => {
    events.on("status", sendStatus);
    sendStatus();
    wakeIfNeeded();
  });
  events.on("configured", wakeIfNeeded);
  connection.onRequest(AgentMethod.restartHost, async () => {
    await host.restart();
    adapters.hostRestarted();
  });
};
