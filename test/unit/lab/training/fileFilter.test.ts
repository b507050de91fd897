// Which files are trained on: each reason for leaving one out, what is cleaned, and copies.

import assert from "node:assert/strict";
import { test } from "node:test";
import { SeenFiles } from "../../../../finetune/data/duplicates.ts";
import { cleanSource, isSkippedPath, type Rejection } from "../../../../lab/training/fileFilter.ts";
import { sampleSource } from "./sampleSource.ts";

const rejected: [why: Rejection, text: string][] = [
  ["short", "export const a = 1;\n"],
  ["huge", sampleSource.repeat(300)],
  ["binary", `${sampleSource}\u0000`],
  ["binary", `${sampleSource}\ufffd`],
  ["generated", `// This file was automatically generated. Do not edit.\n${sampleSource}`],
  ["licenceHeader", `// SPDX-License-Identifier: GPL-3.0-only\n${sampleSource}`],
  ["licenceHeader", `/* Under the Mozilla Public License, v. 2.0. */\n${sampleSource}`],
  ["licenceHeader", `// Copyright Someone. All rights reserved.\n${sampleSource}`],
  ["secret", `${sampleSource}const key = "AKIA${"ABCDEFGH01234567"}";\n`],
  ["evaluation", `${sampleSource}function hasCloseElements(numbers, threshold) {}\n`],
  ["evaluation", `${sampleSource}function separate_paren_groups(text) {}\n`],
  ["longLine", `${sampleSource}const a = "${"word ".repeat(250)}";\n`],
  ["longLine", `const a = [${"12, ".repeat(20_000)}];\n`], // a single huge line
  ["fewLetters", `export const table = [\n${"  [0.25, 17, 3, 0.5],\n".repeat(100)}];\n`],
  ["nonAscii", `${sampleSource}${"// Это примечание о том, что делает этот класс\n".repeat(10)}`],
  ["blob", `${sampleSource}const image = "${"iVBORw0KGgo".repeat(40)}";\n`],
  ["transpiled", `${sampleSource}const x = _interopRequireDefault(require("x"));\n`],
  ["transpiled", `${sampleSource}(0, utils.run)(1);\n`],
  ["transpiled", `${sampleSource}const $bd263d78e9bf3c56$var$filter = 1;\n`],
];

test("each reason for leaving a file out", () => {
  for (const [why, text] of rejected) assert.deepEqual(cleanSource(text), { rejection: why });
});

test("a file that a person wrote under a licence of the list is kept, its banner is not", () => {
  const banner = "/*\n * Copyright Someone. Licensed under the MIT License.\n */\n";
  assert.deepEqual(cleanSource(banner + sampleSource), { text: sampleSource });
  assert.deepEqual(cleanSource(`// SPDX-License-Identifier: (MIT OR GPL-2.0)\n${sampleSource}`), {
    text: `// SPDX-License-Identifier: (MIT OR GPL-2.0)\n${sampleSource}`.replace(/^.*\n/, ""),
  });
  const about = "/* What this file is for. */\n";
  assert.deepEqual(cleanSource(about + sampleSource), { text: about + sampleSource });
});

test("line ends, blanks at line ends, source maps and addresses are cleaned", () => {
  const raw = `\ufeff// by jane.doe@company.org\r\n${sampleSource.replaceAll(";\n", "; \t\r\n")}//# sourceMappingURL=a.js.map\n`;
  assert.deepEqual(cleanSource(raw), { text: `// by user@example.com\n${sampleSource}` });
});

test("paths of what nobody wrote by hand, or is no code, are skipped", () => {
  for (const path of ["a.d.ts", "dist/a.min.js", "vendor/a.js", "src/__fixtures__/a.ts", "src/locales/de.js"]) {
    assert.equal(isSkippedPath(path), true, path);
  }
  for (const path of ["src/a.ts", "lib/deep/a.js", "src/minute/a.ts", "generation/a.ts", "src/a.test.ts"]) {
    assert.equal(isSkippedPath(path), false, path);
  }
});

test("copies are found: the same but for blanks, and nearly the same; another file is none", () => {
  const seen = new SeenFiles();
  assert.equal(seen.add(sampleSource), undefined);
  assert.equal(seen.add(sampleSource.replaceAll("  ", "\t")), "exactDuplicate");
  assert.equal(seen.add(sampleSource.replace("Queue", "Line").replace("= 16", "= 32")), "nearDuplicate");
  const words = Array.from({ length: 200 }, (_, i) => `other${(i * 7919) % 1000}`).join(" + ");
  assert.equal(seen.add(`const sum = ${words};`), undefined);
  assert.equal(seen.add("const short = 1;"), undefined);
  assert.equal(seen.add("const short = 2;"), undefined);
});
