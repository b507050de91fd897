import assert from "node:assert/strict";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { defaultCacheDir } from "../../../common/util/cacheDir.ts";
import { defaultDataDir } from "../../../common/util/dataDir.ts";

test("the variable comes first, and may be relative", () => {
  assert.equal(defaultDataDir({ SOTTO_DATA_DIR: "here" }, "linux"), path.resolve("here"));
});

test("else the platform's folder for data of this user that stays on the machine", () => {
  const home = os.homedir();
  assert.equal(defaultDataDir({}, "linux"), path.join(home, ".local", "share", "sotto"));
  assert.equal(defaultDataDir({ XDG_DATA_HOME: "/data" }, "linux"), path.join("/data", "sotto"));
  assert.equal(defaultDataDir({ XDG_DATA_HOME: "relative" }, "linux"), path.join(home, ".local", "share", "sotto"));
  assert.equal(defaultDataDir({}, "darwin"), path.join(home, "Library", "Application Support", "sotto"));
  assert.equal(
    defaultDataDir({ LOCALAPPDATA: "local", APPDATA: "roaming" }, "win32"),
    path.join("local", "sotto-data"),
  );
});

test("never the cache, which anybody may empty", () => {
  for (const platform of ["linux", "darwin", "win32"] as const)
    assert.notEqual(defaultDataDir({}, platform), defaultCacheDir({}, platform));
});
