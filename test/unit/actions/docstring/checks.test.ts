// Sentences that may stand in a docstring, and those that may not, each with its fault.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Claims, type Fault, faultOf, wordsOfName } from "../../../../src/actions/docstring/checks.ts";
import type { Signature } from "../../../../src/actions/docstring/signature/signature.ts";

const plain: Signature = {
  ...{ kind: "function", name: "readRows", isAsync: false, isGenerator: false, typeParameters: [], parameters: [] },
  ...{ returns: "nothing", throws: [] },
};
const code = "function readRows(file, maxCount) { for (const row of parse(file)) store_row(row); }";
const claimsOf = (change: Partial<Signature> = {}): Claims => ({
  signature: { ...plain, ...change },
  knownNames: new Set(code.match(/[\w$]+/g)),
  code,
  said: "Reads the rows of a file and stores them.",
});
const definition = { of: "definition", names: ["readRows"] } as const;
const part = { of: "part", names: ["maxCount", "readRows"] } as const;

test("what a sentence about a definition must not be", () => {
  const sentences: [string, Fault | undefined][] = [
    ["Reads every line and keeps the rows.", undefined],
    ["Stores what `parse` finds in the file.", undefined],
    ["", "empty"],
    ["—", "empty"],
    [`Reads rows ${"and more ".repeat(30)}.`, "tooLong"],
    ["Reads rows. */ x", "notOneSentence"],
    ["@param file the rows", "notOneSentence"],
    [":param file: the rows", "notOneSentence"],
    ["readRows(file)", "looksLikeCode"],
    ["const row = 1;", "looksLikeCode"],
    ["Reads the rows of the", "unfinished"],
    ["Reads rows (of a file", "unfinished"],
    ["Reads `rows.", "unfinished"],
    ["Keeps rows that rows that rows.", "repeats"],
    ["Keeps the rows rows.", "repeats"],
    ["Then reads the rows of a file.", "repeats"],
    ["Reads the rows.", "saysOnlyTheName"],
    ["Function to read a row.", "saysOnlyTheName"],
    ["Clamps a number between two bounds.", "offTopic"],
    ["Keeps rows since version 2.", "invented"],
    ["Keeps rows, see https://example.com.", "invented"],
    ["Keeps the rows of `parseAll`.", "unknownName"],
    ["Keeps the rows of parseAll.", "unknownName"],
    ["Keeps the rows that load_rows gives.", "unknownName"],
    ["Keeps rows, or throws where there are none.", "claimsThrow"],
    ["Returns each line of the rows.", "claimsReturn"],
    ["Keeps rows asynchronously in a file.", "claimsAsync"],
  ];
  for (const [sentence, fault] of sentences) assert.equal(faultOf(sentence, definition, claimsOf()), fault, sentence);
});

test("a claim may stand where the code does what it says", () => {
  const throws = "Keeps rows, or throws where there are none.";
  assert.equal(faultOf(throws, definition, claimsOf({ throws: [{ type: "RangeError" }] })), undefined);
  assert.equal(faultOf("Returns each line of the rows.", definition, claimsOf({ returns: "value" })), undefined);
  assert.equal(faultOf("Yields each line of the rows.", definition, claimsOf({ isGenerator: true })), undefined);
  const promise = "Keeps rows, and resolves to their count.";
  assert.equal(faultOf(promise, definition, claimsOf({ isAsync: true })), undefined);
  assert.equal(faultOf(promise, definition, claimsOf({ returnType: "Promise<number>" })), undefined);
  assert.equal(faultOf(promise, definition, { ...claimsOf(), signature: undefined }), undefined, "of a class");
});

test("words about a part need no word of the code, but more than its name", () => {
  assert.equal(faultOf("How many are kept at most.", part, claimsOf()), undefined);
  assert.equal(faultOf("The maximum count.", part, claimsOf()), undefined);
  assert.equal(faultOf("The max count.", part, claimsOf()), "saysOnlyTheName");
  assert.equal(faultOf("the max count to use", part, claimsOf()), "saysOnlyTheName");
});

test("the words of a name", () => {
  assert.deepEqual(wordsOfName("parseHTTPResponse2"), ["parse", "http", "response", "2"]);
  assert.deepEqual(wordsOfName("store_row"), ["store", "row"]);
  assert.deepEqual(wordsOfName("_"), []);
});
