// Modules of TypeScript and JavaScript: what each way of naming them resolves to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { resolution } from "./folder.ts";

// biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of configurations
const configDir = "${configDir}";

test("relative names find every ending, index files, and the source of a compiled name", async () => {
  const resolved = resolution(
    {
      "index.ts": "",
      "src/a.ts": "",
      "src/b.tsx": "",
      "src/c.mts": "",
      "src/d.d.ts": "",
      "src/d.js": "",
      "src/e.json": "",
      "src/f/index.jsx": "",
      "src/g.service.ts": "",
      "src/h.css": "",
    },
    "typescript",
  );
  const expected: Record<string, string> = {
    "./a": "src/a.ts",
    "./a.js": "src/a.ts",
    "./b.js": "src/b.tsx",
    "./b.jsx": "src/b.tsx",
    "./c.mjs": "src/c.mts",
    "./d": "src/d.d.ts",
    "./d.js": "src/d.d.ts",
    "./e.json": "src/e.json",
    "./f": "src/f/index.jsx",
    "./f/": "src/f/index.jsx",
    "./g.service": "src/g.service.ts",
    "./a.ts?worker": "src/a.ts",
    "./h.css": "",
    "..": "index.ts",
    "../../a": "",
    "./from": "",
    "/src/a": "",
  };
  for (const [module, paths] of Object.entries(expected)) {
    assert.equal(await resolved("src/from.ts", module), paths, module);
  }
});

test("path mappings of the nearest configuration count, through extends, an array of them, and references", async () => {
  const resolved = resolution(
    {
      "tsconfig.base.json": '{ // shared\n "compilerOptions": { "paths": { "@base/*": ["./shared/*"], }, } }',
      "base2.json": { compilerOptions: { baseUrl: "." } },
      "tsconfig.json": { extends: "./tsconfig.base.json" },
      "shared/x.ts": "",
      "app/tsconfig.json": {
        extends: ["../base2", "../tsconfig.base"],
        compilerOptions: { paths: { "@/*": ["app/src/*"], "@/special/*": ["app/other/*"], exact: ["app/src/y"] } },
      },
      "app/src/y.ts": "",
      "app/other/z.ts": "",
      "web/tsconfig.json": { files: [], references: [{ path: "./tsconfig.node.json" }, { path: "./inner" }] },
      "web/tsconfig.node.json": {},
      "web/inner/tsconfig.json": { compilerOptions: { paths: { "~/*": [`${configDir}/../src/*`] } } },
      "web/src/w.ts": "",
      "js/jsconfig.json": { compilerOptions: { baseUrl: "./lib" } },
      "js/lib/util.js": "",
    },
    "typescript",
  );
  assert.equal(await resolved("a.ts", "@base/x"), "shared/x.ts");
  assert.equal(await resolved("app/src/a.ts", "@/y"), "app/src/y.ts");
  assert.equal(await resolved("app/src/a.ts", "@/special/z"), "app/other/z.ts");
  assert.equal(await resolved("app/src/a.ts", "exact"), "app/src/y.ts");
  assert.equal(await resolved("app/src/a.ts", "shared/x"), "shared/x.ts"); // by the inherited baseUrl
  assert.equal(await resolved("app/src/a.ts", "@base/x"), ""); // paths are replaced, not merged
  assert.equal(await resolved("web/src/a.ts", "~/w"), "web/src/w.ts");
  assert.equal(await resolved("js/a.js", "util"), "js/lib/util.js");
});

test("a configuration is extended from a package of the repository", async () => {
  const resolved = resolution(
    {
      "packages/config/package.json": { name: "@repo/config" },
      "packages/config/base.json": { compilerOptions: { baseUrl: `${configDir}/src` } },
      "node_modules/@repo/config": "→ packages/config",
      "app/tsconfig.json": { extends: "@repo/config/base.json" },
      "app/src/x.ts": "",
    },
    "typescript",
  );
  assert.equal(await resolved("app/a.ts", "x"), "app/src/x.ts");
});

test("dependencies resolve to their declarations", async () => {
  const resolved = resolution(
    {
      ".gitignore": "node_modules",
      "node_modules/plain/package.json": { types: "./types/plain.d.ts" },
      "node_modules/plain/types/plain.d.ts": "",
      "node_modules/main/package.json": { main: "lib/main.js" },
      "node_modules/main/lib/main.d.ts": "",
      "node_modules/main/sub.d.ts": "",
      "node_modules/bare/package.json": {},
      "node_modules/bare/index.d.ts": "",
      "node_modules/js/package.json": { main: "index.js" },
      "node_modules/js/index.js": "",
      "node_modules/@types/js/package.json": {},
      "node_modules/@types/js/index.d.ts": "",
      "node_modules/@types/s__p/package.json": {},
      "node_modules/@types/s__p/index.d.ts": "",
      "node_modules/@s/e/package.json": {
        exports: {
          ".": { node: { import: { types: "./d/e.d.mts" } }, default: "./e.js" },
          "./f/*": { default: "./d/*.js" },
          "./f/private/*": null,
        },
      },
      "node_modules/@s/e/d/e.d.mts": "",
      "node_modules/@s/e/d/g.d.ts": "",
      "node_modules/old/package.json": { typesVersions: { ">=4": { "*": ["ts4/*"] } } },
      "node_modules/old/ts4/sub.d.ts": "",
      "app/node_modules/plain/package.json": {},
      "app/node_modules/plain/index.d.ts": "",
    },
    "typescript",
  );
  const expected: Record<string, string> = {
    plain: "node_modules/plain/types/plain.d.ts",
    main: "node_modules/main/lib/main.d.ts",
    "main/sub": "node_modules/main/sub.d.ts",
    bare: "node_modules/bare/index.d.ts",
    js: "node_modules/@types/js/index.d.ts",
    "@s/p": "node_modules/@types/s__p/index.d.ts",
    "@s/e": "node_modules/@s/e/d/e.d.mts",
    "@s/e/f/g": "node_modules/@s/e/d/g.d.ts",
    "@s/e/f/private/g": "",
    "old/sub": "node_modules/old/ts4/sub.d.ts",
    missing: "",
    "node:fs": "",
    fs: "",
  };
  for (const [module, paths] of Object.entries(expected))
    assert.equal(await resolved("src/a.ts", module), paths, module);
  assert.equal(await resolved("app/a.ts", "plain"), "app/node_modules/plain/index.d.ts");
  assert.equal(await resolved("node_modules/@s/e/d/e.d.mts", "./g.js"), "node_modules/@s/e/d/g.d.ts");
});

test("a linked dependency is followed to its real place, and finds what lies there beside it", async () => {
  const store = "node_modules/.pnpm/a@1/node_modules";
  const resolved = resolution(
    {
      [`${store}/a/package.json`]: { types: "a.d.ts" },
      [`${store}/a/a.d.ts`]: "",
      [`${store}/b/package.json`]: {},
      [`${store}/b/index.d.ts`]: "",
      "node_modules/a": `→ ${store}/a`,
    },
    "typescript",
  );
  assert.equal(await resolved("src/x.ts", "a"), `${store}/a/a.d.ts`);
  assert.equal(await resolved(`${store}/a/a.d.ts`, "b"), `${store}/b/index.d.ts`);
});

const monorepo = {
  "package.json": { name: "root", workspaces: ["packages/*"] },
  "packages/p/package.json": {
    name: "@m/p",
    imports: { "#in/*": "./src/inner/*.js", "#dep": "@m/q" },
    exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" }, "./deep/*": "./dist/esm/deep/*.js" },
  },
  "packages/p/src/index.ts": "",
  "packages/p/src/deep/d.ts": "",
  "packages/p/src/inner/i.ts": "",
  "packages/p/dist/index.d.ts": "",
  "packages/q/package.json": { name: "@m/q", main: "lib/q.js" },
  "packages/q/lib/q.js": "",
  "packages/q/src/other.ts": "",
};

test("packages of the repository resolve to their source, whether linked or not", async () => {
  const linked = { ...monorepo, "node_modules/@m/p": "→ packages/p", "node_modules/@m/q": "→ packages/q" };
  for (const resolved of [resolution(linked, "typescript"), resolution(monorepo, "typescript", true)]) {
    assert.equal(await resolved("app/a.ts", "@m/p"), "packages/p/src/index.ts");
    assert.equal(await resolved("app/a.ts", "@m/p/deep/d"), "packages/p/src/deep/d.ts");
    assert.equal(await resolved("app/a.ts", "@m/q"), "packages/q/lib/q.js");
    assert.equal(await resolved("app/a.ts", "@m/q/other"), "packages/q/src/other.ts");
    assert.equal(await resolved("packages/p/src/deep/x.ts", "#in/i"), "packages/p/src/inner/i.ts");
    assert.equal(await resolved("packages/p/src/deep/x.ts", "#dep"), "packages/q/lib/q.js");
  }
});

test("a package knows itself by its name", async () => {
  const resolved = resolution(monorepo, "typescript");
  assert.equal(await resolved("packages/p/test/t.ts", "@m/p"), "packages/p/src/index.ts");
  assert.equal(await resolved("packages/q/test/t.ts", "@m/p"), "");
});

test("an alias that nothing explains is the one file, or the nearest, with that end", async () => {
  const files = { "a/src/x/y.ts": "", "b/src/x/y.ts": "", "a/lib/z.svelte.ts": "", "c/parts/Button/index.tsx": "" };
  const resolved = resolution(files, "typescript", true);
  assert.equal(await resolved("a/src/from.ts", "@/x/y"), "a/src/x/y.ts");
  assert.equal(await resolved("c/from.ts", "@/x/y"), "");
  assert.equal(await resolved("c/from.ts", "$lib/z.svelte.js"), "a/lib/z.svelte.ts");
  assert.equal(await resolved("a/from.ts", "@parts/Button"), "c/parts/Button/index.tsx");
  assert.equal(await resolved("a/from.ts", "y"), "");
});

test("broken and circular configuration resolves to nothing, or to what is left", async () => {
  const resolved = resolution(
    {
      "tsconfig.json": { extends: ["./other.json", "./tsconfig.json", "./gone", "@none/x", 1], references: 5 },
      "other.json": {
        extends: "./tsconfig",
        compilerOptions: { paths: { "o/*": ["../../../*", 3, "/etc/*", "src/*"], "bad/*": "src", "*/*": [] } },
      },
      "src/a.ts": "",
      "broken/tsconfig.json": "{ paths",
      "broken/package.json": '["not", "an", "object"]',
      "node_modules/p/package.json": {
        exports: { ".": [[{ import: 4 }]], "./*": "./../../src/*" },
        types: 7,
        main: "../x",
      },
      "node_modules/q/package.json": { exports: "./index.d.ts", name: "x".repeat(400_000) },
      "node_modules/q/index.d.ts": "",
      "node_modules/loop": "→ node_modules/loop",
    },
    "typescript",
  );
  assert.equal(await resolved("src/b.ts", "o/a"), "src/a.ts");
  for (const module of [
    "bad/a",
    "x/y",
    "p",
    "p/a",
    "loop",
    "q",
    "",
    "@",
    "@x",
    "..",
    "..",
    "./\0",
    "__proto__",
    "a//b",
  ]) {
    assert.equal(await resolved("src/b.ts", module), module === "q" ? "node_modules/q/index.d.ts" : "", module);
  }
  assert.equal(await resolved("broken/x.ts", "#a"), "");
});
