import assert from "node:assert/strict";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { defaultCacheDir } from "../../../common/util/cacheDir.ts";

test("the variable comes first, and may be relative", () => {
  assert.equal(defaultCacheDir({ SOTTO_CACHE_DIR: "here" }, "linux"), path.resolve("here"));
});

test("else the platform's cache folder of this user", () => {
  const home = os.homedir();
  assert.equal(defaultCacheDir({}, "linux"), path.join(home, ".cache", "sotto"));
  assert.equal(defaultCacheDir({ XDG_CACHE_HOME: "/cache" }, "linux"), path.join("/cache", "sotto"));
  assert.equal(defaultCacheDir({ XDG_CACHE_HOME: "relative" }, "linux"), path.join(home, ".cache", "sotto"));
  assert.equal(defaultCacheDir({}, "darwin"), path.join(home, "Library", "Caches", "sotto"));
  assert.equal(defaultCacheDir({ LOCALAPPDATA: "local" }, "win32"), path.join("local", "sotto"));
});
