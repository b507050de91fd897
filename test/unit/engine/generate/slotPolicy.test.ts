import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  chooseSlot,
  type SlotChoice,
  type SlotUse,
  type SlotView,
  slotToDrop,
} from "../../../../server/engine/generate/slotPolicy.ts";

/** Tokens by name: `${name} ${count}` gives so many tokens that no other name has. */
function tokensOf(...parts: string[]): number[] {
  return parts.flatMap((part) => {
    const [name, count] = part.split(" ");
    return Array.from({ length: Number(count) }, (_, i) => name.charCodeAt(0) * 10_000 + i);
  });
}

const CONTEXT = "r 800"; // repository context, the same in all files' prompts
const NO_COMPLETION = { lastCompletion: undefined };
const LIMITS = { slots: 3, positions: 4096 };

function slot(lastUse: number, parts: string[], more: Partial<SlotView> = {}): SlotView {
  const tokens = tokensOf(...parts);
  return { tokens, positions: tokens.length, lastUse, lastCompletion: lastUse, busy: false, ...more };
}

interface Case {
  name: string;
  slots: SlotView[];
  prompt: string[];
  use?: SlotUse;
  limits?: Partial<typeof LIMITS>;
  wanted: Omit<SlotChoice, "stays"> & { stays?: true };
}

const cases: Case[] = [
  {
    name: "nothing is there yet: a new slot",
    slots: [],
    prompt: ["a 1500"],
    wanted: { slot: "new", kept: 0 },
  },
  {
    name: "typing on: the same slot, though the answer is lost",
    slots: [slot(1, [CONTEXT, "a 700", "x 60"])],
    prompt: [CONTEXT, "a 705"],
    wanted: { slot: 0, kept: 1500, stays: true },
  },
  {
    name: "a quarter of what it holds may be lost",
    slots: [slot(1, ["a 750", "x 250"])],
    prompt: ["a 750", "y 300"],
    wanted: { slot: 0, kept: 750, stays: true },
  },
  {
    name: "more than that goes to another slot, and what both have in common is copied there",
    slots: [slot(1, ["a 749", "x 251"])],
    prompt: ["a 749", "y 300"],
    wanted: { slot: "new", kept: 749, source: 0 },
  },
  {
    name: "a few tokens are always lost: two small prompts share a slot",
    slots: [slot(1, ["a 10"])],
    prompt: ["b 10"],
    wanted: { slot: 0, kept: 0, stays: true },
  },
  {
    name: "another file with the same repository context gets a slot of its own, with the context copied",
    slots: [slot(1, [CONTEXT, "a 700"])],
    prompt: [CONTEXT, "b 700"],
    wanted: { slot: "new", kept: 800, source: 0 },
  },
  {
    name: "where there is room for no more, the least recently used is given up, and the context comes from the latest",
    slots: [slot(2, [CONTEXT, "a 400"]), slot(1, [CONTEXT, "b 400"]), slot(3, [CONTEXT, "c 400"])],
    prompt: [CONTEXT, "d 400"],
    wanted: { slot: 1, kept: 800 }, // it holds the context itself
  },
  {
    name: "a slot of other things that is given up gets the context copied",
    slots: [slot(2, [CONTEXT, "a 400"]), slot(1, ["b 1200"]), slot(3, [CONTEXT, "c 400"])],
    prompt: [CONTEXT, "d 400"],
    wanted: { slot: 1, kept: 800, source: 2 },
  },
  {
    name: "a slot that is given up keeps its own beginning where another's is hardly longer",
    slots: [slot(1, ["a 800", "b 500"]), slot(2, ["a 805", "c 500"])],
    prompt: ["a 805", "d 500"],
    limits: { slots: 2 },
    wanted: { slot: 0, kept: 800 },
  },
  {
    name: "the longest beginning counts, not the latest slot",
    slots: [slot(1, ["a 1000"]), slot(2, ["a 500", "b 500"])],
    prompt: ["a 1001"],
    wanted: { slot: 0, kept: 1000, stays: true },
  },
  {
    name: "no new slot where the positions would be too many",
    slots: [slot(1, ["a 1500"]), slot(2, ["b 1500"])],
    prompt: ["c 1500"],
    wanted: { slot: 0, kept: 0 },
  },
  {
    name: "positions that were written once count, though the slot was rewound",
    slots: [slot(1, ["a 100"], { positions: 2000 }), slot(2, ["b 100"], { positions: 2000 })],
    prompt: ["c 1500"],
    wanted: { slot: 0, kept: 0 },
  },
  {
    name: "a busy slot is copied from, and nothing runs there",
    slots: [slot(1, ["a 1000"], { busy: true, ...NO_COMPLETION })],
    prompt: ["a 1001"],
    wanted: { slot: "new", kept: 1000, source: 0 },
  },
  {
    name: "where all are busy, a new slot is made beyond the limits",
    slots: [
      slot(1, ["a 1500"], { busy: true }),
      slot(2, ["b 1500"], { busy: true }),
      slot(3, ["c 1500"], { busy: true }),
    ],
    prompt: ["d 1500"],
    wanted: { slot: "new", kept: 0 },
  },
  {
    name: "a command spares the last completion's slot, though others are younger",
    slots: [slot(1, ["a 1000"]), slot(2, ["b 1000"], NO_COMPLETION), slot(3, ["c 1000"], NO_COMPLETION)],
    prompt: ["d 1000"],
    use: "command",
    wanted: { slot: 1, kept: 0 },
  },
  {
    name: "a completion does not",
    slots: [slot(1, ["a 1000"]), slot(2, ["b 1000"], NO_COMPLETION), slot(3, ["c 1000"], NO_COMPLETION)],
    prompt: ["d 1000"],
    wanted: { slot: 0, kept: 0 },
  },
  {
    name: "only the last completion's is spared",
    slots: [slot(1, ["a 1000"]), slot(2, ["b 1000"]), slot(3, ["c 1000"])],
    prompt: ["d 1000"],
    use: "warm",
    wanted: { slot: 0, kept: 0 },
  },
  {
    name: "a command takes less of the last completion's slot than a completion may",
    slots: [slot(1, ["a 900", "x 100"])],
    prompt: ["a 900", "y 100"],
    use: "command",
    wanted: { slot: "new", kept: 900, source: 0 },
  },
  {
    name: "for a command, a new slot is made against the limit of positions before the last completion's is given up",
    slots: [slot(1, ["a 1500"])],
    prompt: ["b 1500"],
    use: "command",
    limits: { positions: 2000 },
    wanted: { slot: "new", kept: 0 },
  },
  {
    name: "where no other can be had, a command gives up the last completion's",
    slots: [slot(1, ["a 1000"]), slot(2, ["b 1000"], { busy: true })],
    prompt: ["c 1000"],
    use: "command",
    limits: { slots: 2 },
    wanted: { slot: 0, kept: 0 },
  },
  {
    name: "a command that has run where an older completion was does not make that the last one",
    slots: [slot(4, ["a 1000"], { lastCompletion: 1 }), slot(3, ["b 1000"]), slot(2, ["c 1000"], NO_COMPLETION)],
    prompt: ["d 1000"],
    use: "command",
    wanted: { slot: 2, kept: 0 },
  },
  {
    name: "a command spares the slot that shares the most, though another is younger",
    slots: [slot(3, ["k 1000"]), slot(1, ["a 1400"], NO_COMPLETION), slot(2, ["a 200", "c 1000"], NO_COMPLETION)],
    prompt: ["a 600", "d 600"],
    use: "command",
    wanted: { slot: 2, kept: 600, source: 1 },
  },
  {
    name: "filling on in advance where a completion was leaves it the completion's",
    slots: [slot(1, ["a 1000"])],
    prompt: ["a 1100"],
    use: "warm",
    wanted: { slot: 0, kept: 1000, stays: true },
  },
  {
    name: "what is there already need not be filled in advance, so nothing of what follows is lost",
    slots: [slot(1, ["a 1000"])],
    prompt: ["a 500"],
    use: "warm",
    wanted: { slot: 0, kept: 500, stays: true },
  },
];

describe("the slot for a prompt", () => {
  for (const { name, slots, prompt, use = "completion", limits, wanted } of cases) {
    test(name, () => {
      const choice = chooseSlot(slots, tokensOf(...prompt), use, { ...LIMITS, ...limits });
      assert.deepEqual(choice, { stays: false, ...wanted });
    });
  }
});

describe("the slot to drop", () => {
  const abc = [slot(2, ["a 1000"]), slot(1, ["b 1000"]), slot(3, ["c 1000"], NO_COMPLETION)];
  const cases: [string, SlotView[], Partial<typeof LIMITS>, number | undefined][] = [
    ["none within the limits", abc, {}, undefined],
    ["the least recently used, when there are too many", abc, { slots: 2 }, 1],
    ["the same when they hold too much", abc, { positions: 2999 }, 1],
    ["no busy one", [abc[0], { ...abc[1], busy: true }, abc[2]], { slots: 2 }, 2],
    ["the last completion's after all others", [abc[0], abc[2]], { slots: 1 }, 1],
    ["but in the end that, too", [abc[0]], { positions: 999 }, 0],
    ["not the last completion's while a command runs", [abc[0], { ...abc[2], busy: true }], { slots: 1 }, undefined],
    ["none where all are busy", abc.map((view) => ({ ...view, busy: true })), { slots: 1 }, undefined],
  ];
  for (const [name, slots, limits, wanted] of cases) {
    test(name, () => assert.equal(slotToDrop(slots, { ...LIMITS, ...limits }), wanted));
  }
});
