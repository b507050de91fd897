// Licences told by their texts: the known ones with other names, bullets and line breaks, and texts that are none of them, whatever they call themselves.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { isLabelTrue, licencesOfText } from "../../../common/licences/licenceTexts.ts";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { ALLOWED_LICENCES } from "../../../finetune/data/licences.ts";

const root = packageRoot(import.meta.dirname);
const folder = path.join(root, "common", "licences", "texts");
const known = (file: string) => readFileSync(path.join(folder, file), "utf8");
const MIT = known("MIT.txt");
const BSD = known("BSD-3-Clause.txt");

test("every licence that may be trained on has a known text, and each known text is itself alone", () => {
  const files = readdirSync(folder);
  for (const id of ALLOWED_LICENCES) assert.ok(files.includes(`${id}.txt`), id);
  for (const file of files)
    assert.deepEqual(licencesOfText(known(file)), [file.replace(/(\.notice)?\.txt$/, "")], file);
});

test("names, bullets, line breaks and quotes may differ", () => {
  assert.deepEqual(licencesOfText(readFileSync(path.join(root, "LICENSE"), "utf8")), ["Apache-2.0"]);
  const retold = BSD.replace(/\n\d\. /g, "\n* ")
    .replace("the copyright holder nor", "Example, Inc. nor")
    .replaceAll('"', "``")
    .replace(/\s+/g, " ")
    .replace(/.{60}\S* /g, "$&\n");
  assert.deepEqual(licencesOfText(`Copyright (c) 2020, Example, Inc.\nAll rights reserved.\n\n${retold}`), [
    "BSD-3-Clause",
  ]);
  assert.deepEqual(licencesOfText(`MIT License\n\nCopyright 2020 A. Person <a@example.com>\n\n${MIT}`), ["MIT"]);
});

test("several texts in one file are all told", () => {
  assert.deepEqual(licencesOfText(`${MIT}\n\nParts of it:\n\n${BSD}`).sort(), ["BSD-3-Clause", "MIT"]);
});

test("a licence that is only named, or lacks a clause, is not that licence", () => {
  assert.deepEqual(licencesOfText("Licensed under Apache-2.0, MIT and BSD-3-Clause."), []);
  assert.deepEqual(licencesOfText("Permission is hereby granted, free of charge, to any person obtaining a copy"), []);
  const withoutNotice = MIT.replace(/, subject to[\s\S]*?Software\.\n/, ".\n");
  assert.ok(withoutNotice.length < MIT.length - 150);
  assert.deepEqual(licencesOfText(withoutNotice), []);
});

test("a text that calls itself open and forbids commercial use is none, with or without the words of one that allows", () => {
  const four = `Innovation Code License. You may copy and modify the Licensed Work for purposes that are not
    commercial. Four years after its publication you may use it under the terms of the Apache License, Version 2.0.`;
  assert.deepEqual(licencesOfText(four), []);
  assert.deepEqual(licencesOfText(`${MIT}\nThe above holds for non-commercial use.`), []);
  assert.deepEqual(licencesOfText(`"Commons Clause" License Condition v1.0\n\n${MIT}`), []);
});

test("a label is true where each licence of an AND, and one of an OR, is there by its text", () => {
  assert.ok(isLabelTrue("MIT", ["see below", MIT]));
  assert.ok(isLabelTrue("(MIT OR CC0-1.0)", [MIT]));
  assert.ok(isLabelTrue("MIT AND BSD-3-Clause", [MIT, BSD]));
  assert.ok(!isLabelTrue("MIT AND BSD-3-Clause", [MIT]));
  assert.ok(!isLabelTrue("BSD-2-Clause", [BSD]));
  assert.ok(!isLabelTrue("Apache-2.0", [MIT]));
  assert.ok(!isLabelTrue("MIT", []));
});
