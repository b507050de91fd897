import assert from "node:assert/strict";
import { test } from "node:test";
import { createGraphSession, tensorFactory } from "../../../server/engine/runtime/graphSession.ts";
import { linear, multiply, rmsNorm, swiglu } from "../../../server/train/autodiff/operators.ts";
import { Tape, type Value } from "../../../server/train/autodiff/tape.ts";

const { float32 } = await tensorFactory();

/** Runs the tape's graph on `inputs`, those that it needs, all of one shape; to be compared with `wanted`. */
async function assertResults(
  tape: Tape,
  shape: number[],
  inputs: Record<string, number[]>,
  wanted: Record<string, number[]>,
): Promise<void> {
  const graph = tape.encode();
  const session = await createGraphSession(graph.bytes, { device: "cpu", threads: 1 });
  const needed = Object.entries(inputs).filter(([name]) => graph.inputs.has(name));
  const feeds = Object.fromEntries(needed.map(([name, data]) => [name, float32(Float32Array.from(data), shape)]));
  const results = await session.run(feeds, Object.fromEntries(Object.keys(wanted).map((name) => [name, null])));
  await session.release();
  const values = Object.entries(results).map(([name, { data }]) => [name, [...(data as Float32Array)]]);
  assert.deepEqual(Object.fromEntries(values), wanted);
}

test("a value that is used several times gets the sum of the gradients", async () => {
  const tape = new Tape();
  const x = tape.input("x", [1, 2], { differentiable: true });
  const cube = multiply(tape, multiply(tape, x, x), x);
  tape.backward(cube, tape.input("dy", [1, 2]));
  tape.output("y", cube);
  tape.output("dx", tape.gradient(x));
  await assertResults(tape, [1, 2], { x: [2, -3], dy: [1, 10] }, { y: [8, -27], dx: [12, 270] });
});

test("a linear layer adds to a gradient that is there already", async () => {
  const tape = new Tape();
  const x = tape.input("x", [1, 1], { differentiable: true });
  const w = tape.input("w", [1, 1], { differentiable: true });
  const y = linear(tape, linear(tape, x, w, { alpha: 2 }), w, { c: x }); // 2 w² x + x
  tape.backward(y, tape.input("dy", [1, 1]));
  for (const value of [x, w]) tape.output(`d${value.name}`, tape.gradient(value));
  await assertResults(tape, [1, 1], { x: [5], w: [3], dy: [1] }, { dx: [19], dw: [60] });
});

test("inputs that no output needs are left out, and an input may be an output, under two names", async () => {
  const tape = new Tape();
  const [a, b] = ["a", "b"].map((name) => tape.input(name, [1, 2]));
  multiply(tape, a, b);
  tape.output("first", b);
  tape.output("second", b);
  assert.deepEqual([...tape.encode().inputs], ["b"]);
  await assertResults(tape, [1, 2], { a: [1, 2], b: [3, 4] }, { first: [3, 4], second: [3, 4] });
});

test("a saved value cuts the graph, not the gradient", async () => {
  const tape = new Tape();
  const x = tape.input("x", [1, 2], { differentiable: true });
  const square = tape.takeSaved(multiply(tape, x, x), "square");
  tape.backward(multiply(tape, square, square), tape.input("dy", [1, 2]));
  tape.output("dx", tape.gradient(x));
  await assertResults(tape, [1, 2], { x: [2, 3], square: [4, 9], dy: [1, 1] }, { dx: [32, 108] }); // 4 x³
});

test("a gradient that nothing needs is not asked for", () => {
  const tape = new Tape();
  const x = tape.input("x", [1, 2]);
  tape.backward(multiply(tape, x, x), tape.input("dy", [1, 2]));
  assert.throws(() => tape.gradient(x), /no gradient reaches x/);
});

/** Central differences of Σ dy · f, in the arithmetic of the graph. */
async function assertSlopes(build: (tape: Tape, a: Value, b: Value) => Value, aShape: number[], bShape: number[]) {
  const values = (shape: number[], phase: number) =>
    Array.from({ length: shape.reduce((x, y) => x * y, 1) }, (_, i) => 1.2 * Math.sin(1.7 * i + phase));
  const tape = new Tape();
  const a = tape.input("a", aShape, { differentiable: true });
  const b = tape.input("b", bShape, { differentiable: true });
  const y = build(tape, a, b);
  tape.backward(y, tape.input("dy", y.shape));
  tape.output("y", y);
  tape.output("da", tape.gradient(a));
  tape.output("db", tape.gradient(b));
  const session = await createGraphSession(tape.encode().bytes, { device: "cpu", threads: 1 });
  const point: Record<string, number[]> = { a: values(aShape, 0.3), b: values(bShape, 1), dy: values([...y.shape], 2) };
  const shapes: Record<string, readonly number[]> = { a: aShape, b: bShape, dy: y.shape };
  const at = async (inputs: Record<string, number[]>) => {
    const feeds = Object.entries(inputs).map(([name, data]) => [name, float32(Float32Array.from(data), shapes[name])]);
    const results = await session.run(Object.fromEntries(feeds), { y: null, da: null, db: null });
    return (name: string) => [...(results[name].data as Float32Array)];
  };
  const result = await at(point);
  const step = 1e-2;
  for (const name of ["a", "b"]) {
    for (const [i, slope] of result(`d${name}`).entries()) {
      const value = async (by: number) => {
        const moved = { ...point, [name]: point[name].with(i, point[name][i] + by) };
        return (await at(moved))("y").reduce((sum, v, j) => sum + v * point.dy[j], 0);
      };
      const wanted = ((await value(step)) - (await value(-step))) / (2 * step);
      assert.ok(Math.abs(slope - wanted) < 2e-3, `d${name}[${i}]: ${slope}, not ${wanted}`);
    }
  }
  await session.release();
}

test("SwiGLU and the RMS norm have the slopes that they say", async () => {
  await assertSlopes(swiglu, [3, 4], [3, 4]);
  await assertSlopes((tape, x, weight) => rmsNorm(tape, x, weight, 1e-2), [3, 4], [4]);
});
