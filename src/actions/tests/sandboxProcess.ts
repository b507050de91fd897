// What runs inside the sandbox: one function, whose text is given to a Node of its own. It may name nothing of this file or of an import.
// The job comes by the standard input, answers go to a descriptor of their own, line by line, so that what was reached before an end is known.

import type { Module } from "./modules.ts";

export interface Variant {
  id: string;
  source: string; // of the target, as JavaScript
}

export interface Job {
  modules: Record<string, Module>;
  resolved: Record<string, string>;
  target: string; // URL
  exported: string;
  calls: string[]; // as they stand after the function's name
  rounds: number; // how often each call is made with the target as it is, in changing order
  marked: string | undefined; // the target with its arms
  mutants: Variant[];
  skip: string[]; // "variant call" that did not end
  scripts: string[]; // whole tests, as JavaScript modules; each is run `rounds` times
}

/** What came of one call, as the text of an expression. */
export type Outcome =
  | { kind: "value" | "throws"; text: string; isAsync: boolean; isListed?: boolean } // isListed: of an iterator of Python, as a list
  | { kind: "unwritable" | "unstable" | "late" };

export type Answer =
  | { at: "begin"; variant: string; call: number }
  | { at: "call"; variant: string; call: number; outcome: Outcome; arms?: number[] }
  | { at: "failed"; variant: string; message: string }
  | { at: "script"; index: number; passed: number; message?: string }
  | { at: "end" };

/** Runs the job. Its text must stand by itself. */
export async function runJob(): Promise<void> {
  const CALL_MS = 250;
  const MOST_UNITS = 200;
  const CALLS: string = "sotto:calls"; // by a name that a bundler does not look for
  const builtin = process.getBuiltinModule.bind(process);
  const fs = builtin("node:fs");
  const vm = builtin("node:vm");
  const assert = builtin("node:assert");
  const { registerHooks } = builtin("node:module");
  const job = JSON.parse(fs.readFileSync(0, "utf8")) as Job;
  const write = fs.writeSync.bind(fs);
  const tell = (answer: Answer) => write(3, `${JSON.stringify(answer)}\n`);
  const { setTimeout: later, clearTimeout: clear, Promise: OwnPromise } = globalThis;
  const served = new Map<string, { format: string; source: string }>();
  const HARMLESS =
    /^node:(?:assert|assert\/strict|buffer|events|path|path\/posix|path\/win32|punycode|querystring|string_decoder|url|util|util\/types)$/;
  registerHooks({
    resolve(name, { parentURL = "" }, next) {
      if (served.has(name)) return { url: name, shortCircuit: true };
      const plain = parentURL.replace(/\.sotto-variant-.*$|[?].*$/, "");
      const url = job.resolved[`${plain}\n${name}`];
      if (url !== undefined) return { url, shortCircuit: true };
      const system = name.startsWith("node:") ? name : `node:${name}`;
      if (HARMLESS.test(system)) return next(system);
      throw new Error(`Sotto's sandbox does not load ${name}`);
    },
    load(url, context, next) {
      const own = served.get(url) ?? job.modules[url];
      return own ? { format: own.format as "module", source: own.source, shortCircuit: true } : next(url, context);
    },
  });
  const hidden = process as unknown as Record<string, unknown>;
  for (const name of [
    "getBuiltinModule",
    "kill",
    "_kill",
    "abort",
    "reallyExit",
    "exit",
    "dlopen",
    "binding",
    "_linkedBinding",
    "chdir",
    "_debugProcess",
    "execve",
  ])
    hidden[name] = () => {
      throw new Error(`Sotto's sandbox has no process.${name}`);
    };
  for (const name of ["fetch", "WebSocket", "EventSource", "Worker", "BroadcastChannel"])
    Reflect.deleteProperty(globalThis, name);
  for (const name of ["log", "info", "warn", "error", "debug", "trace", "table", "dir"] as const)
    console[name] = () => {};
  process.on("uncaughtException", () => {});
  process.on("unhandledRejection", () => {});
  const reached = new Set<number>();
  const world = globalThis as unknown as Record<string, unknown>;
  world.__sottoArm = (arm: number) => reached.add(arm);

  const TYPED = [
    Uint8Array,
    Uint8ClampedArray,
    Uint16Array,
    Uint32Array,
    Int8Array,
    Int16Array,
    Int32Array,
    Float32Array,
    Float64Array,
  ];
  /** A value as the text of an expression that makes it; undefined where there is none. */
  const written = (value: unknown, depth = 0): string | undefined => {
    if (depth > 6) return undefined;
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
    if (typeof value === "bigint") return `${value}n`;
    if (value === null || typeof value === "boolean" || value === undefined) return String(value);
    if (typeof value !== "object") return undefined;
    const list = (values: Iterable<unknown>) => {
      const texts: (string | undefined)[] = [];
      for (const one of values) {
        if (texts.length > 100) return undefined;
        texts.push(written(one, depth + 1));
      }
      return texts.includes(undefined) ? undefined : `[${texts.join(", ")}]`;
    };
    if (Array.isArray(value)) {
      if (Object.keys(value).length !== value.length) return undefined;
      return list(value);
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype === Date.prototype) {
      const ms = (value as Date).getTime();
      return `new Date(${ms})`;
    }
    if (prototype === RegExp.prototype) return String(value);
    if (prototype === Set.prototype) {
      const inner = list(value as Set<unknown>);
      return inner && `new Set(${inner === "[]" ? "" : inner})`;
    }
    if (prototype === Map.prototype) {
      const inner = list(value as Map<unknown, unknown>);
      return inner && `new Map(${inner === "[]" ? "" : inner})`;
    }
    const typed = TYPED.find((one) => one.prototype === prototype);
    if (typed) {
      const inner = list(value as Uint8Array);
      return inner && `new ${typed.name}(${inner === "[]" ? "" : inner})`;
    }
    if (prototype !== Object.prototype && prototype !== null) return undefined;
    if (Object.getOwnPropertySymbols(value).length > 0) return undefined;
    const members = Object.entries(Object.getOwnPropertyDescriptors(value)).map(([name, property]) => {
      if (!("value" in property) || !property.enumerable || name === "__proto__") return undefined;
      const text = written(property.value, depth + 1);
      return text && `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)}: ${text}`;
    });
    if (members.includes(undefined)) return undefined;
    if (prototype === null) members.unshift("__proto__: null");
    return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
  };

  const late = Symbol();
  const isThenable = (value: unknown): value is Promise<unknown> =>
    value instanceof OwnPromise ||
    (typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function");
  const settled = async (value: unknown): Promise<unknown> => {
    if (!isThenable(value)) return value;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = new OwnPromise((resolve) => {
      timer = later(() => resolve(late), CALL_MS);
    });
    try {
      return await OwnPromise.race([value, end]);
    } finally {
      clear(timer);
    }
  };
  const outcomeOf = async (subject: unknown, call: (subject: unknown) => unknown): Promise<Outcome> => {
    let isAsync = false;
    try {
      world.__sottoCall = () => call(subject);
      const value = new vm.Script("__sottoCall()").runInThisContext({ timeout: CALL_MS });
      isAsync = isThenable(value);
      const result = await settled(value);
      if (result === late) return { kind: "late" };
      const text = written(result);
      return text === undefined || text.length > MOST_UNITS ? { kind: "unwritable" } : { kind: "value", text, isAsync };
    } catch (error) {
      const { code, name, message } = (error ?? {}) as { code?: unknown; name?: unknown; message?: unknown };
      if (code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return { kind: "late" };
      if (!(error instanceof Error) || typeof name !== "string" || typeof message !== "string")
        return { kind: "unwritable" };
      if (/Sotto's sandbox|Code generation from strings|ERR_ACCESS_DENIED/.test(`${message} ${String(code)}`))
        return { kind: "unwritable" };
      const text = JSON.stringify({ name, message });
      return text.length > MOST_UNITS ? { kind: "unwritable" } : { kind: "throws", text, isAsync };
    }
  };

  served.set(CALLS, {
    format: "module",
    source: `export default [${job.calls.map((call) => `(subject) => subject${call}`).join(",\n")}];`,
  });
  const load = async (variant: string, source: string | undefined): Promise<unknown> => {
    const own = job.modules[job.target]!;
    // A name of its own: the cache of CommonJS does not look at what comes after "?".
    const url = `${job.target}.sotto-variant-${variant}.${own.format === "module" ? "mjs" : "cjs"}`;
    served.set(url, { format: own.format, source: source ?? own.source });
    const module = (await import(url)) as Record<string, unknown>;
    const whole = module.default as Record<string, unknown> | undefined;
    return job.exported in module ? module[job.exported] : whole?.[job.exported];
  };
  const failed = (variant: string, error: unknown) =>
    tell({ at: "failed", variant, message: String((error as Error)?.message ?? error).slice(0, 300) });
  const isSkipped = (variant: string, call: number) => job.skip.includes(`${variant} ${call}`);

  const runCalls = async (): Promise<void> => {
    const calls = ((await import(CALLS)) as { default: ((subject: unknown) => unknown)[] }).default;
    const order = calls.map((_, index) => index);
    const seen = new Map<number, Outcome>();
    tell({ at: "begin", variant: "load", call: 0 });
    const subject = await load("plain", undefined);
    for (let round = 0; round < job.rounds; round++)
      for (const call of round % 2 === 0 ? order : order.toReversed()) {
        if (isSkipped("plain", call) || (seen.get(call) && !("text" in seen.get(call)!))) continue;
        tell({ at: "begin", variant: "plain", call });
        const outcome = await outcomeOf(subject, calls[call]!);
        const before = seen.get(call);
        seen.set(call, !before || JSON.stringify(before) === JSON.stringify(outcome) ? outcome : { kind: "unstable" });
      }
    for (const [call, outcome] of seen) if (!job.marked) tell({ at: "call", variant: "plain", call, outcome });
    if (job.marked) {
      const marked = await load("marked", job.marked);
      for (const [call, outcome] of seen) {
        reached.clear();
        if ("text" in outcome) await outcomeOf(marked, calls[call]!);
        tell({ at: "call", variant: "plain", call, outcome, arms: [...reached] });
      }
    }
    for (const { id, source } of job.mutants) {
      let changed: unknown;
      try {
        tell({ at: "begin", variant: id, call: -1 });
        changed = await load(id, source);
      } catch (error) {
        failed(id, error);
        continue;
      }
      for (const [call, { kind }] of seen) {
        if (kind !== "value" && kind !== "throws") continue;
        if (isSkipped(id, call)) continue;
        tell({ at: "begin", variant: id, call });
        const outcome = await outcomeOf(changed, calls[call]!);
        tell({ at: "call", variant: id, call, outcome });
        if (outcome.kind === "late") break;
      }
    }
  };

  const runScripts = async (): Promise<void> => {
    const tests: { run: () => unknown }[] = [];
    const register = (_name: unknown, run: unknown) => {
      if (typeof run === "function") tests.push({ run: run as () => unknown });
    };
    const group = (_name: unknown, run: () => void) => run();
    const equal = (a: unknown, b: unknown) => assert.deepStrictEqual(a, b);
    const fails = async (promise: unknown, wanted: unknown) =>
      assert.rejects(promise as Promise<unknown>, wanted as Error);
    const thrown = (wanted: { name: string; message: string }) => ({ name: wanted.name, message: wanted.message });
    const expectation = (value: unknown) => ({
      toEqual: (wanted: unknown) => equal(value, wanted),
      toStrictEqual: (wanted: unknown) => equal(value, wanted),
      toThrow: (wanted: Error) => assert.throws(value as () => void, thrown(wanted)),
      resolves: { toStrictEqual: async (wanted: unknown) => equal(await value, wanted) },
      rejects: { toThrow: (wanted: Error) => fails(value, thrown(wanted)) },
    });
    const expect = Object.assign(expectation, { objectContaining: (wanted: unknown) => wanted });
    Object.assign(world, { __sottoRunner: { test: register, it: register, describe: group, expect } });
    Object.assign(world, { test: register, it: register, describe: group, expect });
    const source =
      "const r = globalThis.__sottoRunner; export const { test, it, describe, expect } = r; export default r.test;";
    for (const name of ["node:test", "vitest", "@jest/globals", "mocha"])
      served.set(name, { format: "module", source });
    for (const [index, script] of job.scripts.entries()) {
      const name = `${job.target}.sotto-test-${index}.mjs`;
      let passed = 0;
      let message: string | undefined;
      for (let round = 0; round < job.rounds; round++)
        try {
          tests.length = 0;
          served.set(`${name}?${round}`, { format: "module", source: script });
          await import(`${name}?${round}`);
          if (tests.length === 0) throw new Error("the file has no test");
          for (const { run } of round % 2 === 0 ? tests : tests.toReversed()) await run();
          passed++;
        } catch (error) {
          message ??= String((error as Error)?.message ?? error).slice(0, 300);
        }
      tell({ at: "script", index, passed, ...(message !== undefined && { message }) });
    }
  };

  try {
    if (job.scripts.length > 0) await runScripts();
    else await runCalls();
  } catch (error) {
    failed("plain", error);
  }
  tell({ at: "end" });
}
