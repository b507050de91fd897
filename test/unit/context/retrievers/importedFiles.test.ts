// Which files an import leads to, and what the document takes of each.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Dropped } from "../../../../src/context/gather.ts";
import { Memory } from "../../../../src/context/memory.ts";
import { importedFiles } from "../../../../src/context/retrievers/importedFiles.ts";
import { retrievalPlace } from "../../../../src/context/retrievers/place.ts";
import { drawn, type Given, inMemory, never } from "../drawnPlace.ts";

async function imported(text: string, { path = "a.ts", files = {}, workspace = inMemory(files) }: Given, late = never) {
  const { document, offset } = drawn(text, path);
  const { files: cache, resolver } = new Memory({ workspace }, document);
  const dropped = new Dropped();
  const reading = {
    resolver,
    factsOf: (file: string, text: string) => cache.of(file, text),
    drop: dropped.add.bind(dropped),
  };
  const found = await importedFiles(retrievalPlace(document, offset, 0), reading, late);
  return { found, dropped: dropped.pieces };
}

/** "path: theirs=local …, * where everything is taken, as namespaces". */
async function taken(text: string, files: Given["files"], path?: string): Promise<string[]> {
  const { found } = await imported(text, { path, files });
  return found.map(({ facts, names, everything, namespaces }) =>
    [
      `${facts.path}:`,
      ...[...names].map(([theirs, local]) => (theirs === local ? theirs : `${theirs}=${local}`)),
      ...(everything ? ["*"] : []),
      ...[...namespaces].map((name) => `as ${name}`),
    ].join(" "),
  );
}

const b = { "b.ts": "export const f = 1;\n" };

test("names, an alias, a default and a namespace", async () => {
  assert.deepEqual(await taken('import { f, g as h } from "./b";\n', b), ["b.ts: f g=h"]);
  assert.deepEqual(await taken('import f from "./b";\n', b), ["b.ts: default=f"]);
  assert.deepEqual(await taken('import * as all from "./b";\n', b), ["b.ts: * as all"]);
});

test("a file that is imported twice is one", async () => {
  assert.deepEqual(await taken('import { f } from "./b";\nimport type { T } from "./b.ts";\n', b), ["b.ts: f T"]);
});

test("re-exported names are followed, under the name that they have there", async () => {
  const files = {
    "lib/index.ts": 'export { f, default as g } from "./f";\nexport { other } from "./other";\n',
    "lib/f.ts": "export const f = 1;\nexport default class G {}\n",
    "lib/other.ts": "export const other = 1;\n",
  };
  assert.deepEqual(await taken('import { f as mine, g } from "./lib";\n', files), [
    "lib/index.ts: f=mine g",
    "lib/f.ts: f=mine default=g",
  ]);
});

test("an imported name that is exported later is followed", async () => {
  const files = { "lib.ts": 'import { f as g } from "./b";\nexport { g };\n', ...b };
  assert.deepEqual(await taken('import { g } from "./lib";\n', files), ["lib.ts: g", "b.ts: f=g"]);
});

test("export * hands on every name", async () => {
  const files = { "lib.ts": 'export * from "./b";\n', ...b };
  assert.deepEqual(await taken('import { f } from "./lib";\n', files), ["lib.ts: f", "b.ts: f"]);
});

test("a namespace has what its module re-exports, not what that imports for itself", async () => {
  const files = {
    "lib.ts": 'export { f } from "./b";\nexport * from "./c";\nimport * as d from "./d";\nimport { e } from "./e";\n',
    ...b,
    "c.ts": "export const c = 1;\n",
    "d.ts": "export const d = 1;\n",
    "e.ts": "export const e = 1;\n",
  };
  assert.deepEqual(await taken('import * as lib from "./lib";\n', files), [
    "lib.ts: * as lib",
    "b.ts: f",
    "c.ts: * as lib",
  ]);
});

test("circles end, and the document itself is no imported file", async () => {
  const files = {
    "a.ts": "",
    "b.ts": 'export * from "./c";\nexport * from "./a";\n',
    "c.ts": 'export * from "./b";\n',
  };
  assert.deepEqual(await taken('import { f } from "./b";\nimport { a } from "./a";\n', files), ["b.ts: f", "c.ts: f"]);
});

test("hops count the files that a name came through", async () => {
  const files = { "lib.ts": 'export * from "./b";\n', ...b };
  const { found } = await imported('import { f } from "./lib";\n', { files });
  assert.deepEqual(
    found.map(({ facts, hops }) => [facts.path, hops]),
    [
      ["lib.ts", 0],
      ["b.ts", 1],
    ],
  );
});

test("Python: a name that is a module is taken as a whole", async () => {
  const files = { "pkg/__init__.py": "", "pkg/m.py": "LIMIT = 1\n", "pkg/a.py": "" };
  assert.deepEqual(await taken("from . import m as n\n", files, "pkg/a.py"), [
    "pkg/m.py: * as n",
    "pkg/__init__.py: m=n",
  ]);
});

test("Python: a package hands on what it imports", async () => {
  const files = { "pkg/__init__.py": "from .m import f as g\n", "pkg/m.py": "def f(): pass\n" };
  assert.deepEqual(await taken("from pkg import g\n", files, "a.py"), ["pkg/__init__.py: g", "pkg/m.py: f=g"]);
});

test("a dependency is read by its declarations", async () => {
  const dependency: Record<string, string> = {
    "node_modules/dep/package.json": '{ "types": "index.d.ts" }',
    "node_modules/dep/index.d.ts": "export declare function f(): void;\n",
  };
  const workspace = { ...inMemory({}), readDeclaration: async (path: string) => dependency[path] };
  const { found } = await imported('import { f } from "dep";\n', { workspace });
  assert.deepEqual(
    found.map(({ facts }) => facts.declarations.map(({ name }) => name)),
    [["f"]],
  );
});

test("a file that may not be read is dropped with the reason", async () => {
  const { found, dropped } = await imported('import { f } from "./b";\n', {
    files: { "b.ts": { refusal: "gitignore" } },
  });
  assert.deepEqual(found, []);
  assert.deepEqual(dropped, [{ kind: "import", path: "b.ts", reason: "ignored by git" }]);
});

test("a file that does not answer is dropped with the reason, and the others are found", async () => {
  const late = new AbortController();
  const { read, ...others } = inMemory(b);
  const slow = (path: string) => {
    if (!path.startsWith("slow")) return read(path);
    setTimeout(() => late.abort(), 50);
    return new Promise<undefined>(() => {});
  };
  const { found, dropped } = await imported(
    'import { f } from "./b";\nimport { g } from "./slow";\n',
    { workspace: { ...others, read: slow } },
    late.signal,
  );
  assert.deepEqual(dropped, [{ kind: "import", path: "./slow", reason: "not read in time" }]);
  assert.deepEqual(
    found.map(({ facts }) => facts.path),
    ["b.ts"],
  );
});

test("more files than a prompt can hold are dropped with the reason", async () => {
  const names = Array.from({ length: 100 }, (_, i) => `f${i}`);
  const files = Object.fromEntries(names.map((name) => [`${name}.ts`, `export const ${name} = 1;\n`]));
  const text = names.map((name) => `import { ${name} } from "./${name}";\n`).join("");
  const { found, dropped } = await imported(text, { files });
  assert.equal(found.length + dropped.length, names.length);
  assert.ok(found.length > 20 && dropped.every(({ reason }) => reason === "too many imported files"));
});
