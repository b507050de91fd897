// Where host and client meet: a private folder or a clear refusal, names that differ by build, secrets bound to a socket.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import {
  endpointOf,
  ownAddress,
  readSecret,
  runtimeDir,
  secretPath,
  socketInode,
} from "../../../../server/host/protocol/endpoint.ts";

const posix = process.platform !== "win32";

describe("endpoint", () => {
  let dir: string;
  let script: string;
  const { SOTTO_RUNTIME_DIR, XDG_RUNTIME_DIR, TMPDIR } = process.env;
  const saved = { SOTTO_RUNTIME_DIR, XDG_RUNTIME_DIR, TMPDIR };
  beforeEach(() => {
    dir = mkdtempSync(path.join(os.tmpdir(), "sotto-ep-"));
    script = path.join(dir, "host.cjs");
    writeFileSync(script, "// a host\n");
  });
  afterEach(() => {
    for (const [name, value] of Object.entries(saved)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(dir, { recursive: true });
  });

  test("the runtime folder is made private", { skip: !posix }, () => {
    process.env.SOTTO_RUNTIME_DIR = path.join(dir, "a", "b");
    assert.equal(runtimeDir(), path.join(dir, "a", "b"));
    assert.equal(statSync(runtimeDir()).mode & 0o777, 0o700);
  });

  test("XDG_RUNTIME_DIR is used where it exists, else the temporary folder", { skip: !posix }, () => {
    delete process.env.SOTTO_RUNTIME_DIR;
    process.env.XDG_RUNTIME_DIR = dir;
    assert.equal(runtimeDir(), path.join(dir, "sotto"));
    process.env.XDG_RUNTIME_DIR = path.join(dir, "not there");
    process.env.TMPDIR = dir;
    assert.equal(runtimeDir(), path.join(dir, `sotto-${os.userInfo().uid}`));
  });

  test("a folder that others may enter is refused", { skip: !posix }, () => {
    process.env.SOTTO_RUNTIME_DIR = path.join(dir, "open");
    mkdirSync(path.join(dir, "open"));
    chmodSync(path.join(dir, "open"), 0o755);
    assert.throws(runtimeDir, { name: "UserError", code: "hostUnavailable", message: /other users may enter/ });
  });

  test("a link, a file, a path that cannot be made are refused", { skip: !posix }, () => {
    mkdirSync(path.join(dir, "real"), { mode: 0o700 });
    symlinkSync(path.join(dir, "real"), path.join(dir, "link"));
    process.env.SOTTO_RUNTIME_DIR = path.join(dir, "link");
    assert.throws(runtimeDir, { message: /is not a folder/ });
    process.env.SOTTO_RUNTIME_DIR = script;
    assert.throws(runtimeDir, { message: /cannot be made|is not a folder/ });
    process.env.SOTTO_RUNTIME_DIR = path.join(script, "below");
    assert.throws(runtimeDir, { message: /cannot be made \(ENOTDIR\)/ });
  });

  test("a path that is too long for a socket is refused", { skip: !posix }, () => {
    const long = path.join(dir, "x".repeat(100));
    mkdirSync(long, { mode: 0o700 });
    assert.throws(() => endpointOf(script, long), { name: "UserError", message: /too long for a socket/ });
  });

  test("another file and a new build have other names; the same file has one, through a link too", () => {
    const { address } = endpointOf(script, dir);
    assert.equal(endpointOf(script, dir).address, address);
    symlinkSync(script, path.join(dir, "link.cjs"));
    assert.equal(endpointOf(path.join(dir, "link.cjs"), dir).address, address);
    writeFileSync(path.join(dir, "other.cjs"), "// a host\n");
    assert.notEqual(endpointOf(path.join(dir, "other.cjs"), dir).address, address);
    utimesSync(script, 1, 1);
    assert.notEqual(endpointOf(script, dir).address, address);
    assert.notEqual(ownAddress({ address }, 7), ownAddress({ address }, 8));
  });

  test("a secret is read only beside its own socket", { skip: !posix }, () => {
    const endpoint = endpointOf(script, dir);
    assert.equal(readSecret(endpoint), undefined);
    writeFileSync(endpoint.address, "");
    const inode = socketInode(endpoint.address);
    writeFileSync(secretPath(endpoint, inode + 1), JSON.stringify({ token: "other", pid: 1234 }));
    assert.equal(readSecret(endpoint), undefined);
    writeFileSync(secretPath(endpoint, inode), JSON.stringify({ token: "own", pid: 1234 }));
    assert.deepEqual(readSecret(endpoint), { token: "own", pid: 1234 });
    for (const broken of [
      "",
      "{",
      "null",
      '{"token":5,"pid":1234}',
      '{"token":"t","pid":0}',
      '{"token":"t","pid":-1}',
    ]) {
      writeFileSync(secretPath(endpoint, inode), broken);
      assert.equal(readSecret(endpoint), undefined);
    }
  });
});
