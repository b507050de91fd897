// Every language that the editor offers is completed, with a grammar or by its lines alone; no other one is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { languageIds, languageSyntax } from "../../../common/syntax/languages.ts";
import { placeOf, regionOf } from "../../../src/completion/place.ts";
import { supportedLanguages } from "../../../src/config/languages.ts";
import { scopesAt } from "../../../src/context/retrievers/place.ts";
import { openDocument } from "../../../src/workspace/documents.ts";
import { native } from "./completeAt.ts";

const place = (languageId: string, text: string, offset = text.length) => {
  const document = openDocument({ uri: "file:///a", path: "a", languageId, text }, native);
  return placeOf({ document, offset });
};

test("the languages of the editor have a place, a region and scopes; a reason where they have no tree", () => {
  assert.deepEqual(supportedLanguages, languageIds);
  for (const languageId of supportedLanguages) {
    const found = place(languageId, 'x "a');
    assert.ok(typeof found !== "string", languageId);
    assert.equal(regionOf(found), "string", languageId);
    assert.deepEqual(scopesAt(found.document, found.offset), [], languageId);
    assert.equal(found.document.noTree, languageSyntax(languageId) ? undefined : `no grammar for ${languageId}`);
  }
  for (const languageId of ["plaintext", "markdown", "cobol"])
    assert.equal(place(languageId, "a"), "unsupportedLanguage");
});

test("a place in code knows the definitions around it", () => {
  const text = "class A {\n  b() {\n    return 1;\n  }\n}\n";
  const found = place("typescript", text, text.indexOf("1"));
  assert.ok(typeof found !== "string");
  assert.deepEqual([regionOf(found), scopesAt(found.document, found.offset)], ["code", ["class A", "b"]]);
});

test("scopes of a language without a grammar are those of its indentation", () => {
  const found = place("ruby", "class A\n  def b\n    c");
  assert.ok(typeof found !== "string");
  assert.deepEqual(scopesAt(found.document, found.offset), ["class A", "b"]);
});
