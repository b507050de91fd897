// A whole page: for an editor's webview, whose policy allows only what has the page's nonce, or as one file that loads nothing and runs only the
// script whose hash its policy names. What stands on the page is made elsewhere, by `html`.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../common/util/packageRoot.ts";
import { Html, html, nothing } from "./html.ts";
import { pageStyle } from "./style.ts";

/** What a page shows. Plain data, so that one process makes it and another shows it. */
export interface PageContent {
  title: string;
  body: string; // markup, made by `html`
  style?: string; // CSS of this page, besides what all pages have
  data?: object; // its facts, for "Save as JSON"
}

/** What a webview gives to the page in it. */
interface Webview {
  nonce: string;
  cspSource: string;
}

/** The page as a webview shows it: it may run our script, and nothing else. */
export function webviewPage(content: PageContent, { nonce, cspSource }: Webview): string {
  const own = `'nonce-${nonce}'`;
  const policy = `default-src 'none'; script-src ${own}; style-src ${cspSource} ${own}; img-src data: blob:; form-action 'none'; base-uri 'none'`;
  return documentOf(content, { policy, nonce, script: pageScript() });
}

/** The page as a file for any browser. @param script whether it has the controls; without them everything can be read all the same */
export function filePage(content: PageContent, { script = true } = {}): string {
  const code = script ? pageScript() : "";
  const scripts = code === "" ? "" : ` script-src ${hashOf(code)};`;
  const policy = `default-src 'none';${scripts} style-src ${hashOf(styleOf(content))}; img-src data: blob:; form-action 'none'; base-uri 'none'`;
  return documentOf(content, { policy, nonce: "", script: code });
}

/** A nonce for one showing of a page. */
export const newNonce = (): string => crypto.randomUUID().replaceAll("-", "");

function documentOf(content: PageContent, how: { policy: string; nonce: string; script: string }): string {
  const { policy, nonce, script } = how;
  const attribute = nonce === "" ? nothing : html` nonce="${nonce}"`;
  const data =
    content.data === undefined || script === ""
      ? nothing
      : html`<script type="application/json" id="data"${attribute}>${jsonIn(content.data)}</script>
`;
  const code = script === "" ? nothing : html`<script${attribute}>${new Html(script)}</script>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${content.title}</title>
<style${attribute}>${new Html(styleOf(content))}</style>
</head>
<body>
<main>${new Html(content.body)}</main>
${data}${code}
</body>
</html>
`.markup;
}

const styleOf = ({ style = "" }: PageContent): string => `${pageStyle}${style}`;

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** JSON that cannot end the element it stands in. */
const jsonIn = (data: object): Html => new Html(JSON.stringify(data).replaceAll("<", "\\u003c"));

/** The script of all pages, bundled. Empty where nothing was built: a page can be read without it. */
function pageScript(): string {
  try {
    return readFileSync(path.join(packageRoot(import.meta.dirname), "dist", "page.js"), "utf8");
  } catch {
    return "";
  }
}
