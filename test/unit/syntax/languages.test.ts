// What the query files tell of one file of each language, and that both builds of a grammar tell the same.

import assert from "node:assert/strict";
import { test } from "node:test";
import { knownLanguages, languageOfPath, languageSyntax } from "../../../common/syntax/languages.ts";
import { createParsers } from "../../../common/syntax/parsers.ts";
import { querySource } from "../../../common/syntax/querySource.ts";
import { samples } from "./samples.ts";
import { told } from "./told.ts";

const native = await createParsers("native");
const wasm = await createParsers("wasm");

interface Expected {
  definitions: string;
  imports: string;
  scopes: string; // each once
  outlined: number; // declarations whose outline leaves something out
}

const expected: Readonly<Record<string, Expected>> = {
  typescript: {
    definitions:
      "variable LIMIT, interface Area, method Area.area, field Area.name, type Id, enum Kind, field Kind.Round, field Kind.Square, namespace inner, variable inner.a, class Shape, field Shape.#items, method Shape.constructor, field Shape.limit, method Shape.area, function Shape.area.local, method Shape.twice",
    imports: "node:path: default, join as fs, joined; ./model.ts: as model *; ./view.ts: shown",
    scopes:
      "interface Area, interface Area > area, type Id, enum Kind, namespace inner, class Shape, class Shape > constructor, class Shape > area, class Shape > area > local, class Shape > twice",
    outlined: 1,
  },
  typescriptreact: {
    definitions: "function View",
    imports: "react: useState as useState",
    scopes: "View",
    outlined: 1,
  },
  javascript: {
    definitions:
      "class Shape, method Shape.constructor, field Shape.limit, method Shape.area, function Shape.area.local, function area",
    imports: "node:fs: readFileSync as read",
    scopes: "class Shape, class Shape > constructor, class Shape > area, class Shape > area > local, exports.area",
    outlined: 1,
  },
  python: {
    definitions:
      "variable LIMIT, class Base, field Base.name, method Base.__init__, field Base.extra, method Base.area, function main",
    imports: "os.path: as paths *; .model: Point, Shape as P, Shape; typing: *",
    scopes: "class Base, class Base > __init__, class Base > area, main",
    outlined: 1,
  },
  go: {
    definitions:
      "variable Pi, type ID, type Name, class Point, field Point.X, field Point.Y, field Point.name, interface Shape, method Shape.Area, variable origin, variable far, method Point.Move, function Point.Move.local, function New",
    imports: "fmt: as fmt *; math: as m *; gopkg.in/yaml.v3: as yaml *; strings: *",
    scopes:
      "type ID, type Name, class Point, interface Shape, interface Shape > Area, Point.Move, Point.Move > local, New",
    outlined: 1,
  },
  rust: {
    definitions:
      "variable LIMIT, class Shape, field Shape.name, field Shape.kind, enum Kind, field Kind.Round, field Kind.Square, interface Area, method Area.area, method Area.double, method Shape.area, function square, namespace inner, function inner.helper",
    imports: "std: fs, Read as fs, R; crate::model: Point as P; super: *; parse: as parse *",
    scopes:
      "class Shape, enum Kind, interface Area, interface Area > area, interface Area > double, impl Shape, impl Shape > area, square, namespace inner, namespace inner > helper",
    outlined: 1,
  },
  java: {
    definitions:
      "class Shape, field Shape.LIMIT, field Shape.OTHER, enum Shape.Kind, field Shape.Kind.ROUND, field Shape.Kind.SQUARE, interface Shape.Visitor, method Shape.Visitor.visit, class Shape.Pair, field Shape.Pair.left, field Shape.Pair.right, method Shape.Pair.Pair, method Shape.Shape, method Shape.count",
    imports:
      "java.util.List: List as List; java.util.concurrent: *; org.junit.Assert.assertEquals: assertEquals as assertEquals",
    scopes:
      "class Shape, class Shape > enum Kind, class Shape > interface Visitor, class Shape > interface Visitor > visit, class Shape > class Pair, class Shape > class Pair > Pair, class Shape > Shape, class Shape > count",
    outlined: 1,
  },
  c: {
    definitions:
      "variable LIMIT, function SQUARE, class point_t, field point_t.x, field point_t.name, type id_t, class node, field node.next, field node.visit, enum kind, field kind.ROUND, field kind.SQUARE_KIND, variable count, variable last, function area, function title",
    imports: "stdio.h: *; shape.h: *",
    scopes: "SQUARE, class point_t, type id_t, class node, enum kind, area, title",
    outlined: 1,
  },
  cpp: {
    definitions:
      "namespace geo, class geo.Shape, method geo.Shape.Shape, method geo.Shape.~Shape, method geo.Shape.area, method geo.Shape.operator==, method geo.Shape.item, field geo.Shape.width_, field geo.Shape.item_, type geo.Id, method geo.Shape.count, function geo.Shape.count.twice, method geo.Point.move, method Widget.~Widget, function main",
    imports: "vector: *; shape.hpp: *",
    scopes:
      "namespace geo, namespace geo > class Shape, namespace geo > class Shape > Shape, namespace geo > class Shape > ~Shape, namespace geo > class Shape > area, namespace geo > class Shape > operator==, namespace geo > class Shape > item, namespace geo > type Id, namespace geo > Shape.count, namespace geo > Shape.count > twice, geo.Point.move, Widget.~Widget, main",
    outlined: 1,
  },
  csharp: {
    definitions:
      "namespace Geo.Shapes, class Geo.Shapes.Shape, field Geo.Shapes.Shape._limit, field Geo.Shapes.Shape.Name, field Geo.Shapes.Shape.Twice, field Geo.Shapes.Shape.Changed, method Geo.Shapes.Shape.Shape, method Geo.Shapes.Shape.+, method Geo.Shapes.Shape.Count, function Geo.Shapes.Shape.Count.Inner, interface Geo.Shapes.IArea, method Geo.Shapes.IArea.Area, enum Geo.Shapes.Kind, field Geo.Shapes.Kind.Round, field Geo.Shapes.Kind.Square, class Geo.Shapes.Pair, field Geo.Shapes.Pair.Left, field Geo.Shapes.Pair.Right, type Geo.Shapes.Visit",
    imports: "System: *; System.Collections.Generic: *; Newtonsoft.Json.JsonConvert: as Json *; System.Math: *",
    scopes:
      "namespace Geo.Shapes, namespace Geo.Shapes > class Shape, namespace Geo.Shapes > class Shape > field Name, namespace Geo.Shapes > class Shape > Shape, namespace Geo.Shapes > class Shape > +, namespace Geo.Shapes > class Shape > Count, namespace Geo.Shapes > class Shape > Count > Inner, namespace Geo.Shapes > interface IArea, namespace Geo.Shapes > interface IArea > Area, namespace Geo.Shapes > enum Kind, namespace Geo.Shapes > class Pair, namespace Geo.Shapes > type Visit",
    outlined: 1,
  },
  jsonc: {
    definitions: "field name, field scripts, field scripts.deep, field files",
    imports: "",
    scopes: "field scripts, field scripts > field deep",
    outlined: 0,
  },
};

for (const [languageId, text] of Object.entries(samples)) {
  const found = told(languageId, text, native);

  test(`definitions, imports, scopes and outline of ${languageId}`, () => {
    assert.equal(found.errors, false);
    const actual = {
      definitions: found.definitions.join(", "),
      imports: found.imports.join("; "),
      scopes: [...new Set(found.scopes)].filter(Boolean).join(", "),
      outlined: found.outline.filter((text) => /\{ … \}|\.\.\.$/.test(text)).length,
    };
    assert.deepEqual(actual, expected[languageId]);
  });

  test(`both builds tell the same of ${languageId}`, () => {
    assert.deepEqual(told(languageId, text, wasm), found);
  });
}

test("each language has a sample, and each of its queries fits both builds of its grammar", () => {
  for (const [languageId, { queries }] of knownLanguages()) {
    const sampled = Object.keys(samples).some((id) => languageSyntax(id)!.queries.join() === queries.join());
    assert.ok(sampled, languageId);
    for (const name of ["definitions", "references", "imports", "outline", "regions"] as const) {
      const source = querySource(queries, name);
      for (const parsers of [native, wasm]) {
        assert.equal(parsers.problem!(languageId), undefined);
        assert.doesNotThrow(() => parsers.for(languageId)!.parse("")!.matches(name), `${languageId} ${name}`);
      }
      assert.ok(source !== "" || languageId.startsWith("json"), `${languageId} ${name}`);
    }
  }
});

test("files are known by their extension", () => {
  const paths = "a.go b.rs c/D.java e.c f.h g.hpp h.cc i.cs j.json k.jsonc l.mts m.pyi n.JSX o.rb p q.txt".split(" ");
  assert.deepEqual(
    paths.map((path) => languageOfPath(path) ?? "-").join(" "),
    "go rust java c cpp cpp cpp csharp json jsonc typescript python javascriptreact ruby - -",
  );
});
