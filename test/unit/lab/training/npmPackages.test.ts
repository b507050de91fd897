// Unpacking of locked packages: only what the list says, once, and nothing half done. (Fetching needs the registry and is not tested.)

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { UserError } from "../../../../common/errors.ts";
import { fetchPackages, filesBelow, unpackPackage } from "../../../../lab/training/npmPackages.ts";

const cache = mkdtempSync(path.join(os.tmpdir(), "sotto-packages-"));
after(() => rmSync(cache, { recursive: true }));

mkdirSync(path.join(cache, "made/package/src"), { recursive: true });
writeFileSync(path.join(cache, "made/package/src/b.ts"), "export const b = 1;\n");
writeFileSync(path.join(cache, "made/package/a.ts"), "export const a = 1;\n");
const tarball = path.join(cache, "scope-name-1.2.3.tgz");
execFileSync("tar", ["-czf", tarball, "-C", path.join(cache, "made"), "package"]);
const integrity = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
const entry = { name: "@scope/name", version: "1.2.3", integrity };

test("a tarball that is not the one of the list is refused with an action, and nothing is unpacked", () => {
  const refused = (error: unknown) =>
    error instanceof UserError && error.message.includes("is not the package of the list");
  assert.throws(() => unpackPackage({ ...entry, integrity: "sha512-other" }, cache), refused);
  assert.ok(!existsSync(path.join(cache, "scope-name-1.2.3")));
});

test("what is in the cache is not fetched, and unpacked once", async () => {
  await fetchPackages([entry], cache);
  const folder = unpackPackage(entry, cache);
  assert.deepEqual(filesBelow(folder), ["a.ts", "src/b.ts"]);
  rmSync(tarball);
  assert.equal(unpackPackage(entry, cache), folder);
});
