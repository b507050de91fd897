// What is said of engines elsewhere: each state in the status, the question before anything is sent, the rows of the pick.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  consentQuestion,
  engineModelRow,
  engineProblems,
  engineRow,
  engineSentence,
} from "../../../src/editor/engineText.ts";
import { statusActions } from "../../../src/editor/statusActions.ts";
import { type StatusInputs, statusState, statusText } from "../../../src/editor/statusText.ts";
import type { EngineStatus } from "../../../src/protocol/engines.ts";

const engine: EngineStatus = {
  url: "http://127.0.0.1:11434",
  state: "inUse",
  model: "qwen2.5-coder:7b",
  kind: "ollama",
  isReadableOnTheWay: false,
  requests: 12,
  bytesSent: 123_456,
  bytesReceived: 900,
};
const problem = { message: "The engine cannot be reached.", action: "Start it." };
const inputs: StatusInputs = {
  enable: { "*": true },
  trusted: true,
  quiet: false,
  snoozedUntilMs: 0,
  languageId: "typescript",
  agent: "running",
  model: { state: "ready", working: false, model: "smollm2-135m", device: "cpu" },
  root: undefined,
};
/** The status as the item shows it. */
function shown(change: Partial<EngineStatus>, more: Partial<StatusInputs> = {}) {
  const chosen = { ...engine, ...change };
  const all = { ...inputs, ...more };
  const state = statusState({ ...all, model: { ...all.model, engine: chosen } });
  return statusText(state, engineProblems(chosen), [], {}, chosen);
}

test("in use: which model writes where, and what has gone there", () => {
  const { text, sentence, severity } = shown({});
  assert.equal(text, "$(server) Sotto");
  assert.equal(severity, "none");
  assert.match(sentence, /^Sotto: ready\. qwen2\.5-coder:7b at http:\/\/127\.0\.0\.1:11434 \(Ollama\) writes\./);
  assert.match(sentence, /123 kB sent and 900 bytes received since this window was opened\.$/);
  assert.equal(shown({ url: "https://engine.example" }).text, "$(cloud) Sotto");
});

test("plain http to another machine: a warning that stays, also while it writes", () => {
  const plain = { url: "http://10.0.0.5:11434", isReadableOnTheWay: true };
  for (const more of [{}, { model: { ...inputs.model, working: true } }]) {
    const { text, sentence, severity } = shown(plain, more);
    assert.deepEqual([text, severity], ["$(warning) Sotto", "warning"]);
    assert.match(sentence, /is not encrypted: everyone on the way can read it\.$/);
  }
});

test("while the local model writes in its place: that, why, and the way back", () => {
  const cases: [Partial<EngineStatus>, RegExp][] = [
    [{ state: "opening" }, /is being asked; Sotto's own model writes meanwhile/],
    [
      { state: "resting", problem, retryAtMs: Date.now() },
      /because http:\S+ has failed\. It is tried again at .*, or at once by "Sotto: Try the Engine Again"[\s\S]*The engine cannot be reached\. Start it\.$/,
    ],
    [{ state: "needsConsent" }, /you have not agreed that code is sent to[\s\S]*run "Sotto: Choose Engine…"/],
  ];
  for (const [change, said] of cases) {
    const { sentence } = shown(change);
    assert.match(sentence, /^Sotto: ready\. smollm2-135m on the processor\./);
    assert.match(sentence, said);
  }
  assert.equal(shown({ state: "resting", problem }).severity, "warning");
  const untrusted = shown({ state: "untrusted" }, { trusted: false });
  assert.match(
    untrusted.sentence,
    /^Sotto: restricted[\s\S]*nothing is sent to http:\S+ from a workspace that is not trusted/,
  );
  assert.equal(untrusted.severity, "none");
});

test("an engine that writes does not wait for the local model, nor fail with it; one that does not write does", () => {
  const failed = { state: "failed" as const, working: false };
  const starting = { state: "starting" as const, working: false };
  for (const model of [failed, starting]) {
    assert.match(shown({}, { model }).sentence, /writes\./);
    assert.doesNotMatch(shown({ state: "resting" }, { model }).sentence, /ready/);
  }
});

test("a click offers what brings it back", () => {
  const actions = (change: Partial<EngineStatus>) => {
    const groups = statusActions(statusState(inputs), { engine: { ...engine, ...change } });
    return groups.find(({ name }) => name === "now")?.actions.map(({ command }) => command) ?? [];
  };
  assert.deepEqual(actions({ state: "resting" }), ["sotto.tryEngineAgain", "sotto.setEngineKey"]);
  assert.deepEqual(actions({ state: "needsConsent" }), ["sotto.chooseEngine"]);
  assert.deepEqual(actions({}), []);
});

test("the question names the address, what is sent, and plain text where it is", () => {
  const { question, detail } = consentQuestion("http://10.0.0.5:11434/base");
  assert.equal(question, "Send code to http://10.0.0.5:11434?");
  for (const said of [
    /the file around the cursor/,
    /pieces of other files/,
    /read rules/,
    /Secrets .* are replaced first, except in the line that you are typing/,
    /everyone on the way can read/,
    /takes your consent back/,
  ])
    assert.match(detail, said);
  assert.doesNotMatch(consentQuestion("https://engine.example").detail, /everyone on the way/);
});

test("rows: the server with its models, a model with its context", () => {
  const models = ["a", "b", "c", "d", "e", "f", "g"].map((id) => ({ id }));
  assert.deepEqual(engineRow({ kind: "vllm", url: "http://127.0.0.1:8000", version: "0.32.0", models }), {
    label: "vLLM 0.32.0",
    description: "http://127.0.0.1:8000",
    detail: "a, b, c, d, e and 2 more",
  });
  assert.deepEqual(engineModelRow({ id: "shop", contextTokens: 4_096, parent: "coder" }), {
    label: "shop",
    description: "context of 4,096 tokens, an adapter of coder",
  });
  assert.match(engineSentence({ ...engine, bytesSent: 2_500_000 }), /2\.5 MB sent/);
});
