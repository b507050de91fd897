// The agent as a language server of any editor: docstrings and fixes as code actions, applied by the editor, under a progress where it shows one.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../support/hostProcess.ts";
import { CAPABILITIES, Editors, type placeOf, type Window } from "./support/editorWindow.ts";

const editors = new Editors();
let window: Window;

before(async () => {
  await editors.start();
  window = await editors.window();
});
after(() => editors.dispose());

const CLASS = '// writes "counts all items"\nclass A {\n  cou¦nt(): number {\n    return items.length;\n  }\n}\n';
const PYTHON = "def length(items):\n    return len(it¦mes)\n";

type Action = { title: string; kind: string; command: { command: string; arguments: unknown[] } };

async function actionsAt(
  { client }: Window,
  { textDocument, position }: ReturnType<typeof placeOf>,
  context: object = {},
): Promise<Action[]> {
  const range = { start: position, end: position };
  return client.request("textDocument/codeAction", { textDocument, range, context: { diagnostics: [], ...context } });
}

const run = ({ client }: Window, { command }: Action) => client.request("workspace/executeCommand", command);
const titles = (actions: { title: string }[]) => actions.map(({ title }) => title);

test("the docstring of the definition here is written, and applied to the version that it is for", async () => {
  const uri = editors.uri("a.ts");
  const [action] = await actionsAt(window, window.open(uri, CLASS), { only: ["refactor"] });
  assert.equal(action!.title, "Write the docstring of count (Sotto)");
  assert.equal(action!.kind, "refactor.rewrite.docstring");
  assert.equal(await run(window, action!), null);
  const [{ label, edit }] = window.client.all("workspace/applyEdit");
  const start = { line: 2, character: 2 };
  const newText = "/** Counts all items. */\n  ";
  assert.equal(label, "Writing a docstring");
  assert.deepEqual(edit, {
    documentChanges: [{ textDocument: { uri, version: 1 }, edits: [{ range: { start, end: start }, newText }] }],
  });
});

test("a fix is found where the cursor is, or where a diagnostic says, and applied", async () => {
  const uri = editors.uri("a.py");
  const place = window.open(uri, PYTHON, "python");
  const [here, none] = await actionsAt(window, place, { only: ["quickfix"] });
  assert.deepEqual([here!.title, none], ["Find a verified fix (Sotto)", undefined]);
  const range = { start: { line: 1, character: 15 }, end: { line: 1, character: 20 } };
  const diagnostics = [{ range, message: "undefined name 'itmes'", severity: 1, code: "F821" }];
  const [told] = await actionsAt(window, place, { only: ["quickfix"], diagnostics, triggerKind: 2 });
  assert.deepEqual(told!.command.arguments, [{ uri, range }]);
  await run(window, told!);
  const { edit } = window.client.all("workspace/applyEdit").at(-1);
  assert.deepEqual(edit.documentChanges[0].edits, [{ range, newText: "items" }]);
});

test("what is missing is offered with its edit where a person asks, and as a fix of what it mends", async () => {
  const text =
    'export function f(mode: "fast" | "slow") {\n  swit¦ch (mode) {\n    case "fast":\n      return 1;\n  }\n}\n';
  const place = window.open(editors.uri("pieces.ts"), text);
  const [first] = (await actionsAt(window, place, { only: ["refactor.rewrite.piece"] })) as (Action & {
    edit: { documentChanges: { textDocument: object; edits: { newText: string }[] }[] };
  })[];
  assert.deepEqual([first!.title, first!.kind], ['Add the missing case "slow" (Sotto)', "refactor.rewrite.piece"]);
  const [change] = first!.edit.documentChanges;
  assert.deepEqual(change!.textDocument, { uri: editors.uri("pieces.ts"), version: 1 });
  assert.match(change!.edits[0]!.newText, /case "slow":/);
  const unasked = await actionsAt(window, place, { triggerKind: 2 });
  assert.ok(!titles(unasked).some((title) => title.includes("missing case")), "not looked for unasked");

  const literal = window.open(editors.uri("literal.ts"), "export const a: { x: number } = {¦};\n");
  const range = { start: { line: 0, character: 13 }, end: { line: 0, character: 14 } };
  const diagnostics = [{ range, message: "Property 'x' is missing", severity: 1, code: 2741 }];
  const fixes = await actionsAt(window, literal, { only: ["quickfix"], diagnostics, triggerKind: 2 });
  assert.ok(titles(fixes).includes("Add the missing member x (Sotto)"), titles(fixes).join());
});

test("where an editor looks by itself, no fix is offered without a diagnostic; of other kinds nothing is", async () => {
  const place = window.open(editors.uri("b.py"), PYTHON, "python");
  assert.deepEqual(titles(await actionsAt(window, place, { triggerKind: 2 })), [
    "Write the docstring of length (Sotto)",
  ]);
  assert.deepEqual(await actionsAt(window, place, { only: ["source.organizeImports"] }), []);
  const other = window.open(editors.uri("b.json"), '{"a": ¦1}\n', "json");
  assert.deepEqual(await actionsAt(window, other), []);
});

test("an untrusted workspace's compiler is not asked: no fix is offered in TypeScript", async () => {
  const untrusted = await editors.window({ settings: { trusted: false } });
  const offered = async (of: Window) => titles(await actionsAt(of, of.open(editors.uri("c.ts"), CLASS)));
  assert.ok(!(await offered(untrusted)).includes("Find a verified fix (Sotto)"));
  assert.ok((await offered(window)).includes("Find a verified fix (Sotto)"), "and is where it is trusted");
});

test("what comes to nothing is said in a message", async () => {
  const uri = editors.uri("fine.py");
  const [action] = await actionsAt(window, window.open(uri, "def one():\n    ret¦urn 1\n", "python"), {
    only: ["quickfix"],
  });
  await run(window, action!);
  const { type, message } = window.client.all("window/showMessage").at(-1);
  assert.deepEqual([type, message], [3, "No fix: nothing that can be checked is wrong there."]);
});

test("what is changed meanwhile is not overwritten", async () => {
  const uri = editors.uri("meanwhile.ts");
  const source = CLASS.replace("writes", "after 300 ms writes");
  const [action] = await actionsAt(window, window.open(uri, source), { only: ["refactor"] });
  const countOf = (method: string) => window.client.all(method).length;
  const [edits, progress] = [countOf("workspace/applyEdit"), countOf("$/progress")];
  const done = run(window, action!);
  await until("it is being written", () => (countOf("$/progress") > progress ? true : undefined));
  const start = { line: 0, character: 0 };
  window.change(uri, 2, { range: { start, end: start }, text: "\n" });
  await done;
  assert.equal(countOf("workspace/applyEdit"), edits);
  assert.equal(window.client.all("window/showMessage").at(-1).message, "No docstring: the file was changed meanwhile.");
});

test("a progress begins and ends with each command, and its cancel ends the command without a word", async () => {
  const own = await editors.window();
  const uri = editors.uri("progress.ts");
  const source = CLASS.replace("writes", "after 20000 ms writes");
  const [action] = await actionsAt(own, own.open(uri, source), { only: ["refactor"] });
  const startMs = performance.now();
  const done = run(own, action!);
  const isOurs = ({ value }: { value: { title?: string } }) => value.title === "Sotto: Writing a docstring";
  const { token, value } = await own.client.waitFor("$/progress", isOurs);
  assert.equal(value.cancellable, true);
  own.client.notify("window/workDoneProgress/cancel", { token });
  assert.equal(await done, null);
  assert.ok(performance.now() - startMs < 15_000);
  const kinds = own.client.all("$/progress").filter((one) => one.token === token);
  assert.deepEqual(
    kinds.map((one) => one.value.kind),
    ["begin", "end"],
  );
  assert.deepEqual(own.client.all("window/showMessage"), []);
  assert.deepEqual(own.client.all("workspace/applyEdit"), []);
});

test("an editor that neither shows progress nor knows code actions nor versions gets commands and plain changes", async () => {
  const capabilities = { workspace: { applyEdit: true } };
  const plain = await editors.window({ params: { capabilities, initializationOptions: { trusted: true } } });
  const uri = editors.uri("plain.py");
  const place = plain.open(uri, PYTHON, "python");
  const commands = (await actionsAt(plain, place, { only: ["quickfix"] })) as unknown as Action["command"][];
  assert.deepEqual(
    commands.map(({ command }) => command),
    ["sotto.fixHere"],
  );
  await plain.client.request("workspace/executeCommand", commands[0]);
  const [{ edit }] = plain.client.all("workspace/applyEdit");
  assert.equal(edit.changes[uri][0].newText, "items");
  assert.deepEqual(plain.client.all("$/progress"), []);
  assert.deepEqual(plain.client.all("window/workDoneProgress/create"), []);
});

test("an editor that cannot apply changes is offered none, and a command without its place is refused", async () => {
  const capabilities = { ...CAPABILITIES, workspace: { configuration: true } };
  const readOnly = await editors.window({ params: { capabilities } });
  assert.deepEqual(await actionsAt(readOnly, readOnly.open(editors.uri("c.py"), PYTHON, "python")), []);
  for (const params of [
    { command: "sotto.fixHere" },
    { command: "sotto.unheardOf", arguments: [{ uri: "file:///a" }] },
  ])
    assert.equal((await readOnly.client.ask("workspace/executeCommand", params)).error?.code, -32602);
});

test("an editor that refuses a progress gets its change without one", async () => {
  const refusing = await editors.window();
  delete refusing.client.answerers["window/workDoneProgress/create"];
  const place = refusing.open(editors.uri("refused.py"), PYTHON, "python");
  const [action] = await actionsAt(refusing, place, { only: ["quickfix"] });
  await run(refusing, action!);
  assert.equal(refusing.client.all("workspace/applyEdit").length, 1);
  assert.deepEqual(refusing.client.all("$/progress"), []);
});

test("the rest of what was typed twice is one refactoring, for the version that it was found in", async () => {
  const uri = editors.uri("rest.py");
  const place = window.open(uri, "x = load(a¦)\ny = load(b)\nz = load(c)\n", "python");
  const typed = (line: number, version: number) => {
    const at = { line, character: 10 };
    window.change(uri, version, { range: { start: at, end: at }, text: ", 1" });
  };
  typed(0, 2);
  await sleep(1_500); // so that both are episodes of their own
  typed(1, 3);
  const at = { ...place, position: { line: 1, character: 12 } };
  const found = async () => (await actionsAt(window, at, { only: ["refactor.rewrite.nextEdit"] }))[0];
  const { title, edit } = (await until("it is offered", found)) as unknown as { title: string; edit: object };
  assert.equal(title, "Do the same in another place (checked, Sotto)");
  const start = { line: 2, character: 10 };
  assert.deepEqual(edit, {
    documentChanges: [{ textDocument: { uri, version: 3 }, edits: [{ range: { start, end: start }, newText: ", 1" }] }],
  });
});
