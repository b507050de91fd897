// Which VS Code a package is installed into: the desktop's before others, one that is new enough.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { codeVersion, findEditor, isNewEnough, runEditor } from "../../../scripts/package/editors.ts";

const scratch = mkdtempSync(path.join(os.tmpdir(), "sotto-editors-"));
after(() => rmSync(scratch, { recursive: true }));

test("the desktop's command is found before a server's, and ours is the last", () => {
  const folders = ["one", "two"].map((name) => path.join(scratch, name));
  for (const folder of folders) mkdirSync(folder);
  const PATH = folders.join(":");
  const found = () => findEditor(["node", "entry.js"], { PATH }, "linux");
  assert.deepEqual(found(), { name: "code-server", command: ["node", "entry.js"] });
  assert.equal(findEditor(undefined, { PATH }, "linux"), undefined);
  assert.equal(findEditor(undefined, {}, "linux"), undefined);
  writeFileSync(path.join(folders[0]!, "code-server"), "");
  assert.deepEqual(found(), { name: "code-server", command: [path.join(folders[0]!, "code-server")] });
  writeFileSync(path.join(folders[1]!, "code"), "");
  assert.deepEqual(found(), { name: "code", command: [path.join(folders[1]!, "code")] });
});

test("the version is VS Code's, also where a server tells its own first", () => {
  assert.equal(codeVersion("1.111.0\n0123abcd\nx64\n"), "1.111.0");
  assert.equal(codeVersion("4.139.1 0123abcd with Code 1.139.1\n"), "1.139.1");
  assert.equal(codeVersion("command not found"), undefined);
});

test("an older version than package.json's is too old", () => {
  for (const version of ["1.111.0", "1.111.2", "1.200.0", "2.0.0"])
    assert.ok(isNewEnough(version, "^1.111.0"), version);
  for (const version of ["1.110.9", "1.9.0", "0.200.0"]) assert.ok(!isNewEnough(version, "^1.111.0"), version);
});

test("an editor that fails is told by what it says, and one that is not there by why", () => {
  const fails = ["-e", "console.error('no disk'); process.exit(3)"];
  const { isDone, errors } = runEditor({ name: "code", command: [process.execPath] }, fails);
  assert.deepEqual([isDone, errors], [false, "no disk\n"]);
  const absent = runEditor({ name: "code", command: [path.join(scratch, "absent")] }, []);
  assert.equal(absent.isDone, false);
  assert.match(absent.errors, /ENOENT/);
});
