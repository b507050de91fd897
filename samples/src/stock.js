// What is left on the shelves.

const LOW_STOCK = 5;

export class Stock {
  constructor() {
    this.quantities = new Map();
  }

  receive(productId, quantity) {
    const current = this.quantities.get(productId) ?? 0;
    this.quantities.set(productId, current + quantity);
  }

  take(productId, quantity) {
    const current = this.quantities.get(productId) ?? 0;
    if (current < quantity) {
      throw new Error(`only ${current} of ${productId} left`);
    }
    this.quantities.set(productId, current - quantity);
  }

  has(productId, quantity = 1) {
    return (this.quantities.get(productId) ?? 0) >= quantity;
  }

  lowStock() {
    const low = [];
    for (const [productId, quantity] of this.quantities) {
      if (quantity <= LOW_STOCK) {
        low.push(productId);
      }
    }
    return low.sort();
  }
}
