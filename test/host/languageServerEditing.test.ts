// The agent as a language server of any editor: suggestions, documents, languages, folders, trust and settings. Most tests share one window.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { until } from "../support/hostProcess.ts";
import { CAPABILITIES, Editors, placeOf, Window } from "./support/editorWindow.ts";

const editors = new Editors();
let shared: Window;

const SUM = 'const add = (a: number, b: number) => a + b;\n// writes "add(1, 2);"\n';

before(async () => {
  editors.file(
    "near/total.ts",
    "/** What only this file says. */\nexport const total = (values: number[]) => values.length;\n",
  );
  editors.file("near/use.ts", "");
  await editors.start();
  shared = await editors.window();
});
after(() => editors.dispose());

/** Suggested texts. */
const texts = (items: { insertText: string }[]) => items.map(({ insertText }) => insertText);

test("a suggestion has the text after the cursor, an empty range there, and a command", async () => {
  const place = shared.open(editors.uri("plain.ts"), `${SUM}const three = ¦\n`);
  assert.deepEqual(await shared.suggest(place), [
    {
      insertText: "add(1, 2);",
      range: { start: place.position, end: place.position },
      command: { command: "sotto.accepted", title: "Accepted" },
    },
  ]);
});

test("only what closes by itself is replaced: the range ends after it", async () => {
  const place = shared.open(editors.uri("closing.ts"), 'const [a, b] = [1, 2];\n// writes "a, b);"\nMath.max(¦)\n');
  const [item] = await shared.suggest(place);
  const { line, character } = place.position;
  assert.equal(item.insertText, "a, b);");
  assert.deepEqual(item.range, { start: { line, character }, end: { line, character: character + 1 } });
});

test("characters are counted in UTF-16 units: an emoji before the cursor is two", async () => {
  const place = shared.open(editors.uri("emoji.ts"), 'const add = "";\n// writes "add;"\nconst s = "😀é" + ¦\n');
  const [item] = await shared.suggest(place);
  assert.equal(place.position.character, 18);
  assert.deepEqual(item.range.start, place.position);
  assert.match(await shared.context(place), /const s = "😀é" \+ $/);
});

test("lines may end in a carriage return and a line feed", async () => {
  const source = SUM.replaceAll("\n", "\r\n");
  const place = shared.open(editors.uri("windows.ts"), `${source}const three = ¦\r\n`);
  assert.deepEqual(texts(await shared.suggest(place)), ["add(1, 2);"]);
});

test("changes of parts are applied one after the other, and so is a whole text", async () => {
  const uri = editors.uri("changed.ts");
  shared.open(uri, `${SUM}const ¦\n`);
  const at = (line: number, from: number, to: number) => ({
    start: { line, character: from },
    end: { line, character: to },
  });
  shared.change(uri, 2, { range: at(2, 6, 6), text: "tree😀" }, { range: at(2, 7, 12), text: "hree = " });
  const after = placeOf(uri, `${SUM}const three = ¦\n`);
  assert.match(await shared.context(after), /\nconst three = $/);
  assert.deepEqual(texts(await shared.suggest(after)), ["add(1, 2);"]);
  const whole = `${SUM}const other = ¦\n`;
  shared.change(uri, 3, { text: whole.replace("¦", "") });
  assert.match(await shared.context(placeOf(uri, whole)), /\nconst other = $/);
});

test("a cancelled request is answered before the model is done", async () => {
  const place = shared.open(
    editors.uri("slow.ts"),
    `${SUM.replace("writes", "after 5000 ms writes")}const three = ¦\n`,
  );
  const startMs = performance.now();
  const answered = shared.suggest(place);
  shared.client.notify("$/cancelRequest", { id: shared.client.lastId });
  assert.deepEqual(await answered, []);
  assert.ok(performance.now() - startMs < 4_000);
});

test("what is typed as suggested keeps the rest of the suggestion, without the model", async () => {
  const uri = editors.uri("along.ts");
  const source = `${SUM}const three = ¦\n`;
  let place = shared.open(uri, source);
  assert.deepEqual(texts(await shared.suggest(place, 2)), ["add(1, 2);"]);
  for (const [index, rest] of ["dd(1, 2);", "d(1, 2);", "(1, 2);"].entries()) {
    shared.change(uri, index + 2, { range: { start: place.position, end: place.position }, text: "add"[index] });
    place = { ...place, position: { line: place.position.line, character: place.position.character + 1 } };
    const [item] = await shared.suggest(place, 2);
    assert.equal(item.insertText, rest);
    assert.deepEqual(item.range, { start: place.position, end: place.position });
  }
});

test("nothing is suggested in a document that is not open, or no longer", async () => {
  const uri = editors.uri("closed.ts");
  const place = placeOf(uri, `${SUM}const three = ¦\n`);
  assert.deepEqual(await shared.suggest(place), []);
  shared.open(uri, `${SUM}const three = ¦\n`);
  assert.deepEqual(texts(await shared.suggest(place)), ["add(1, 2);"]);
  shared.client.notify("textDocument/didClose", { textDocument: { uri } });
  assert.deepEqual(await shared.suggest(place), []);
});

test("other editors' names of languages are known, and a missing one is told by the file", async () => {
  const documents = [
    ["a.jsx", "javascript.jsx", '// writes "4242;"\nconst x = ¦\n', "4242;"],
    ["a.tsx", "typescript.tsx", '// writes "4242;"\nconst x = ¦\n', "4242;"],
    ["a.ts", "TypeScript", '// writes "4242;"\nconst x = ¦\n', "4242;"],
    ["a.cs", "cs", '// writes "4242;"\nint x = ¦\n', "4242;"],
    ["a.cpp", "c++", '// writes "4242;"\nint x = ¦\n', "4242;"],
    ["a.py", "", '# writes "4242"\nx = ¦\n', "4242"],
  ] as const;
  for (const [name, languageId, source, written] of documents) {
    const place = shared.open(editors.uri(`languages/${name}`), source, languageId);
    assert.deepEqual(texts(await shared.suggest(place)), [written], languageId);
  }
  const unknown = shared.open(editors.uri("languages/a.txt"), '# writes "4242"\nx = ¦\n', "text");
  assert.deepEqual(await shared.suggest(unknown), []);
});

test("the changes tell what was accepted; the command, which some run after a word, proves nothing", async () => {
  const window = await editors.window();
  const { client } = window;
  const accept = (uri: string, place: ReturnType<typeof placeOf>, text: string) => {
    window.change(uri, 2, { range: { start: place.position, end: place.position }, text });
    return client.request("workspace/executeCommand", { command: "sotto.accepted" });
  };
  const whole = window.open(editors.uri("whole.ts"), `${SUM}const three = ¦\n`);
  await window.suggest(whole, 2);
  assert.equal(await accept(editors.uri("whole.ts"), whole, "add(1, 2);"), null);
  const part = window.open(editors.uri("part.ts"), `${SUM}const three = ¦\n`);
  await window.suggest(part, 2);
  await accept(editors.uri("part.ts"), part, "add");
  client.notify("textDocument/didClose", { textDocument: { uri: editors.uri("part.ts") } });
  const { accepted, feedback } = await window.counters();
  assert.equal(accepted, 2);
  assert.equal(feedback.accepted, 1);
  assert.equal(feedback.partlyAccepted, 1);
});

test("the place of the last request is read ahead after a moment without a key", async () => {
  const window = await editors.window();
  const rests = async () => Object.values((await window.counters()).rests as Record<string, number>);
  const uri = editors.uri("rest.ts");
  const place = window.open(uri, `${SUM}const three = ¦\n`);
  await window.suggest(place, 2);
  await until("a rest is counted", async () => ((await rests()).length > 0 ? true : undefined));
});

test("an editor that knows none of our messages is sent none, and no files are watched where it cannot", async () => {
  await shared.counters();
  const methods = new Set(shared.client.received.map(({ method }) => method));
  const usual = ["window/logMessage", "workspace/configuration", "window/workDoneProgress/create", "$/progress"];
  assert.deepEqual(
    [...methods].filter((method) => !usual.includes(method!)),
    [],
  );
  assert.ok(methods.has("workspace/configuration"));
});

test("two folders: a document's context comes from its own", async () => {
  const [one, two] = ["one", "two"].map((name) => {
    editors.file(`${name}/only.ts`, `export const ofFolder = "${name}";\n`);
    return pathToFileURL(`${editors.root}/${name}`).href;
  });
  const workspaceFolders = [one, two].map((uri) => ({ uri, name: "folder" }));
  const window = await editors.window({ params: { workspaceFolders } });
  for (const name of ["one", "two"]) {
    const source = `import { ofFolder } from "./only.ts";\n// writes "ofFolder;"\nconst text = ¦\n`;
    const place = window.open(editors.uri(`${name}/use.ts`), source);
    const context = await until("the import is found", async () => {
      const told = await window.context(place);
      return told.includes("ofFolder = ") ? told : undefined;
    });
    assert.match(context, new RegExp(`ofFolder = "${name}"`));
    assert.doesNotMatch(context, new RegExp(`ofFolder = "${name === "one" ? "two" : "one"}"`));
  }
});

test("a single file, without any folder, is completed by itself", async () => {
  const window = await editors.window({ params: { rootUri: null, workspaceFolders: null } });
  const place = window.open(editors.uri("near/use.ts"), `import { total } from "./total.ts";\n${SUM}const three = ¦\n`);
  assert.deepEqual(texts(await window.suggest(place)), ["add(1, 2);"]);
  assert.match(await window.context(place), /^Context: of this document alone\n/);
});

test("trust must be said: until then only the open file is used; afterwards its neighbours are", async () => {
  let settings: object | null = null;
  const rootUri = pathToFileURL(editors.root).href; // an older client's way
  const window = await editors.window({ params: { rootUri, workspaceFolders: undefined }, settings: () => settings });
  const place = window.open(editors.uri("near/use.ts"), `import { total } from "./total.ts";\nconst three = ¦\n`);
  assert.match(await window.context(place), /^Context: of this document alone\n/);
  settings = { trusted: true };
  window.client.notify("workspace/didChangeConfiguration", { settings: {} });
  const context = await until("the import is found", async () => {
    const told = await window.context(place);
    return told.includes("What only this file says") ? told : undefined;
  });
  assert.match(context, /near\/total\.ts/);
});

test("initializationOptions count where the editor cannot be asked, and what it tells later goes before them", async () => {
  const capabilities = { ...CAPABILITIES, workspace: { ...CAPABILITIES.workspace, configuration: false } };
  const params = { capabilities, initializationOptions: { sotto: { enable: { typescript: false } } } };
  const window = await editors.window({ params });
  const place = window.open(editors.uri("options.ts"), `${SUM}const three = ¦\n`);
  assert.deepEqual(await window.suggest(place), []);
  assert.deepEqual((await window.counters()).none, { disabled: 1 });
  assert.deepEqual(window.client.all("workspace/configuration"), []);
  window.client.notify("workspace/didChangeConfiguration", { settings: { sotto: { enable: { typescript: true } } } });
  assert.deepEqual(texts(await window.suggest(place)), ["add(1, 2);"]);
});

test("the editor is asked for the section sotto, before its options; a value that does not fit is named once", async () => {
  const params = { initializationOptions: { maxLines: 3, quiet: true } };
  const window = await editors.window({ params, settings: { quiet: false, maxLines: "many" } });
  const { client } = window;
  const place = window.open(editors.uri("asked.ts"), `${SUM}const three = ¦\n`);
  await until("quiet mode is over", async () => ((await window.suggest(place, 2)).length > 0 ? true : undefined));
  assert.deepEqual(client.all("workspace/configuration"), [{ items: [{ section: "sotto" }] }]);
  client.notify("workspace/didChangeConfiguration", { settings: null });
  await until("it is asked again", () => (client.all("workspace/configuration").length === 2 ? true : undefined));
  await window.counters();
  const named = client.all("window/logMessage").filter(({ message }) => message.includes("sotto.maxLines"));
  assert.equal(named.length, 1);
  assert.match(named[0].message, /must be a whole number from 1 to 200; its default is used instead/);
});

test("an editor that never says its settings gets suggestions all the same", async () => {
  const window = await editors.window({ settings: () => new Promise(() => {}) });
  await window.client.waitFor("$/progress", ({ value }) => value.message === "loading the model"); // once they are given up
  const place = window.open(editors.uri("mute.ts"), `${SUM}const three = ¦\n`);
  assert.deepEqual(texts(await window.suggest(place)), ["add(1, 2);"]);
});

test("each answer is a line of the log, with the reason for none, and no line holds what a document says", async () => {
  const { client, ...window } = await editors.window();
  const own = new Window(client, window.initialized);
  const source = 'const plantedName = 1;\n// writes "plantedName + 1;"\nconst plantedSum = ¦\n';
  assert.deepEqual(texts(await own.suggest(own.open(editors.uri("logged.ts"), source))), ["plantedName + 1;"]);
  const nothing = own.open(editors.uri("nothing.ts"), '// writes ""\nconst plantedSum = ¦\n');
  assert.deepEqual(await own.suggest(nothing), []);
  await client.waitFor("window/logMessage", ({ message }) => /nothing\.ts/.test(message));
  const lines = client.all("window/logMessage").map(({ message }) => message);
  const answers = lines.filter((line) => line.startsWith("completion: "));
  assert.match(answers[0]!, /^completion: model, typescript, logged\.ts:3:20, asked for, \d+ ms$/);
  assert.match(answers[1]!, /^completion: empty, typescript, nothing\.ts:2:20, asked for, \d+ ms$/);
  assert.doesNotMatch(lines.join("\n"), /planted/);
  await client.close();
});

test("what repeats a vendored file is told in the log, and hidden where that is wished", async () => {
  const copy = "return rows.filter((row) => row.width > 0).map((row) => row.width * row.height);";
  const vendored = "guarded/vendor/area";
  editors.file(`${vendored}/area.ts`, `// Areas.\nexport function areas(rows) {\n  ${copy}\n}\n`);
  editors.file(`${vendored}/package.json`, JSON.stringify({ name: "area", license: "BSD-3-Clause" }));
  const workspaceFolders = [{ uri: editors.uri("guarded"), name: "guarded" }];
  let settings = { trusted: true, licenceGuard: "mark" };
  const window = await editors.window({ params: { workspaceFolders }, settings: () => settings });
  const words = "repeats vendor/area/area.ts, line 3 (BSD-3-Clause)";
  let asked = 0;
  /** In a document of its own, so that it is judged anew. */
  const suggested = async () => {
    const source = `// writes "${copy}"\nfunction sizes(rows: Row[]) {\n  ¦\n}\n`;
    return texts(await window.suggest(window.open(editors.uri(`guarded/own${asked++}.ts`), source)));
  };
  const log = () => window.client.all("window/logMessage").map(({ message }) => message);
  await until("the index is made", async () => {
    assert.deepEqual(await suggested(), [copy]);
    return log().some((line) => line.startsWith("licence guard: ")) ? true : undefined;
  });
  assert.ok(
    log().includes(`licence guard: a suggestion ${words}, own${asked - 1}.ts:3:3, asked for`),
    log().join("\n"),
  );
  settings = { ...settings, licenceGuard: "hide" };
  window.client.notify("workspace/didChangeConfiguration", { settings: null });
  await until("it is hidden", async () => ((await suggested()).length === 0 ? true : undefined));
  assert.equal((await window.counters()).none.repeatsThirdParty, 1);
});
