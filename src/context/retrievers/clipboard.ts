// The clipboard, where the person has allowed it: copied text is often about to be used.

import type { Retriever } from "./retriever.ts";

export const clipboardRetriever: Retriever = {
  kind: "clipboard",
  async retrieve(_place, { sources }) {
    const text = sources.clipboard?.text()?.trim();
    if (!text) return [];
    return [{ kind: "clipboard", path: "clipboard", startLine: 0, endLine: 0, text, features: { clipboard: 1 } }];
  },
};
