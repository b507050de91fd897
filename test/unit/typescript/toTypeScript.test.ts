// A JavaScript file as TypeScript: where its types come from, and that nobody has a problem afterwards who had none.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type TestContext, test } from "node:test";
import ts from "typescript";
import { turnIntoTypeScript } from "../../../src/typescript/toTypeScript/toTypeScript.ts";
import { folderOf } from "./folder.ts";

const STRICT = JSON.stringify({
  compilerOptions: { strict: true, allowJs: true, module: "preserve", target: "es2022", noEmit: true },
});

async function turned(t: TestContext, files: Record<string, string>, name = "a.js") {
  const { root } = folderOf(t, files);
  const file = `${root}/${name}`;
  return turnIntoTypeScript({ compiler: ts, root, file, text: files[name]!, isThere: existsSync });
}

/** The TypeScript of a file; fails where there is none. */
async function textOf(t: TestContext, js: string, others: Record<string, string> = {}): Promise<string> {
  const made = await turned(t, { "a.js": js, ...others });
  assert.ok("text" in made, JSON.stringify(made));
  return made.text;
}

async function reasonOf(t: TestContext, js: string, name = "a.js", others: Record<string, string> = {}) {
  const made = await turned(t, { [name]: js, ...others }, name);
  return "reason" in made ? made.reason : "turned";
}

test("types of comments stand in the code, and the comments keep their prose", async (t) => {
  const js = `/**
 * Cuts a text.
 * @param {string} text - what is cut
 * @param {number} [most] how much stays
 * @param {...string} rest
 * @returns {?string} the cut text
 */
export function cut(text, most, ...rest) {
  return rest.length > 0 ? null : text.slice(0, most);
}
`;
  assert.equal(
    await textOf(t, js),
    `/**
 * Cuts a text.
 * @param text - what is cut
 * @param [most] how much stays
 * @returns the cut text
 */
export function cut(text: string, most?: number, ...rest: string[]): string | null {
  return rest.length > 0 ? null : text.slice(0, most);
}
`,
  );
});

test("what only JSDoc writes is reworded", async (t) => {
  const js = `/**
 * @param {Array.<string>} names
 * @param {Object.<string, number>} sizes
 * @param {function(string, number=): boolean} test
 * @param {*} any
 */
export const f = (names, sizes, test, any) => [names, sizes, test, any];
/** @param {Array|Iterable} all */
export const g = (all) => [...all];
`;
  const made = await textOf(t, js);
  assert.match(
    made,
    /\(names: string\[\], sizes: Record<string, number>, test: \(arg0: string, arg1\?: number\) => boolean, any: any\)/,
  );
  assert.match(made, /g = \(all: any\[\]\|Iterable<any>\)/);
  assert.doesNotMatch(made, /\/\*\*/, "a comment of which nothing is left goes");
});

test("@typedef, @callback and @template become declarations that others can import", async (t) => {
  const js = `/**
 * @typedef {Object} Options
 * @property {string} name the name
 * @property {number} [age]
 */
/** @typedef {Options | null} Maybe */
/**
 * @callback Told
 * @param {string} word
 * @returns {void}
 */

/**
 * The first.
 * @template T
 * @param {T[]} list
 * @returns {T | undefined}
 */
export function first(list) {
  return list[0];
}

/** @param {Told} told */
export function tell(told) {
  told("x");
}
`;
  const user = `/** @type {import("./a.js").Options} */\nexport const options = { name: "x" };\n`;
  const made = await textOf(t, js, { "b.js": user });
  assert.match(
    made,
    /export interface Options \{\n {2}\/\*\* the name \*\/\n {2}name: string;\n {2}age\?: number;\n\}/,
  );
  assert.match(made, /export type Maybe = Options \| null;/);
  assert.match(made, /export type Told = \(word: string\) => void;/);
  assert.match(made, /\/\*\*\n \* The first\.\n \*\/\nexport function first<T>\(list: T\[\]\): T \| undefined \{/);
  assert.match(made, /export function tell\(told: Told\) \{/);
});

test("what a body does with a parameter tells its type", async (t) => {
  const made = await textOf(
    t,
    `export function f(text, count, list, run, when) {
  run(text.toUpperCase(), count * 2);
  list.push(when.getTime());
}
export function g(anything, guarded) {
  return typeof guarded === "string" ? anything : guarded;
}
export const h = (list) => (Array.isArray(list) ? list.slice() : { ...list });
`,
  );
  assert.match(
    made,
    /f\(text: string, count: number, list: any\[\], run: \(value: any, value1: number\) => any, when: Date\)/,
  );
  assert.match(made, /g\(anything, guarded\)/, "what nothing tells stays as it is");
  assert.match(made, /h = \(list\) =>/);
});

test("what the code only asks about is unknown, and what it hands on is not", async (t) => {
  const made = await textOf(
    t,
    `export const isText = (value) => typeof value === "string" || value instanceof String;
export const textOf = (value) => (typeof value === "number" ? value.toFixed(2) : JSON.stringify(value));
export const sameOr = (value, other) => (typeof value === "string" ? other : value);
export const yes = (value) => (value ? 1 : 2);
export const bare = (value) => 1;
export const given = (value) => checked(value);
const checked = (value) => value == null || typeof value === "string";
`,
  );
  assert.match(made, /isText = \(value: unknown\)/);
  assert.match(made, /textOf = \(value: unknown\)/);
  assert.match(made, /sameOr = \(value, other\)/);
  assert.match(made, /yes = \(value: boolean\)/);
  assert.match(made, /given = \(value: unknown\)/);
  assert.match(made, /bare = \(value\)/);
});

test("the comment of a value that a call makes from a function tells that function's types, where it names its parameters", async (t) => {
  const made = await textOf(
    t,
    `const curry = (f) => (...given) => f(...given);
/**
 * @param {string} name the name
 * @param {number} count
 */
export const times = curry(function (name, count) {
  return [name, count];
});
/** @param {string} other */
export const rest = curry((name) => [name]);
`,
  );
  assert.match(made, /curry\(function \(name: string, count: number\) \{/);
  assert.match(made, /@param name the name/);
  assert.match(made, /rest = curry\(\(name\) =>/);
});

test("a value is followed by the names and the field that hold it, until the parameter is given another", async (t) => {
  const made = await textOf(
    t,
    `export function named(title) {
  const shown = title;
  return shown.toUpperCase();
}
export function given(options) {
  const all = options || {};
  return all.depth;
}
export function changing(title, other) {
  let shown = title;
  shown = other();
  return shown.toUpperCase();
}
export function replaced(value) {
  value = cut(value);
  return value.length;
}
function cut(text) {
  return text.trim();
}
export class Shelf {
  constructor(name) {
    this.name = name;
  }
  shout() {
    return this.name.toUpperCase();
  }
}
`,
  );
  assert.match(made, /named\(title: string\)/);
  assert.match(made, /given\(options\?: \{ depth\?: any \}\)/);
  assert.match(made, /changing\(title, other: /);
  assert.match(made, /replaced\(value: string\)/);
  assert.match(made, /constructor\(name: string\)/);
});

test("what is asked for by typeof stands beside what is used otherwise, where nothing else is done", async (t) => {
  const made = await textOf(
    t,
    `export const nameOf = (value) => (typeof value === "string" ? value.trim() : value.name);
export const stored = (value, store) => (typeof value === "string" ? store.set(value) : store.set(value.name, value));
export function read(options, done) {
  if (typeof options === "function") {
    done = options;
    options = {};
  }
  done(null, options.path);
}
export const twice = (count = 5, list = []) => [count * 2, list.length];
export const countOf = (list) => (Array.isArray(list) ? list.length : list.size);
`,
  );
  assert.match(made, /nameOf = \(value: string \| \{ name\?: any \}\)/);
  assert.match(made, /stored = \(value, /);
  assert.match(made, /read\(options: .*\(\(\.\.\.args: any\[\]\) => any\).*, done\?\)/);
  assert.match(made, /twice = \(count: number = 5, list: any\[\] = \[\]\)/);
  assert.match(made, /countOf = \(list: any\[\] \| \{ size\?: any \}\)/);
});

test("members, defaults and calls tell as much as is certain", async (t) => {
  const made = await textOf(
    t,
    `export const last = (list) => list.slice().reverse();
export const get = (store) => store.get("a");
export const each = (group) => group.forEach(print);
export const greet = (name) => print(name || "you");
export const chosen = (args, key) => args.invert && args[key];
const KEY = Symbol("key");
export const kept = (place) => place[KEY];
export const holds = (args) => "a" in args;
export const merged = (options) => ({ depth: 1, ...options });
export function failed(err, isLoud) {
  if (err) print("no");
  if (isLoud) print("NO");
}
export function twice(run) {
  run("a", 1);
  run("b", null);
}
function print(value) {
  console.log(value);
}
`,
  );
  assert.match(made, /last = \(list: any\[\]\)/);
  assert.match(made, /get = \(store: \{ get\(\.\.\.args: any\[\]\): any \}\)/);
  assert.match(made, /each = \(group: \{ forEach\(\.\.\.args: any\[\]\): any \}\)/);
  assert.match(made, /greet = \(name: string\)/);
  assert.match(made, /chosen = \(args: Record<string, any>, key: string \| number\)/);
  assert.match(made, /kept = \(place: Record<string \| symbol, any>\)/);
  assert.match(made, /holds = \(args: Record<string, any>\)/);
  assert.match(made, /merged = \(options: Record<string, any>\)/);
  assert.match(made, /failed\(err, isLoud: boolean\)/);
  assert.match(made, /twice\(run: \(value: string, value1: null \| number\) => any\)/);
});

test("mixed elements of a caller's table tell nothing", async (t) => {
  const made = await textOf(t, "export const keep = (value) => ({ value });\n", {
    "b.js": `import { keep } from "./a.js";
for (const [value, wanted] of [["a", 1], ["b", 2], ["c", 3]]) if (keep(value).value !== wanted) keep(value), keep(value);
`,
  });
  assert.match(made, /keep = \(value\)/);
});

test("a class of a caller that bears another's name here tells nothing", async (t) => {
  const made = await textOf(
    t,
    `class Shelf {}
export const shelves = [new Shelf()];
export const keep = (value) => ({ value });
`,
    {
      "b.js": `import { keep } from "./a.js";
class Shelf {
  size = 1;
}
keep(new Shelf()), keep(new Shelf()), keep(new Shelf());
`,
    },
  );
  assert.match(made, /keep = \(value\)/);
});

test("an exported object to which others add members stays open", async (t) => {
  const made = await textOf(t, `export default { a: (text) => text.trim() };\n`, {
    "b.js": `import tools from "./a.js";\ntools.b = tools.a("b");\n`,
  });
  assert.match(made, /text\.trim\(\) \} as Record<string, any>;/);
});

test("a comment that names an imported class again declares nothing", async (t) => {
  const made = await textOf(
    t,
    `/** @typedef {import('./b.js')} Runner */
import Runner from "./b.js";
/** @param {Runner} runner */
export const run = (runner) => [Runner, runner.name.trim()];
`,
    { "b.js": `export default class Runner {\n  name = "b";\n}\n` },
  );
  assert.match(made, /run = \(runner: Runner\)/);
  assert.doesNotMatch(made, /type Runner =/);
});

test("what is given a value where it is missing may be missing", async (t) => {
  const made = await textOf(
    t,
    `export function wait(ms, options) {
  if (!options) options = {};
  return options.leading === false ? ms * 2 : ms;
}
`,
  );
  assert.match(made, /wait\(ms: number, options\?: \{ leading\?: /);
});

test("options that are merged with the default may be missing, and a text that is trimmed stays a text", async (t) => {
  const made = await textOf(
    t,
    `export function f(text, options) {
  text = text.trim();
  options = Object.assign({ deep: true }, options);
  return options.deep ? text.split(options.by) : text;
}
`,
  );
  assert.match(made, /f\(text: string, options\?: \{ deep\?: any; by\?: any \}\)/);
});

test("where the configuration is strict, what nothing tells is any", async (t) => {
  const js = "export const id = (x) => x;\nexport const same = y => y;\n";
  const made = await textOf(t, js, { "tsconfig.json": STRICT });
  assert.equal(made, "export const id = (x: any) => x;\nexport const same = (y: any) => y;\n");
});

test("callers tell the type of what a function of the file only passes on", async (t) => {
  const made = await textOf(
    t,
    `function keep(value, more) {
  return [value, more];
}
export const kept = [keep("a", 1), keep("b")];
`,
  );
  assert.match(made, /keep\(value: string, more\?: number\)/);
});

test("what a caller leaves out is optional, and what it passes besides widens the type", async (t) => {
  const js = `export function f(a, b) {
  return Math.abs(a) + (b ? 1 : 0);
}
export function g(x) {
  return x.length;
}
`;
  const made = await textOf(t, js, { "b.js": `import { f, g } from "./a.js";\nf(1);\ng(new Set());\ng("x");\n` });
  assert.match(made, /f\(a: number, b\?/);
  assert.doesNotMatch(made, /g\(x: (string|\{)/, "a caller passes a set");
});

test("a caller that was wrong already is no reason to loosen a type", async (t) => {
  const js = `/** @param {number} x the number */\nexport function f(x) {\n  return x * 2;\n}\n`;
  const made = await textOf(t, js, { "b.js": `import { f } from "./a.js";\nf("x");\n` });
  assert.match(made, /f\(x: number\)/);
});

test("what the code contradicts is dropped", async (t) => {
  const js = `/**\n * @param {string} x the text\n * @returns {string}\n */\nexport function f(x) {\n  return 1;\n}\nf(1);\n`;
  const made = await turned(t, { "a.js": js });
  assert.ok("text" in made);
  assert.match(made.text, /f\(x: string\)/, "JavaScript that is checked says the same of the call");
});

test("destructured parameters with defaults, arrow functions, async functions, getters and setters", async (t) => {
  const made = await textOf(
    t,
    `export async function load({ retries = 3, headers } = {}) {
  return [retries, headers];
}
export class Box {
  constructor(size) {
    this.size = size;
    this.names = [];
    this.parent = null;
  }
  get area() {
    return this.size * this.size;
  }
  /** @param {number} value */
  set area(value) {
    this.size = Math.sqrt(value);
  }
  /** @returns {string} */
  async name() {
    return "x";
  }
}
`,
  );
  assert.match(made, /load\(\{ retries = 3, headers \}: \{ retries\?: number; headers\?: any \} = \{\}\)/);
  assert.match(
    made,
    /class Box \{\n {2}size: number;\n {2}names: any\[\];\n {2}parent: any;\n {2}constructor\(size: number\)/,
  );
  assert.match(made, /get area\(\) \{/);
  assert.match(made, /set area\(value: number\)/);
  assert.match(made, /async name\(\): Promise<string>/);
});

test("a field of a class with a parent is only declared, since a field would hide what the parent's constructor has set", async (t) => {
  const js = `class A {
  constructor() {
    this.start();
  }
  start() {}
}
export class B extends A {
  start() {
    this.started = true;
  }
}
`;
  assert.match(await textOf(t, js), /class B extends A \{\n {2}declare started\?: boolean;\n/);
});

test("callbacks whose place tells their types need none", async (t) => {
  const js = `export const lengths = ["a"].map((word, i) => word.length + i);\n`;
  assert.equal(await textOf(t, js, { "tsconfig.json": STRICT }), js);
});

test("a bare parameter gets its brackets also where its function stands in the brackets of a call", async (t) => {
  const js = `export const f = (parts) => parts.list.map(part => part.toUpperCase().slice(1));\n`;
  assert.match(await textOf(t, js), /map\(\(part: string\) => /);
});

test("objects that grow are records", async (t) => {
  const made = await textOf(
    t,
    `const cache = {};\nexport const put = (/** @type {number} */ n) => {\n  cache.last = n;\n};\n`,
  );
  assert.match(made, /const cache: Record<string, any> = \{\};/);
});

test("simple CommonJS becomes imports and exports, and what is not simple is refused", async (t) => {
  const made = await textOf(
    t,
    `const b = require("./b.js");
const { c } = require("./b.js");
function twice(x) {
  return b.c * c * x;
}
exports.once = (x) => x;
exports.twice = twice;
`,
    { "b.js": "exports.c = 1;\n", "c.js": `const { once, twice } = require("./a.js");\nonce(twice(1));\n` },
  );
  assert.equal(
    made,
    `import b = require("./b.js");
import { c } from "./b.js";
function twice(x: number) {
  return b.c * c * x;
}
export const once = (x) => x;
export { twice };
`,
  );
  const object = "const a = 1;\nfunction f() {}\nmodule.exports = { a, g: f };\n";
  assert.match(await textOf(t, object), /^export \{ a, f as g \};$/m);
  assert.match(
    await textOf(t, "module.exports = function f(x) {\n  return x * 2;\n};\n"),
    /^export = function f\(x: number\)/m,
  );
  assert.equal(
    await reasonOf(t, "if (Math.random() > 1) module.exports = 1;\nelse module.exports = 2;\n"),
    "otherExports",
  );
  assert.equal(await reasonOf(t, "exports.a = 1;\nexports.a = 2;\n"), "otherExports");
  const parts = `function f() {}
module.exports = {
  f,
  // how many
  count: 1 + 2,
};
`;
  assert.equal(
    await textOf(t, parts, { "b.js": `const { count, f } = require("./a.js");\nf(count);\n` }),
    `function f() {}
export { f };
// how many
export const count = 1 + 2;
`,
  );
  const esModules = JSON.stringify({ compilerOptions: { target: "es2022", allowJs: true, moduleResolution: "node" } });
  const asked = await turned(t, {
    "a.js": `const b = require("./b");\nexports.c = (x) => b.d(x);\n`,
    "b.js": "exports.d = (x) => x;\n",
    "tsconfig.json": esModules,
  });
  assert.equal("reason" in asked && asked.reason, "otherModules");
});

test("an overloaded function keeps its comment", async (t) => {
  const js = `/**
 * @overload
 * @param {string} x
 * @returns {string}
 */
/**
 * @overload
 * @param {number} x
 * @returns {number}
 */
/** @param {any} x */
export function same(x) {
  return x;
}
`;
  assert.equal(await textOf(t, js), js);
});

test("JSX becomes .tsx", async (t) => {
  const made = await turned(t, { "a.js": "export const a = (name) => <b>{name.trim()}</b>;\n" });
  assert.ok("text" in made, JSON.stringify(made));
  assert.match(made.file, /\/a\.tsx$/);
  assert.match(made.text, /\(name: string\) =>/);
});

test("what cannot be turned has a reason", async (t) => {
  assert.equal(await reasonOf(t, "export const a = 1;\n", "a.ts"), "isTypeScript");
  assert.equal(await reasonOf(t, "{}", "a.json"), "notJavaScript");
  assert.equal(await reasonOf(t, "export const = 1;\n"), "syntaxError");
  assert.equal(await reasonOf(t, "f();\n".repeat(10_000)), "tooLong");
  assert.equal(await reasonOf(t, "// Code generated by x. DO NOT EDIT.\nexport const a = 1;\n"), "generated");
  assert.equal(await reasonOf(t, `export const a = "${"x".repeat(9_000)}";\n`), "minified");
  assert.equal(await reasonOf(t, "// @flow\nexport const a = 1;\n"), "usesFlow");
  assert.equal(await reasonOf(t, "export const a = 1;\n", "a.js", { "a.ts": "" }), "nameTaken");
  assert.equal(
    await reasonOf(t, "export const a = 1;\n", "a.js", { "a.d.ts": "export const a: 1;\n" }),
    "hasDeclarations",
  );
  assert.equal(await reasonOf(t, "export const a = 1;\n", "node_modules/x/a.js"), "outsideProject");
  assert.equal(await reasonOf(t, "function A() {}\nA.prototype.f = () => 1;\n"), "constructorFunctions");
});
