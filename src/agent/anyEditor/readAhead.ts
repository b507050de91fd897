// Reads ahead for editors that do not tell where the cursor rests: at the place of the last request, once no key has come for a moment.

import type { Feature } from "../feature.ts";

const REST_MS = 200;

export const serveReadAhead: Feature = (_connection, { events, documents, feedback, completer }) => {
  let resting: NodeJS.Timeout | undefined;
  events.on("asked", (document, offset) => {
    clearTimeout(resting);
    resting = setTimeout(() => {
      if (documents.get(document.uri) !== document) return; // closed meanwhile
      feedback.cursorAt(document.uri, offset);
      completer.rested({ document, offset });
    }, REST_MS);
  });
  events.on("typed", () => clearTimeout(resting));
};
