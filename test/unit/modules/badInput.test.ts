// Whatever a file imports and whatever configuration says: nothing fails, and no path outside the root is asked for.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ModuleResolver } from "../../../src/modules/resolveModule.ts";
import type { Workspace } from "../../../src/workspace/workspace.ts";
import { indexOf } from "./folder.ts";

const part = fc.constantFrom(
  "a",
  "b",
  "..",
  ".",
  "",
  "*",
  "@a",
  "#a",
  "src",
  "__proto__",
  "node_modules",
  "crate",
  "super",
  "\0",
  "ä",
);
const name = fc
  .tuple(fc.array(part, { maxLength: 5 }), fc.constantFrom("/", ".", "::", "\n"))
  .map(([parts, separator]) => parts.join(separator));
const value = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 4 }, name, fc.constant(null), fc.integer(), fc.array(tie("any")), tie("record")),
  record: fc.dictionary(fc.oneof(name, fc.constantFrom("types", "default", "import")), tie("any")),
}));
const manifest = fc.record(
  { name, exports: value.any, imports: value.any, types: value.any, main: value.any, typesVersions: value.any },
  { requiredKeys: [] },
);
const options = fc.record({ baseUrl: value.any, paths: value.any }, { requiredKeys: [] });
const config = fc.record(
  { extends: fc.oneof(name, fc.array(name), value.any), references: value.any, compilerOptions: options },
  { requiredKeys: [] },
);
const anyText = fc.oneof(
  manifest.map((each) => JSON.stringify(each)),
  config.map((each) => JSON.stringify(each)),
  name,
);
const configured = [
  "package.json",
  "tsconfig.json",
  "a/tsconfig.json",
  "a/package.json",
  "node_modules/a/package.json",
  "go.mod",
  "a/Cargo.toml",
];
const languages = ["typescript", "python", "go", "rust", "java", "cpp", "csharp", "none"];

test("any module name and any configuration resolve to files of the root, or to nothing", async () => {
  const texts = fc.tuple(...configured.map(() => anyText));
  await fc.assert(
    fc.asyncProperty(texts, name, fc.array(name, { maxLength: 2 }), async (contents, module, names) => {
      const files = new Map(configured.map((file, i) => [file, contents[i]!]));
      for (const file of ["a/b.ts", "b.py", "src/a.rs", "node_modules/a/index.d.ts"]) files.set(file, "");
      const asked: string[] = [];
      const read = async (path: string) => {
        asked.push(path);
        return files.get(path);
      };
      const workspace: Workspace = { list: async () => [...files.keys()], read, readDeclaration: read };
      const resolver = new ModuleResolver(workspace, () => indexOf([...files.keys()]));
      for (const language of languages) {
        for (const file of await resolver.resolve(module, "a/x.ts", language, undefined, names)) {
          assert.ok(files.has(file.path), file.path);
        }
      }
      for (const path of asked) assert.ok(!path.startsWith("/") && !path.split("/").includes(".."), path);
    }),
    { numRuns: 300 },
  );
});
