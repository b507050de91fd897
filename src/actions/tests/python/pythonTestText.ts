// The text of a Python test file: imports, one test for each call, for pytest or unittest. Pure.

import type { KnownCall } from "../testText.ts";
import type { PythonHouse } from "./pythonHouse.ts";

const RECORDED = [
  "# Records what the code does now: each expected value came from running it.",
  "# Nobody has said that it is right.",
];
const INDENT = "    ";
const OF_SYSTEM = ["datetime", "decimal", "fractions", "types"];

export interface PythonNamed {
  module: string; // as it is imported
  name: string;
  extra: readonly string[]; // other names of the module that calls use
}

interface Thrown {
  name: string;
  module: string;
  message: string | null; // null: as Python words it, which is not asked for
}

export function pythonTestText(house: PythonHouse, named: PythonNamed, calls: readonly KnownCall[]): string {
  const { runner, style } = house;
  const isClass = runner === "unittest";
  const tests = calls.flatMap((one, index) => {
    const title = `test_${named.name.replace(/^_+/, "")}_${index + 1}`;
    const lines = [
      `def ${title}(${isClass ? "self" : ""}):`,
      ...body(runner, named.name, one).map((line) => INDENT + line),
    ];
    return isClass ? ["", ...lines.map((line) => INDENT + line)].slice(index === 0 ? 1 : 0) : ["", "", ...lines];
  });
  const own = isClass ? ["", "", `class ${className(named.name)}(unittest.TestCase):`] : [];
  const lines = [...imports(runner, named, calls), "", ...RECORDED, ...own, ...tests, ""];
  return inQuotes(lines.join("\n"), style.quote).replaceAll("\n", style.newline);
}

/** A file for a function that is not run: what a person has to write. */
export function pythonSkeletonText(house: PythonHouse, named: PythonNamed, why: string): string {
  const { runner, style } = house;
  const name = named.name.replace(/^_+/, "");
  const load = `from ${named.module} import ${named.name}`;
  const lines =
    runner === "pytest"
      ? [
          "import pytest",
          "",
          `${load}  # noqa: F401`,
          "",
          "",
          `# Not run by Sotto: ${why}.`,
          '@pytest.mark.skip(reason="to be written")',
          `def test_${name}():`,
          `${INDENT}...`,
          "",
        ]
      : [
          "import unittest",
          "",
          `${load}  # noqa: F401`,
          "",
          "",
          `class ${className(named.name)}(unittest.TestCase):`,
          `${INDENT}# Not run by Sotto: ${why}.`,
          `${INDENT}@unittest.skip("to be written")`,
          `${INDENT}def test_${name}(self):`,
          `${INDENT}${INDENT}...`,
          "",
        ];
  return inQuotes(lines.join("\n"), style.quote).replaceAll("\n", style.newline);
}

function imports(runner: PythonHouse["runner"], named: PythonNamed, calls: readonly KnownCall[]): string[] {
  const code = calls.map(({ call, outcome }) => call + (outcome.kind === "value" ? outcome.text : "")).join("\n");
  const errors = calls.flatMap(({ outcome }) => (outcome.kind === "throws" ? [thrownOf(outcome.text)] : []));
  const system = OF_SYSTEM.filter((one) => new RegExp(`\\b${one}\\.`).test(code));
  const own = new Map([[named.module, new Set([named.name])]]);
  for (const name of named.extra) if (new RegExp(`\\b${name}\\b`).test(code)) own.get(named.module)!.add(name);
  for (const { name, module } of errors) {
    if (module === "builtins") continue;
    if (!own.has(module)) own.set(module, new Set());
    own.get(module)!.add(name);
  }
  const isTest = runner === "unittest" || errors.length > 0;
  const first = [...system, ...(runner === "unittest" ? ["unittest"] : [])].toSorted().map((one) => `import ${one}`);
  const second = runner === "pytest" && isTest ? ["import pytest"] : [];
  const third = [...own]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([module, names]) => fromImport(module, [...names]));
  return [first, second, third]
    .filter((one) => one.length > 0)
    .flatMap((one, index) => (index === 0 ? one : ["", ...one]));
}

const fromImport = (module: string, names: readonly string[]): string =>
  `from ${module} import ${names.toSorted().join(", ")}`;

function body(runner: PythonHouse["runner"], name: string, { call, outcome }: KnownCall): string[] {
  const called = outcome.isListed ? `list(${name}${call})` : `${name}${call}`;
  const isClass = runner === "unittest";
  if (outcome.kind === "throws") {
    const { name: error, message } = thrownOf(outcome.text);
    const what = message === null ? "" : " as raised";
    const given = isClass ? `self.assertRaises(${error})` : `pytest.raises(${error})`;
    const lines = [`with ${given}${what}:`, `${INDENT}${called}`];
    if (message === null) return lines;
    if (isClass) return [...lines, `self.assertEqual(str(raised.exception), ${pythonString(message)})`];
    return [...lines, `assert str(raised.value) == ${pythonString(message)}`];
  }
  const { text } = outcome;
  const isSingle = text === "None" || text === "True" || text === "False";
  if (!isClass) return [`assert ${called} ${isSingle ? "is" : "=="} ${text}`];
  return [isSingle ? `self.assertIs(${called}, ${text})` : `self.assertEqual(${called}, ${text})`];
}

const thrownOf = (text: string): Thrown => JSON.parse(text) as Thrown;

const className = (name: string): string =>
  `Test${name
    .split("_")
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join("")}`;

/** A text as Python writes it, with double quotes. */
const pythonString = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u2028\u2029\u007f]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** With the file's quotes, where no string has one of them in it; otherwise as it is. */
const inQuotes = (text: string, quote: string): string =>
  quote === '"' || text.includes("'") || text.includes('\\"') ? text : text.replaceAll('"', "'");
