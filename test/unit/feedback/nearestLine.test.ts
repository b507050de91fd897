// The baseline of the nearest earlier line: which line that is, what of it comes true, and that it is cheap.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Compared, NearestLine, restOfNearestLine } from "../../../src/feedback/nearestLine.ts";

const URI = "file:///w/a.ts";

/** @param drawn the cursor is at │ */
function restAt(drawn: string): string {
  const offset = drawn.indexOf("│");
  return restOfNearestLine(drawn.replace("│", ""), offset);
}

test("the nearest earlier line that begins alike, indentation aside", () => {
  assert.equal(restAt("  self.a = a\n  self.b = b\n    self.│"), "b = b");
  assert.equal(restAt("const a = 1;\nlet b = 2;\nconst │c"), "a = 1;");
  assert.equal(restAt("\nfoo(1);\r\n\r\n  │"), "foo(1);", "nothing typed yet: the nearest line that is not blank");
  assert.equal(restAt("return x\nreturn x│"), "", "nothing more stands there");
  assert.equal(restAt("a.b│\na.b.c"), "", "what stands below is no earlier line");
  assert.equal(restAt("│"), "");
});

test("it is what a plain search through the lines finds", () => {
  const line = fc.array(fc.constantFrom("a", "b", " ", "ab"), { maxLength: 6 }).map((parts) => parts.join(""));
  const lines = fc.array(line, { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(lines, (all) => {
      const text = all.join("\n");
      const typed = all.at(-1)!.trimStart();
      const earlier = all.slice(0, -1).map((one) => one.trim());
      const found = earlier.findLast((one) => one.length > typed.length && one.startsWith(typed));
      assert.equal(restOfNearestLine(text, text.length), found?.slice(typed.length) ?? "");
    }),
    { numRuns: 1_000 },
  );
});

class Typist {
  text: string;
  readonly line = new NearestLine<string>(() => this.text);
  readonly compared: Compared<string>[] = [];

  constructor(text: string) {
    this.text = text;
  }

  show(place: string, suggested: string): this {
    this.compared.push(...this.line.shown(place, URI, this.text.length, suggested));
    return this;
  }

  insert(inserted: string, start = this.text.length): this {
    this.text = this.text.slice(0, start) + inserted + this.text.slice(start);
    this.compared.push(...this.line.changed(URI, { start, removed: "", inserted }));
    return this;
  }

  leave(): this {
    this.compared.push(...this.line.cursorAt(URI, 0));
    return this;
  }
}

test("a finished line is compared with what was suggested and with the earlier line, at each place of the line", () => {
  const typist = new Typist("total += a.price;\ntotal += b.size;\ntotal += ");
  typist.show("first", "b.price;\nreturn").insert("b.").show("second", "price").insert("price;");
  assert.deepEqual(typist.compared, [], "the line may go on");
  typist.insert("\n");
  assert.deepEqual(typist.compared, [
    { place: "first", written: 8, foretold: 8, copied: 2 },
    { place: "second", written: 6, foretold: 5, copied: 0 },
  ]);
});

test("text above moves the line; what stood before the suggestion must stand; a line that is joined is not compared", () => {
  const moved = new Typist("let a = 1;\nlet b").show("moved", " = 2;").insert("// a\n", 0).insert(" = 3;").leave();
  assert.deepEqual(moved.compared, [{ place: "moved", written: 5, foretold: 3, copied: 0 }]);
  const changed = new Typist("let a = 1;\nlet b").show("changed", " = 2;").insert("x", 12).leave();
  assert.deepEqual(changed.compared, []);
  const joined = new Typist("let a = 1;\nlet b").show("joined", " = 2;");
  joined.text = "let a = 1;let b";
  assert.deepEqual(joined.line.changed(URI, { start: 10, removed: "\n", inserted: "" }), []);
  assert.deepEqual(joined.leave().compared, []);
});

test("a suggestion on another line finishes the line before, and so does a document's end", () => {
  const typist = new Typist("f(1);\nf(").show("first", "2);").insert("1);");
  typist.text += "\ng";
  typist.show("other", "();");
  assert.deepEqual(typist.compared, [{ place: "first", written: 3, foretold: 0, copied: 3 }]);
  assert.deepEqual(typist.line.closed(URI), [{ place: "other", written: 0, foretold: 0, copied: 0 }]);
  assert.equal(typist.line.watches(URI), false);
});

test("a long file costs well under a millisecond", () => {
  const text = `${"  const value = compute(first, second);\n".repeat(20_000)}unlike`;
  const samples = Array.from({ length: 50 }, () => {
    const startMs = performance.now();
    restOfNearestLine(text, text.length);
    return performance.now() - startMs;
  }).sort((a, b) => a - b);
  console.log(`${samples[25]!.toFixed(3)} ms`);
  assert.ok(samples[25]! < 5, `${samples[25]} ms`); // five times the goal: a machine may be busy
});
