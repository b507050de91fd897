// One file of each language that has a grammar, without errors and with what its query file tells apart. No test.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the samples are source text

/** By VS Code's language id. */
export const samples: Readonly<Record<string, string>> = {
  typescript: `import fs, { join as joined } from "node:path";
import * as model from "./model.ts";
export { shown } from "./view.ts";

export const LIMIT = 10;
export interface Area { area(): number; readonly name: string }
type Id = string | number;
enum Kind { Round, Square = 2 }
namespace inner { export const a = 1; }

/** Doc. */
export default class Shape<T> implements Area {
  #items: T[] = [];
  constructor(private readonly limit: number) { this.#items = new Array<T>(limit); }
  area(): number {
    const local = (extra: number) => extra * LIMIT;
    return local(this.limit) + \`a string \${joined("b", fs)} that makes the body long\`.length;
  }
  twice = () => this.area() * 2;
}
`,
  typescriptreact: `import { useState } from "react";
export function View({ items }: { items: string[] }) {
  const [local, setLocal] = useState(0);
  return <ul className="list" onClick={() => setLocal(local + 1)}>{items.map((extra) => <li key={extra}>{extra}</li>)}</ul>;
}
`,
  javascript: `const { readFileSync: read } = require("node:fs");
class Shape {
  constructor(limit) { this.limit = limit; }
  area() {
    const local = (extra) => extra + \`a string \${read} that makes the body long\`.length;
    return local(this.limit); // done
  }
}
exports.area = function (shape) { return shape.area(); };
`,
  python: `import os.path as paths
from .model import Point as P, Shape
from typing import *

LIMIT: int = 10


@dataclass
class Base(Shape):
    """Doc."""
    name: str = "a"

    def __init__(self, extra):
        self.extra = extra

    def area(self, count=1):
        local = f"a string {self.name!r} that makes the body long"
        return local + str(count)  # done


def main(): return Base(LIMIT)
`,
  go: `// Package shapes draws.
package shapes

import "fmt"
import (
	m "math"
	"gopkg.in/yaml.v3"
	. "strings"
)

const Pi = 3.14

type (
	ID   int
	Name string
)

type Point struct {
	X, Y float64
	name string
}

type Shape interface {
	Area() float64
}

var origin, far = Point{}, Point{}

// Move moves.
func (p *Point) Move(dx float64) error {
	local := func(a int) int { return a }
	fmt.Println(p.X, m.Pi, yaml.Node{}, local(1), "a string that makes the body long")
	return nil
}

func New[T any](a T) *Point { return &Point{} }
`,
  rust: `//! Crate docs.
use std::{fs, io::{self, Read as R}};
use crate::model::Point as P;
use super::*;
mod parse;

const LIMIT: usize = 10;

#[derive(Debug)]
pub struct Shape<'a> { pub name: &'a str, kind: Kind }

enum Kind { Round, Square(u8) }

trait Area { fn area(&self) -> f64; fn double(&self) -> f64 { self.area() * 2.0 } }

impl<'a> Area for Shape<'a> {
    fn area(&self) -> f64 {
        let local = fs::read_to_string(self.name).unwrap().len() as f64 * std::f64::consts::PI;
        local
    }
}

macro_rules! square { ($x:expr) => { $x * $x }; }

mod inner {
    pub fn helper(count: usize) -> usize { count + super::LIMIT }
}
`,
  java: `package a.b;

import java.util.List;
import java.util.concurrent.*;
import static org.junit.Assert.assertEquals;

/** Doc. */
@Deprecated
public class Shape<T> implements Area {
    private static final int LIMIT = 10, OTHER = 2;
    enum Kind { ROUND, SQUARE }
    interface Visitor { void visit(Shape<?> shape); }
    record Pair(int left, int right) { Pair { if (left > right) throw new IllegalArgumentException("left before right"); } }

    public Shape(List<T> items) { this.items = items; System.out.println("a body that is long enough"); }

    int count(int extra) {
        int local = LIMIT;
        return local + extra + items.size() + "a string that makes the body long".length();
    }
}
`,
  c: `/* Doc. */
#include <stdio.h>
#include "shape.h"
#define LIMIT 10
#define SQUARE(x) ((x) * (x))

typedef struct point { int x; char *name; } point_t;
typedef unsigned long id_t;
struct node { struct node *next; int (*visit)(int); };
enum kind { ROUND, SQUARE_KIND };
static int count = 0, *last;
int area(const point_t *p);

static char *title(point_t *p, int n)
{
    int local = LIMIT;
    printf("%s %d a string that makes the body long\\n", p->name, local + n);
    return p->name;
}
`,
  cpp: `#include <vector>
#include "shape.hpp"
namespace geo {
template <typename T> class Shape : public Base {
public:
    Shape(int a);
    virtual ~Shape() {}
    int area() const { return width_ * 2; }
    bool operator==(const Shape &other) const;
    T &item() { return item_; }
private:
    int width_ = 0;
    T item_;
};
using Id = unsigned long;
template <typename T> int Shape<T>::count(int extra) {
    std::vector<int> local(extra);
    auto twice = [&](int a) { return a * 2; };
    return twice(local.size()) + width_ + this->area() + 1000000;
}
}
geo::Point &geo::Point::move(int dx) { return *this; }
Widget::~Widget() { }
int main() { return 0; }
`,
  csharp: `using System;
using System.Collections.Generic;
using Json = Newtonsoft.Json.JsonConvert;
using static System.Math;

namespace Geo.Shapes
{
    /// <summary>Doc.</summary>
    [Serializable]
    public class Shape<T> : IArea
    {
        private readonly int _limit = 10;
        public string Name { get; set; } = "a";
        public int Twice => _limit * 2;
        public event EventHandler Changed;
        public Shape(int limit) { _limit = limit; Console.WriteLine($"a body {limit} that is long enough"); }
        public static Shape<T> operator +(Shape<T> a, Shape<T> b) => a;
        public int Count(int extra)
        {
            int local = _limit;
            int Inner(int a) { return a; }
            return local + extra + Inner(1) + "a string that makes the body long".Length;
        }
    }
    interface IArea { double Area(); }
    enum Kind { Round, Square }
    record Pair(int Left, int Right);
    delegate void Visit(int a);
}
`,
  jsonc: `{
  // comment
  "name": "a",
  "scripts": { "test": "node --test", "deep": { "a": [1, 2] } },
  "files": ["a", "b"]
}
`,
};
