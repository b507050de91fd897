// The words of "Choose Model…": what is there, what can be downloaded, and what is agreed to first.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  downloadQuestion,
  importedModel,
  importRefusal,
  inSize,
  modelRow,
  offerRow,
} from "../../../src/editor/modelText.ts";
import type { ModelEntry, ModelOffer } from "../../../src/protocol/models.ts";

const entry: ModelEntry = { id: "a", name: "A", setting: "/models/a", licence: "MIT", sizeBytes: 1.46e9 };
const offer: ModelOffer = {
  id: "b",
  name: "B",
  licence: "Apache-2.0",
  terms: "",
  forbidsUses: false,
  downloadBytes: 988e6,
  presentBytes: 0,
  memoryNeedBytes: 793e6,
};

test("a row for each model that is there", () => {
  assert.deepEqual(modelRow(entry, false), { label: "$(package) A", description: "1.5 GB, MIT" });
  const quick = modelRow({ ...entry, setting: "quick", comesWithSotto: true, sizeBytes: 87_306_000 }, true);
  assert.deepEqual(quick, { label: "$(check) A", description: "comes with Sotto, 88 MB, MIT" });
  const both = modelRow({ ...entry, setting: "auto", about: "the one that fits" }, false);
  assert.deepEqual(both, { label: "$(package) A", description: "the one that fits" });
  const broken = modelRow({ ...entry, problem: "Its manifest is missing. Remove it." }, false);
  assert.equal(broken.label, "$(warning) A");
  assert.match(broken.description, /cannot be used/);
  assert.equal(broken.detail, "Its manifest is missing. Remove it.");
});

test("a row for each model that can be downloaded, and the question before it is", () => {
  assert.equal(offerRow(offer, 4e9).description, "about 988 MB to download, 793 MB of memory, Apache-2.0");
  const research = { ...offer, terms: "For research only.", forbidsUses: true, presentBytes: 5e6 };
  assert.match(offerRow(research, 4e9).description, /988 MB to download, 5 MB are there, /);
  assert.equal(offerRow(research, 4e9).detail, "For research only.");
  const tight = offerRow(research, 500e6);
  assert.equal(tight.label, "$(warning) B");
  assert.equal(tight.detail, "It needs more memory than is free here (500 MB). For research only.");
  const plan = { from: "https://hub.example/owner/b", totalBytes: 999e6 };
  assert.deepEqual(downloadQuestion(offer, plan), {
    question: "Download B?",
    detail:
      "From https://hub.example/owner/b: 999 MB. It takes about 793 MB of memory when it runs.\n\nLicence: Apache-2.0.",
    go: "Download",
  });
  const { detail, go } = downloadQuestion(research, plan);
  assert.match(detail, /of which 5 MB are there already.*\n\nLicence: Apache-2\.0\. For research only\.$/s);
  assert.equal(go, "Accept the Licence and Download");
});

test("sizes are in the unit that fits", () => {
  assert.deepEqual([0, 1, 999e6, 1e9, 15.24e9].map(inSize), ["0 MB", "1 MB", "999 MB", "1.0 GB", "15.2 GB"]);
});

test("what an import came to: the model, a licence to accept first, or why not", () => {
  assert.deepEqual(importedModel('{"id":"a","name":"A","dir":"/models/a"}\n'), { name: "A", setting: "/models/a" });
  assert.equal(importedModel(""), undefined);
  const ended = (stderr: string) => ({ stdout: "", stderr, failure: "1" });
  const { licence } = importRefusal(
    ended(
      "sotto: The licence of A (research) is unknown. Read it, and give --accept-licence if your use is allowed.\n",
    ),
  );
  assert.equal(licence, "The licence of A (research) is unknown.");
  const broken = importRefusal(ended("50 %  1 MB of 2 MB\nsotto: a.gguf cannot be imported: it is cut off.\n"));
  assert.deepEqual(broken, { text: "a.gguf cannot be imported: it is cut off." });
});
