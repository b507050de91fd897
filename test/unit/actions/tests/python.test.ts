// Tests of Python functions: what the look lets run, that dangerous modules do nothing where they run all the same, and what is offered.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { programOf } from "../../../../src/actions/fix/python/pythonTypes.ts";
import {
  inPythonSandbox,
  type LookAnswer,
  lookedAt,
  type PythonJob,
} from "../../../../src/actions/tests/python/askPython.ts";
import { pythonTestsFor } from "../../../../src/actions/tests/python/pythonTests.ts";
import { isIsolated } from "../../../../src/actions/tests/sandbox.ts";
import { DANGEROUS_PYTHON, ENDLESS_PYTHON } from "./pythonDangerous.ts";

const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-python-tests-")));
after(() => rmSync(dir, { recursive: true }));
const never = new AbortController().signal;
const outside = path.join(dir, "outside");
mkdirSync(outside);
const kept = path.join(outside, "kept.txt");
writeFileSync(kept, "kept", { mode: 0o600 });

const python = programOf("python3", dir);
const isOld =
  python !== undefined && spawnSync(python, ["-c", "import sys; sys.exit(sys.version_info < (3, 9))"]).status !== 0;
const skip = python === undefined || isOld ? "no Python of version 3.9 or newer is installed" : false;
const skipRun = skip || (isIsolated() ? false : "this system does not let a network be taken away");

/** A look at the function `f` of a file with this text. */
function look(text: string, name = "f", more: Record<string, string> = {}): Promise<LookAnswer | undefined> {
  const root = mkdtempSync(path.join(dir, "root-"));
  const files = Object.entries({ "m.py": text, ...more }).map(([file, content]) => {
    const place = path.join(root, file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, content);
    return place;
  });
  return lookedAt({ root, file: path.join(root, "m.py"), text, files, name }, never);
}

const job = (source: string): PythonJob => ({
  modules: { m: source },
  packages: [],
  system: [],
  target: "m",
  exported: "f",
  extra: [],
  calls: ["()", "(1)"],
  rounds: 2,
  marked: undefined,
  mutants: [],
  skip: [],
  scripts: [],
});

test("the look refuses twenty dangerous modules, each with a reason", { skip }, async () => {
  assert.equal(DANGEROUS_PYTHON.length, 20);
  for (const source of DANGEROUS_PYTHON) {
    const found = await look(source);
    assert.ok(found && "reason" in found, source);
  }
});

test("where one runs all the same, nothing comes of it", { skip: skipRun, timeout: 200_000 }, async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const victim = spawn(process.execPath, ["-e", "setTimeout(() => {}, 200000)"], { stdio: "ignore" });
  const own = (await look("def f(a=1): return a"))!.python!;
  try {
    let ended = 0;
    for (const source of [...DANGEROUS_PYTHON, ...ENDLESS_PYTHON]) {
      const text = source
        .replaceAll("MARK", path.join(outside, "mark"))
        .replaceAll("KEPT", kept)
        .replaceAll("PORT", String(port))
        .replaceAll("PID", String(victim.pid));
      const { hasEnded, answers } = await inPythonSandbox(own, job(text), "0", never);
      if (hasEnded) ended++;
      const told = answers.filter((one) => one.at === "call").map(({ outcome }) => outcome.kind);
      if (DANGEROUS_PYTHON.includes(source)) assert.ok(!told.includes("value"), `${source} ${JSON.stringify(answers)}`);
      assert.deepEqual(readdirSync(outside), ["kept.txt"], source);
    }
    assert.ok(ended >= 20, "the sandbox itself runs");
    assert.equal(readFileSync(kept, "utf8"), "kept");
    assert.equal(statSync(kept).mode & 0o777, 0o600);
    assert.equal(victim.exitCode ?? victim.signalCode, null, "another process lives");
    assert.equal(connections, 0);
  } finally {
    victim.kill();
    server.close();
  }
});

test("one function with effects does not spoil its module, and only what is needed is loaded", { skip }, async () => {
  const text = `import os
from .. import nothing
TABLE = {}
for letter in "ab":
    TABLE[letter] = ord(letter)
def write(name): open(name, "w")
def f(letter: str): return TABLE.get(letter)
`;
  const found = await look(text);
  assert.ok(found && "modules" in found, JSON.stringify(found));
  assert.doesNotMatch(found.modules.m!, /import os|nothing|write/);
  assert.match(found.modules.m!, /for letter in/);
  const other = await look(text, "write");
  assert.equal(other && "reason" in other && other.reason, "readsFiles");
});

test("a package that hands on its own modules is followed", { skip }, async () => {
  const more = {
    "own/__init__.py": "import os\nfrom own import parts, other\n",
    "own/parts.py": "from own import other\ndef part(a): return other.twice(a)\ndef write(a): open(a)\n",
    "own/other.py": "import own.parts\nfrom own.last import *\ndef twice(a): return _half(a) * 4\n",
    "own/last.py": "__all__ = ['_half']\ndef _half(a): return a / 2\n",
  };
  const found = await look("from own import parts\ndef f(a: int): return parts.part(a)", "f", more);
  assert.ok(found && "modules" in found, JSON.stringify(found));
  assert.match(found.modules["own.parts"]!, /def part/);
  assert.match(found.modules["own.other"]!, /def twice/);
  assert.doesNotMatch(Object.values(found.modules).join(), /import os|write/);
});

test("what is used of a module of the system counts, not its name alone", { skip }, async () => {
  const reasonOf = async (text: string) => {
    const found = await look(text);
    return found && "reason" in found ? found.reason : undefined;
  };
  assert.equal(await reasonOf("import os\ndef f(a: str): return os.path.join(a, 'b')"), undefined);
  assert.equal(await reasonOf("import os\ndef f(a: str): return os.path.exists(a)"), "readsFiles");
  assert.equal(await reasonOf("import os\ndef f(a: str): return getattr(os, a)"), "loadsUnseen");
  assert.equal(
    await reasonOf("from datetime import date\ndef f(a: int): return date.today().year - a"),
    "asksTheClock",
  );
  assert.equal(await reasonOf("import random\ndef f(a: int): return random.random() * a"), "asksTheClock");
});

test("a module that the ignore rules keep away is not read", { skip }, async () => {
  const root = mkdtempSync(path.join(dir, "kept-"));
  const file = path.join(root, "m.py");
  writeFileSync(path.join(root, "other.py"), "def g(a): return a");
  const text = "from other import g\ndef f(a: int): return g(a)";
  const found = await lookedAt({ root, file, text, files: [file], name: "f" }, never);
  assert.equal(found && "reason" in found && found.reason, "keptAway");
});

test("calls come from doctests, tests and their tables, types and literals", { skip }, async () => {
  const text =
    'def f(text: str, size: int = 2):\n    """\n    >>> f("abc", 3)\n    """\n    return text == "none" or size';
  const more = {
    "test_m.py":
      'import pytest\nfrom m import f\n@pytest.mark.parametrize("given, size", [("table", 7), (open, 1)])\ndef test_f(given, size):\n    assert f(given, size)\n    f(given.x, 2)\n',
  };
  const found = await look(text, "f", more);
  assert.ok(found && "calls" in found);
  assert.deepEqual(found.calls.slice(0, 2), ['("abc", 3)', '("table", 7)']);
  assert.ok(found.calls.includes('("none")') && !found.calls.some((call) => /open|given/.test(call)));
});

test("values fit keys and members that are read, patterns, and the fields of a dataclass", { skip }, async () => {
  const callsOf = async (text: string) => {
    const found = await look(text);
    assert.ok(found && "calls" in found, JSON.stringify(found));
    return found.calls;
  };
  assert.ok((await callsOf('def f(a): return a.get("mode") == "upper"')).includes('({"mode": "upper"})'));
  assert.ok((await callsOf("def f(a): return a.low > a.high")).includes("(types.SimpleNamespace(low=2, high=1))"));
  assert.ok(
    (await callsOf('import re\nDAY = re.compile(r"^(\\d{4})-(\\d\\d)$")\ndef f(a): return DAY.match(a)')).includes(
      '("7777-77")',
    ),
  );
  const point =
    "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n    y: int = 0\ndef f(p: P): return p.x";
  assert.ok((await callsOf(point)).some((call) => /^\(P\(x=-?\d+, y=-?\d+\)\)$/.test(call)));
});

const GRADE = `class Low(ValueError):
    pass

def grade(points: int, bonus: bool = False):
    if points < 0:
        raise Low(f"{points} is negative")
    for least, word in ((90, "good"), (50, "fair")):
        if points + (10 if bonus else 0) >= least:
            return word
    return None

def below(most: int):
    return (one for one in range(min(most, 5)))

def letters(text: str):
    return list(set(text))

def same(text: str):
    return f(text)
`;

async function offeredFor(name: string, more: Record<string, string> = {}) {
  const root = mkdtempSync(path.join(dir, "offer-"));
  const file = path.join(root, "grade.py");
  writeFileSync(file, GRADE);
  for (const [other, text] of Object.entries(more)) writeFileSync(path.join(root, other), text);
  const files = [file, ...Object.keys(more).map((one) => path.join(root, one))];
  const found = await pythonTestsFor({ root, file, text: GRADE, files, at: { name }, problems: [], signal: never });
  return { root, found };
}

test("tests reach every branch in the words of unittest, and pass in the real runner", { skip: skipRun }, async () => {
  const more = { "test_old.py": "import unittest\nclass TestOld(unittest.TestCase):\n    def test_a(self): pass\n" };
  const { root, found } = await offeredFor("grade", more);
  assert.ok(found.kind === "tests", JSON.stringify(found));
  assert.equal(found.house.runner, "unittest");
  assert.equal(path.relative(root, found.house.file), "test_grade.py");
  assert.equal(found.arms.reached, found.arms.all);
  assert.ok(found.mutants.killed > found.mutants.killedByThrowing && found.mutants.killed * 2 > found.mutants.all);
  assert.match(found.text, /from grade import Low, grade/);
  assert.match(found.text, /with self\.assertRaises\(Low\) as raised:/);
  assert.equal(existsSync(found.house.file), false, "nothing is written unasked");
  writeFileSync(found.house.file, found.text);
  execFileSync(python!, ["-B", "-m", "unittest", "test_grade"], { cwd: root, stdio: "pipe" });
});

test("an iterator is read as a list; an order that changes drops out", { skip: skipRun }, async () => {
  const { found } = await offeredFor("below", { "conftest.py": "import pytest\n" });
  assert.ok(found.kind === "tests");
  assert.equal(found.house.runner, "pytest");
  assert.match(found.text, /assert list\(below\(\d+\)\) == \[/);
  const other = (await offeredFor("letters")).found;
  assert.ok(other.kind === "tests" || other.kind === "none");
  if (other.kind === "tests") assert.doesNotMatch(other.text, /\[".", "."/);
});
