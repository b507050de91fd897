// The index of copies of a real folder: what it is made of, when it is made anew, and what a window reads of it.

import assert from "node:assert/strict";
import { statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { freshCopies } from "../../../../src/index/copies/copyKeeper.ts";
import { LiveCopies } from "../../../../src/index/copies/liveCopies.ts";
import { Indexer } from "../../../../src/index/indexer.ts";
import { copiesFile } from "../../../../src/index/location.ts";
import { folderWorkspace } from "../../../../src/workspace/workspace.ts";
import { noParsers } from "../../../support/index/fixtures.ts";
import { testFolder } from "../folders.ts";

const code = (name: string) =>
  Array.from({ length: 8 }, (_, line) => `  const ${name}${line} = compute(${line}, "${name}");`).join("\n");
const never = new AbortController().signal;

function guarded(t: TestContext, files: Record<string, string>, exclude: string[] = []) {
  const folder = testFolder(t, files);
  const file = copiesFile(folder.file);
  const workspace = folderWorkspace(folder.root, () => exclude);
  const options = { root: folder.root, file, workspace: () => workspace, exclude: () => exclude, log: assert.fail };
  const reader = async () => {
    const damaged: string[] = [];
    const copies = new LiveCopies({ file, workspace, onDamage: () => damaged.push(file) });
    await copies.look();
    const find = async (name: string) => {
      const found = await copies.find(code(name), "", () => []);
      return found && `${found.path}:${found.line} ${found.source} ${found.licence}`;
    };
    return { find, damaged };
  };
  return { ...folder, file, make: (nowMs?: () => number) => freshCopies({ ...options, nowMs }, never), reader };
}

const MIT = JSON.stringify({ name: "x", license: "MIT" });

test("packages, nested and scoped ones, vendored folders and foreign headers are found with their licences; what is the workspace's own is not", async (t) => {
  const foreign = "/* Copyright (c) 2019 Jane Doe. SPDX-License-Identifier: Zlib */\n";
  const { make, reader } = guarded(t, {
    LICENSE: "Copyright 2020 The Owner",
    "package.json": "{}",
    "src/a.ts": `// Copyright 2021 The Owner\n${code("own")}`,
    "src/pasted.ts": foreign + code("pasted"),
    "vendor/tool/LICENSE": "nobody knows",
    "vendor/tool/a.js": code("vendored"),
    "node_modules/x/package.json": MIT,
    "node_modules/x/lib/a.js": `\n${code("installed")}\n${code("own")}`,
    "node_modules/x/test/a.js": code("tested"),
    "node_modules/x/node_modules/y/a.js": code("nested"),
    "node_modules/@s/z/package.json": `{"license": {"type": "ISC"}}`,
    "node_modules/@s/z/a.ts": code("scoped"),
    "env/pyvenv.cfg": "",
    "env/lib/python3.12/site-packages/p/a.py": code("python"),
    "env/lib/python3.12/site-packages/p-1.dist-info/RECORD": "p/a.py,,\n",
    "env/lib/python3.12/site-packages/p-1.dist-info/METADATA": "Name: p\nLicense-Expression: BSD-3-Clause\n\nText",
  });
  await make();
  const { find } = await reader();
  const table: [name: string, found: string | undefined][] = [
    ["installed", "node_modules/x/lib/a.js:2 x MIT"],
    ["nested", "node_modules/x/node_modules/y/a.js:1 y "],
    ["scoped", "node_modules/@s/z/a.ts:1 @s/z ISC"],
    ["python", "env/lib/python3.12/site-packages/p/a.py:1 p BSD-3-Clause"],
    ["vendored", "vendor/tool/a.js:1 vendor/tool "],
    ["pasted", "src/pasted.ts:2 jane doe Zlib"],
    ["own", undefined],
    ["tested", undefined],
    ["elsewhere", undefined],
  ];
  for (const [name, found] of table) assert.equal(await find(name), found, name);
});

test("a label that its LICENSE file contradicts is told with it", async (t) => {
  const { make, reader, write } = guarded(t, { "node_modules/x/package.json": MIT, "node_modules/x/a.js": code("a") });
  write({
    "node_modules/x/LICENSE": `Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above copyright notice and this permission notice appear in all copies.
THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.`,
  });
  await make();
  assert.equal(await (await reader()).find("a"), "node_modules/x/a.js:1 x MIT; its LICENSE file is ISC");
});

test("links out of the folder and patterns of the person keep files out", async (t) => {
  const { make, reader, write, root } = guarded(
    t,
    { "node_modules/x/a.js": code("a"), "node_modules/y/a.js": code("b"), ".sottoignore": "node_modules/y/\n" },
    ["node_modules/x/a.js"],
  );
  write({ "../outside/node_modules/z/a.js": code("c") });
  symlinkSync("../../outside/node_modules/z", path.join(root, "node_modules", "z"));
  await make();
  const { find } = await reader();
  assert.deepEqual([await find("a"), await find("b"), await find("c")], [undefined, undefined, undefined]);
});

test("it is made once, and anew where packages come, where it is broken or a day old", async (t) => {
  const { make, reader, write, file } = guarded(t, { "package.json": "{}", "node_modules/x/a.js": code("a") });
  assert.notEqual(await make(), undefined);
  assert.equal(await make(), undefined);
  write({ "node_modules/y/a.js": code("b") });
  assert.notEqual(await make(), undefined);
  assert.equal(await (await reader()).find("b"), "node_modules/y/a.js:1 y ");
  truncateSync(file, statSync(file).size - 1);
  const broken = await reader();
  assert.deepEqual([await broken.find("b"), broken.damaged.length], [undefined, 1]);
  assert.notEqual(await make(), undefined);
  assert.notEqual(await make(() => Date.now() + 2 * 86_400_000), undefined);
});

test("a workspace without packages has an index that finds nothing; without an index nothing is found", async (t) => {
  const { make, reader } = guarded(t, { "a.ts": code("a") });
  const before = await reader();
  assert.equal(await before.find("a"), undefined);
  await make();
  const after = await reader();
  assert.deepEqual([await after.find("a"), after.damaged], [undefined, []]);
});

test("an indexer keeps it while it is asked to, and a second indexer of the folder writes nothing", async (t) => {
  const { root, file, write, reader } = guarded(t, { "package.json": "{}", "node_modules/x/a.js": code("a") });
  const database = path.join(path.dirname(file), "index.sqlite");
  const open = () =>
    Indexer.open({ root, file: database, exclude: [], parsers: noParsers, log: assert.fail, copies: true });
  const indexer = open()!;
  t.after(() => indexer.close());
  assert.equal(open(), undefined);
  const until = async (found: () => Promise<boolean>) => {
    for (let tries = 0; !(await found()); tries++) {
      assert.ok(tries < 200, "nothing came");
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  const finds = async (name: string) => (await (await reader()).find(name)) !== undefined;
  await until(() => finds("a"));
  write({ "node_modules/y/a.js": code("b"), "package-lock.json": "{}" });
  indexer.changed(["package-lock.json"]);
  await until(() => finds("b"));
  writeFileSync(file, "broken");
  indexer.copiesDamaged();
  await until(() => finds("b"));
  indexer.keepCopies(false);
  utimesSync(file, 0, 0);
  indexer.changed(["package-lock.json"]);
  await indexer.idle();
  assert.equal(statSync(file).mtimeMs, 0);
});
