// The import retriever on workspaces in memory: which files it finds, what of them it takes, what it leaves out and why.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the files hold source text

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../common/syntax/parsers.ts";
import { openDocument } from "../../../src/context/documents.ts";
import { gather } from "../../../src/context/gather.ts";
import type { Workspace } from "../../../src/context/workspace.ts";

const parsers = await createParsers("native");

function inMemory(files: Record<string, string>): Workspace & { reads: number } {
  const workspace = {
    reads: 0,
    list: async () => Object.keys(files).sort(),
    read: async (path: string) => {
      workspace.reads++;
      return files[path];
    },
  };
  return workspace;
}

function pieces(
  path: string,
  text: string,
  files: Record<string, string>,
  languageId = path.endsWith(".py") ? "python" : "typescript",
) {
  const document = openDocument({ uri: `file:///${path}`, path, languageId, text }, parsers);
  return gather(document, text.length, { workspace: inMemory(files) }, new AbortController().signal);
}

test("declarations of the imported names, bodies left out, sorted by path", async () => {
  const found = await pieces(
    "src/a.ts",
    'import { f, type T } from "./lib/b.ts";\nimport C from "../c";\nimport fs from "node:fs";\n',
    {
      "src/lib/b.ts": [
        "/** Says f. */",
        "export function f(a: number): string {",
        "  const much = a + 1;",
        "  return `${much} is a long enough body to be left out of it`;",
        "}",
        "export function g() {}",
        "export interface T {",
        "  a: number;",
        "}",
        "",
      ].join("\n"),
      "c.ts":
        "export default class C {\n  #x = 1;\n  method(a: string): void {\n    console.log(a, 'and something longer than sixty characters in all');\n  }\n}\n",
    },
  );
  assert.deepEqual(found.pieces, [
    {
      kind: "import",
      path: "c.ts",
      text: "export default class C {\n  #x = 1;\n  method(a: string): void { … }\n}",
      score: 0,
    },
    {
      kind: "import",
      path: "src/lib/b.ts",
      text: "export function f(a: number): string { … }\nexport interface T {\n  a: number;\n}",
      score: 0,
    },
  ]);
  assert.deepEqual(found.dropped, []);
});

test("the file that a specifier means", async () => {
  for (const [module, file] of [
    ["./b", "src/b.ts"],
    ["./b", "src/b.tsx"],
    ["./b", "src/b/index.ts"],
    ["./b.js", "src/b.ts"],
    ["./b.js", "src/b.js"],
    ["..", "index.ts"],
    ["../x/b", "x/b.d.ts"],
  ]) {
    const found = await pieces("src/a.ts", `import { f } from "${module}";\n`, { [file!]: "export const f = 1;\n" });
    assert.deepEqual(
      found.pieces.map((piece) => piece.path),
      [file],
      module,
    );
  }
  const outside = await pieces("a.ts", 'import { f } from "../../b";\n', { "b.ts": "export const f = 1;\n" });
  assert.deepEqual(outside.pieces, []);
});

test("re-exports are followed to the declaration", async () => {
  const found = await pieces("a.ts", 'import { f, g } from "./lib";\n', {
    "lib/index.ts": 'export { f } from "./f";\nexport * from "./g";\n',
    "lib/f.ts": "export const f = 1;\nexport const other = 2;\n",
    "lib/g.ts": "export const g = 3;\n",
  });
  assert.deepEqual(
    found.pieces.map((piece) => `${piece.path}: ${piece.text}`),
    ["lib/f.ts: export const f = 1;", "lib/g.ts: export const g = 3;"],
  );
});

test("a namespace, a require and CommonJS exports", async () => {
  const found = await pieces(
    "a.js",
    'import * as b from "./b";\nconst { c } = require("./c");\n',
    {
      "b.js": "export const x = 1;\nexport const y = 2;\n",
      "c.js": "exports.c = (a) => a;\nexports.d = 1;\n",
    },
    "javascript",
  );
  assert.deepEqual(
    found.pieces.map((piece) => piece.text),
    ["export const x = 1;\nexport const y = 2;", "exports.c = (a) => a;"],
  );
});

test("Python: relative, absolute and package imports", async () => {
  const body = `    """Says it."""\n    return ${"a + ".repeat(20)}a\n`;
  const found = await pieces(
    "pkg/sub/a.py",
    "from ..b import f, K\nfrom . import m\nimport os\nfrom pkg.c import C\n",
    {
      "pkg/b.py": `K = 1\n\ndef f(a: int) -> int:\n${body}\ndef g():\n    pass\n`,
      "pkg/sub/__init__.py": "",
      "pkg/sub/m.py": "LIMIT = 2\n",
      "pkg/c.py": `@dataclass\nclass C:\n    x: int\n\n    def d(self):\n    ${body.replaceAll("\n    ", "\n        ")}`,
    },
  );
  assert.deepEqual(
    found.pieces.map((piece) => `${piece.path}: ${piece.text}`),
    [
      "pkg/b.py: K = 1\ndef f(a: int) -> int:\n    ...",
      "pkg/c.py: @dataclass\nclass C:\n    x: int\n\n    def d(self):\n        ...",
      "pkg/sub/m.py: LIMIT = 2",
    ],
  );
});

test("what has none of the names is dropped with a reason; the file itself and a circle do no harm", async () => {
  const found = await pieces("a.ts", 'import { f } from "./b";\nimport { a } from "./a";\n', {
    "a.ts": "",
    "b.ts": 'export * from "./c";\n',
    "c.ts": 'export * from "./b";\n',
  });
  assert.deepEqual(found.pieces, []);
  assert.deepEqual(
    found.dropped.map((piece) => piece.reason),
    Array(2).fill("declares none of the imported names"),
  );
});

test("size limits: a long file is cut at a declaration, and not all files fit", async () => {
  const long = Array.from({ length: 200 }, (_, i) => `export const name${i} = ${i};`).join("\n");
  const files = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`f${i}.ts`, long]));
  const imports = Object.keys(files).map((file) => `import * as ${file.slice(0, 2)} from "./${file}";\n`);
  const found = await pieces("a.ts", imports.join(""), files);
  assert.equal(found.pieces.length, 2);
  for (const piece of found.pieces) assert.ok(piece.text.length <= 1_500 && piece.text.endsWith(";"));
  assert.equal(found.dropped.filter((piece) => piece.reason === "over the size limit").length, 8);
});

test("what the definition around the cursor uses goes in first; the order is that of the paths", async () => {
  const long = (name: string) => `export const ${name} = [${"1, ".repeat(400)}];\n`;
  const found = await pieces(
    "a.ts",
    'import { b } from "./b";\nimport { c } from "./c";\nimport { d as d2 } from "./d";\nimport e from "./e";\nfunction f() {\n  return d2 + e + ',
    { "b.ts": long("b"), "c.ts": long("c"), "d.ts": long("d"), "e.ts": long("e").replace("const e =", "default") },
  );
  assert.deepEqual(
    found.pieces.map((piece) => [piece.path, piece.score]),
    [
      ["b.ts", 0],
      ["d.ts", 1],
      ["e.ts", 1],
    ],
  );
  assert.deepEqual(found.dropped, [{ kind: "import", path: "c.ts", reason: "over the size limit" }]);
});

test("secrets are taken out of a piece before it is cut to its size, and counted", async () => {
  const word = "tr0ub4dor&3";
  const secret = `a1B2c3${"Zk81mQp07wLx9Yt4".repeat(2)}`;
  const found = await pieces("a.ts", 'import * as b from "./b";\nb.', {
    "b.ts": [
      `export const password = "${word}";`,
      `export const table = [${'"one", "two", '.repeat(100)}"${secret}", ${'"three", '.repeat(100)}];`,
      `export function connect() {\n  return "${secret}";\n}`,
      "",
    ].join("\n"),
  });
  assert.equal(found.pieces.length, 1);
  assert.doesNotMatch(found.pieces[0]!.text, /tr0ub4dor|a1B2c3/);
  assert.match(found.pieces[0]!.text, /^export const password = "<redacted>";\n/);
  assert.deepEqual(found.redacted, [{ path: "b.ts", found: { keyword: 1, random: 1 } }]);
});

test("a file that the workspace keeps shut is named with the reason", async () => {
  const text = 'import { f } from "./b";\n';
  const document = openDocument({ uri: "file:///a.ts", path: "a.ts", languageId: "typescript", text }, parsers);
  const shut: Workspace = {
    list: async () => [],
    read: async (path, refused) => {
      if (path === "b.ts") refused?.("gitignore");
      return undefined;
    },
  };
  assert.deepEqual(await gather(document, 0, { workspace: shut }, new AbortController().signal), {
    pieces: [],
    dropped: [{ kind: "import", path: "b.ts", reason: "ignored by git" }],
    redacted: [],
  });
});

test("a workspace that does not answer holds nothing up; one that fails is no failure", async () => {
  const text = 'import { f } from "./b";\n';
  const document = openDocument({ uri: "file:///a.ts", path: "a.ts", languageId: "typescript", text }, parsers);
  const silent: Workspace = { list: async () => [], read: () => new Promise(() => {}) };
  const late = await gather(document, 0, { workspace: silent }, new AbortController().signal);
  assert.deepEqual(late, {
    pieces: [],
    dropped: [{ kind: "import", path: "./b", reason: "not readable in time" }],
    redacted: [],
  });
  const failing: Workspace = { list: async () => [], read: () => Promise.reject(new Error("disk")) };
  assert.equal((await gather(document, 0, { workspace: failing }, new AbortController().signal)).dropped.length, 1);
  const cancelled = await gather(document, 0, { workspace: silent }, AbortSignal.abort());
  assert.deepEqual(cancelled.pieces, []);
});
