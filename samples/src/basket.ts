// What a customer wants to buy, and what it costs.

import { add, type Money, multiply, zero } from "./money";

export interface Product {
  id: string;
  name: string;
  price: Money;
}

interface Line {
  product: Product;
  quantity: number;
}

export class Basket {
  private readonly lines = new Map<string, Line>();

  constructor(private readonly currency: string) {}

  add(product: Product, quantity = 1): void {
    const line = this.lines.get(product.id);
    if (line) {
      line.quantity += quantity;
    } else {
      this.lines.set(product.id, { product, quantity });
    }
  }

  remove(productId: string): void {
    this.lines.delete(productId);
  }

  isEmpty(): boolean {
    return this.lines.size === 0;
  }

  countItems(): number {
    let count = 0;
    for (const line of this.lines.values()) {
      count += line.quantity;
    }
    return count;
  }

  total(): Money {
    let sum = zero(this.currency);
    for (const line of this.lines.values()) {
      sum = add(sum, multiply(line.product.price, line.quantity));
    }
    return sum;
  }
}
