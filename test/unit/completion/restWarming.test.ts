// Reading ahead at rest: that the first keys there find their prompt read, with the real packing and retrieval; when nothing is read, and why.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { hostUnavailable, modelLoading } from "../../../common/errors.ts";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { keysOf, pressKey } from "../../../lab/bench/support/typing.ts";
import type { WarmResult } from "../../../server/host/protocol/messages.ts";
import { CompletionCache } from "../../../src/completion/cache.ts";
import { complete } from "../../../src/completion/complete.ts";
import type { NoWarmReason, WarmOutcome } from "../../../src/completion/outcome.ts";
import { RestWarming } from "../../../src/completion/requests/restWarming.ts";
import type { Sources } from "../../../src/context/sources/sources.ts";
import type { CompletionModel } from "../../../src/model/completionModel.ts";
import { cachedWorkspace } from "../../../src/workspace/cachedWorkspace.ts";
import { Documents, type OpenDocument } from "../../../src/workspace/documents.ts";
import { folderWorkspace, type Workspace } from "../../../src/workspace/workspace.ts";
import { folderModel } from "../../support/folderModel.ts";
import { packingModel } from "../../support/packingModel.ts";
import { drawn, inMemory } from "../context/drawnPlace.ts";
import { native, never } from "./completeAt.ts";
import { looseSettings } from "./looseSettings.ts";

const root = packageRoot(import.meta.dirname);
const FILE = "src/context/gather.ts"; // any real file of some length
const onDisk = folderWorkspace(root);

interface Unwritten {
  lines: { start: number; text: string }[]; // where each is to be written, and what
  document: OpenDocument;
  documents: Documents;
}

/** A real file of which two lines, far from each other, are still to be written. */
function unwritten(): Unwritten {
  const whole = readFileSync(path.join(root, FILE), "utf8");
  const matches = [...whole.matchAll(/^ {2}(const \w+ = .{20,})$/gm)];
  const lines: Unwritten["lines"] = [];
  let text = "";
  let from = 0;
  for (const match of [matches[0]!, matches.at(-1)!]) {
    const start = match.index + 2;
    text += whole.slice(from, start);
    lines.push({ start: text.length, text: match[1]! });
    from = start + match[1]!.length;
  }
  text += whole.slice(from);
  const documents = new Documents({ parsers: native, relativePath: () => FILE });
  const document = documents.open({ uri: `file:///w/${FILE}`, languageId: "typescript", version: 1, text });
  const [one, other] = lines.map(({ start }) => document.text.positionAt(start).line);
  assert.ok(other! - one! > 100, "two places far from each other");
  return { lines, document, documents };
}

/** Types the first keys of each line, the cursor resting before them where `warms`; what was read for each key. */
async function typed(warms: boolean, keys = 3) {
  const { lines, document, documents } = unwritten();
  const model = packingModel();
  const sources: Sources = { workspace: cachedWorkspace(onDisk), patienceMs: 10_000 };
  const outcomes: WarmOutcome[] = [];
  const warming = new RestWarming({
    depsFor: () => ({ model: folderModel(model), sources }),
    onOutcome: (one) => outcomes.push(one),
  });
  const deps = { model, sources, cache: new CompletionCache(), settings: looseSettings };
  let added = 0;
  for (const { start, text } of lines) {
    if (warms) await warming.rested({ document, offset: start + added });
    for (const key of keysOf(text, start + added).slice(0, keys)) {
      const before = document.text.getText().length;
      pressKey(documents, document, key);
      added += document.text.getText().length - before;
      await complete({ document, offset: key.cursor, explicit: false, filter: true }, deps, never);
    }
  }
  return { model, outcomes, keys };
}

const share = ({ cached, tokens }: { cached: number; tokens: number }) => cached / tokens;

test("after a rest the first keys on a line find 95 % of their prompt read, with the same pieces; without one the first key does not", async () => {
  const { model, outcomes, keys } = await typed(true);
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ["warmed", "warmed"],
  );
  assert.equal(model.generated.length, 2 * keys);
  for (const [i, read] of model.generated.entries()) {
    const { prompt } = model.warmed[Math.floor(i / keys)]!;
    assert.ok(read.prompt.pieces.length > 0 && read.tokens > 500, "a real prompt");
    assert.deepEqual(
      read.prompt.pieces.map(({ text }) => text),
      prompt.pieces.map(({ text }) => text),
    );
    assert.ok(share(read) >= 0.95, `key ${i}: ${read.cached} of ${read.tokens}`);
  }
  const cold = await typed(false);
  assert.ok(share(cold.model.generated[keys]!) < 0.8, "the jump would have cost");
  assert.equal(cold.model.generated.length, 2 * keys);
});

test("at the start of a line that only closing brackets follow, what is read is the prompt of a line with text in it", async () => {
  const { document, offset } = drawn("call(() => {\n  go();\n│});\n", "a.ts");
  const model = packingModel();
  await resting({ model }).rested({ document, offset });
  assert.equal(model.warmed[0]!.prompt.suffix, "\n");
});

interface Rested {
  outcomes: string[];
  rested: RestWarming["rested"];
  warming: RestWarming;
}

function resting({
  model = packingModel(),
  workspace,
  reason,
  nowMs,
}: {
  model?: CompletionModel;
  workspace?: Workspace;
  reason?: NoWarmReason;
  nowMs?: () => number;
} = {}): Rested {
  const outcomes: string[] = [];
  const warming = new RestWarming({
    depsFor: () => reason ?? { model: folderModel(model), sources: workspace && { workspace, patienceMs: 10_000 } },
    onOutcome: (outcome) => outcomes.push(outcome.kind === "warmed" ? outcome.kind : outcome.reason),
    nowMs,
  });
  return { outcomes, warming, rested: (rest) => warming.rested(rest) };
}

const CODE = "const a = 1;\nconst b = a│\n";

test("nothing is read where no key would ask, and the reason has a name", async () => {
  const model = packingModel();
  const cases: [text: string, path: string, expected: NoWarmReason, workspace?: Workspace, off?: NoWarmReason][] = [
    ["const a = │f(b) + c;\n", "a.ts", "midLine"],
    ['const a = "b│";\n', "a.ts", "inString"],
    ["words│\n", "a.txt", "unsupportedLanguage"],
    [CODE, "private.ts", "ignoredFile", { ...inMemory({}), ignored: async () => "gitignore" }],
    [CODE, "a.ts", "snoozed", undefined, "snoozed"],
    [CODE, "a.ts", "disabled", undefined, "disabled"],
  ];
  for (const [text, file, expected, workspace, reason] of cases) {
    const { outcomes, rested } = resting({ model, workspace, reason });
    await rested(drawn(text, file));
    assert.deepEqual(outcomes, [expected], text);
  }
  assert.equal(model.warmed.length, 0);
});

test("what was read last is not read again, until the text changes elsewhere or half a minute has passed", async () => {
  let nowMs = 0;
  const { outcomes, rested, warming } = resting({ nowMs: () => nowMs });
  await rested(drawn(CODE, "a.ts"));
  await rested(drawn(CODE.replace("│", " + 1│"), "a.ts")); // only the line of the cursor is another
  await rested(drawn(CODE.replace("1", "2"), "a.ts"));
  nowMs += 40_000;
  await rested(drawn(CODE.replace("1", "2"), "a.ts"));
  await warming.modelReady(); // a new host holds nothing
  assert.deepEqual(outcomes, ["warmed", "known", "warmed", "warmed", "warmed"]);
});

test("what a request has read is known", async () => {
  const model = packingModel();
  const { outcomes, rested, warming } = resting({ model });
  const { document, offset } = drawn(CODE, "a.ts");
  await complete(
    { document, offset, explicit: false, filter: true },
    { model, cache: new CompletionCache(), settings: looseSettings },
    never,
  );
  warming.prompted(model.generated[0]!.prompt, "");
  await rested({ document, offset });
  assert.deepEqual(outcomes, ["known"]);
});

/** A model that reads until it is cancelled, or another request has come to it. */
function slowModel() {
  let began = () => {};
  const model: CompletionModel & { begun: Promise<void>; readings: number; supersede: () => void } = {
    ...packingModel(),
    begun: new Promise((resolve) => (began = resolve)),
    readings: 0,
    supersede: () => {},
    warm: (_params, signal) =>
      new Promise<WarmResult>((resolve) => {
        model.readings++;
        const end = (stop: WarmResult["stop"]) => () => resolve({ stop, tokens: { prompt: 9, cached: 0 }, ms: 1 });
        signal.addEventListener("abort", end("cancelled"));
        model.supersede = end("superseded");
        began();
      }),
  };
  return model;
}

test("a request leaves what is being read to the host, and while it runs nothing is read in its document", async () => {
  const model = slowModel();
  const { outcomes, rested, warming } = resting({ model });
  const place = drawn(CODE, "a.ts");
  const reading = rested(place);
  await model.begun;
  const { uri } = place.document;
  const moved = new AbortController();
  const ended = [warming.completing(uri, never), warming.completing(uri, moved.signal)];
  await new Promise(setImmediate);
  assert.deepEqual(outcomes, []); // it reads on
  model.supersede();
  await reading;
  await rested(place);
  ended[0]!();
  await rested(place);
  assert.deepEqual(outcomes, ["superseded", "completing", "completing"]);
  moved.abort(); // its answer is still to come
  const again = rested(place);
  while (model.readings < 2) await new Promise(setImmediate);
  assert.equal(outcomes.length, 3);
  model.supersede();
  await again;
});

test("a newer rest takes the place of an older one", async () => {
  const model = slowModel();
  const { outcomes, rested } = resting({ model });
  const first = rested(drawn(CODE, "a.ts"));
  await model.begun;
  const second = rested(drawn(CODE, "b.ts"));
  await first;
  assert.deepEqual(outcomes, ["cancelled"]);
  while (model.readings < 2) await new Promise(setImmediate);
  model.supersede();
  await second;
  assert.deepEqual(outcomes, ["cancelled", "superseded"]);
});

test("a host that is busy, gone or too old fails nothing", async () => {
  const stops: [WarmResult["stop"] | Error, NoWarmReason][] = [
    ["refused", "hostBusy"],
    ["superseded", "superseded"],
    [hostUnavailable("it ended"), "hostUnavailable"],
    [modelLoading(), "modelLoading"],
    [new Error("Unhandled method host/warm"), "failed"],
  ];
  for (const [answer, expected] of stops) {
    const model: CompletionModel = {
      ...packingModel(),
      warm: async () => {
        if (answer instanceof Error) throw answer;
        return { stop: answer, tokens: { prompt: 1, cached: 0 }, ms: 0 };
      },
    };
    const { outcomes, rested } = resting({ model });
    await rested(drawn(CODE, "a.ts"));
    assert.deepEqual(outcomes, [expected]);
  }
});

test("when the model becomes ready what is read is where the cursor rests, unless the text has changed since", async () => {
  const { lines, document, documents } = unwritten();
  const { outcomes, rested, warming } = resting();
  await warming.modelReady();
  assert.deepEqual(outcomes, []);
  await rested({ document, offset: lines[0]!.start });
  await warming.modelReady();
  assert.deepEqual(outcomes, ["warmed", "warmed"]);
  pressKey(documents, document, { at: lines[0]!.start, insert: "x", cursor: lines[0]!.start + 1 });
  await warming.modelReady();
  assert.equal(outcomes.length, 2);
});
