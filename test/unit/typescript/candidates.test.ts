// What the types propose for a problem, before anything is verified: which candidates, in which order, with which reason.

import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { withChanges } from "../../../src/typescript/problems.ts";
import { folderOf, STRICT_CONFIG } from "./folder.ts";

/** The candidates of the first problem: kind, text of the line that changes, reason. */
async function candidatesOf(t: TestContext, text: string, files: Record<string, string> = {}) {
  const folder = folderOf(t, { "tsconfig.json": STRICT_CONFIG, "a.ts": text, ...files });
  const checker = await folder.projects.checkerOf(`${folder.root}/a.ts`, text);
  assert.ok("problems" in checker, JSON.stringify(checker));
  const [problem] = await checker.problems();
  const found = await checker.ownFixes(problem!);
  return found.map(({ kind, changes, why }) => {
    const changed = withChanges(text, changes).split("\n");
    return [kind, changed.find((line, i) => line !== text.split("\n")[i]) ?? "", why] as const;
  });
}

test("a path of an import that nearly exists", async (t) => {
  const files = { "utils.ts": "export const one = 1;\n", "other.ts": "export {};\n" };
  const found = await candidatesOf(t, 'import { one } from "./utlis";\nexport const two = one;\n', files);
  assert.deepEqual(found[0], ["nearModule", 'import { one } from "./utils";', "the only file like it"]);
});

test("a misspelt property of an object, and a misspelt name that a module exports", async (t) => {
  const object = "interface Size { width: number }\nexport const size: Size = { widht: 1 };\n";
  const inObject = await candidatesOf(t, object);
  assert.ok(
    inObject.some(([kind, line]) => kind === "nearMember" && line.includes("{ width: 1 }")),
    JSON.stringify(inObject),
  );
  const files = { "b.ts": "export const helper = 1;\n" };
  const inImport = await candidatesOf(t, 'import { hepler } from "./b";\nexport const a = hepler;\n', files);
  assert.ok(
    inImport.some(([kind, line]) => kind === "nearMember" && line.includes("{ helper }")),
    JSON.stringify(inImport),
  );
});

test("two arguments the other way round", async (t) => {
  const text = "declare function pad(text: string, count: number): void;\npad(3, 'x');\n";
  const found = await candidatesOf(t, text);
  assert.ok(
    found.some(([kind, line]) => kind === "swap" && line === "pad('x', 3);"),
    JSON.stringify(found),
  );
});

test("another variable of the type that is wanted, named like the parameter first", async (t) => {
  const text =
    "declare function pad(count: number): void;\nexport function f(other: number, count: number, text: string) {\n  pad(text);\n}\n";
  const values = (await candidatesOf(t, text)).filter(([kind]) => kind === "value");
  assert.deepEqual(
    values.map(([, line]) => line.trim()),
    ["pad(count);", "pad(other);"],
  );
});

test("literals: the value without quotes, and those that the type names", async (t) => {
  const number = await candidatesOf(t, 'export const size: number = "5";\n');
  assert.deepEqual(number[0], ["literal", "export const size: number = 5;", "the value itself, without quotes"]);
  const named = await candidatesOf(t, 'type Side = "left" | "right";\nexport const side: Side = "up";\n');
  assert.deepEqual(
    named.filter(([kind]) => kind === "literal").map(([, line]) => line),
    ['export const side: Side = "left";', 'export const side: Side = "right";'],
  );
});

test("conversions: a text of a number, a number of a text, a default, an optional chain, a call", async (t) => {
  const head =
    "declare const n: number;\ndeclare const s: string;\ndeclare const o: string | undefined;\ndeclare const f: () => string;\n";
  const of = async (line: string) =>
    (await candidatesOf(t, `${head}${line}\n`)).filter(([kind]) => kind === "conversion").map(([, changed]) => changed);
  assert.ok((await of("export const a: string = n;")).includes("export const a: string = String(n);"));
  assert.ok((await of("export const a: number = s;")).includes("export const a: number = Number(s);"));
  assert.ok((await of("export const a: string = o;")).includes('export const a: string = o ?? "";'));
  assert.ok((await of("export const a = o.length;")).includes("export const a = o?.length;"));
  assert.ok((await of("export const a: string = f;")).includes("export const a: string = f();"));
});

test("a missing argument: what the type is, what other calls give, a member of this", async (t) => {
  const text = `declare function send(text: string, timeout: number): void;
export class Client {
  timeout = 1;
  retries = 2;
  one() {
    send("a", this.retries);
  }
  two() {
    send("b");
  }
}
`;
  const found = (await candidatesOf(t, text)).filter(([kind]) => kind === "argument");
  assert.deepEqual(
    found.map(([, line, why]) => [line.trim(), why]),
    [
      ['send("b", this.retries);', "a variable of type number"],
      ['send("b", this.timeout);', "named as the parameter timeout"],
    ],
  );
});

test("the compiler's own fixes are marked as such, and what declares is told from what does not", async (t) => {
  const text = "interface Entry { size: number }\nexport const f = (entry: Entry) => entry.colour;\n";
  assert.ok((await candidatesOf(t, text)).some(([kind]) => kind === "declaration"));
  const near = await candidatesOf(t, text.replace("colour", "sise"));
  assert.ok(
    near.every(([kind]) => kind !== "declaration"),
    JSON.stringify(near),
  );
});
