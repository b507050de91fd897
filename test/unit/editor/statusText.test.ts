// Every state of the status item: when it holds, and its words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ActionInputs, statusActions } from "../../../src/editor/statusActions.ts";
import { type StatusInputs, statusState, statusText } from "../../../src/editor/statusText.ts";
import { type TierUse, UNTIL_CLOSED_MS } from "../../../src/protocol/messages.ts";

const ready: StatusInputs = {
  enable: { "*": true, markdown: false },
  trusted: true,
  quiet: false,
  snoozedUntilMs: 0,
  languageId: "typescript",
  agent: "running",
  model: { state: "ready", working: false, model: "smollm2-135m", device: "cpu", runtime: "c-api 1.30.0" },
  root: "/work/shop",
};
const show = (change: Partial<StatusInputs>, problems: string[] = []) =>
  statusText(statusState({ ...ready, ...change }), problems);
const failedModel: StatusInputs["model"] = {
  state: "failed",
  working: false,
  error: { message: "The model file a.safetensors is damaged.", action: "Reinstall Sotto." },
};

test("each state has its own text and sentence", () => {
  const cases: [Partial<StatusInputs>, text: string, sentence: RegExp][] = [
    [{}, "$(check) Sotto", /^Sotto: ready\. smollm2-135m on the processor\./],
    [{ languageId: undefined }, "$(check) Sotto", /ready/],
    [
      {
        model: { ...ready.model, fallbackReason: "webgpu cannot be used: no driver of a graphics processor was found" },
      },
      "$(check) Sotto",
      /on the processor\. It runs so because webgpu cannot be used: no driver/,
    ],
    [{ enable: { "*": false } }, "$(circle-slash) Sotto: off", /Switched off for every language/],
    [{ snoozedUntilMs: Date.now() + 60_000 }, "$(bell-slash) Sotto: snoozed", /No suggestions until \d/],
    [{ agent: "starting" }, "$(loading~spin) Sotto: starting", /The agent of this window is starting/],
    [
      { model: { state: "starting", working: false } },
      "$(loading~spin) Sotto: loading model",
      /loading model\. You can type meanwhile/,
    ],
    [{ model: { ...ready.model, working: true } }, "$(loading~spin) Sotto", /^Sotto: working\. The model is writing/],
    [{ model: failedModel }, "$(error) Sotto: failed", /is damaged\. Reinstall Sotto\./],
    [{ agent: "failed" }, "$(error) Sotto: failed", /ended too often\. Restart it/],
    [{ quiet: true }, "$(mute) Sotto: quiet", /^Sotto: quiet\. Suggestions only where you ask/],
    [{ trusted: false }, "$(shield) Sotto: restricted", /^Sotto: restricted\. .*not trusted: suggestions/],
    [{ languageId: "cobol" }, "$(circle-slash) Sotto: not for cobol", /not for cobol\. Sotto does not know/],
    [
      { enable: { "*": true, python: false }, languageId: "python" },
      "$(circle-slash) Sotto: off for python",
      /off for python\. Switched off/,
    ],
  ];
  for (const [change, text, sentence] of cases) {
    const shown = show(change);
    assert.equal(shown.text, text);
    assert.match(shown.sentence, sentence);
  }
});

test("a failure is an error, and comes before a snooze; switched off comes before everything", () => {
  const failed = show({ model: failedModel, snoozedUntilMs: Date.now() + 1000 });
  assert.equal(failed.severity, "error");
  assert.equal(show({ model: failedModel, enable: { "*": false } }).text, "$(circle-slash) Sotto: off");
});

test("a corrupt setting marks the item and is named in the tooltip, but never hides a failure", () => {
  const problem = "The setting sotto.maxTokens must be a whole number from 4 to 512; its default is used instead.";
  const shown = show({}, [problem]);
  assert.equal(shown.text, "$(warning) Sotto");
  assert.equal(shown.severity, "warning");
  assert.ok(shown.sentence.endsWith(`\n${problem}`));
  assert.equal(show({ model: failedModel }, [problem]).severity, "error");
});

/** The titles of the menu, by group. */
const menu = (change: Partial<StatusInputs>, inputs: ActionInputs = {}): Record<string, string[]> =>
  Object.fromEntries(
    statusActions(statusState({ ...ready, ...change }), inputs).map(({ name, actions }) => [
      name,
      actions.map(({ title }) => title),
    ]),
  );

test("a click offers what can be done in that state, in groups", () => {
  assert.deepEqual(menu({}, { languageId: "python", trustedFolder: true }), {
    now: ["Suggest here", "Show context here", "Explain the suggestion here"],
    suggestions: ["Show more suggestions", "Show fewer suggestions", "Snooze…", "Quiet mode", "Switch off for python"],
    "model and workspace": ["Choose model…", "Choose engine…", "Fine-tune on this workspace"],
    more: [
      "Show dashboard",
      "Show statistics",
      "Show log",
      "Report a problem…",
      "Restart the model",
      "Settings",
      "Get started",
    ],
  });
  assert.deepEqual(menu({ quiet: true }).suggestions, ["Leave quiet mode"]);
  const snoozed = { snoozedUntilMs: 1 };
  assert.deepEqual(menu(snoozed).now, ["Cancel snooze"]);
  assert.deepEqual(menu(snoozed, { languageId: "python" }).now?.slice(1), [
    "Suggest here",
    "Show context here",
    "Explain the suggestion here",
  ]);
  const failed = menu({ model: failedModel });
  assert.deepEqual([failed.now, failed.suggestions], [["Restart the model"], ["Snooze…", "Quiet mode"]]);
  assert.ok(!failed.more?.includes("Restart the model"));
  assert.equal(menu({ enable: { "*": false } }, { languageId: "python" }).suggestions?.at(-1), "Switch on for python");
  assert.ok(!menu({}, { languageId: "cobol" }).suggestions?.some((title) => title.includes("cobol")));
});

test("without a file, or without a folder that is trusted, nothing is offered that needs one", () => {
  const { now, "model and workspace": model } = menu({ languageId: undefined });
  assert.equal(now, undefined);
  assert.deepEqual(model, ["Choose model…", "Choose engine…"]);
});

test("a snooze that lasts as long as the window says so", () => {
  assert.match(show({ snoozedUntilMs: UNTIL_CLOSED_MS }).sentence, /No suggestions until this window is closed/);
});

test("what completions are written with: the adapter of the active file's folder, and why it is not used", () => {
  const adapter = { root: "/work/shop", id: "shop-2", state: "inUse" as const };
  const sentence = (adapters: StatusInputs["model"]["adapters"]) =>
    show({ model: { ...ready.model, adapters } }).sentence;
  assert.match(sentence([adapter]), /smollm2-135m with the adapter shop-2 on the processor/);
  assert.match(sentence([{ ...adapter, root: "/work/other" }]), /smollm2-135m on the processor/);
  assert.match(
    sentence([{ ...adapter, state: "loading" }]),
    /smollm2-135m \(loading the adapter shop-2\) on the processor/,
  );
  assert.match(
    sentence([{ ...adapter, state: "resting" }]),
    /smollm2-135m \(the adapter shop-2 rests today: sotto\.compareAdapter\) on the processor/,
  );
  const error = { message: "It is damaged.", action: "Choose another one." };
  assert.match(
    sentence([{ ...adapter, state: "failed", error }]),
    /smollm2-135m on the processor\..* The adapter shop-2 is not used\. It is damaged\. Choose another one\./,
  );
});

test("which of the two models does what, in plain words; nothing where there is one", () => {
  const states = [
    { tier: "quick", model: "smollm2-135m", state: "ready" },
    { tier: "strong", model: "large", state: "resting" },
  ] as const;
  const slow: TierUse = {
    choice: "auto",
    typing: "quick",
    typingReason: "strong takes 410 ms for a key here, more than 250",
    asked: "strong",
    states: [...states],
  };
  const sentence = (tiers: TierUse, adapters?: StatusInputs["model"]["adapters"]) =>
    show({ model: { ...ready.model, tiers, adapters } }).sentence;
  assert.equal(
    sentence(slow),
    "Sotto: ready. smollm2-135m on the processor. Typing: quick (strong takes 410 ms for a key here, more than 250). Asked for: strong.",
  );
  const fast: TierUse = { ...slow, typing: "strong", typingReason: "it takes 80 ms for a key here" };
  assert.match(sentence(fast), / Typing and asked for: strong \(it takes 80 ms for a key here\)\.$/);
  const askedReason = "The model large needs about 500 MB of memory, and 100 MB are free";
  const noRoom: TierUse = { ...slow, asked: "quick", typingReason: askedReason, askedReason };
  assert.match(sentence(noRoom), / Typing and asked for: quick \(The model large needs about 500 MB of memory, and/);
  const absent: TierUse["states"] = [states[0], { ...states[1], state: "absent" }];
  assert.doesNotMatch(sentence({ ...noRoom, states: absent }), /Typing/);
  const gone = "strong is not part of this installation";
  const named: TierUse = { ...noRoom, choice: "strong", typingReason: gone, askedReason: gone, states: absent };
  assert.match(sentence(named), / Typing and asked for: quick \(strong is not part of this installation\)\.$/);

  const adapter = { root: "/work/shop", id: "shop-2", state: "inUse", tier: "quick" } as const;
  assert.match(sentence(slow, [adapter]), /smollm2-135m with the adapter shop-2 on the processor/);
  assert.match(
    sentence(slow, [adapter]),
    / The adapter shop-2 belongs to the quick model, and the other one writes without it\.$/,
  );
  assert.match(
    sentence(fast, [adapter]),
    /smollm2-135m on the processor\..* The adapter shop-2 belongs to the quick model/,
  );
  assert.doesNotMatch(sentence({ ...slow, asked: "quick" }, [adapter]), /belongs to/);
});

test("fine-tunings are told besides the state, and a click offers what can be done about them", () => {
  const job = { short: "$(mortar-board) 43 %", sentence: "Fine-tuning on shop: training." };
  const shown = statusText(statusState({ ...ready, quiet: true }), ["A problem."], [job]);
  assert.equal(shown.text, "$(warning) Sotto: quiet $(mortar-board) 43 %");
  assert.match(shown.sentence, /^Sotto: quiet\. .*\nFine-tuning on shop: training\.\nA problem\.$/);
  const titles = (jobs: ActionInputs["jobs"]) => menu({}, { jobs, trustedFolder: true })["model and workspace"];
  assert.deepEqual(titles({ work: true, rest: false }), [
    ...["Choose model…", "Choose engine…", "Show fine-tuning progress", "Pause fine-tuning", "Cancel fine-tuning…"],
  ]);
  assert.deepEqual(titles({ work: false, rest: true }), [
    ...["Choose model…", "Choose engine…", "Resume fine-tuning", "Cancel fine-tuning…"],
  ]);
});
