// A few KV caches and the record of what each holds: gives a prompt the slot that saves it the most work, and limits their memory.
// `slotPolicy.ts` decides; this file owns the caches and carries the decisions out. Runs nothing.

import type { Decoder, KvCache } from "../runtime/decoder.ts";
import { chooseSlot, type SlotLimits, type SlotUse, type SlotView, sharedLength, slotToDrop } from "./slotPolicy.ts";

/** A cache and its record. The code that has taken a slot keeps `tokens` and `positions` correct while running in it (see `runOnce`). */
export interface Slot extends SlotView {
  readonly cache: KvCache;
  tokens: number[];
}

export interface TakenSlot {
  slot: Slot; // exclusive until it is released
  kept: number; // how many tokens of the prompt are in it
}

const SLOTS = 3; // how many slots: a completion, a command that pauses for it, and a warm-up
const FULL_SLOTS = 2; // limit on the positions of all slots together, in full slots

export class KvSlots {
  readonly #decoder: Decoder;
  readonly #limits: SlotLimits;
  readonly #slots: Slot[] = [];
  #uses = 0;

  constructor(decoder: Decoder, limits: Partial<SlotLimits> = {}) {
    this.#decoder = decoder;
    this.#limits = { slots: SLOTS, positions: FULL_SLOTS * decoder.capacity, ...limits };
  }

  /** The slots, for inspection. */
  get views(): readonly SlotView[] {
    return this.#slots;
  }

  /** How many tokens of the prompt's beginning some slot holds. */
  cached(prompt: readonly number[]): number {
    return Math.max(0, ...this.#slots.map(({ tokens }) => sharedLength(tokens, prompt)));
  }

  get busy(): boolean {
    return this.#slots.some(({ busy }) => busy);
  }

  /**
   * The slot for `prompt`; the prefix that another slot shares with it is copied there.
   * @throws UserError when there is no memory for a new slot
   */
  take(prompt: readonly number[], use: SlotUse): TakenSlot {
    const choice = chooseSlot(this.#slots, prompt, use, this.#limits);
    const { kept, source, stays } = choice;
    const slot = choice.slot === "new" ? this.#add() : this.#slots[choice.slot];
    if (source !== undefined) {
      slot.tokens.length = 0; // in case the copy fails
      slot.cache.copyFrom(this.#slots[source].cache, kept);
      slot.tokens.push(...prompt.slice(0, kept));
      slot.positions = Math.max(slot.positions, kept);
    }
    slot.lastUse = ++this.#uses;
    slot.lastCompletion = completionAfter(slot, use, stays);
    slot.busy = true;
    this.#trim();
    return { slot, kept };
  }

  release(slot: Slot): void {
    slot.busy = false;
    this.#trim();
  }

  /** Frees all slots that nothing runs in: their memory is released, and the next prompt is computed from its first token. */
  clear(): void {
    for (const slot of this.#slots.filter(({ busy }) => !busy)) this.#drop(slot);
  }

  #add(): Slot {
    const slot: Slot = { cache: this.#decoder.createCache(), tokens: [], positions: 0, lastUse: 0, busy: false };
    this.#slots.push(slot);
    return slot;
  }

  #trim(): void {
    for (;;) {
      const index = slotToDrop(this.#slots, this.#limits);
      if (index === undefined) return;
      this.#drop(this.#slots[index]);
    }
  }

  #drop(slot: Slot): void {
    this.#slots.splice(this.#slots.indexOf(slot), 1);
    slot.cache.dispose();
  }
}

/**
 * The slot's last completion once it is used for `use`. A warm-up that goes on where a completion was is that completion's next key; a command
 * that does so leaves it as old as it was, so that it does not take the place of what is being typed elsewhere.
 */
function completionAfter({ lastUse, lastCompletion }: SlotView, use: SlotUse, stays: boolean): number | undefined {
  if (use === "completion") return lastUse;
  if (!stays || lastCompletion === undefined) return undefined;
  return use === "warm" ? lastUse : lastCompletion;
}
