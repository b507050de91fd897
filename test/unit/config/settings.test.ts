// A value from outside is checked; what does not fit gives its default and one sentence.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { defaultCompletionSettings } from "../../../src/completion/settings.ts";
import {
  eagernessAfter,
  languageEnabled,
  readSettings,
  type SettingKey,
  settings,
} from "../../../src/config/settings.ts";

const keys = Object.keys(settings) as SettingKey[];
const defaults = Object.fromEntries(keys.map((key) => [key, settings[key].default]));
const read = (values: Record<string, unknown>) => readSettings((key) => values[key]);

test("nothing set gives the defaults, without a problem", () => {
  assert.deepEqual(read({}), { settings: defaults, problems: [] });
});

test("the defaults are those of completion without an editor", () => {
  assert.equal(settings.maxTokens.default, defaultCompletionSettings.maxTokens);
  assert.equal(settings.deadlineMs.default, defaultCompletionSettings.deadlineMs);
  assert.equal(settings.multiLine.default, defaultCompletionSettings.multiLine);
  assert.equal(settings.maxLines.default, defaultCompletionSettings.maxLines);
  assert.equal(settings.temperature.default, defaultCompletionSettings.temperature);
  assert.deepEqual(settings.filters.default, defaultCompletionSettings.filters);
});

test("valid values are taken", () => {
  const values = {
    enable: { "*": false, python: true },
    multiLine: "never",
    quiet: true,
    eagerness: "fewer",
    learnFromUse: false,
    delayMs: 120,
    maxLines: 3,
    temperature: 0.4,
    filters: { ...settings.filters.default, symbols: false },
    licenceGuard: "hide",
    maxTokens: 32,
    deadlineMs: 500,
    exclude: ["*.gen.ts", "!keep.gen.ts"],
    index: false,
    repositoryMemory: false,
    useCompiler: false,
    useClipboard: true,
    "docstring.style": "numpy",
    nextEdit: "onRequest",
    smallModelChanges: true,
    previewActions: true,
    compareAdapter: true,
    "fineTune.when": "idle",
    "fineTune.minutes": 90,
    "fineTune.afterClose": "continue",
    "fineTune.commits": "ownMore",
    "fineTune.python": "/opt/torch/bin/python",
    keepExamples: true,
    threads: 2,
    device: "webgpu",
    model: "/opt/models/other",
    "engine.url": "https://engine.example:8000/v1",
    "engine.model": "qwen2.5-coder:7b",
    "engine.kind": "vllm",
    "engine.shape": "ids",
    "engine.format": "qwen",
    "engine.contextTokens": 8_192,
    "engine.adapter": "shop",
    "engine.tokenizer": "/opt/models/qwen",
    "download.mirror": "https://mirror.example/models",
    "download.proxy": "http://me:secret@proxy.example:3128",
  };
  assert.deepEqual(read(values), { settings: values, problems: [] });
});

test("eagerness goes in steps, and no further than it goes", () => {
  assert.deepEqual(
    (["fewer", "usual", "more"] as const).map((value) => [eagernessAfter(value, -1), eagernessAfter(value, 1)]),
    [
      ["fewer", "usual"],
      ["fewer", "more"],
      ["usual", "more"],
    ],
  );
});

test("a corrupt value gives its default and one sentence that names the setting", () => {
  const corrupt: [SettingKey, unknown][] = [
    ["enable", true],
    ["enable", { python: "yes" }],
    ["enable", null],
    ["enable", []],
    ["model", "stronger"],
    ["model", "models/own"],
    ["model", 1],
    ["model", null],
    ["multiLine", "sometimes"],
    ["quiet", "on"],
    ["eagerness", "eager"],
    ["learnFromUse", "yes"],
    ["delayMs", -1],
    ["maxLines", 0],
    ["temperature", 2.5],
    ["temperature", Number.NaN],
    ["filters", { everything: false }],
    ["filters", { symbols: "no" }],
    ["filters", true],
    ["licenceGuard", "warn"],
    ["licenceGuard", true],
    ["maxTokens", 0],
    ["maxTokens", 12.5],
    ["maxTokens", "64"],
    ["deadlineMs", -1],
    ["docstring.style", "epytext"],
    ["previewActions", "yes"],
    ["exclude", "*.gen.ts"],
    ["exclude", [1]],
    ["index", "yes"],
    ["useCompiler", "no"],
    ["useClipboard", 1],
    ["fineTune.when", "at night"],
    ["fineTune.minutes", 4],
    ["fineTune.afterClose", true],
    ["fineTune.python", "python3"],
    ["fineTune.python", ["/bin/python"]],
    ["keepExamples", "yes"],
    ["threads", 65],
    ["device", "gpu"],
    ["model", "relative/folder"],
    ["model", 7],
    ["engine.url", "engine.example"],
    ["engine.url", "file:///etc/passwd"],
    ["engine.url", "https://me:secret@engine.example"],
    ["engine.url", "https://engine.example/?key=secret"],
    ["engine.url", 8080],
    ["engine.model", 7],
    ["engine.kind", "tgi"],
    ["engine.shape", "chat"],
    ["engine.format", "chatml"],
    ["engine.contextTokens", -1],
    ["engine.adapter", null],
    ["engine.tokenizer", "models/qwen"],
  ];
  for (const [key, value] of corrupt) {
    const result = read({ [key]: value });
    assert.deepEqual(result.settings, defaults, key);
    assert.equal(result.problems.length, 1, `${key}: ${JSON.stringify(value)}`);
    assert.ok(result.problems[0]?.startsWith(`The setting sotto.${key} must `), result.problems[0]);
  }
});

test("a filter that is not named stays on", () => {
  const { settings: values, problems } = read({ filters: { symbols: false } });
  assert.deepEqual(problems, []);
  assert.deepEqual(values.filters, { ...settings.filters.default, symbols: false });
});

test("whatever is set, every value fits its own check", () => {
  fc.assert(
    fc.property(fc.record(Object.fromEntries(keys.map((key) => [key, fc.anything()]))), (values) => {
      const result = read(values);
      for (const key of keys) assert.ok("value" in settings[key].check(result.settings[key]), key);
    }),
  );
});

test("a language without an entry follows the star", () => {
  assert.equal(languageEnabled({ "*": true, python: false }, "python"), false);
  assert.equal(languageEnabled({ "*": true, python: false }, "typescript"), true);
  assert.equal(languageEnabled({ "*": false, python: true }, "python"), true);
  assert.equal(languageEnabled({}, "python"), false);
});

test("a model is a choice or a folder; nothing, as in older settings, is the default", () => {
  for (const value of ["auto", "quick", "strong", "/opt/m", "C:\\m", "\\\\server\\m", "/opt/quick"])
    assert.deepEqual([read({ model: value }).settings.model, read({ model: value }).problems], [value, []]);
  for (const value of [undefined, ""])
    assert.deepEqual([read({ model: value }).settings.model, read({ model: value }).problems], ["auto", []]);
  assert.deepEqual(read({ model: "fast" }).problems, [
    "The setting sotto.model must be auto, quick, strong or the absolute path of a model's folder; its default is used instead.",
  ]);
});
