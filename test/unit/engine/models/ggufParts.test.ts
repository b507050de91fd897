// Models that are split into several GGUF files: all parts are one, and what is missing or wrong is named.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, beforeEach, test } from "node:test";
import { UserError } from "../../../../common/errors.ts";
import { openGguf } from "../../../../server/engine/models/gguf.ts";
import {
  type GgufContent,
  ggufBytes,
  stringEntry,
  type TensorEntry,
  u16Entry,
  u32Entry,
} from "../../../support/ggufFile.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-parts-"));
after(() => rmSync(scratch, { recursive: true }));

const file = (part: number): string => path.join(scratch, `tiny model-0000${part}-of-00003.gguf`);
const vector = (name: string, ...values: number[]): TensorEntry => ({
  name,
  shape: [values.length],
  type: 0,
  data: Buffer.from(new Float32Array(values).buffer),
});

/** Part `part` as gguf-split writes it; `change` makes it a wrong one. */
function write(part: number, tensors: TensorEntry[], change: { no?: number; count?: number } = {}): void {
  const content: GgufContent = {
    metadata: [
      ...(part === 1 ? [stringEntry("general.name", "tiny")] : []),
      u16Entry("split.no", change.no ?? part - 1),
      u16Entry("split.count", change.count ?? 3),
      u32Entry("split.tensors.count", 3),
    ],
    tensors,
  };
  writeFileSync(file(part), ggufBytes(content));
}

beforeEach(() => {
  write(1, []); // as with gguf-split --no-tensor-first-split
  write(2, [vector("a", 1, 2), vector("b", 3)]);
  write(3, [vector("c", 4, 5, 6)]);
});

test("the parts of a model are one", () => {
  const gguf = openGguf(file(1));
  assert.equal(gguf.path, file(1));
  assert.equal(gguf.metadata.get("general.name"), "tiny");
  assert.deepEqual([...gguf.tensors.keys()], ["a", "b", "c"]);
  assert.equal(gguf.tensors.get("c")!.path, file(3));
  assert.deepEqual([...gguf.values("a")], [1, 2]);
  assert.deepEqual([...gguf.values("b")], [3]);
  assert.deepEqual([...gguf.values("c")], [4, 5, 6]);
  assert.deepEqual(Buffer.from(gguf.read("c")), vector("c", 4, 5, 6).data);
});

test("a model of one part is a file like others, whatever its name", () => {
  const alone = path.join(scratch, "alone.gguf");
  const metadata = [u16Entry("split.no", 0), u16Entry("split.count", 1)];
  writeFileSync(alone, ggufBytes({ metadata, tensors: [vector("a", 7)] }));
  assert.deepEqual([...openGguf(alone).values("a")], [7]);
});

const broken: [string, () => void, string, RegExp][] = [
  [
    "a missing part",
    () => rmSync(file(3)),
    "modelMissing",
    /tiny model-00003-of-00003\.gguf, one of the 3 parts .* missing/,
  ],
  [
    "a part that is another one",
    () => write(3, [], { no: 1 }),
    "ggufInvalid",
    /00003-of-00003.* it is not part 3 of 3/,
  ],
  [
    "a part of another model",
    () => write(2, [], { count: 4 }),
    "ggufInvalid",
    /00002-of-00003.* it is not part 2 of 3/,
  ],
  [
    "a part that is no part",
    () => writeFileSync(file(2), ggufBytes({ tensors: [vector("a", 1)] })),
    "ggufInvalid",
    /00002-of-00003.* it is not part 2 of 3/,
  ],
  [
    "a tensor in two parts",
    () => write(3, [vector("a", 1)]),
    "ggufInvalid",
    /00003-of-00003.* "a" is in an earlier part/,
  ],
  ["a part that lacks tensors", () => write(2, [vector("a", 1)]), "ggufInvalid", /hold 2 tensors, and it names 3/],
  ["a damaged part", () => writeFileSync(file(2), "GGUF"), "ggufInvalid", /00002-of-00003.* only 4 bytes/],
  ["a first part with another number", () => write(1, [], { no: 2 }), "ggufInvalid", /ends in "-00001-of-00003\.gguf"/],
  ["more parts than the name says", () => write(1, [], { count: 9 }), "ggufInvalid", /ends in "-00001-of-00009\.gguf"/],
];

for (const [what, damage, code, message] of broken) {
  test(`${what} is one error that names it`, () => {
    damage();
    assert.throws(
      () => openGguf(file(1)),
      (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test("a model is opened by its first part", () => {
  assert.throws(() => openGguf(file(2)), { code: "ggufInvalid", message: /one of 3 parts.*-00001-of-00003\.gguf/ });
});
