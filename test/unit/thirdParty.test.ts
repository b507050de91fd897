// THIRD_PARTY.md says what is shipped: every dependency with its version and licence, and no licence that we may not ship.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../common/util/packageRoot.ts";

const root = packageRoot(import.meta.dirname);
const readJson = (...parts: string[]) => JSON.parse(readFileSync(path.join(root, ...parts), "utf8"));
const dependencies: Record<string, string> = readJson("package.json").dependencies;

test("THIRD_PARTY.md lists each shipped package with its version and licence", () => {
  const page = readFileSync(path.join(root, "THIRD_PARTY.md"), "utf8");
  const listed = [...page.matchAll(/^\| (\S+) \| (\d\S*) \| ([^|]+) \|/gm)].map(([, name, version, licence]) => ({
    name,
    version,
    licence,
  }));
  const shipped = Object.entries(dependencies).map(([name, version]) => ({
    name,
    version,
    licence: readJson("node_modules", name, "package.json").license,
  }));
  assert.deepEqual(listed, shipped);
});

test("no shipped package, direct or not, has a licence that we may not ship", () => {
  const allowed = new Set([
    "MIT",
    "Apache-2.0",
    "BSD-3-Clause",
    "BSD-2-Clause",
    "ISC",
    "0BSD",
    "BlueOak-1.0.0",
    "(MIT OR CC0-1.0)",
    "(Apache-2.0 AND BSD-3-Clause)",
  ]);
  const packages: Record<string, { dev?: boolean; license?: string }> = readJson("package-lock.json").packages;
  const shipped = Object.entries(packages).filter(([name, entry]) => name !== "" && !entry.dev);
  assert.ok(shipped.length > 30);
  const refused = shipped
    .filter(([, entry]) => !allowed.has(entry.license ?? "none"))
    .map(([name, entry]) => `${name}: ${entry.license}`);
  assert.deepEqual(refused, []);
});
