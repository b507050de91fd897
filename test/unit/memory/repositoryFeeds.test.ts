// Which folders of a window are remembered, and under which name.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { RememberParams } from "../../../server/host/protocol/messages.ts";
import { rememberingModel } from "../../../src/memory/rememberingModel.ts";
import { RepositoryFeeds } from "../../../src/memory/repositoryFeeds.ts";
import type { FolderModel, ModelCall } from "../../../src/model/completionModel.ts";
import { until } from "../../support/hostProcess.ts";

const roots = ["a", "b"].map((name) => mkdtempSync(path.join(tmpdir(), `sotto-feeds-${name}-`)));
after(() => {
  for (const root of roots) rmSync(root, { recursive: true });
});
writeFileSync(path.join(roots[0]!, "one.ts"), "let one;");
writeFileSync(path.join(roots[0]!, "two.ts"), "let two;");

function feedsOf(exclude: () => string[] = () => []) {
  const told: RememberParams[] = [];
  const rootOf = (uri: string) => roots.find((root) => uri.startsWith(pathToFileURL(root).href));
  const feeds = new RepositoryFeeds({
    roots,
    exclude,
    rootOf,
    relativePath: (uri) => uri.slice(pathToFileURL(rootOf(uri)!).href.length + 1),
    openUris: () => [],
    hostPid: () => 1,
    remember: async (params) => {
      told.push(params);
      return { chars: 0, refused: 0 };
    },
    log: (line) => assert.fail(line),
  });
  return { feeds, told };
}

const uriIn = (root: string, file = "one.ts") => pathToFileURL(path.join(root, file)).href;

const nameIn = (feeds: RepositoryFeeds, root: string) => feeds.memoryOf(uriIn(root))?.name;

const pathsOf = (told: readonly RememberParams[]) => told.flatMap(({ files }) => files.map(({ path: file }) => file));

test("a folder has a name while it is remembered, and tells of its own files only", async () => {
  const { feeds, told } = feedsOf();
  assert.equal(nameIn(feeds, roots[0]!), undefined);
  feeds.use(true);
  assert.match(nameIn(feeds, roots[0]!)!, /^[0-9a-f]{32}$/);
  assert.notEqual(nameIn(feeds, roots[0]!), nameIn(feeds, roots[1]!));
  assert.equal(feeds.memoryOf("untitled:1"), undefined);
  await until("both files are told", () => (pathsOf(told).length === 2 ? true : undefined));
  writeFileSync(path.join(roots[1]!, "three.ts"), "let three;");
  feeds.filesChanged([pathToFileURL(path.join(roots[1]!, "three.ts")).href]);
  await until("the new file is told", () => (pathsOf(told).includes("three.ts") ? true : undefined));
  assert.equal(told.at(-1)!.workspace, nameIn(feeds, roots[1]!));
  feeds.use(false);
  assert.equal(nameIn(feeds, roots[0]!), undefined);
});

test("a document's memory is another one once a file beside it has changed, not when its own has", async () => {
  const { feeds, told } = feedsOf();
  feeds.use(true);
  const versions = () => ["one.ts", "two.ts"].map((file) => feeds.memoryOf(uriIn(roots[0]!, file))!.version);
  await until("both files are told", () => (versions()[0]! > 0 && versions()[1]! > 0 ? true : undefined));
  const before = versions();
  const messages = told.length;
  feeds.filesChanged([uriIn(roots[0]!, "one.ts")]);
  await until("the change is told", () => (told.length > messages && versions()[1] !== before[1] ? true : undefined));
  assert.deepEqual(versions(), [before[0], before[1]! + 1]);
  feeds.use(false);
});

test("what is excluded makes another name: windows that may read other files share nothing", async () => {
  let exclude: string[] = [];
  const { feeds, told } = feedsOf(() => exclude);
  feeds.use(true);
  const name = nameIn(feeds, roots[0]!);
  await until("all is told", () => (pathsOf(told).includes("two.ts") ? true : undefined));
  exclude = ["two.ts"];
  told.length = 0;
  feeds.use(true);
  assert.notEqual(nameIn(feeds, roots[0]!), name);
  await until("the rest is told", () => (pathsOf(told).includes("one.ts") ? true : undefined));
  assert.ok(!pathsOf(told).includes("two.ts"));
  feeds.use(false);
});

test("the model with a memory names the folder in each call, and has a key of its own", async () => {
  const calls: ModelCall[] = [];
  const model = {
    key: "k",
    generate: async (params: ModelCall) => {
      calls.push(params);
      return { text: "" };
    },
  } as unknown as FolderModel;
  const remembering = rememberingModel(model, "folder", 7);
  assert.equal(remembering.memoryVersion, 7);
  assert.notEqual(remembering.key, model.key);
  await remembering.generate({} as ModelCall, () => {}, new AbortController().signal);
  assert.equal(calls[0]!.memory, "folder");
  assert.equal(remembering.warm, undefined);
});
