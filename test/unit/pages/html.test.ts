// The template: no text becomes markup, and none turns or hides what stands beside it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { html } from "../../../pages/html.ts";

test("characters that turn or hide text are shown by their number", () => {
  assert.equal(html`<p>${"a\u202eb\u0000c\td\n"}</p>`.markup, "<p>a⟨U+202E⟩b⟨U+0000⟩c\td\n</p>");
  assert.equal(html`${"é 😀 \ud83d!"}`.markup, "é 😀 ⟨U+D83D⟩!");
  assert.equal(html`<i title="${`"&'`}">${[html`<b>${1}</b>`]}</i>`.markup, '<i title="&quot;&amp;&#39;"><b>1</b></i>');
});
