// package.json and the tables of src/config/ say the same.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { commands } from "../../../src/config/commands.ts";
import { contributions } from "../../../src/config/contributions.ts";
import { commandsTable, settingsTable } from "../../../src/config/pages.ts";
import { type SettingKey, settings } from "../../../src/config/settings.ts";

const manifest = JSON.parse(readFileSync(path.join(packageRoot(import.meta.dirname), "package.json"), "utf8"));

test("package.json holds what the tables say (else run: npm run generate)", () => {
  const { contributes, capabilities } = contributions() as { contributes: unknown; capabilities: unknown };
  assert.deepEqual(manifest.contributes, contributes);
  assert.deepEqual(manifest.capabilities, capabilities);
});

test("no key of the editor's core is bound again", () => {
  const core = ["tab", "alt+[", "alt+]", "enter", "ctrl+right"];
  for (const { key } of Object.values(commands)) assert.ok(!key || !core.includes(key.chord), key?.chord);
});

test("Esc is bound only while next edits are marked and nothing else would be closed by it", () => {
  const bound = Object.values(commands).flatMap(({ key }) => (key?.chord === "escape" ? [key.when] : []));
  assert.equal(bound.length, 1);
  const terms = bound[0].split(" && ");
  for (const term of [
    "sotto.nextEdit",
    "editorTextFocus",
    "!suggestWidgetVisible",
    "!inlineSuggestionVisible",
    "!inSnippetMode",
    "!vim.active",
  ])
    assert.ok(terms.includes(term), term);
});

test("settings that name folders or belong to the machine cannot come from a workspace", () => {
  assert.equal(settings.model.scope, "machine");
  assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, [
    "sotto.fineTune.python",
    "sotto.keepExamples",
    "sotto.threads",
    "sotto.device",
    "sotto.model",
    "sotto.engine.url",
    "sotto.engine.model",
    "sotto.engine.kind",
    "sotto.engine.shape",
    "sotto.engine.format",
    "sotto.engine.contextTokens",
    "sotto.engine.adapter",
    "sotto.engine.tokenizer",
    "sotto.download.mirror",
    "sotto.download.proxy",
  ]);
});

test("what says where code is sent, and how, belongs to the machine: no workspace can set it", () => {
  const ofEngines = (Object.keys(settings) as SettingKey[]).filter((key) => key.startsWith("engine."));
  assert.ok(ofEngines.length >= 7);
  const groups: { properties: Record<string, { scope: string }> }[] = manifest.contributes.configuration;
  const properties = Object.assign({}, ...groups.map((group) => group.properties));
  for (const key of ofEngines) assert.equal(properties[`sotto.${key}`].scope, "machine", key);
});

test("no setting's name begins another one's: the editor would ignore one of them", () => {
  const keys = Object.keys(settings);
  for (const key of keys) assert.ok(!keys.some((other) => other.startsWith(`${key}.`)), key);
});

test("the tables of the pages have a row for each setting and command, and show a backslash as one", () => {
  for (const key of Object.keys(settings) as SettingKey[])
    assert.ok(settingsTable().includes(`| \`sotto.${key}\` | `), key);
  for (const id of Object.keys(commands)) assert.ok(commandsTable().includes(` | \`${id}\` |`), id);
  assert.ok(settingsTable().includes("(Alt+\\\\)"));
  assert.doesNotMatch(settingsTable(), /command:|`#/, "a page has no links of the editor's");
  assert.ok(commandsTable().includes("| `alt+\\` |"));
});

test("every setting stands under one heading, and what a description links to is there", () => {
  const groups: { title: string; properties: Record<string, { markdownDescription: string }> }[] =
    manifest.contributes.configuration;
  const named = groups.flatMap(({ properties }) => Object.entries(properties));
  const keys = Object.keys(settings).map((key) => `sotto.${key}`);
  assert.deepEqual(named.map(([key]) => key).toSorted(), keys.toSorted());
  for (const [key, { markdownDescription }] of named) {
    for (const [, setting] of markdownDescription.matchAll(/`#(sotto\.[\w.]+)#`/g))
      assert.ok(keys.includes(setting), key);
    for (const [, id] of markdownDescription.matchAll(/\(command:([\w.]+)\)/g)) assert.ok(id in commands, key);
  }
});

test("each step of the walkthrough has its picture, and its buttons are commands of the table", () => {
  const [{ steps }] = manifest.contributes.walkthroughs;
  assert.equal(steps.length, 5);
  for (const { id, description, media, completionEvents } of steps) {
    const picture = readFileSync(path.join(packageRoot(import.meta.dirname), media.image));
    assert.equal(picture.subarray(1, 4).toString(), "PNG", id);
    assert.ok(picture.length < 200_000, `${id}: ${picture.length} bytes`);
    const ids = [...description.matchAll(/\(command:([\w.]+)\)/g)].map(([, command]) => command);
    assert.ok(ids.length > 0, id);
    const events = completionEvents.map((event: string) => event.replace("onCommand:", ""));
    for (const command of [...ids, ...events]) assert.ok(command in commands, `${id}: ${command}`);
  }
});
