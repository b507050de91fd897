// Effects: each kind in each language, and what only looks like one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { effectsOf } from "../../../../src/actions/summary/effects.ts";

const parsers = await createParsers();
const told = (text: string, languageId: string): string[] =>
  effectsOf(text, parsers.for(languageId)!.parse(text)!, languageId).map(({ kind, what }) => `${kind} ${what}`);

test("TypeScript: modules by any local name, the runtime's globals, a listening server", () => {
  assert.deepEqual(
    told(
      `import * as files from "node:fs";
import { readFile as read } from "node:fs/promises";
import { spawn } from "child_process";
import https from "https";
export function all(app) {
  files.promises.stat("a"); read("a"); spawn("a"); https.get("a"); fetch("b"); app.listen(80);
  console.log(globalThis?.process?.env.A);
}
`,
      "typescript",
    ),
    [
      "disk files.promises.stat",
      "disk read",
      "process spawn",
      "network https.get",
      "network fetch",
      "network app.listen",
      "process console.log",
      "process process.env",
    ],
  );
});

test("what only looks like an effect is none: a name of the file's own, a type, a local variable, path arithmetic", () => {
  assert.deepEqual(
    told(
      'import { join } from "node:path";\nimport type { Stats } from "node:fs";\nexport const a = (s: Stats) => join("a", s.x);\n',
      "typescript",
    ),
    [],
  );
  assert.deepEqual(told('import { fetch } from "./own";\nexport const a = () => fetch("x");\n', "typescript"), []);
  assert.deepEqual(told("function fetch(a) { return a; }\nexport const a = () => fetch(1);\n", "javascript"), []);
  assert.deepEqual(told("events.listen(callback);\nconst s = 'fetch(1)'; // fetch(2)\n", "javascript"), []);
  assert.deepEqual(told("def f(os):\n    return os.environ\n", "python"), []);
  assert.deepEqual(told("import os\nx = os.path.join('a')\n", "python"), []);
});

test("state: variables of the module that a function changes; not its set-up, and no name that a function has for itself", () => {
  assert.deepEqual(
    told(
      `const cache = new Map(); let count = 0; const frozen = make();
cache.set("a", 1);
export function f(a) { cache.set(a, 1); count++; frozen.get(a); cache.get(a); }
export function g(own) { const local = new Map(); local.set(1, 2); own.a = 1; }
Array.prototype.last = function () {};
export function h() { globalThis.x = 1; }
`,
      "javascript",
    ),
    ["state cache", "state count", "state Array.prototype.last", "state globalThis.x"],
  );
  assert.deepEqual(told("const a = []; export function f() { const a = []; a.push(1); }\n", "javascript"), []);
  assert.deepEqual(
    told("n = 0\nkeep = {}\ndef f():\n    global n\n    n += 1\n    keep['a'] = 1\ndef g():\n    m = 1\n", "python"),
    ["state n", "state keep"],
  );
  assert.deepEqual(
    told('package p\nvar known = map[string]int{}\nfunc F() { known["a"] = 1; own := 1; own = 2; _ = own }\n', "go"),
    ["state known"],
  );
});

test("throws: by class, and not where a handler around it may catch it", () => {
  assert.deepEqual(
    told(
      `function a() { throw new errors.Missing("x"); }
function b() { try { throw new Caught(); } catch (e) { throw e; } }
function c() { try { throw new Seen(); } finally { d(); } }
function e() { try { x(() => { throw new Inner(); }); } catch {} }
`,
      "javascript",
    ),
    ["throws errors.Missing", "throws ", "throws Seen", "throws Inner"],
  );
  assert.deepEqual(
    told("def f():\n    try:\n        raise A()\n    except A:\n        raise\n    raise b.C('x') from e\n", "python"),
    ["throws ", "throws b.C"],
  );
  assert.deepEqual(told('package p\nfunc F() { panic("x") }\n', "go"), ["throws panic"]);
  assert.deepEqual(told("class A { void f() { throw new B(); } }\n", "java"), ["throws B"]);
});

test("Python and Go: the standard library", () => {
  assert.deepEqual(
    told(
      "import os, sys\nfrom os import environ as env\nfrom pathlib import Path\nopen('a')\nos.remove('a')\nos.path.exists('a')\nenv['a']\nprint(1)\nsys.exit(1)\nPath('a').read_text()\n",
      "python",
    ),
    [
      "disk open",
      "disk os.remove",
      "disk os.path.exists",
      "process env",
      "process print",
      "process sys.exit",
      "disk Path('a').read_text",
    ],
  );
  const elsewhere =
    "import sys\nprint('a', file=out)\nwith redirect_stdout(out):\n    for a in b:\n        print(a)\n    print(2)\nprint('b', file=sys.stderr)\n";
  assert.deepEqual(
    told(elsewhere, "python"),
    ["process print", "process sys.stderr"],
    "to the program's own buffers it is none",
  );
  assert.deepEqual(
    told(
      'package p\nimport (\n\t"os"\n\tf "fmt"\n\t"net/http"\n)\nfunc F() { os.Create("a"); f.Println(os.Args); http.Get("x"); os.IsNotExist(nil) }\n',
      "go",
    ),
    ["disk os.Create", "process f.Println", "process os.Args", "network http.Get"],
  );
});
