// What the tree alone tells of a function, in sentences: each kind of fact, and next to it code so like it that a careless reading would say the same
// of it, where that is not true.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { composed } from "../../../../src/actions/docstring/composed.ts";
import { chosenFacts, sentenceOf } from "../../../../src/actions/docstring/facts/factSentences.ts";
import { targetsIn } from "../../../../src/actions/docstring/target.ts";

const parsers = await createParsers();

/** The first function of a text, its facts read while the tree lives. */
function targetOf(text: string, languageId: string) {
  const tree = parsers.for(languageId)!.parse(text)!;
  const target = targetsIn(text, tree, languageId).find(({ signature }) => signature);
  const told = target?.tell?.();
  tree.dispose();
  assert.ok(target && told, text);
  return { ...target, told };
}

const HOUSE = { mood: "thirdPerson", endsWithStop: true, tagsParameters: false, isEnglish: true } as const;

/** The facts about the first function of a text; "" where there are none. */
function factsOf(text: string, languageId: string): string {
  const { name, told } = targetOf(text, languageId);
  return sentenceOf(chosenFacts(told, [name]), HOUSE.mood);
}

const js = (body: string, head = "f(a, b)") => factsOf(`function ${head} {\n${body}\n}`, "javascript");
const method = (body: string, head = "f(a, b)") => factsOf(`class C {\n  ${head} {\n${body}\n  }\n}`, "typescript");
const python = (body: string, head = "f(a, b)") => factsOf(`def ${head}:\n${body.replace(/^/gm, "    ")}\n`, "python");

test("what a loop finds, and what is returned where it finds nothing", () => {
  const first = "Returns the first `x` of `a` where `x.id === b`, or `null` if there is none";
  assert.equal(js("for (const x of a) {\n  if (x.id === b) return x;\n}\nreturn null;"), first);
  assert.equal(
    python("for x in a:\n    if x.id == b:\n        return x.name\nreturn None"),
    "Returns `x.name` for the first `x` of `a` where `x.id == b`, or `None` if there is none",
  );
  assert.equal(
    js("for (const x of a) {\n  if (x > b) return true;\n}\nreturn false;"),
    "Returns whether any `x` of `a` satisfies `x > b`",
  );
  assert.equal(
    js("for (const x of a) {\n  log(x);\n  if (x > b) return x;\n}\nreturn -1;"),
    "Returns `-1` if no `x` of `a` gives a result",
  );
  assert.equal(
    js("return a.find((x) => x.id === b);"),
    "Returns the first `x` of `a` where `x.id === b`, or `undefined` if there is none",
  );
  assert.equal(python("return any(x.id == b for x in a)"), "Returns whether any `x` of `a` satisfies `x.id == b`");
  assert.equal(python("return [x.id for x in a if x]"), "Returns `x.id` for each `x` of `a` where `x` is truthy");
  assert.equal(python("for x in a:\n    if x:\n        yield x"), "Yields each `x` of `a` where `x` is truthy");
});

test("twins: a loop that stops, another result before it, nothing returned in it", () => {
  assert.equal(js("for (const x of a) {\n  if (x === 0) break;\n  if (x.id === b) return x;\n}\nreturn null;"), "");
  assert.equal(
    js("if (go(a)) { log(a); return 1; }\nfor (const x of a) {\n  if (x > b) return x;\n}\nreturn null;"),
    "",
  );
  assert.equal(js("for (const x of a) {\n  if (x > b) log(x);\n}\nreturn null;"), "");
  assert.equal(js("for (const x in a) {\n  if (x > b) return x;\n}\nreturn null;"), "", "keys, not values");
  assert.equal(python("for x in a:\n    if x:\n        return x\nelse:\n    return b\nreturn None"), "");
  assert.equal(python("for x in a:\n    if x:\n        y = x\n        yield x"), "");
});

test("what is returned at once, and what comes instead", () => {
  assert.equal(js("if (!a) return null;\ngo(a);\nreturn go(b);"), "Returns `null` if `a` is falsy");
  assert.equal(js("if (a.length === 0) return b;\ngo(a);\nreturn go(b);"), "Returns `b` unchanged if `a` is empty");
  assert.equal(js("if (!a) return;\ngo(a);\ngo(b);"), "Does nothing if `a` is falsy");
  assert.equal(js("if (a) {\n  go(a);\n  go(b);\n}"), "Does nothing if `a` is falsy");
  assert.equal(js("if (a && b) {\n  go(a);\n  go(b);\n}"), "Does nothing unless `a` is truthy and `b` is truthy");
  assert.equal(js("if (!a) return 0;\nreturn go(b);"), "Returns `0` if `a` is falsy, otherwise `go(b)`");
  assert.equal(
    js("const x = a.get('x');\nif (!x) return null;\nlog(x);\nreturn go(x);"),
    "Returns `null` if `a.get('x')` is falsy",
    "a variable that stands for one call",
  );
  assert.equal(
    js("const x = this.x;\nthis.x = null;\nreturn x ?? b;"),
    "Sets `this.x` to `null`",
    "it stands for what has been there",
  );
  assert.equal(js("const x = create(a);\nreturn x ?? b;"), "", "made once");
  assert.equal(js("return b ? a.x : a.y;"), "Returns `a.x` if `b` is truthy, otherwise `a.y`");
  assert.equal(js("return b ? go(() => 1) : [];"), "Returns `[]` if `b` is falsy");
  assert.equal(js("return b ? go(() => 1) : go(() => 2);"), "");
  assert.equal(python("return a.x if b else a.y"), "Returns `a.x` if `b` is truthy, otherwise `a.y`");
});

test("twins: a guard that is none, after something else, or about what no caller knows", () => {
  assert.equal(js("go(a);\nif (!a) return null;\nreturn go(b);"), "", "it has gone before");
  assert.equal(js("if (a > 9) throw new RangeError();\nif (b) {\n  go(a);\n  go(b);\n}"), "", "it throws");
  assert.equal(
    python("x = a.x\nx = x + 1\nif not a:\n    return f'{x}'\ngo(a)\nreturn go(b, a, 1)"),
    "",
    "a text of a variable",
  );
  assert.equal(js("if (!a) log(a);\nreturn go(b, a, 1);"), "");
  assert.equal(js("let x = go(a);\nx = go(x);\nif (!x) return null;\nlog(x);\nreturn go(b);"), "", "x is two things");
  assert.equal(js("if ((a = next(b))) return null;\nlog(a);\nreturn go(b);"), "", "the condition changes something");
  assert.equal(js("if (a) {\n  go(a);\n} else {\n  go(b);\n}"), "");
  assert.equal(
    js("if ((a || b) && a.c) return null;\nlog(a);\nreturn go(b);"),
    "Returns `null` if `(a || b) && a.c`",
    "words would not say what binds first",
  );
});

test("defaults", () => {
  assert.equal(js("return a.size ?? 0;"), "Returns `a.size`, or `0` if that is null or undefined");
  assert.equal(js("return a.size || b;"), "Returns `a.size`, or `b` if that is falsy");
  assert.equal(python("return a.get(b, 0)"), "Returns the value of `b` in `a`, or `0` if it is missing");
  assert.equal(
    python('return getattr(a, "size", b)'),
    'Returns the attribute `"size"` of `a`, or `b` if it is missing',
  );
  const given = "Uses `default_size()` as `a` if that is None";
  assert.equal(python("if a is None:\n    a = default_size()\ngo(a)\ngo(b)"), given);
  assert.equal(js("a = a ?? b.size;\ngo(a);\nlog(a);"), "Uses `b.size` as `a` if that is null or undefined");
});

test("twins: one of several results, a question, an assignment of something else", () => {
  assert.equal(js("if (go(a)) {\n  log(a);\n  return 1;\n}\nreturn a.size ?? 0;"), "");
  assert.equal(js("return a.isOpen || b > 1;"), "", "it asks");
  assert.equal(js("return a.get(b, 0);"), "", "no dictionary");
  assert.equal(python("if b is None:\n    a = default_size()\ngo(a)\ngo(b)"), "");
  assert.equal(js("a = b ?? a.size;\ngo(a);\nlog(a);"), "");
});

test("an order, a copy, a function, the object itself, a result that is kept", () => {
  assert.equal(js("return a.size - b.size;", "bySize(a, b)"), "Orders `a` and `b` by `size`, ascending");
  assert.equal(js("return b.size - a.size;", "compare(a, b)"), "Orders `a` and `b` by `size`, descending");
  assert.equal(js("return { ...a, size: go(b) };"), "Returns a copy of `a` in which `size` is set");
  assert.equal(js("return (x) => go(a, x, b);"), "Returns a function of `x`");
  assert.equal(python("def inner(x):\n    return go(x, a)\nreturn inner"), "Returns a function of `x`");
  assert.equal(
    method("this.open = true;\nreturn this;"),
    "Sets `this.open` to `true`; returns `this`, so that calls can be chained",
  );
  const kept = "Keeps the result in `this._rows` for later calls";
  assert.equal(method("if (!this._rows) {\n  this._rows = read(a);\n}\nreturn this._rows;"), kept);
});

test("twins: a difference of two things, a copy that is changed afterwards, a function that is called, a field that is only read", () => {
  assert.doesNotMatch(js("return a.size - b.weight;", "bySize(a, b)"), /Orders/);
  assert.doesNotMatch(js("return a.end - b.end;", "delta(a, b)"), /Orders/, "nothing says that it compares");
  assert.equal(js("return { size: go(b), ...a };"), "");
  assert.equal(python("def inner(x):\n    return x\nreturn inner(a, b, 1)"), "");
  assert.doesNotMatch(method("if (!this._rows) {\n  log(a);\n}\nreturn this._rows;"), /Keeps/);
});

test("errors that are caught", () => {
  assert.equal(js("try {\n  return go(a);\n} catch {\n  return null;\n}"), "Returns `null` if an error is caught");
  const named = "try:\n    return go(a)\nexcept KeyError:\n    return b";
  assert.equal(python(named), "Returns `b` if `KeyError` is caught");
  assert.equal(js("try {\n  go(a);\n} catch (error) {\n  b(error);\n}"), "Passes a caught error to `b`");
  assert.equal(js("try {\n  go(a);\n} catch {}"), "Ignores errors");
  const two = "try {\n  return go(a);\n} catch {\n  return null;\n}\ntry {\n  return go(b);\n} catch {\n  return 1;\n}";
  assert.equal(js(two.replace("return go(a);", "go(a);")), "", "another does something else");
  assert.equal(js("try {\n  return go(a);\n} catch (error) {\n  return error;\n}"), "", "no caller knows the error");
  assert.equal(js("try {\n  go(a);\n} catch (error) {\n  b(error, a);\n}"), "");
});

test("fields that are set, entries, events, the base class", () => {
  assert.equal(method("this.a = null;\nthis.b = null;\ngo(this);"), "Sets `this.a` and `this.b` to `null`");
  assert.equal(
    method("if (!a) return;\nthis.open = true;\ngo(b);"),
    "Does nothing if `a` is falsy; otherwise sets `this.open` to `true`",
  );
  assert.equal(method("this.sum += a;\ngo(b);"), "Adds `a` to `this.sum`");
  assert.equal(method("this.rows.push(a);\ngo(b);"), "Appends `a` to `this.rows`");
  assert.equal(method("this.rows[a] = b;\ngo(b);"), "Stores `b` in `this.rows` under `a`");
  assert.equal(method("this.emit('closed', a);\ngo(b);"), "Emits `closed`");
  assert.equal(method("go(b);\nthis.hls.trigger(Events.LEVEL_SWITCHED, a);"), "Triggers `Events.LEVEL_SWITCHED`");
  assert.equal(method("if (a) this.emit('closed');\ngo(b);"), "Emits `closed` if `a` is truthy");
  assert.equal(
    method("super.f(a);\nthis.open = true;"),
    "Sets `this.open` to `true`; calls the base class's `f` first",
  );
});

test("what comes last, and steps", () => {
  const last = "try:\n    yield\nfinally:\n    self.dedent()";
  assert.equal(python(last, "f(self)"), "Calls `self.dedent()` at the end, after an error too");
  assert.equal(
    method("this.open();\nthis.draw(a);\nlog(b);"),
    "Calls `this.open`, `this.draw` and `log`, in this order",
  );
  assert.equal(python(last.replace("finally", "except OSError"), "f(self)"), "");
  assert.equal(python(`if self.skip():\n    log(a)\n    return\n${last}`, "f(self)"), "");
  assert.equal(method("this.open();\nif (a) this.draw(a);\nlog(b);"), "");
  assert.equal(
    js("const x = a.get('x');\nif (!x) return;\nlog(x);\nreturn go(x, b, 1);"),
    "Returns `undefined` if `a.get('x')` is falsy",
  );
});

test("twins: what happens only sometimes, does not last, or comes after a way out", () => {
  assert.equal(method("for (const x of a) this.open = true;\ngo(b);"), "");
  assert.equal(method("this.open = true;\ngo(b);\nthis.open = false;"), "");
  assert.equal(method("if (go(a)) {\n  log(a);\n  return;\n}\nthis.open = true;\ngo(b);"), "");
  assert.equal(method("const x = () => { this.open = true; };\ngo(x);\ngo(b);"), "", "only when it is called");
  assert.equal(method("this.emit(a.name);\ngo(b);"), "");
  assert.equal(
    method("this.a = b;\nif (this.a) this.emit('x');\ngo(b);", "setA(a, b)").includes("Emits"),
    false,
    "asks what it has set",
  );
  assert.equal(method("this.text = '';\nthis.write(a);\ngo(b);"), "", "it is filled then");
  assert.equal(method("super.g(a);\ngo(b);"), "");
});

test("parameters that are changed, and what it calls itself with", () => {
  assert.equal(js("b.push(a);\ngo(a);"), "Changes `b` in place");
  assert.equal(js("a.size = 1;\ngo(b);"), "Sets `a.size` to `1`");
  assert.equal(python("for x in b:\n    a.append(x)"), "Changes `a` in place");
  assert.equal(js("for (const x of a.parts) {\n  f(x, b);\n}"), "Recurses into each `x` of `a.parts`");
  assert.equal(js("log(b);\ngo(a);\nf(a.next, b);"), "Calls itself with `a.next` and `b`");
  assert.equal(python("with self._lock:\n    go(a)", "f(self, a)"), "Holds `self._lock` meanwhile");
  assert.equal(js("const all = a.map((it) => f(it, 1));\ngo(all);\nreturn b(all, 1);"), "Calls itself recursively");
  assert.equal(js("a = [];\na.push(b);\ngo(a);"), "", "another list");
  assert.equal(js("b.push(1);\ngo(b);", "f(a, ...b)"), "", "its own list");
  assert.equal(python("x = a.append\ngo(a.sort(b))"), "");
  assert.equal(method("go(a);\nf(a, b, 1);"), "", "a function of that name, not the method");
  assert.equal(python("from .other import f\ngo(a)\nreturn f(a, b, 1)"), "", "the one that is imported here");
  assert.equal(python("with self.open(a):\n    go(a)", "f(self, a)"), "");
});

test("a summary: what the model says if it adds to the name, and at most two facts; nothing where there is neither", () => {
  const about = (code: string, sentence: string | undefined) => {
    const { name, signature, facts, told } = targetOf(code, "javascript");
    return composed(sentence, { name, signature, facts, told, code, around: name }, HOUSE);
  };
  const remove = (body: string) => `function removeLevel(levels, index) {\n${body}\n}`;
  const twice = remove("if (!index) return;\nlevels.splice(index, 1);\nbus.emit('removed');\ndraw(levels);");
  const facts = "Does nothing if `index` is falsy; otherwise emits `removed`.";
  assert.equal(about(twice, undefined), facts);
  assert.equal(about(twice, "remove a level of the levels"), `Removes a level of the levels. ${facts}`, "a subject");
  assert.equal(about(twice, "remove a level and draw"), `Removes a level and draw. ${facts}`);
  const plain = remove("const all = levels.slice();\nall.splice(index, 1);\nreturn all;");
  assert.equal(about(plain, "remove the level at the index"), "");
  assert.equal(about(plain, "remove a level of a slice"), "Removes a level of a slice.");
  assert.equal(about(plain, undefined), "");
  const counts = (list: string) => about(`function count() {\n  return ${list}.length;\n}`, "count all items");
  assert.equal(counts("items"), "Counts all items.", "a name of the code");
  assert.equal(counts("rows"), "", "a word for anything");
  assert.equal(about("function first(a) {\n  return a._first;\n}", undefined), "", "a field as it is");
  assert.equal(about("function isOpen(a) {\n  return a.angle > 0;\n}", undefined), "Returns whether `a.angle > 0`.");
});
