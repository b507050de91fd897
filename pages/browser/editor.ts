// The editor around the page; in a plain browser, what a browser can do instead.

import type { PageMessage } from "../messages.ts";

/** What a page remembers while it is hidden. */
interface State {
  open: number[]; // which <details>, by place on the page
  top: number; // scrolled, in pixels
}

interface WebviewApi {
  postMessage(message: object): void;
  setState(state: State): void;
  getState(): State | undefined;
}

declare const acquireVsCodeApi: (() => WebviewApi) | undefined;

const api = typeof acquireVsCodeApi === "undefined" ? undefined : acquireVsCodeApi();
const post = (message: PageMessage): void => api?.postMessage(message);

export const editor = {
  isPresent: api !== undefined,

  /** The page's own messages too: `message` has a kind that its opener knows. */
  post,

  async copy(text: string): Promise<void> {
    if (api) post({ kind: "copy", text });
    else await navigator.clipboard.writeText(text);
  },

  savePage(): void {
    post({ kind: "savePage" });
  },

  async save(name: string, file: Blob): Promise<void> {
    if (api) {
      const bytes = new Uint8Array(await file.arrayBuffer());
      let binary = "";
      for (const byte of bytes) binary += String.fromCharCode(byte);
      post({ kind: "save", name, base64: btoa(binary) });
      return;
    }
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  },

  keep: (state: State): void => api?.setState(state),
  kept: (): State | undefined => api?.getState(),
};
