// Which Python trains: one that cannot be run, is too old, or lacks a package is told in one error. The Pythons are small scripts.

import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { findPython, LEAST_VERSIONS, trainerSource } from "../../../../finetune/torch/python.ts";

const skip = process.platform === "win32" && "the Pythons of this test are shell scripts";
const scratch = mkdtempSync(path.join(tmpdir(), "sotto-python-"));
after(() => rmSync(scratch, { recursive: true }));

let pythons = 0;
function fakePython(output: string): string {
  const file = path.join(scratch, `python-${pythons++}`);
  writeFileSync(file, `#!/bin/sh\ncat <<'END'\n${output}\nEND\n`);
  chmodSync(file, 0o755);
  return file;
}

const GOOD = { torch: "2.13.0+cpu", transformers: "5.24.0", peft: "0.21.2", safetensors: "0.8.0", numpy: "2.4.6" };
const answering = (python: string, packages: Record<string, string | null>) =>
  fakePython(JSON.stringify({ python, packages }));

test("a Python with all packages is taken, whatever else it prints", { skip }, async () => {
  const file = fakePython(`a warning\n${JSON.stringify({ python: "3.12", packages: GOOD })}`);
  assert.equal(await findPython(file), file);
});

test("a Python that cannot train is one error that says why", { skip }, async () => {
  const cases: [string, RegExp][] = [
    [answering("3.12", { ...GOOD, torch: null }), /has no torch\.$/],
    [
      answering("3.12", { ...GOOD, torch: "2.5.1", peft: null }),
      /has torch 2\.5\.1, where 2\.6 or newer is needed, no peft\.$/,
    ],
    [answering("3.12", { ...GOOD, transformers: "4.9.9" }), /transformers 4\.9\.9/],
    [answering("3.9", GOOD), /is Python 3\.9, and 3\.10 or newer is needed/],
    [fakePython("hello"), /cannot be run as a Python/],
    [path.join(scratch, "nothing"), /cannot be run as a Python/],
  ];
  for (const [file, told] of cases) await assert.rejects(findPython(file), { code: "badInput", message: told });
});

test("the package asks for the versions that are checked", () => {
  const project = readFileSync(path.join(trainerSource(), "..", "pyproject.toml"), "utf8");
  for (const [name, least] of Object.entries(LEAST_VERSIONS))
    assert.match(project, new RegExp(`"${name}>=${least.join("\\.")}"`));
});
