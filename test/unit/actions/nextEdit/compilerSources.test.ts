// The sources that ask the compiler's thread, with the thread itself: what comes back as places, and each refusal before and after the question.

import assert from "node:assert/strict";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { packageRoot } from "../../../../common/util/packageRoot.ts";
import { compilerSources } from "../../../../src/actions/nextEdit/sources/compilerSources.ts";
import type {
  Episode,
  NextEditAccess,
  NextEditSource,
  NextEdits,
  NoEditReason,
} from "../../../../src/actions/nextEdit/types.ts";
import { CompilerThread } from "../../../../src/typescript/thread.ts";
import { openDocument } from "../../../../src/workspace/documents.ts";
import { folderOf, STRICT_CONFIG } from "../../typescript/folder.ts";

const root = packageRoot(import.meta.dirname);
const parsers = await createParsers();
const never = new AbortController().signal;

const UNHURRIED = { searchMs: 60_000, mendingMs: 60_000 };

const FILES = {
  "tsconfig.json": STRICT_CONFIG,
  "a.ts": "export const f = (a: number, b: number) => a;\n",
  "b.ts": 'import { f } from "./a";\nexport const one = f(1, 2);\n',
};

interface Asked {
  signal?: AbortSignal;
  past?: Episode[];
  text?: string; // of the document, where it is not that of the episode
  files?: Omit<typeof FILES, "tsconfig.json">;
  others?: NextEditSource[]; // that ask no compiler
}

/** The first result of all sources, or the reasons of all, once each. @param after of `a.ts` */
async function asked(
  t: TestContext,
  after: string,
  { signal = never, past = [], text = after, files = FILES, others = [] }: Asked = {},
): Promise<NextEdits | NoEditReason[]> {
  const folder = folderOf(t, files);
  const uri = pathToFileURL(path.join(folder.root, "a.ts")).href;
  const document = openDocument({ uri, path: "a.ts", languageId: "typescript", text }, parsers);
  const compiler = new CompilerThread({
    root: folder.root,
    editorCompiler: path.join(root, "node_modules", "typescript"),
    script: path.join(root, "src", "typescript", "worker.ts"),
    exclude: () => [],
    openDocuments: () => [document],
    log: () => {},
  });
  t.after(() => compiler.dispose());
  const range = { start: 0, end: 0 }; // not looked at
  const episode = {
    uri,
    languageId: "typescript",
    before: past[0]?.after ?? files["a.ts"],
    after,
    changed: { before: range, after: range },
  };
  const access: NextEditAccess = { parsers, past: past.map((one) => ({ ...one, uri })), edited: () => [] };
  const documentOf = (asked: string) => (asked === uri ? document : undefined);
  const reasons = new Set<NoEditReason>();
  for (const source of compilerSources({ document: documentOf, compilerOf: () => compiler }, others, UNHURRIED)) {
    const found = await source(episode, access, signal);
    if (!("reason" in found)) return found;
    reasons.add(found.reason);
  }
  return [...reasons];
}

test("a renamed function: the place in the other file, with what was checked", async (t) => {
  const found = await asked(t, FILES["a.ts"].replace("f =", "g ="));
  assert.ok(!Array.isArray(found), String(found));
  const { kind, places, proof, title } = found;
  assert.equal(kind, "rename");
  assert.equal(title, "Rename f to g in the other 2 places");
  assert.deepEqual(proof, { examples: 1, parsed: true, problemsAfter: 0 });
  assert.deepEqual(
    places.map(({ uri, range, oldText, newText }) => [path.basename(fileURLToPath(uri)), range, oldText, newText]),
    [
      ["b.ts", { start: 9, end: 10 }, "f", "g"],
      ["b.ts", { start: 44, end: 45 }, "f", "g"],
    ],
  );
});

test("a removed parameter: the arguments of the other file", async (t) => {
  const found = await asked(t, FILES["a.ts"].replace(", b: number", ""));
  assert.ok(!Array.isArray(found), String(found));
  assert.equal(found.kind, "parameters");
  assert.deepEqual(
    found.places.map(({ oldText, newText }) => [oldText, newText]),
    [["1, 2", "1"]],
  );
});

test("a name that was typed with a pause is one rename", async (t) => {
  const half = FILES["a.ts"].replace("f =", "fr =");
  const range = { start: 13, end: 13 };
  const first = { before: FILES["a.ts"], after: half, changed: { before: range, after: range } } as Episode;
  const found = await asked(t, FILES["a.ts"].replace("f =", "fresh ="), { past: [first] });
  assert.ok(!Array.isArray(found), String(found));
  assert.deepEqual(
    found.places.map(({ oldText, newText }) => [oldText, newText]),
    [
      ["f", "fresh"],
      ["f", "fresh"],
    ],
  );
});

test("what is offered nothing, and why", async (t) => {
  const renamed = FILES["a.ts"].replace("f =", "g =");
  assert.deepEqual(await asked(t, FILES["a.ts"]), ["noChange"]);
  assert.deepEqual(await asked(t, `${FILES["a.ts"]}// a comment\n`), ["notThisKind"]);
  assert.deepEqual(await asked(t, `${FILES["a.ts"]}export const = ;\n`), ["notThisKind", "unfinished"]);
  assert.deepEqual(await asked(t, `// @generated\n${renamed}`), ["generatedFile"]);
  assert.deepEqual(await asked(t, `<<<<<<< ours\n${renamed}`), ["mergeConflict"]);
  assert.deepEqual(await asked(t, renamed, { text: `${renamed} ` }), ["cancelled"]);
  assert.deepEqual(await asked(t, renamed, { signal: AbortSignal.abort() }), ["cancelled"]);
  const past = { uri: "", languageId: "", before: renamed, after: FILES["a.ts"] } as Episode;
  assert.deepEqual(await asked(t, renamed, { past: [past] }), ["undone"]);
  const conflict = { ...FILES, "b.ts": `${FILES["b.ts"]}<<<<<<< ours\n` };
  assert.ok(((await asked(t, renamed, { files: conflict })) as NoEditReason[]).includes("mergeConflict"));
});

test("what else an edit broke: the callers of a function that became async wait for it", async (t) => {
  const files = {
    "tsconfig.json": STRICT_CONFIG,
    "a.ts": "export function f(): { n: number } {\n  return { n: 1 };\n}\n",
    "b.ts": 'import { f } from "./a";\nexport async function one() {\n  return f().n;\n}\n',
  };
  const after = files["a.ts"].replace("function f(): { n: number }", "async function f(): Promise<{ n: number }>");
  const found = await asked(t, after, { files });
  assert.ok(!Array.isArray(found), String(found));
  assert.equal(found.kind, "brokenCaller");
  assert.deepEqual(
    found.places.map(({ newText }) => newText),
    ["(await f())"],
  );
  assert.deepEqual([found.proof.problemsBefore, found.proof.problemsAfter], [1, 0]);
});

test("what an edit broke is not mended by a value that somebody has to choose", async (t) => {
  const files = {
    "tsconfig.json": STRICT_CONFIG,
    "a.ts": "export interface A { one: number }\n",
    "b.ts": 'import type { A } from "./a";\nexport const a: A = { one: 1 };\n',
  };
  const found = await asked(t, "export interface A { one: number; two: number }\n", { files });
  assert.ok(Array.isArray(found) && found.includes("unclear"), JSON.stringify(found));
});

test("what asks no compiler must pass it, too: a place that would bring a problem of another kind is none", async (t) => {
  const offered =
    (oldText: string, newText: string): NextEditSource =>
    async ({ uri, after }) => {
      const start = after.indexOf(oldText);
      const places = [{ uri, range: { start, end: start + oldText.length }, oldText, newText }];
      return { id: "", kind: "sameEdit", title: "", places, proof: { examples: 2, parsed: true } };
    };
  const files = { ...FILES, "a.ts": "const a: number = 1;\nconst b: string = 2;\nexport const all = [a, b];\n" };
  const after = `${files["a.ts"]}// edited\n`;
  const asks = (oldText: string, newText: string) => asked(t, after, { files, others: [offered(oldText, newText)] });
  assert.ok("places" in (await asks("1;", "2;")));
  const wrong = await asks("number = 1", 'number = "1"');
  assert.ok(Array.isArray(wrong) && wrong.includes("newProblems"), JSON.stringify(wrong));
  assert.ok("places" in (await asks("b: string = 2", "c: string = 2, b = 3")), "the problem is there already");
});

test("where no configuration names the files, the title says which were looked at", async (t) => {
  const a = `import type { one } from "./b";\nexport type One = typeof one;\n${FILES["a.ts"]}`;
  const found = await asked(t, a.replace("f =", "g ="), { files: { "a.ts": a, "b.ts": FILES["b.ts"] } });
  assert.ok(!Array.isArray(found), String(found));
  assert.equal(found.title, "Rename f to g in the other 2 places (in open files)");
});
