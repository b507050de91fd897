// What a package is made of, for each system: what the golden list says, no file more and none less. dist/ must be built; nothing is fetched or packed.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { extensionContents, ownManifest, strongContents } from "../../../scripts/package/contents.ts";
import { faultsOf } from "../../../scripts/package/golden.ts";
import { packageManifest, shopPage, strongManifest } from "../../../scripts/package/manifests.ts";
import { noticesText } from "../../../scripts/package/notices.ts";
import { isTarget, nodeIn, systemOf, TARGETS, type Target, whyNot } from "../../../scripts/package/targets.ts";
import { writeVsix } from "../../../scripts/package/vsix.ts";
import { readZip } from "../../../scripts/package/zip.ts";
import { shippedModelDir } from "../../../server/engine/models/tiers.ts";

const scratch = mkdtempSync(path.join(os.tmpdir(), "sotto-package-"));
after(() => rmSync(scratch, { recursive: true }));

/** Stands for what npm has for another system. */
function ingredientsFor(target: Target) {
  const { platform, arch } = systemOf(target);
  const koffi = path.join(scratch, `koffi-${target}`);
  const native = path.join(koffi, `${platform}_${arch}`);
  mkdirSync(native, { recursive: true });
  for (const file of ["package.json", "index.js", "README.md"]) writeFileSync(path.join(koffi, file), "{}");
  for (const file of ["koffi.node", "koffi.lib", "koffi.exp"]) writeFileSync(path.join(native, file), "");
  return { node: { binary: path.join(koffi, "index.js"), licence: path.join(koffi, "README.md") }, koffi };
}

const listed = (names: Iterable<string>, target: Target) =>
  [...names].map((name) => ({ name, mode: name === nodeIn(target) ? 0o755 : 0o644 }));

for (const target of Object.keys(TARGETS) as Target[]) {
  test(`a package for ${target} is what the golden list says`, () => {
    const names = [...extensionContents(target, ingredientsFor(target)).keys()];
    assert.ok(names.length > 120);
    assert.deepEqual(faultsOf(listed(names, target), target), []);
    const others = Object.keys(TARGETS).filter((other) => other !== target);
    assert.deepEqual(
      names.filter((name) => others.some((other) => name.includes(other))),
      [],
      "something of another system",
    );
  });
}

test("the package of the strong model has the model, its licence and no code", () => {
  const contents = strongContents();
  const names = [...contents.keys()].map((name) => ({ name, mode: 0o644 }));
  assert.deepEqual(faultsOf(names, "strong"), []);
  assert.ok(![...contents.keys()].some((name) => /\.(c?js|node|ts)$/.test(name)));
});

test("a file too many, one too few and a Node that cannot be run are faults", () => {
  const names = [...extensionContents("linux-x64", ingredientsFor("linux-x64")).keys()];
  const faults = (changed: string[]) => faultsOf(listed(changed, "linux-x64"), "linux-x64");
  for (const name of [
    "src/extension.ts",
    "dist/agent.cjs.map",
    ".git/config",
    "test/eval/own.jsonl",
    "dist/test/suite/index.cjs",
  ])
    assert.deepEqual(faults([...names, name]), [`${name} does not belong there`]);
  for (const name of [
    "dist/host.cjs",
    "models/smollm2-135m/manifest.json",
    "dist/node_modules/tree-sitter-go/tree-sitter-go.wasm",
  ])
    assert.equal(faults(names.filter((other) => other !== name)).length, 1, name);
  const notExecutable = names.map((name) => ({ name, mode: 0o644 }));
  assert.deepEqual(faultsOf(notExecutable, "linux-x64"), ["node/node is not executable"]);
});

test("what package.json names is in the package", () => {
  const contents = extensionContents("linux-x64", ingredientsFor("linux-x64"));
  const manifest = packageManifest(ownManifest());
  const named: string[] = [];
  JSON.stringify(manifest, (_key, value) => {
    if (typeof value === "string" && /^[\w./-]+\.(?:cjs|png|svg|md)$/.test(value))
      named.push(path.posix.normalize(value));
    return value;
  });
  assert.ok(named.includes("dist/extension.cjs") && named.includes("media/icon.png"));
  assert.deepEqual(
    named.filter((file) => !contents.has(file)),
    [],
  );
});

test("the published package.json has nothing that only the repository needs", () => {
  const own = ownManifest();
  const { private: isPrivate, scripts, dependencies, devDependencies, overrides, bin, ...rest } = own;
  assert.ok(
    isPrivate && scripts && dependencies && devDependencies && overrides && bin,
    "npm must not publish the repository",
  );
  assert.deepEqual(packageManifest(own), rest);
  const url = "https://example.com/sotto";
  assert.deepEqual(packageManifest(own, url).repository, { type: "git", url });
});

test("the strong model's extension is found beside ours, the newest of several, and not without its manifest", () => {
  const { publisher, name } = strongManifest(ownManifest());
  const extensions = path.join(scratch, "extensions");
  const root = path.join(extensions, "sotto.sotto-0.1.0-linux-x64");
  const below = path.join("models", "qwen2.5-coder-0.5b");
  mkdirSync(root, { recursive: true });
  assert.equal(shippedModelDir("strong", root), path.join(root, below));
  const add = (version: string) => {
    const dir = path.join(extensions, `${publisher}.${name}-${version}`, below);
    mkdirSync(dir, { recursive: true });
    writeFileSync(path.join(dir, "manifest.json"), "{}");
    return dir;
  };
  const first = add("0.9.0");
  assert.equal(shippedModelDir("strong", root), first);
  const second = add("0.10.0-universal");
  assert.equal(shippedModelDir("strong", root), second);
  rmSync(path.join(second, "manifest.json"));
  assert.equal(shippedModelDir("strong", root), first);
  assert.equal(shippedModelDir("quick", root), path.join(root, "models", "smollm2-135m"));
});

test("the notices have the text of each licence that a package publishes", () => {
  const text = noticesText();
  for (const part of ["\nzod 4.6.7, MIT\n", "Colin McDonnell", "\nundici ", "\nonnxruntime-node 1.30.0, MIT\n"])
    assert.ok(text.includes(part), part);
  assert.ok(!text.includes("\nesbuild "), "a tool for development");
});

test("a shop's page has addresses in the source, or where nobody says where that is, text", () => {
  const page = "![Ghost](docs/a.png)\n[Models](docs/user/models.md#own), [site](https://example.com), [below](#more)";
  const rest = ", [site](https://example.com), [below](#more)";
  const source = "https://example.com/sotto";
  assert.equal(
    shopPage(page, "1.2.3", `${source}.git`),
    `![Ghost](${source}/raw/v1.2.3/docs/a.png)\n[Models](${source}/blob/v1.2.3/docs/user/models.md#own)${rest}`,
  );
  assert.equal(shopPage(page, "1.2.3"), `\nModels${rest}`);
});

test("a VSIX has what an editor reads first, and the target in it", () => {
  const file = path.join(scratch, "a.vsix");
  const text = (value: string) => ({ text: value });
  const manifest = JSON.stringify({ ...packageManifest(ownManifest()), displayName: 'A <"&"> B' });
  const contents = new Map([
    ["package.json", text(manifest)],
    ["README.md", text("page")],
    ["node/node.exe", text("MZ")],
  ]);
  writeVsix(file, contents, "win32-x64");
  const entries = readZip(file);
  const read = (name: string) =>
    entries
      .find((entry) => entry.name === name)!
      .read()
      .toString();
  const xml = read("extension.vsixmanifest");
  assert.match(xml, /Id="sotto" Version="[\d.]+" Publisher="sotto" TargetPlatform="win32-x64"/);
  assert.match(xml, /<DisplayName>A &lt;&quot;&amp;&quot;&gt; B<\/DisplayName>/);
  assert.match(xml, /Microsoft\.VisualStudio\.Code\.Manifest" Path="extension\/package\.json"/);
  assert.doesNotMatch(xml, /Content\.Changelog/, "an asset that is not there");
  assert.match(read("[Content_Types].xml"), /Extension="\.vsixmanifest"/);
  assert.equal(entries.find(({ name }) => name === "extension/node/node.exe")!.mode, 0o755);
  writeVsix(file, contents, undefined);
  assert.doesNotMatch(readZip(file)[0]!.read().toString(), /TargetPlatform/);
});

test("a system without a package is told why", () => {
  assert.ok(isTarget("darwin-arm64") && !isTarget("darwin-x64") && !isTarget("toString"));
  assert.match(whyNot("darwin-x64"), /Intel/);
  assert.match(whyNot("sunos-x64"), /there are linux-x64, /);
});
