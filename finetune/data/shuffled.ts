// An order by chance.

import type { Dice } from "./dice.ts";

/** The items in an order that the dice decide (Fisher and Yates); `items` stays as it is. */
export function shuffled<T>(items: readonly T[], dice: Dice): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = dice.between(0, i);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
