import assert from "node:assert/strict";
import { test } from "node:test";
import { RATE_SEARCH } from "../../../../finetune/job/hyperparameters.ts";
import { bestRate, nextRate, type TriedRate } from "../../../../finetune/job/rateSearch.ts";

const [low, middle, high] = RATE_SEARCH.grid;

const FIRST_LOSS = 3; // before any training

/** Tries rates until it is known which is best. */
function search(lossOf: (rate: number) => number | null): { tried: number[]; best: number | undefined } {
  const tried: TriedRate[] = [];
  for (let rate = nextRate(tried, FIRST_LOSS); rate !== undefined; rate = nextRate(tried, FIRST_LOSS)) {
    assert.ok(!tried.some((other) => other.rate === rate), `${rate} is tried once`);
    tried.push({ rate, heldOutLoss: lossOf(rate) });
  }
  return { tried: tried.map(({ rate }) => rate), best: bestRate(tried, FIRST_LOSS) };
}

/** A bowl around `best` over the logarithm of the rate. */
const bowl = (best: number) => (rate: number) => 2 + 0.1 * Math.log2(rate / best) ** 2;

test("the grid is enough where its middle is the best", () => {
  assert.deepEqual(search(bowl(middle)), { tried: [low, middle, high], best: middle });
});

test("where an edge of the grid is the best, one rate beyond it is tried, and the next where that is the best, up to a limit", () => {
  assert.deepEqual(search(bowl(high)), { tried: [low, middle, high, 2 * high], best: high });
  assert.deepEqual(search(bowl(2 * high)), { tried: [low, middle, high, 2 * high, 4 * high], best: 2 * high });
  assert.deepEqual(search(bowl(low / 2)), { tried: [low, middle, high, low / 2, low / 4], best: low / 2 });
  const far = search(bowl(1));
  assert.equal(far.tried.length, RATE_SEARCH.most);
  assert.equal(far.best, Math.max(...far.tried));
});

test("of rates that gained as good as the same the lower one is taken", () => {
  const tried = (gain: number) => [
    { rate: low, heldOutLoss: FIRST_LOSS - 0.5 },
    { rate: middle, heldOutLoss: FIRST_LOSS - 1 },
    { rate: high, heldOutLoss: FIRST_LOSS - gain },
  ];
  assert.equal(bestRate(tried(1 + RATE_SEARCH.nearTie / 2), FIRST_LOSS), middle);
  assert.equal(bestRate(tried(1 + RATE_SEARCH.nearTie * 2), FIRST_LOSS), high);
  assert.equal(bestRate(tried(1 + RATE_SEARCH.nearTie / 2), undefined), high); // of what is not known
});

test("a loss that hardly moves makes no tie of a rate that learns little, as it did on a real repository", () => {
  const tried = [
    { rate: low, heldOutLoss: 1.7835 },
    { rate: middle, heldOutLoss: 1.7713 },
    { rate: high, heldOutLoss: 1.7769 },
  ];
  assert.equal(bestRate(tried, 1.8357), middle);
  assert.equal(nextRate(tried, 1.8357), undefined);
  assert.equal(bestRate(tried, 1.7), middle); // where nothing was gained the least loss is the best
});

test("a rate with which the training came apart is never the best; where all did, lower ones are tried", () => {
  const found = search((rate) => (rate >= high ? null : 3 - 1000 * rate));
  assert.deepEqual(found, { tried: [low, middle, high], best: middle });
  const none = search(() => null);
  assert.equal(none.best, undefined);
  assert.deepEqual(none.tried, [low, middle, high, low / 2, low / 4]);
});
