// Prompts in their three shapes: no name of a special token in a user's text stays whole, and the beginning stays the same while one types.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import fc from "fast-check";
import { embeddedModelDir } from "../../../server/engine/models/catalog.ts";
import { promptFormats } from "../../../server/engine/prompt/promptFormat.ts";
import { FORMAT_NAMES } from "../../../server/engine/prompt/types.ts";
import { loadTokenizer } from "../../../server/engine/tokenizer/bpeTokenizer.ts";
import type { Tokenizer } from "../../../server/engine/tokenizer/tokenizer.ts";
import type { PromptInput } from "../../../server/host/protocol/messages.ts";
import { TokenEstimate } from "../../../server/remote/estimate.ts";
import { formatOfName } from "../../../server/remote/namedFormat.ts";
import { fimPacker, idsPacker, textPacker } from "../../../server/remote/packing.ts";
import {
  breakNames,
  cutAtNames,
  KNOWN_NAMES,
  markersOf,
  withoutBegin,
  withSpaces,
} from "../../../server/remote/specialNames.ts";

const BUDGET = 600;
const input = (prefix: string, suffix = "\n}\n"): PromptInput => ({
  path: "src/a.py",
  languageId: "python",
  prefix,
  suffix,
  pieces: [{ kind: "import", path: "src/b.py", text: "B = 1\n\nC = 2\n", score: 0.5 }],
});

describe("names of special tokens", () => {
  test("every marker of every format is found by its name, and cut in two within a text", () => {
    for (const name of KNOWN_NAMES) {
      assert.deepEqual(cutAtNames(`a${name}b`), [{ text: "a" }, { name }, { text: "b" }], name);
      const parts = cutAtNames(breakNames(`a${name}b`));
      assert.equal(parts.length, 2, name);
      assert.equal(parts.map(({ text }) => text).join(""), `a${name}b`);
      assert.ok(!withSpaces(breakNames(name)).includes(name));
    }
  });

  test("no text has a name after it was broken, and nothing else of it changes", () => {
    const piece = fc.oneof(fc.constantFrom(...KNOWN_NAMES, "<", ">", "|", "<s>", "</s>", "[INST]"), fc.string());
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join("");
        const parts = cutAtNames(breakNames(text));
        assert.ok(parts.every(({ name }) => name === undefined));
        assert.equal(parts.map((part) => part.text).join(""), text);
      }),
    );
  });

  test("ordinary code is left as it is", () => {
    for (const code of [
      "a < b || c > d",
      "Array<string>",
      "x |> f <| y",
      "<div class='a'>",
      "f<T[]>()",
      "if (a<|b && c)",
    ])
      assert.equal(breakNames(code), code);
  });
});

describe("text", () => {
  for (const format of FORMAT_NAMES)
    test(`the markers of ${format} stand where its own tokens would, and nowhere else`, () => {
      const names = markersOf(promptFormats[format]).all;
      const packer = textPacker({ format, model: "m", holdsTo: false });
      const evil = names.map((name) => `"${name}"`).join(" + ");
      const plain = packer.pack(input("x = 1\ny = "), BUDGET)!;
      const packed = packer.pack(input(`${evil}\ny = `, evil), BUDGET)!;
      assert.ok(plain.wire.shape === "text" && packed.wire.shape === "text");
      const count = (text: string) => names.map((name) => text.split(name).length - 1);
      assert.deepEqual(count(packed.wire.text), count(plain.wire.text));
      assert.equal(plain.wire.text, withoutBegin(plain.wire.text), "the server adds the beginning itself");
    });

  test("typing adds at the end, so that the server finds the beginning in its cache", () => {
    const packer = textPacker({ format: "qwen", model: "m", holdsTo: false });
    const typed = "    return first + second";
    const texts = Array.from(typed, (_, i) => {
      const packed = packer.pack(input(`def add(first, second):\n${typed.slice(0, i + 1)}`), BUDGET)!;
      return packed.wire.shape === "text" ? packed.wire.text : "";
    });
    for (const [i, text] of texts.entries()) if (i > 0) assert.ok(text.startsWith(texts[i - 1]!));
  });

  test("a word that the cursor cuts is owed where the server can be held to it", () => {
    const ids = new Map(markersOf(promptFormats.qwen).all.map((name, index) => [name, index]));
    const packer = textPacker({ format: "qwen", model: "m", ids, holdsTo: true });
    const { healed, wire } = packer.pack(input("def f():\n    return fir"), BUDGET)!;
    assert.equal(healed?.owed, " fir");
    assert.ok(wire.shape === "text" && healed?.wire.shape === "text");
    assert.equal(healed.wire.text + healed.owed, wire.text);
    assert.equal(packer.pack(input("f("), BUDGET)!.healed, undefined);
  });
});

describe("token ids", () => {
  let tokenizer: Tokenizer;
  before(async () => {
    tokenizer = await loadTokenizer(embeddedModelDir());
  });

  test("the ids of the text, whose end is owed", () => {
    const { wire, healed, inspection } = idsPacker(tokenizer, "fim", "m").pack(input("functio"), BUDGET)!;
    assert.ok(wire.shape === "ids" && healed?.wire.shape === "ids");
    assert.equal(wire.ids.length, inspection.tokens);
    assert.equal(tokenizer.decode(healed.wire.ids) + healed.owed, tokenizer.decode(wire.ids));
    assert.notEqual(healed.owed, "");
  });

  test("names of special tokens are ordinary text", () => {
    const { wire } = idsPacker(tokenizer, "fim", "m").pack(input("<fim_suffix>"), BUDGET)!;
    assert.ok(wire.shape === "ids");
    assert.equal(wire.ids.filter((id) => id === tokenizer.specialId("<fim_suffix>")).length, 1);
  });
});

describe("prefix and suffix", () => {
  test("pieces are comments in the language of the open file, after their path", () => {
    const { wire, inspection } = fimPacker(true).pack(input("x = "), BUDGET)!;
    assert.ok(wire.shape === "fim");
    assert.equal(wire.context, "# src/b.py\n# B = 1\n#\n# C = 2\n");
    assert.deepEqual([wire.prefix, wire.suffix], ["x = ", "\n}\n"]);
    assert.equal(inspection.pieces.length, 3);
  });

  test("what does not fit is left out, the text at the cursor stays", () => {
    const { wire, inspection } = fimPacker(true).pack(input("long_line = 1\n".repeat(1000)), 200)!;
    assert.ok(wire.shape === "fim");
    assert.ok(wire.prefix.length > 100 && wire.prefix.length < 800 && wire.prefix.endsWith("long_line = 1\n"));
    assert.ok(inspection.dropped.some(({ kind }) => kind === "prefix"));
  });
});

test("the estimate follows what the server counts, in steps", () => {
  const estimate = new TokenEstimate(new Map());
  const length = () => estimate.tokenizer.encode("a".repeat(300)).length;
  assert.equal(length(), 100);
  const { tokenizer } = estimate;
  estimate.saw(900, 310);
  estimate.saw(1200, 390);
  assert.equal(estimate.tokenizer, tokenizer, "a small difference changes nothing");
  estimate.saw(3000, 3000);
  assert.ok(length() > 150);
  estimate.saw(0, 1e9);
  assert.equal(length(), 200, "within limits");
});

test("formats by the names that models have", () => {
  for (const [name, format] of [
    ["qwen2.5-coder:7b", "qwen"],
    ["Qwen/Qwen3-Coder-30B-A3B-Instruct", "qwen"],
    ["deepseek-coder-v2:16b-lite-base", "deepseek"],
    ["bigcode/starcoder2-3b", "starcoder2"],
    ["codellama:7b-code", "codellama"],
    ["codegemma:2b", "codegemma"],
    ["granite-code:3b", "granite"],
    ["ibm-granite/granite-4.0-h-tiny", "granite4"],
    ["JetBrains/Mellum-4b-base", "mellum"],
    ["ByteDance-Seed/Seed-Coder-8B-Base", "seed-coder"],
    ["llama3.1:8b", undefined],
    ["qwen2.5:7b", undefined],
  ])
    assert.equal(formatOfName(name!), format, name);
});
