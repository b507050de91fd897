// The corpus of packages in memory, and the locked list: which packages may be on it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { UserError } from "../../../../common/errors.ts";
import { packageRoot } from "../../../../common/util/packageRoot.ts";
import {
  allPackages,
  type CorpusPackage,
  evaluationPackages,
  excludedPackages,
  filterCorpus,
  listedPackages,
  listedPythonPackages,
  packagesOf,
  type RawPackage,
  requireLicenceText,
  USES,
} from "../../../../lab/training/corpus.ts";
import { exclusionRows } from "../../../../lab/training/trainingDataPage.ts";
import { shippedModelDir } from "../../../../server/engine/models/tiers.ts";
import { TIERS } from "../../../../server/host/protocol/tiers.ts";
import { fileText } from "./fileText.ts";

function raw(name: string, files: Record<string, string>, use: CorpusPackage["use"] = "train"): RawPackage {
  const entry = { name, version: "1.0.0", licence: "MIT", use, integrity: "sha512-none" };
  return { package: entry, paths: Object.keys(files), read: (file) => files[file] };
}

const licenceText = (id: string): string =>
  readFileSync(path.join(packageRoot(import.meta.dirname), "common", "licences", "texts", `${id}.txt`), "utf8");

const keptPaths = (...packages: RawPackage[]) =>
  filterCorpus(packages).sources.map((source) => source.files.map((file) => file.path));

test("no package of the list is an excluded one", () => {
  for (const { name } of excludedPackages()) {
    const found = allPackages().filter((listed) => path.matchesGlob(listed.name, name));
    assert.deepEqual(found, [], name);
  }
  assert.ok(path.matchesGlob("@xterm/headless", "@xterm/*")); // what the comparison above rests on
});

test("the sources of the evaluation are excluded by name", () => {
  const names = new Set(excludedPackages().map(({ name, reason }) => `${reason} ${name}`));
  for (const name of ["kysely", "@tanstack/db", "better-auth", "@xterm/*", "hono", "@trpc/*", "@openai/agents"]) {
    assert.ok(names.has(`evaluation ${name}`), name);
  }
  for (const name of ["@evolu/*", "@livestore/*", "@rocicorp/*", "@modelcontextprotocol/*", "llama.vscode"]) {
    assert.ok(names.has(`evaluation ${name}`), name);
  }
});

test("each package is listed once, at one version, with a hash; 4 to 8 are for validation", () => {
  const listed = listedPackages();
  assert.equal(new Set(listed.map(({ name }) => name)).size, listed.length);
  assert.ok(listed.every(({ version, integrity }) => /^\d+\.\d+\.\d+/.test(version) && integrity.length === 95));
  const validation = listed.filter(({ use }) => use === "validation").length;
  assert.ok(validation >= 4 && validation <= 8);
});

test("wheels are listed once, with a hash and an allowed licence, none of them excluded", () => {
  const listed = listedPythonPackages();
  assert.equal(new Set(listed.map(({ name }) => name)).size, listed.length);
  assert.ok(listed.every(({ wheel, integrity }) => /\.whl$/.test(wheel!) && /^sha256-[0-9a-f]{64}$/.test(integrity)));
  assert.ok(listed.filter(({ use }) => use === "validation").length >= 4);
});

test("a package is read only where its LICENSE files are what its label says", () => {
  const labelled = (licence: string, files: Record<string, string>): RawPackage => {
    const plain = raw("p", files);
    return { ...plain, package: { ...plain.package, licence } };
  };
  requireLicenceText(labelled("Apache-2.0", { LICENSE: licenceText("Apache-2.0"), "NOTICE.txt": "of p" }));
  requireLicenceText(labelled("BSD-3-Clause", { "p-1.0.dist-info/licenses/LICENSE.txt": licenceText("BSD-3-Clause") }));
  requireLicenceText(
    labelled("MIT", { "LICENSE-MIT": licenceText("MIT"), "LICENSE-APACHE": licenceText("Apache-2.0") }),
  );
  requireLicenceText(labelled("MIT", { "README.md": "no LICENSE" }));
  for (const LICENSE of ["Innovation-Enabling Source Code License", licenceText("MIT"), "Apache License, Version 2.0"])
    assert.throws(
      () => requireLicenceText(labelled("Apache-2.0", { LICENSE })),
      (error) => error instanceof UserError && error.message.includes("is not Apache-2.0, as its label says"),
      LICENSE,
    );
});

test("nothing that evaluations are made of is trained on", () => {
  const trained = new Set(allPackages().map(({ name }) => name));
  const evaluated = evaluationPackages();
  assert.ok(evaluated.length >= 5);
  for (const { name } of evaluated) {
    assert.ok(!trained.has(name), name);
    assert.ok(
      excludedPackages().some((entry) => entry.name === name && entry.reason === "evaluation"),
      name,
    );
  }
});

for (const tier of TIERS) {
  test(`TRAINING-DATA.md of ${tier} names each listed package with its version, licence and hash; what was taken off the list since is named, too`, () => {
    const page = readFileSync(path.join(shippedModelDir(tier), "TRAINING-DATA.md"), "utf8");
    const rows = [...page.matchAll(/^\| (\S+) \| (\S+) \| (\S+) \| .* `(sha(?:512|256)-\S+)` \|$/gm)].map((row) =>
      row.slice(1, 5),
    );
    const listed = USES.flatMap((use) =>
      packagesOf(tier)
        .filter((entry) => entry.use === use)
        .map(({ name, version, licence, integrity }) => [name, version, licence, integrity]),
    );
    const takenOff = excludedPackages().flatMap(({ name, reason }) => (reason === "licenceText" ? name : []));
    assert.deepEqual(
      rows.filter(([name]) => !takenOff.includes(name)),
      listed,
    );
    assert.ok(page.includes(`| --- | --- |\n${exclusionRows(excludedPackages())}\n\n`), "what stays out is all named");
    for (const [name] of rows)
      if (takenOff.includes(name)) assert.ok(page.includes(`\`${name}\` has been taken off the list`), name);
  });
}

test("beside TypeScript the JavaScript of a package is its output; tests do not make it a TypeScript package", () => {
  const typescript = { "src/a.ts": fileText(1, 30_000), "dist/a.js": fileText(2, 30_000) };
  assert.deepEqual(keptPaths(raw("p", typescript)), [["src/a.ts"]]);
  const javascript = { "lib/a.js": fileText(3, 100_000), "test/types.test.ts": fileText(4, 15_000) };
  assert.ok(keptPaths(raw("p", javascript))[0].includes("lib/a.js"));
});

test("folders that builds are written to are left out where there is source elsewhere", () => {
  const both = { "src/a.js": fileText(1, 3_000), "dist/a.js": fileText(2, 3_000) };
  assert.deepEqual(keptPaths(raw("p", both)), [["src/a.js"]]);
  assert.deepEqual(keptPaths(raw("p", { "dist/a.js": fileText(2, 3_000) })), [["dist/a.js"]]);
});

test("a training file that a validation package has too is left out, whatever their order", () => {
  const shared = { "src/a.js": fileText(1, 3_000) };
  const { sources, rejected } = filterCorpus([raw("train", shared), raw("validation", shared, "validation")]);
  assert.deepEqual(
    sources.map((source) => [source.package.name, source.files.length]),
    [
      ["validation", 1],
      ["train", 0],
    ],
  );
  assert.equal(rejected.exactDuplicate, 1);
});

test("tests are kept up to 15 % of a package, and a package up to 6 MB", () => {
  const files: Record<string, string> = {};
  for (let i = 0; i < 20; i++) files[`src/${i}.js`] = fileText(i, 4_000);
  for (let i = 20; i < 40; i++) files[`test/${i}.js`] = fileText(i, 4_000);
  const { sources, rejected } = filterCorpus([raw("p", files)]);
  const tests = sources[0].files.filter((file) => file.path.startsWith("test/")).length;
  assert.equal(sources[0].files.length - tests, 20);
  assert.ok(tests > 0 && tests / sources[0].files.length <= 0.15, `${tests} tests`);
  assert.equal(rejected.tests, 20 - tests);

  const big = Object.fromEntries(Array.from({ length: 18 }, (_, i) => [`src/${i}.js`, fileText(i, 390_000)]));
  const capped = filterCorpus([raw("big", big)]);
  assert.ok(capped.sources[0].bytes <= 6_000_000 && capped.sources[0].bytes > 5_500_000);
  assert.equal(capped.rejected.sourceCap, 18 - capped.sources[0].files.length);
});

test("folders under a licence that is not on the list are left out", () => {
  const files = {
    "src/a.js": fileText(1, 3_000),
    "src/other/LICENSE": "GNU GENERAL PUBLIC LICENSE",
    "src/other/b.js": fileText(2, 3_000),
    "src/third/package.json": '{"license": "MPL-2.0"}',
    "src/third/c.js": fileText(3, 3_000),
    "src/fine/package.json": '{"license": "(MIT OR GPL-2.0)"}',
    "src/fine/d.js": fileText(4, 3_000),
  };
  const { sources, rejected } = filterCorpus([raw("p", files)]);
  assert.deepEqual(
    sources[0].files.map((file) => file.path),
    ["src/a.js", "src/fine/d.js"],
  );
  assert.equal(rejected.otherLicence, 2);
});

test("a folder's BSD licence is told by its text, though it reserves all rights and nowhere says BSD", () => {
  const reserved = "Copyright (c) Example\nAll rights reserved.\n\n";
  const files = (text: string) => ({ "src/a/LICENSE.txt": reserved + text, "src/a/b.js": fileText(1, 3_000) });
  assert.deepEqual(keptPaths(raw("p", files(licenceText("BSD-3-Clause")))), [["src/a/b.js"]]);
  assert.deepEqual(keptPaths(raw("p", files("Nobody may copy this."))), [[]]);
});
