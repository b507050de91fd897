// The messages between a page in a webview and the extension that shows it.

/** Page → extension. What has another kind is the page's own, and goes to whoever opened it. */
export type PageMessage =
  | { kind: "open"; path: string; line: number } // line from 1
  | { kind: "copy"; text: string }
  | { kind: "savePage" } // as one HTML file
  | { kind: "save"; name: string; base64: string }; // a file that the page made

/** Extension → page: what stands on the page now. */
export interface UpdateMessage {
  kind: "update";
  body: string;
  data?: object;
}
