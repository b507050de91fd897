// The host's memory of the workspace's files: fed while the workspace is trusted and indexed (file changes are watched then), unless it is off.

import type { Feature } from "./feature.ts";

export const serveMemory: Feature = (_connection, session) => {
  const { events, host, memory } = session;
  function useConfigured(): void {
    const { index, trusted, repositoryMemory } = session.configuration;
    memory.use(index && trusted && repositoryMemory);
  }
  events.on("initialized", () => {
    useConfigured();
    host.onStatus(() => memory.hostChanged());
  });
  events.on("configured", useConfigured);
};
