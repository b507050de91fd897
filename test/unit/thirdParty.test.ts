// THIRD_PARTY.md says what is shipped: every dependency with its version and licence, by label and by the text of its LICENSE, and no licence that we
// may not ship.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { isLabelTrue } from "../../common/licences/licenceTexts.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";

/** As one line: line ends and a byte order mark are no part of a notice. */
const flowing = (text: string) => text.replace(/\s+/g, " ").replace("\ufeff", "").trim();

const root = packageRoot(import.meta.dirname);
const readJson = (...parts: string[]) => JSON.parse(readFileSync(path.join(root, ...parts), "utf8"));
const dependencies: Record<string, string> = readJson("package.json").dependencies;

/** What is shipped, direct or not, by its folder. */
const packages: Record<string, { dev?: boolean; license?: string }> = readJson("package-lock.json").packages;
const shipped = Object.entries(packages).filter(([name, entry]) => name !== "" && !entry.dev);

/** Publish no LICENSE file; their licences by their package.json. */
const WITHOUT_TEXT: readonly { packages: RegExp; licence: string }[] = [
  { packages: /^(onnxruntime-(common|node)|@koromix\/koffi-[a-z]+-\w+)$/, licence: "MIT" },
  { packages: /^@bufbuild\/protobuf$/, licence: "(Apache-2.0 AND BSD-3-Clause)" },
];

test("THIRD_PARTY.md lists each shipped package with its version and licence", () => {
  const page = readFileSync(path.join(root, "THIRD_PARTY.md"), "utf8");
  const listed = [...page.matchAll(/^\| (\S+) \| (\d\S*) \| ([^|]+) \|/gm)].map(([, name, version, licence]) => ({
    name,
    version,
    licence,
  }));
  const direct = Object.entries(dependencies).map(([name, version]) => ({
    name,
    version,
    licence: readJson("node_modules", name, "package.json").license,
  }));
  assert.deepEqual(listed, direct);
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
  assert.ok(shipped.length > 30);
  const refused = shipped
    .filter(([, entry]) => !allowed.has(entry.license ?? "none"))
    .map(([name, entry]) => `${name}: ${entry.license}`);
  assert.deepEqual(refused, []);
});

test("the LICENSE of each shipped package is by its text what its label says", () => {
  let compared = 0;
  for (const [folder, { license = "none" }] of shipped) {
    const dir = path.join(root, folder);
    if (!existsSync(dir)) continue; // built for another platform
    const name = folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);
    const files = readdirSync(dir).filter((file) => /^(licen[cs]e|copying)([-.].*)?$/i.test(file));
    const without = WITHOUT_TEXT.find(({ packages }) => packages.test(name));
    if (without) {
      assert.deepEqual([license, files], [without.licence, []], `${name} has a LICENSE now: take it off the list`);
      continue;
    }
    const texts = files.map((file) => readFileSync(path.join(dir, file), "utf8"));
    assert.ok(isLabelTrue(license, texts), `${name}: ${files.join(", ") || "no LICENSE"} is not ${license}`);
    compared++;
  }
  assert.ok(compared > 40, `${compared} compared`);
});

test("the notice of each package that evaluation cases and the twenty places quote stands in docs/notices.md", () => {
  const notices = readFileSync(path.join(root, "docs/notices.md"), "utf8");
  const sections = new Map(
    notices.split("\n## ").map((section): [string, string] => [section.slice(0, section.indexOf(" ")), section]),
  );
  const cases = readFileSync(path.join(root, "test/eval/own.jsonl"), "utf8").trimEnd().split("\n");
  const ofCases = cases.map((line) => (JSON.parse(line).source as string).replace(/@[^@]+$/, ""));
  const places: { file: string }[] = readJson("lab/evaluate/twentyPlaces.json");
  const ofPlaces = places.flatMap(({ file }) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []);
  const quoted = new Set([...ofCases, ...ofPlaces].filter((name) => name !== "sotto"));
  assert.ok(quoted.size >= 5);
  for (const name of quoted) {
    const section = sections.get(name);
    assert.ok(section, name);
    const dir = path.join(root, "node_modules", name);
    const { version, license } = readJson("node_modules", name, "package.json");
    assert.ok(section.startsWith(`${name} ${version}, ${license}\n`), name);
    assert.ok(isLabelTrue(license, [section]) && /Copyright \(c\)/.test(section), name);
    for (const file of readdirSync(dir).filter((file) => /^licen[cs]e/i.test(file)))
      assert.ok(flowing(section).includes(flowing(readFileSync(path.join(dir, file), "utf8"))), `${name}: ${file}`);
  }
});
