// Next edits in the agent where texts are in trouble: conflict marks, generators, undo, long files, two windows on one folder.

import assert from "node:assert/strict";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { CompilerThread } from "../../src/typescript/thread.ts";
import type { OpenDocument } from "../../src/workspace/documents.ts";
import { nextEditWindow } from "../support/nextEditWindow.ts";
import { folderOf, STRICT_CONFIG } from "./typescript/folder.ts";

const URI = "file:///w/a.py";
const TEXT = "x = load(a)\ny = load(b)\n\n\n\n\n\n\nz = load(c)\n";
const ADDED = ", 1";
const SOON_MS = 200; // far below the time after which an edit settles by itself
const MOST_MS = 2_000; // on a busy machine
const ANSWERED_MS = 60_000;

type Window = ReturnType<typeof nextEditWindow>;

const windowOf = (text = TEXT) => nextEditWindow({ uri: URI, languageId: "python", text });

/** Types at the end of the brackets of a line, as one edit. */
async function typeInto(window: Window, line: number): Promise<void> {
  window.type(line, 10, ADDED);
  await settled(window);
}

async function settled({ watch, document }: Window): Promise<void> {
  watch.saved(document().uri);
  await sleep(SOON_MS);
}

const places = ({ watch, document }: Window) => watch.offered(document())?.edits.places ?? [];

/** Takes back what was typed into a line. */
async function undo(window: Window, line: number): Promise<void> {
  window.replace(window.document().text.offsetAt({ line, character: 10 }), ADDED.length, "");
  await settled(window);
}

test("in a file with conflict marks nothing is offered, before and after the edit that leaves them", async () => {
  const mark = "<".repeat(7);
  const window = windowOf(`${TEXT}${mark} HEAD\nw = load(d)\n`);
  await typeInto(window, 0);
  await typeInto(window, 1);
  assert.deepEqual(window.found.at(-1), { uri: URI, reason: "mergeConflict" });
  const start = window.document().text.getText().indexOf(mark);
  window.replace(start, `${mark} HEAD\n`.length, "");
  await settled(window);
  await typeInto(window, 8); // now it is as any other
  assert.equal(window.found.at(-1) && "reason" in window.found.at(-1)!, false);
});

test("in a generated file nothing is offered", async () => {
  const window = windowOf(`${TEXT}`.replace("x = load(a)", "x = load(a)  # @generated"));
  const generated = nextEditWindow({ uri: URI, languageId: "python", text: `# @generated\n${TEXT}` });
  await typeInto(generated, 1);
  await typeInto(generated, 2);
  assert.deepEqual(generated.found.at(-1), { uri: URI, reason: "generatedFile" });
  await typeInto(window, 1);
  assert.notDeepEqual(window.found.at(-1), { uri: URI, reason: "generatedFile" }, "the mark stands in code");
});

test("an edit undone within its episode is none; undone later it is told as such, and nothing is offered", async () => {
  const window = windowOf();
  window.type(0, 10, ADDED);
  window.replace(10, ADDED.length, "");
  await settled(window);
  assert.deepEqual(window.found, []);
  await typeInto(window, 0);
  await undo(window, 0);
  assert.deepEqual(window.found.at(-1), { uri: URI, reason: "undone" });
  assert.equal(window.document().text.getText(), TEXT);
});

test("undo in the middle: what was taken back is not offered again, at no place", async () => {
  const window = windowOf();
  await typeInto(window, 0);
  await typeInto(window, 1);
  assert.equal(places(window).length, 1);
  await undo(window, 1);
  assert.deepEqual(window.found.at(-1), { uri: URI, reason: "undone" });
  assert.deepEqual(places(window), []);
  await undo(window, 0);
  assert.deepEqual(window.found.at(-1), { uri: URI, reason: "undone" });
  assert.equal(window.document().text.getText(), TEXT);
});

test("a file of 10,000 lines: each key costs next to nothing, and the offer comes in time", async () => {
  const filler = Array.from({ length: 10_000 }, (_, i) => `v${i} = use(${i})`).join("\n");
  const window = windowOf(`x = load(a)\ny = load(b)\nz = load(c)\n${filler}\n`);
  await typeInto(window, 0);
  const startMs = performance.now();
  for (const [i, key] of [...ADDED].entries()) window.type(1, 10 + i, key);
  const keysMs = performance.now() - startMs;
  window.watch.saved(URI);
  while (window.found.length < 2 && performance.now() - startMs < MOST_MS) await sleep(5);
  assert.deepEqual(
    places(window).map(({ newText }) => newText),
    [ADDED],
  );
  assert.ok(keysMs < MOST_MS / 5, `${keysMs} ms for ${ADDED.length} keys`);
});

/** A window with a compiler on `a.ts` of a folder, as one of several agents. */
function windowOn(t: TestContext, root: string, text: string) {
  const uri = pathToFileURL(path.join(root, "a.ts")).href;
  const repository = packageRoot(import.meta.dirname);
  const open: OpenDocument[] = [];
  const compiler = new CompilerThread({
    root,
    editorCompiler: path.join(repository, "node_modules", "typescript"),
    script: path.join(repository, "src", "typescript", "worker.ts"),
    exclude: () => [],
    openDocuments: () => open,
    log: () => {},
  });
  t.after(() => compiler.dispose());
  const window = nextEditWindow({ uri, languageId: "typescript", text, root, compiler });
  open.push(window.document());
  return { ...window, compiler };
}

test("two windows on one folder: what one writes to the disk is where the other one's places are; a dismissal is a window's own", async (t) => {
  const A = "export const rate = 2;\n";
  const B = 'import { rate } from "./a";\nexport const fee = rate * 3;\n';
  const { root, write } = folderOf(t, { "tsconfig.json": STRICT_CONFIG, "a.ts": A, "b.ts": B });
  const [one, other] = [windowOn(t, root, A), windowOn(t, root, A)];
  const renamed = async (window: typeof one) => {
    await window.compiler.built(window.document());
    const count = window.found.length;
    window.replace(A.indexOf("rate"), "rate".length, "share");
    window.watch.saved(window.document().uri);
    const deadlineMs = performance.now() + ANSWERED_MS;
    while (window.found.length === count && performance.now() < deadlineMs) await sleep(20);
    return places(window).map(({ uri, range, oldText }) => [path.basename(fileURLToPath(uri)), range.start, oldText]);
  };
  const expected = (head: number) => [
    ["b.ts", head + B.indexOf("rate"), "rate"],
    ["b.ts", head + B.lastIndexOf("rate"), "rate"],
  ];
  assert.deepEqual(await renamed(one), expected(0));
  one.watch.dismiss(one.watch.offered(one.document())!.edits);
  const head = "// written by the other window\n";
  write("b.ts", head + B);
  other.compiler.changed([path.join(root, "b.ts")]);
  assert.deepEqual(await renamed(other), expected(head.length));
});
