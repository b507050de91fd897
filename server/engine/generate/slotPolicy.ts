// Decides which slot of the KV cache a prompt runs in, how much of its beginning is reused, and which slot is given up for it. Pure: knows slots
// only as descriptions. Repository context is kept without a special case: the prompts of two files that begin with it get a slot each, and a
// third file's slot gets it copied from a slot that still holds it. It is computed again only when no slot holds it.

/** What a slot was filled for: a completion, a command that a person waits for, or a warm-up in advance. */
export type SlotUse = "completion" | "command" | "warm";

export interface SlotView {
  tokens: readonly number[]; // ids whose keys and values are in the cache, by position
  positions: number; // how many were ever written, so have resident memory: at least tokens.length
  lastUse: number; // a counter that grows with each use
  lastCompletion?: number; // of the same counter; absent where no completion ran in it since it was filled for something else
  busy: boolean; // a generation is under way in it; its tokens may be copied, but nothing else may run in it
}

export interface SlotLimits {
  slots: number;
  positions: number; // of all slots together
}

export interface SlotChoice {
  slot: number | "new"; // index of the slot to run in
  kept: number; // how many tokens of the prompt are in the slot, once `source` is copied
  source?: number; // index of the slot whose first `kept` positions are to be copied first
  stays: boolean; // the slot goes on with what it holds; otherwise it is filled for something else
}

/** So few tokens that computing them again is hardly noticed. */
const FEW_TOKENS = 64;
/** The largest share of a slot's tokens that may be lost by continuing in it. A prompt that differs more is another place or another file. */
const LOST_SHARE = 0.25;
/** The cost of copying a position, relative to computing one. */
const COPY_COST = 1 / 64;

/**
 * A prompt continues in the free slot that shares the longest prefix with it, if little is lost there. Otherwise it gets another slot: a new one
 * while the limits allow it, else the least recently used; the longest prefix that any slot shares with it is copied there. The slot of the last
 * completion is given up for a command or a warm-up only if there is no other; for a command the next to last to be given up is the slot that
 * shares the most, since the next prompt of an explanation begins as that one, too. Where all slots are busy, a new one is made beyond the limits.
 */
export function chooseSlot(
  slots: readonly SlotView[],
  prompt: readonly number[],
  use: SlotUse,
  limits: SlotLimits,
): SlotChoice {
  const shared = slots.map(({ tokens }) => sharedLength(tokens, prompt));
  const byLastUse = (a: number, b: number) => slots[a].lastUse - slots[b].lastUse;
  const nearestFirst = (a: number, b: number) => shared[b] - shared[a] || byLastUse(b, a);
  const all = [...slots.keys()];
  const free = all.filter((i) => !slots[i].busy);
  const guarded = use === "completion" ? undefined : lastCompletion(slots);

  const nearest = free.toSorted(nearestFirst)[0];
  if (nearest !== undefined) {
    const { length } = slots[nearest].tokens;
    const mayLose = nearest === guarded ? FEW_TOKENS : Math.max(FEW_TOKENS, LOST_SHARE * length);
    const nothingRuns = use === "warm" && shared[nearest] === prompt.length;
    if (nothingRuns || length - shared[nearest] <= mayLose)
      return { slot: nearest, kept: shared[nearest], stays: true };
  }

  const spared = (i: number) => (i === guarded ? 2 : Number(use === "command" && i === nearest));
  const oldest = free.toSorted((a, b) => spared(a) - spared(b) || byLastUse(a, b))[0];
  const hasRoom = slots.length < limits.slots && positionsOf(slots) + prompt.length <= limits.positions;
  const slot = hasRoom || oldest === undefined || (oldest === guarded && slots.length < limits.slots) ? "new" : oldest;
  const own = slot === "new" ? 0 : shared[slot];
  const source = all.toSorted(nearestFirst)[0];
  const gain = source === undefined ? 0 : shared[source] - own;
  const stays = false;
  return gain > COPY_COST * (own + gain) ? { slot, kept: own + gain, source, stays } : { slot, kept: own, stays };
}

/**
 * The index of the slot to free next while the slots exceed the limits: the least recently used free one. The last completion's slot comes last,
 * and only where nothing runs: a command that has paused for a key must not cost the next key its prompt.
 */
export function slotToDrop(slots: readonly SlotView[], limits: SlotLimits): number | undefined {
  if (slots.length <= limits.slots && positionsOf(slots) <= limits.positions) return undefined;
  const last = lastCompletion(slots);
  const free = [...slots.keys()].filter((i) => !slots[i].busy);
  const others = free.filter((i) => i !== last);
  if (others.length > 0) return others.toSorted((a, b) => slots[a].lastUse - slots[b].lastUse)[0];
  return free.length === slots.length ? free[0] : undefined;
}

function lastCompletion(slots: readonly SlotView[]): number | undefined {
  const completions = [...slots.keys()].filter((i) => slots[i].lastCompletion !== undefined);
  return completions.toSorted((a, b) => slots[b].lastCompletion! - slots[a].lastCompletion!)[0];
}

const positionsOf = (slots: readonly SlotView[]): number => slots.reduce((sum, { positions }) => sum + positions, 0);

/** Length of the longest common prefix of two token sequences. */
export function sharedLength(a: readonly number[], b: readonly number[]): number {
  const end = Math.min(a.length, b.length);
  let length = 0;
  while (length < end && a[length] === b[length]) length++;
  return length;
}
