// Keeps the model host awake while it may be needed, and restarts it on request.

import { AgentMethod } from "../protocol/messages.ts";
import type { Feature } from "./feature.ts";

export const serveHost: Feature = (connection, session) => {
  const { host, adapters, events } = session;

  /** Finds or starts the host before it is needed, unless every language is switched off. */
  function wakeIfNeeded(): void {
    if (Object.values(session.configuration.enable).includes(true)) host.wake();
  }

  events.on("initialized", wakeIfNeeded);
  events.on("configured", wakeIfNeeded);
  connection.onRequest(AgentMethod.restartHost, async () => {
    await host.restart();
    adapters.hostRestarted();
  });
};
