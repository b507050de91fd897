// The index of each folder of a trusted workspace, unless indexing is switched off; and file watching while there is an index.

import { DidChangeWatchedFilesNotification, type Disposable } from "vscode-languageserver/node";
import type { Feature } from "./feature.ts";

export const serveIndex: Feature = (connection, session) => {
  let watching: Promise<Disposable> | undefined; // of files, while there is an index

  function useConfigured(): void {
    const { index, trusted } = session.configuration;
    const on = session.sources.useIndex(index && trusted);
    if (on === (watching !== undefined)) return;
    const canWatch = session.client.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    if (on && !canWatch) return; // the index stays as it was when it was opened, but for what is saved
    if (on) {
      watching = connection.client.register(DidChangeWatchedFilesNotification.type, {
        watchers: [{ globPattern: "**/*" }],
      });
      watching.catch(() => {}); // as where the editor does not watch files
    } else {
      void watching?.then((registered) => registered.dispose()).catch(() => {});
      watching = undefined;
    }
  }

  session.events.on("initialized", useConfigured);
  session.events.on("configured", useConfigured);
};
