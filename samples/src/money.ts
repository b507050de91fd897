// Amounts of money in whole cents, so that sums never drift.

export interface Money {
  cents: number;
  currency: string;
}

export const zero = (currency: string): Money => ({ cents: 0, currency });

export function add(a: Money, b: Money): Money {
  requireSameCurrency(a, b);
  return { cents: a.cents + b.cents, currency: a.currency };
}

export function subtract(a: Money, b: Money): Money {
  requireSameCurrency(a, b);
  return { cents: a.cents - b.cents, currency: a.currency };
}

export function multiply(amount: Money, factor: number): Money {
  return { cents: Math.round(amount.cents * factor), currency: amount.currency };
}

export function isLess(a: Money, b: Money): boolean {
  requireSameCurrency(a, b);
  return a.cents < b.cents;
}

/** Splits an amount into parts that differ by one cent at most and add up to the whole. */
export function split(amount: Money, parts: number): Money[] {
  const share = Math.floor(amount.cents / parts);
  const rest = amount.cents - share * parts;
  return Array.from({ length: parts }, (_, i) => ({
    cents: i < rest ? share + 1 : share,
    currency: amount.currency,
  }));
}

function requireSameCurrency(a: Money, b: Money): void {
  if (a.currency !== b.currency) {
    throw new Error(`cannot mix ${a.currency} and ${b.currency}`);
  }
}
