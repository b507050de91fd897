// A prompt that is longer than the budget, or than the model's context: cut at the right ends, everything that was cut is named, and it runs.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { loadDecoder } from "../../../../server/engine/load/loadDecoder.ts";
import { embeddedModelDir } from "../../../../server/engine/models/catalog.ts";
import { packPrompt } from "../../../../server/engine/prompt/packPrompt.ts";
import { promptFormats } from "../../../../server/engine/prompt/promptFormat.ts";
import { loadTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";
import type { Tokenizer } from "../../../../server/engine/tokenizer/tokenizer.ts";
import { LocalModel } from "../../../../server/host/localModel.ts";
import type { ContextPiece, InspectResult, PromptInput } from "../../../../server/host/protocol/messages.ts";
import { PROMPT_BUDGET } from "../../../../server/host/protocol/promptBudget.ts";
import { readableInspection } from "../../../../src/context/inspection.ts";
import { tinyModel, tinyTokenizer } from "../../../support/tinyModel.ts";

const lines = (count: number, name: string) =>
  Array.from({ length: count }, (_, i) => `  const ${name}${i} = compute(${i});\n`).join("");
const piece = (name: string, score: number, count: number): ContextPiece => ({
  kind: "import",
  path: `${name}.ts`,
  text: lines(count, name),
  score,
});
const PREFIX = lines(400, "before");
const SUFFIX = lines(400, "after");
const longPlace: PromptInput = {
  path: "src/a.ts",
  languageId: "typescript",
  prefix: PREFIX,
  suffix: SUFFIX,
  pieces: [piece("low", 0.1, 25), piece("huge", 0.9, 2000), piece("high", 0.8, 25), piece("middle", 0.5, 25)],
};
const kept = ({ pieces }: InspectResult, kind: string) => pieces.find((piece) => piece.kind === kind)!.text;

describe("a prompt in which nothing fits as a whole", () => {
  let tokenizer: Tokenizer;
  before(async () => {
    tokenizer = await loadTokenizer(embeddedModelDir());
  });
  const pack = (budget: number) => packPrompt(longPlace, tokenizer, budget, promptFormats.fim);

  test("keeps the end of the prefix, the beginning of the suffix, the best pieces that fit, and names the rest", () => {
    const { tokens, inspection } = pack(PROMPT_BUDGET.tokens);
    assert.ok(tokens.length <= PROMPT_BUDGET.tokens && tokens.length > 0.8 * PROMPT_BUDGET.tokens, `${tokens.length}`);
    const [prefix, suffix] = [kept(inspection, "prefix"), kept(inspection, "suffix")];
    assert.ok(prefix.length > 0 && prefix.length < PREFIX.length && PREFIX.endsWith(prefix));
    assert.ok(suffix.length > 0 && suffix.length < SUFFIX.length && SUFFIX.startsWith(suffix));
    const sent = inspection.pieces.filter(({ kind }) => kind === "import").map(({ path }) => path);
    assert.deepEqual(sent, ["high.ts", "middle.ts"]);
    assert.deepEqual(inspection.dropped, [
      { kind: "import", path: "low.ts", reason: "budget" },
      { kind: "import", path: "huge.ts", reason: "budget" },
      { kind: "suffix", path: "src/a.ts", reason: "budget" },
      { kind: "prefix", path: "src/a.ts", reason: "budget" },
    ]);
  });

  test("the inspector shows it to a person", () => {
    const { inspection } = pack(PROMPT_BUDGET.tokens);
    const shown = readableInspection({ ...inspection, redacted: [], contextMs: 0, index: "none" });
    const left = shown.slice(shown.indexOf("Left out:\n"), shown.indexOf("Prompt:\n"));
    assert.deepEqual(left.trim().split("\n"), [
      "Left out:",
      "  import  low.ts  budget",
      "  import  huge.ts  budget",
      "  suffix  src/a.ts  budget",
      "  prefix  src/a.ts  budget",
    ]);
  });

  test("a budget of any size, down to none: what is kept are still the right ends", () => {
    const frame = packPrompt({ ...longPlace, prefix: "", suffix: "", pieces: [] }, tokenizer, 0, promptFormats.fim)
      .tokens.length;
    for (const budget of [0, 1, frame - 1, frame, frame + 1, frame + 7, 40, 100, 300]) {
      const { tokens, inspection } = pack(budget);
      assert.ok(tokens.length <= Math.max(budget, frame), `${tokens.length} of ${budget}`);
      assert.ok(PREFIX.endsWith(kept(inspection, "prefix")));
      assert.ok(SUFFIX.startsWith(kept(inspection, "suffix")));
      const named = inspection.dropped.map(({ kind, path }) => `${kind} ${path}`);
      for (const end of ["prefix src/a.ts", "suffix src/a.ts", "import huge.ts"]) assert.ok(named.includes(end), end);
    }
  });
});

describe("a model whose context is smaller than a prompt's budget", () => {
  const CONTEXT = 200;
  const scratch = mkdtempSync(path.join(os.tmpdir(), "sotto-context-"));
  let local: LocalModel;
  before(async () => {
    assert.ok(CONTEXT < PROMPT_BUDGET.tokens);
    const model = tinyModel();
    const small = { ...model, config: { ...model.config, contextLength: CONTEXT } };
    const decoder = await loadDecoder(small, { cacheDir: scratch, threads: 1 });
    assert.equal(decoder.capacity, CONTEXT);
    local = new LocalModel({ id: "small", decoder, tokenizer: tinyTokenizer() });
  });
  after(() => {
    local.dispose();
    rmSync(scratch, { recursive: true });
  });

  test("the inspected prompt fits into the context, and says what was cut", async () => {
    const inspection = await local.inspect(longPlace);
    assert.ok(inspection.tokens <= CONTEXT && inspection.tokens > CONTEXT / 2, `${inspection.tokens}`);
    assert.deepEqual(
      inspection.dropped.map(({ kind }) => kind),
      ["import", "import", "import", "import", "prefix"],
    );
    assert.ok(PREFIX.endsWith(kept(inspection, "prefix")));
  });

  test("prompt and answer fit together, to the last position", async () => {
    const { signal } = new AbortController();
    for (const maxTokens of [1, 16, CONTEXT / 2]) {
      const request = { prompt: longPlace, maxTokens, sampling: { temperature: 0 }, stop: [] };
      const { tokens, stop } = await local.generate(request, () => {}, signal);
      assert.ok(tokens.prompt > 0 && tokens.prompt + maxTokens <= CONTEXT, `${tokens.prompt} and ${maxTokens}`);
      assert.ok(tokens.generated >= 1 && tokens.generated <= maxTokens, stop);
    }
  });

  test("a prompt is read ahead as far as the context goes", async () => {
    const { stop, tokens } = await local.warm({ prompt: longPlace }, new AbortController().signal);
    assert.equal(stop, "done");
    assert.ok(tokens.prompt <= CONTEXT);
  });
});
