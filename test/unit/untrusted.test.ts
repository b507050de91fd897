// What an untrusted workspace may not do, beside what its agent sends (agentSession.test.ts): no index is kept, no process of it started, and no
// setting of it reaches this machine. The table of docs/user/privacy.md names the tests of all its rows.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { Connection } from "vscode-languageserver/node";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { serveIndex } from "../../src/agent/repositoryIndex.ts";
import { Session, type SessionEvents } from "../../src/agent/session.ts";
import { productSources } from "../support/productSources.ts";

const root = packageRoot(import.meta.dirname);

test("an index is kept as soon as the workspace is trusted, and not before", () => {
  const events = new EventEmitter<SessionEvents>();
  const asked: boolean[] = [];
  const configuration = { index: true, trusted: false };
  const useIndex = (on: boolean) => {
    asked.push(on);
    return false;
  };
  serveIndex({} as Connection, { events, configuration, sources: { useIndex } } as unknown as Session);
  events.emit("initialized");
  configuration.trusted = true;
  events.emit("configured", {} as never);
  configuration.index = false;
  events.emit("configured", {} as never);
  assert.deepEqual(asked, [false, true, false]);
});

test("an adapter of the folder is used whether it is trusted or not: it lies in the person's own data folder", () => {
  for (const trusted of [false, true]) {
    const session = {
      configuration: { trusted },
      adapterRests: false,
      sources: { rootOf: () => "/w" },
      adapters: { modelFor: (root: string) => root },
      engine: { modelFor: (local: string) => local }, // none was chosen
      ownModelFor: Session.prototype.ownModelFor,
    };
    assert.equal(Session.prototype.modelFor.call(session as unknown as Session, "file:///w/a.ts"), "/w");
  }
});

test("a setting of this machine, or that names a place outside, is not taken from it", () => {
  const { capabilities, contributes } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  const { supported, restrictedConfigurations } = capabilities.untrustedWorkspaces;
  const groups: { properties: Record<string, { scope: string; type: string }> }[] = contributes.configuration;
  const settings = Object.assign({}, ...groups.map(({ properties }) => properties)) as (typeof groups)[0]["properties"];
  assert.ok(Object.keys(settings).length > 20);
  const ofMachine = Object.keys(settings).filter((name) => settings[name]!.scope === "machine");
  assert.equal(supported, "limited");
  assert.deepEqual([...restrictedConfigurations].sort(), ofMachine.sort());
  const placed = Object.keys(settings).filter(
    (name) => settings[name]!.type !== "boolean" && /model|host|url|path|folder|mirror|proxy|command/i.test(name), // on or off is no place
  );
  assert.ok(
    placed.every((name) => ofMachine.includes(name)),
    placed.join(),
  );
});

test("git is run for fine-tuning alone, which no untrusted workspace starts", () => {
  const starters = productSources().filter(({ text }) => /\bspawn\w*\(\s*["']git["']/.test(text));
  assert.deepEqual(
    starters.map(({ file }) => file),
    ["finetune/data/git.ts"],
  );
  const inAgent = productSources().filter(({ file }) => file.startsWith("src/"));
  for (const { file, text } of inAgent) assert.doesNotMatch(text, /from "[./]*finetune\/data\//, file);
});

test("each test that the table names is there", () => {
  const page = readFileSync(path.join(root, "docs/user/privacy.md"), "utf8");
  const named = [...page.matchAll(/`(test\/[\w./-]+\.ts)`/g)].map(([, file]) => file!);
  assert.ok(named.length >= 10);
  for (const file of named) assert.ok(existsSync(path.join(root, file)), file);
});
