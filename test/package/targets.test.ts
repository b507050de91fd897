// Packages for systems that cannot run here: each native file is for its system by its first bytes, and whatever a script of the package requires is
// in it. Their files are read where they lie; only this system's package is packed in this stage.

import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { type Contents, extensionContents } from "../../scripts/package/contents.ts";
import { lockedPackage, shippedNode } from "../../scripts/package/fetchPackage.ts";
import { nodeIn, TARGETS, type Target, WITHOUT_NATIVE } from "../../scripts/package/targets.ts";
import { readZip } from "../../scripts/package/zip.ts";
import { root } from "../../scripts/steps.ts";
import { ownTarget, vsixFile } from "./support.ts";

const HEAD_BYTES = 4096;

function headOf(file: string): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  const handle = openSync(file, "r");
  readSync(handle, head, 0, HEAD_BYTES, 0);
  closeSync(handle);
  return head;
}

/** The system that a program or library is for, by its header; undefined where it is neither. */
function systemOfNative(head: Buffer): Target | undefined {
  if (head.readUInt32BE(0) === 0x7f454c46) {
    const machine = head.readUInt16LE(18);
    return machine === 0x3e ? "linux-x64" : machine === 0xb7 ? "linux-arm64" : undefined;
  }
  if (head.readUInt32LE(0) === 0xfeedfacf) return head.readUInt32LE(4) === 0x0100000c ? "darwin-arm64" : undefined;
  if (head.toString("latin1", 0, 2) !== "MZ") return undefined;
  const at = head.readUInt32LE(0x3c);
  const machine = head.readUInt16LE(at + 4);
  return machine === 0x8664 ? "win32-x64" : machine === 0xaa64 ? "win32-arm64" : undefined;
}

/** Loaded only where it is there, or with an answer to its absence. */
const OPTIONAL = new Set(["vscode", "source-map-support", "worker_threads", "bun:ffi"]);

/** What scripts require and the package does not have. */
function missingIn(contents: Contents, target: Target): string[] {
  const has = (name: string) =>
    ["", ".js", ".cjs", ".json", ".node", "/index.js", "/package.json"].some((end) => contents.has(name + end));
  const missing: string[] = [];
  for (const [name, source] of contents) {
    if (!/\.c?js$/.test(name) || !("file" in source)) continue;
    const text = readFileSync(source.file, "utf8");
    for (const [, wanted] of text.matchAll(/\brequire\("([^"\n]+)"\)|\brequire\('([^'\n]+)'\)/g)) {
      if (wanted === undefined || isBuiltin(wanted) || OPTIONAL.has(wanted)) continue;
      if (wanted.startsWith("@koromix/koffi-") && wanted !== `@koromix/koffi-${target}`) continue; // one for each system, tried in turn
      const place = wanted.startsWith(".")
        ? path.posix.join(path.posix.dirname(name), wanted)
        : `dist/node_modules/${wanted}`;
      if (!has(place)) missing.push(`${name}: ${wanted}`);
    }
  }
  return missing;
}

for (const target of Object.keys(TARGETS) as Target[]) {
  const contents = extensionContents(target, {
    node: shippedNode(target),
    koffi: lockedPackage(`@koromix/koffi-${target}`),
  });

  test(`${target}: native files are for this system`, () => {
    const natives = [...contents].filter(([name]) => /\.(node|dll|dylib|so\.1)$/.test(name) || name === nodeIn(target));
    assert.ok(natives.length >= 10);
    for (const [name, source] of natives)
      assert.equal("file" in source && systemOfNative(headOf(source.file)), target, name);
  });

  test(`${target}: what is required is there`, () => {
    assert.deepEqual(missingIn(contents, target), []);
  });
}

test("a grammar goes without its library only where that is for another system", () => {
  for (const [target, names] of Object.entries(WITHOUT_NATIVE) as [Target, readonly string[]][]) {
    for (const name of names) {
      const file = path.join(root, "node_modules", name, "prebuilds", target, `${name}.node`);
      assert.notEqual(systemOfNative(headOf(file)), target, `${name} has its library for ${target} by now`);
    }
  }
});

test("the package of this system holds these files, byte by byte, and no other", () => {
  const contents = extensionContents(ownTarget, {
    node: shippedNode(ownTarget),
    koffi: lockedPackage(`@koromix/koffi-${ownTarget}`),
  });
  const entries = readZip(vsixFile()).filter(({ name }) => name.startsWith("extension/"));
  assert.deepEqual(entries.map(({ name }) => name.slice("extension/".length)).sort(), [...contents.keys()].sort());
  for (const { name, read } of entries) {
    const source = contents.get(name.slice("extension/".length))!;
    const isBundle = /^extension\/dist\/[^/]+$/.test(name); // built anew since
    if ("file" in source && !isBundle) assert.ok(read().equals(readFileSync(source.file)), name);
  }
});
