// The border of the host: what is let in, what is refused, and that a refusal names the field and never its content.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MAX_FRAME_BYTES, REQUEST_LIMITS } from "../../../server/host/protocol/limits.ts";
import type { GenerateParams } from "../../../server/host/protocol/messages.ts";
import {
  checked,
  generateParams,
  helloParams,
  inspectParams,
  layersParams,
  warmParams,
} from "../../../server/host/schemas.ts";

const good = (): GenerateParams => ({
  id: 1,
  prompt: {
    path: "a.ts",
    languageId: "typescript",
    prefix: "let x",
    suffix: "",
    pieces: [{ kind: "import", path: "b.ts", text: "text", score: 1 }],
  },
  maxTokens: 16,
  sampling: { temperature: 0.2, topK: 40, topP: 0.9, seed: 1 },
  stop: ["\n\n"],
  deadlineMs: 500,
});

describe("schemas", () => {
  test("good requests pass as they are", () => {
    assert.deepEqual(checked(generateParams, "generate", good()), good());
    assert.deepEqual(checked(inspectParams, "inspect", good().prompt), good().prompt);
    const named = { ...good(), class: "command" as const, editor: "e", lookup: ["", "text"] };
    assert.deepEqual(checked(generateParams, "generate", named), named);
    const bare = { ...good(), adapter: "none" };
    assert.deepEqual(checked(generateParams, "generate", bare), bare);
    const followed = { ...good().prompt, maxTokens: 64 };
    assert.deepEqual(checked(inspectParams, "inspect", followed), followed);
    const { prompt: own } = good();
    for (const warm of [{ prompt: own }, { prompt: own, editor: "e" }]) {
      assert.deepEqual(checked(warmParams, "warm", warm), warm);
    }
    assert.throws(() => checked(warmParams, "warm", { editor: "e" }), { code: "badInput", message: /\(prompt: / });
    const layers = { prompt: own, text: "x", attentionOf: 0 };
    assert.deepEqual(checked(layersParams, "layers", layers), layers);
    const before = { ...layers, attentionOf: -1 };
    assert.throws(() => checked(layersParams, "layers", before), { code: "badInput", message: /\(attentionOf: / });
    const { deadlineMs: _, ...without } = good();
    assert.deepEqual(checked(generateParams, "generate", { ...without, sampling: { temperature: 0 } }).sampling, {
      temperature: 0,
    });
    const hello = { protocol: 1, token: "t", client: { name: "n", pid: 2 } };
    assert.deepEqual(checked(helloParams, "hello", hello), hello);
  });

  const prompt = (change: object) => ({ ...good(), prompt: { ...good().prompt, ...change } });
  const bad: [name: string, params: unknown, field: RegExp][] = [
    ["no params", undefined, /\(Invalid input/],
    ["null", null, /\(Invalid input/],
    ["an array", [1, 2], /\(Invalid input/],
    ["no id", { ...good(), id: undefined }, /\(id: /],
    ["a fractional id", { ...good(), id: 1.5 }, /\(id: /],
    ["no prompt", { ...good(), prompt: undefined }, /\(prompt: /],
    ["a prefix that is no text", prompt({ prefix: 5 }), /\(prompt\.prefix: /],
    ["a prefix that is too long", prompt({ prefix: "x".repeat(REQUEST_LIMITS.prefixChars + 1) }), /\(prompt\.prefix: /],
    ["a suffix that is too long", prompt({ suffix: "x".repeat(REQUEST_LIMITS.suffixChars + 1) }), /\(prompt\.suffix: /],
    [
      "too many pieces",
      prompt({ pieces: Array(REQUEST_LIMITS.pieces + 1).fill(good().prompt.pieces[0]) }),
      /prompt\.pieces: /,
    ],
    [
      "pieces that are too long together",
      prompt({ pieces: [..."ab"].map((c) => ({ kind: "k", path: "p", score: 1, text: c.repeat(250_000) })) }),
      /prompt\.pieces: /,
    ],
    ["no tokens", { ...good(), maxTokens: 0 }, /\(maxTokens: /],
    ["too many tokens", { ...good(), maxTokens: 1e9 }, /\(maxTokens: /],
    ["a negative temperature", { ...good(), sampling: { temperature: -1 } }, /\(sampling\.temperature: /],
    ["topP of 0", { ...good(), sampling: { temperature: 1, topP: 0 } }, /\(sampling\.topP: /],
    ["an empty stop sequence", { ...good(), stop: [""] }, /\(stop\.0: /],
    ["a negative deadline", { ...good(), deadlineMs: -1 }, /\(deadlineMs: /],
    ["a class that is not for requests", { ...good(), class: "warm" }, /\(class: /],
    ["an editor that is no name", { ...good(), editor: 5 }, /\(editor: /],
    ["a name of an editor that is too long", { ...good(), editor: "e".repeat(5_000) }, /\(editor: /],
    ["a text to look up that is too long", { ...good(), lookup: ["x".repeat(20_001)] }, /\(lookup\.0: /],
    ["too many texts to look up", { ...good(), lookup: Array(9).fill("x") }, /\(lookup: /],
  ];
  for (const [name, params, field] of bad) {
    test(`refused: ${name}`, () => {
      assert.throws(() => checked(generateParams, "generate", params), {
        name: "UserError",
        code: "badInput",
        message: field,
      });
    });
  }

  test("a refusal does not repeat the content", () => {
    assert.throws(
      () => checked(generateParams, "generate", prompt({ languageId: "my secret ".repeat(100) })),
      (error: Error) => !error.message.includes("secret"),
    );
  });

  test("the largest request that is let in fits into a frame", () => {
    const worst = "\u0001"; // six bytes in JSON
    const pieces = [{ kind: "k", path: "p", text: worst.repeat(REQUEST_LIMITS.piecesChars), score: 1 }];
    const request = {
      ...prompt({
        prefix: worst.repeat(REQUEST_LIMITS.prefixChars),
        suffix: worst.repeat(REQUEST_LIMITS.suffixChars),
        pieces,
      }),
      lookup: Array(REQUEST_LIMITS.lookupTexts).fill(worst.repeat(REQUEST_LIMITS.lookupChars)),
    };
    assert.doesNotThrow(() => checked(generateParams, "generate", request));
    assert.ok(Buffer.byteLength(JSON.stringify(request)) < MAX_FRAME_BYTES);
  });
});
