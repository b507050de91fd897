// Which declarations of imported files are pieces, and what speaks for each.

import assert from "node:assert/strict";
import { test } from "node:test";
import { declarationsRetriever } from "../../../../src/context/retrievers/declarations.ts";
import { type Given, retrieved } from "../drawnPlace.ts";

/** The features of each declaration, by its first line. */
async function features(text: string, files: Given["files"]) {
  const { pieces } = await retrieved(declarationsRetriever, text, { files });
  return Object.fromEntries(pieces.map((piece) => [piece.text.split("\n")[0], piece.features]));
}

const b = {
  "b.ts":
    "export function load(o: Options): void;\nexport interface Options {\n  a: number;\n}\nexport class Store {}\n",
};
const LOAD = "export function load(o: Options): void;";
const OPTIONS = "export interface Options {";
const STORE = "export class Store {}";

test("an imported name on the cursor's line counts fully, one further away less", async () => {
  const near = await features('import { load } from "./b";\n\nload(│', b);
  assert.equal(near[LOAD]!.importNear, 1);
  const far = await features('import { load } from "./b";\nload();\n\n\n\n│', b);
  assert.ok(far[LOAD]!.importNear! > 0 && far[LOAD]!.importNear! < 1);
});

test("a name is near by what the document calls it", async () => {
  const found = await features('import { load as get } from "./b";\nget(│', b);
  assert.equal(found[LOAD]!.importNear, 1);
});

test("an imported name that is not near is not used yet", async () => {
  const found = await features('import { Store } from "./b";\n│', b);
  assert.deepEqual(found, { [STORE]: { imported: 1, importUnused: 1 } });
});

test("the types that a near declaration speaks of are referenced", async () => {
  const found = await features('import { load } from "./b";\nload(│', b);
  assert.equal(found[OPTIONS]!.referenced, 1);
  assert.equal(found[STORE], undefined, "nothing speaks of it");
});

test("a declaration that is near but not imported is only near", async () => {
  const found = await features('import { load } from "./b";\nStore│', b);
  assert.deepEqual(found[STORE], { imported: 1, near: 1 });
});

test("after a namespace and a dot everything of the module is a member", async () => {
  const found = await features('import * as all from "./b";\nall.│', b);
  assert.deepEqual([found[LOAD]!.receiver, found[OPTIONS]!.receiver, found[STORE]!.receiver], [1, 1, 1]);
});

test("what comes through a re-export counts half as imported", async () => {
  const found = await features('import { load } from "./lib";\nload(│', { "lib.ts": 'export * from "./b";\n', ...b });
  assert.equal(found[LOAD]!.imported, 0.5);
});

test("a default export without a name is found by the document's name for it", async () => {
  const found = await features('import run from "./b";\nrun(│', { "b.ts": "export default (a: number) => a;\n" });
  assert.equal(Object.values(found)[0]!.importNear, 1);
});
