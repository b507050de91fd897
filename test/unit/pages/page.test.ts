// Whole pages: the policy allows what the page has and nothing else, and data cannot end the element that it stands in.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { fileLink, messageButton, pageControls } from "../../../pages/controls.ts";
import { filePage, newNonce, webviewPage } from "../../../pages/page.ts";

const content = { title: "A <b> page", body: "<p>Text</p>", data: { text: "</script><script>alert(1)</script>" } };
const scriptsOf = (page: string) => [...page.matchAll(/<script([^>]*)>/g)].map(([, attributes]) => attributes);

test("in a webview every script and style has the page's nonce", () => {
  const nonce = newNonce();
  const page = webviewPage(content, { nonce, cspSource: "https://editor.test" });
  assert.ok(page.includes(`script-src &#39;nonce-${nonce}&#39;;`) && page.includes(`<style nonce="${nonce}">`));
  for (const attributes of scriptsOf(page)) assert.ok(attributes.includes(`nonce="${nonce}"`), attributes);
  assert.notEqual(newNonce(), nonce);
});

test("a file names the hash of its style, and without its script allows none", () => {
  const page = filePage(content, { script: false });
  const style = /<style>(.*)<\/style>/s.exec(page)![1];
  const hash = createHash("sha256").update(style).digest("base64");
  assert.ok(page.includes(`style-src &#39;sha256-${hash}&#39;`));
  assert.ok(!page.includes("script-src") && scriptsOf(page).length === 0);
  assert.doesNotMatch(page, /https?:|unsafe-inline|\bstyle=/);
});

test("no title and no data become markup", () => {
  const page = webviewPage(content, { nonce: "n", cspSource: "x" });
  assert.ok(page.includes("A &lt;b&gt; page") && !page.includes("<script>alert"));
});

test("every control has a name", () => {
  assert.equal(pageControls.markup.match(/<button [^>]*data-page="\w+">[^<]+<\/button>/g)?.length, 3);
});

test("links and buttons carry what they mean as escaped attributes", () => {
  assert.match(fileLink('a"b.ts', 3).markup, /data-path="a&quot;b\.ts" data-line="3">a&quot;b\.ts:3</);
  assert.match(messageButton("Go", { kind: "go" }).markup, /data-message="\{&quot;kind&quot;:&quot;go&quot;\}"/);
});
