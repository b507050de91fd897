// Which files the compiler reads, and how it learns that they have changed.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { Projects } from "../../../src/typescript/projects.ts";
import { folderOf } from "./folder.ts";

const config = JSON.stringify({ compilerOptions: { strict: true, lib: ["ES2022"], types: [] } });
const declares = "export const known: { here: 1 };";
const defines = "export const known = { here: 1 };";

/** "member there" where the module that declares `known` is read; nothing is said where it is not. */
const asks = (module: string) => `import { known } from "${module}";\n├known.here; known.there;┤\n`;
const READ = "member there";
const NOT_READ = "";

test("sources that the rules refuse are not read; declarations may be ignored by git", async (t) => {
  const names = ["plain", "ignored", "private", "credentials"];
  const folder = folderOf(t, {
    "tsconfig.json": config,
    ".gitignore": "ignored.*\n",
    ".sottoignore": "private.*\n",
    "here.ts": "",
    ...Object.fromEntries(names.map((name) => [`${name}.ts`, defines])),
    "generated/ignored.types.d.ts": declares,
    "generated/private.types.d.ts": declares,
  });
  assert.equal(await folder.unknown("here.ts", asks("./plain")), READ);
  assert.equal(await folder.unknown("here.ts", asks("./ignored")), NOT_READ);
  assert.equal(await folder.unknown("here.ts", asks("./private")), NOT_READ);
  assert.equal(await folder.unknown("here.ts", asks("./generated/ignored.types")), READ);
  assert.equal(await folder.unknown("here.ts", asks("./generated/private.types")), NOT_READ);
});

test("pipes under the names of sources and configurations are passed by, and nobody waits for them", {
  skip: process.platform === "win32",
}, async (t) => {
  const folder = folderOf(t, {
    "tsconfig.json": JSON.stringify({ ...JSON.parse(config), extends: "./base.json", files: ["here.ts", "piped.ts"] }),
    "here.ts": "",
    "plain.ts": defines,
  });
  execFileSync(
    "mkfifo",
    ["base.json", "piped.ts"].map((name) => path.join(folder.root, name)),
  );
  assert.equal(await folder.unknown("here.ts", asks("./plain")), READ);
  assert.equal(await folder.unknown("here.ts", asks("./piped")), NOT_READ);
});

test("what the setting excludes is not read, nor what a link leads out of the folder for", async (t) => {
  const outside = folderOf(t, { "outside.ts": defines });
  const folder = folderOf(t, { "tsconfig.json": config, "here.ts": "", "excluded.ts": defines, "plain.ts": defines });
  symlinkSync(path.join(outside.root, "outside.ts"), path.join(folder.root, "linked.ts"));
  const projects = new Projects(ts, { root: folder.root, exclude: () => ["excluded.ts"] });
  const unknown = async (module: string) => {
    const [before, text] = asks(module).split(/[├┤]/) as [string, string];
    projects.setText(`${folder.root}/here.ts`, before);
    await projects.build(`${folder.root}/here.ts`);
    const answer = projects.unknownIn(`${folder.root}/here.ts`, { offset: before.length, text, replaceAfter: 0 });
    return "unknown" in answer ? answer.unknown.map(({ name }) => name) : answer.reason;
  };
  assert.deepEqual(await unknown("./plain"), ["there"]);
  assert.deepEqual(await unknown("./excluded"), []);
  assert.deepEqual(await unknown("./linked"), []);
  assert.deepEqual(await unknown("../outside"), []);
});

test("dependencies are known by their declarations, also those of a folder above, unless a rule refuses them", async (t) => {
  const manifest = JSON.stringify({ name: "dep", version: "1.0.0", types: "index.d.ts" });
  const above = folderOf(t, {
    "node_modules/shared/package.json": manifest,
    "node_modules/shared/index.d.ts": declares,
    "folder/tsconfig.json": config,
    "folder/here.ts": "",
    "folder/.sottoignore": "node_modules/closed/\n",
    "folder/node_modules/open/package.json": manifest,
    "folder/node_modules/open/index.d.ts": declares,
    "folder/node_modules/closed/package.json": manifest,
    "folder/node_modules/closed/index.d.ts": declares,
    "folder/node_modules/source/package.json": JSON.stringify({ name: "source", version: "1.0.0", types: "index.ts" }),
    "folder/node_modules/source/index.ts": defines,
  });
  const projects = new Projects(ts, { root: `${above.root}/folder` });
  const file = `${above.root}/folder/here.ts`;
  const says = async (module: string) => {
    const [before, text] = asks(module).split(/[├┤]/) as [string, string];
    projects.setText(file, before);
    projects.changed([`${above.root}/folder/package.json`]); // as after an installation
    assert.equal(await projects.build(file), undefined);
    const answer = projects.unknownIn(file, { offset: before.length, text, replaceAfter: 0 });
    return "unknown" in answer ? answer.unknown.map(({ name }) => name).join() : answer.reason;
  };
  assert.equal(await says("open"), "there");
  assert.equal(await says("shared"), "there");
  assert.equal(await says("closed"), "");
});

test("the project is the one that includes the file, by references too", async (t) => {
  const folder = folderOf(t, {
    "tsconfig.json": JSON.stringify({ files: [], references: [{ path: "page" }, { path: "tool" }] }),
    "page/tsconfig.json": JSON.stringify({ compilerOptions: { composite: true, lib: ["ES2022", "DOM"], types: [] } }),
    "page/page.ts": "export {};",
    "tool/tsconfig.json": JSON.stringify({
      compilerOptions: { composite: true, lib: ["ES2022"], types: [] },
      include: ["../shared"],
    }),
    "shared/tool.ts": "export {};",
  });
  const drawing = "export {};\n├addEventListener;┤\n";
  assert.equal(await folder.unknown("page/page.ts", drawing), "");
  assert.equal(await folder.unknown("shared/tool.ts", drawing), "name addEventListener");
});

test("files of one project share it; a file that it does not have yet is added", async (t) => {
  const folder = folderOf(t, { "tsconfig.json": config, "here.ts": "", "library.ts": defines });
  assert.equal(await folder.unknown("here.ts", asks("./library")), READ);
  assert.equal(await folder.unknown("library.ts", "export {};\n├there();┤"), "name there");
  const { projects, root } = folder;
  assert.equal(projects.of(`${root}/here.ts`), projects.of(`${root}/library.ts`));
  projects.setText(`${root}/library.ts`, undefined);
  assert.equal(await folder.unknown("unsaved.ts", asks("./library")), READ);
  assert.equal(await folder.unknown("here.ts", "export {};\n├there();┤"), "name there");
});

test("a file without a configuration", async (t) => {
  const folder = folderOf(t, { "library.ts": defines });
  assert.equal(await folder.unknown("here.ts", `${asks("./library")}there();`), READ);
  assert.equal(await folder.unknown("script.ts", "├there();┤\n"), "", "a script shares its globals with others");
});

test("other open documents are as the editor has them", async (t) => {
  const folder = folderOf(t, { "tsconfig.json": config, "here.ts": "", "library.ts": defines });
  assert.equal(await folder.unknown("here.ts", asks("./library")), READ);
  folder.projects.setText(`${folder.root}/library.ts`, defines.replace("here", "there"));
  assert.equal(await folder.unknown("here.ts", asks("./library")), "member here");
  folder.projects.setText(`${folder.root}/library.ts`, undefined);
  assert.equal(await folder.unknown("here.ts", asks("./library")), READ);
});

test("changes on the disk: a text, a new file, a file that is gone, the configuration", async (t) => {
  const folder = folderOf(t, { "tsconfig.json": config, "here.ts": "", "library.ts": defines });
  const changed = (name: string) => folder.projects.changed([`${folder.root}/${name}`]);
  assert.equal(await folder.unknown("here.ts", asks("./library")), READ);

  folder.write("library.ts", "export const known = { there: 'as of now' };");
  await folder.projects.refresh();
  assert.equal(await folder.unknown("here.ts", asks("./library")), "member here");

  assert.equal(await folder.unknown("here.ts", asks("./new")), NOT_READ);
  folder.write("new.ts", defines);
  changed("new.ts");
  assert.equal(await folder.unknown("here.ts", asks("./new")), READ);

  rmSync(path.join(folder.root, "library.ts"));
  changed("library.ts");
  assert.equal(await folder.unknown("here.ts", asks("./library")), NOT_READ);

  assert.equal(await folder.unknown("here.ts", "export {};\n├addEventListener;┤\n"), "name addEventListener");
  folder.write("tsconfig.json", JSON.stringify({ compilerOptions: { lib: ["ES2022", "DOM"], types: [] } }));
  changed("tsconfig.json");
  assert.equal(await folder.unknown("here.ts", "export {};\n├addEventListener;┤\n"), "");
});

test("bad input", async (t) => {
  const folder = folderOf(t, { "tsconfig.json": "{ not JSON", "broken/here.ts": "" });
  mkdirSync(path.join(folder.root, "folder.ts"));
  assert.equal(await folder.unknown("notes.md", "├there();┤"), "otherLanguage");
  assert.equal(await folder.unknown("long.ts", `// ${"long ".repeat(400_000)}\n├there();┤`), "noProgram");
  assert.equal(await folder.projects.build(`${folder.root}/closed.ts`), "noProgram");
  assert.equal(await folder.unknown("broken/here.ts", "\ufeffexport {};\r\n├there();\r\n┤\r\n}}}"), "name there");
  assert.equal(
    await folder.unknown("folder.ts", "export {};\n├there();┤"),
    "name there",
    "a document that was never saved",
  );
  assert.equal(await folder.unknown("broken/here.ts", "export {};\n├const a = `😀` + there;┤"), "name there");
});

test("without a configuration a long chain of imports does not keep a file from its program", async (t) => {
  const files = Object.fromEntries(
    Array.from({ length: 12 }, (_, at) => [
      `a${at}.ts`,
      `export * from "./a${at + 1}";\nexport const c${at} = ${at};\n`,
    ]),
  );
  const folder = folderOf(t, { ...files, "use.ts": `import { c0, c1 } from "./a0";\n` });
  assert.equal(
    await folder.unknown("use.ts", `import { c0, c1 } from "./a0";\nconst x = ├c0 + c1 + c99┤;\n`),
    "name c99",
  );
});
