"""The sequences, the learning rate and the initial factors: pure functions of seed and step, the same numbers as in Sotto's own trainer
(server/train/run/schedule.ts, counterRandom.ts)."""

import math
from functools import lru_cache

import numpy as np

MASK = 0xFFFFFFFF
GOLDEN = 0x9E3779B9
ORDER, DROPOUT = 1, 2  # independent streams
FINAL_SHARE = 0.1  # of the maximum learning rate, at the end


def mix(bits: int) -> int:
    bits &= MASK
    bits = ((bits ^ (bits >> 16)) * 0x21F0AAAD) & MASK
    bits = ((bits ^ (bits >> 15)) * 0xD35A2D97) & MASK
    return bits ^ (bits >> 15)


def stream_key(seed: int, *path: int) -> int:
    key = mix(seed)
    for part in path:
        key = mix(key ^ mix(part + GOLDEN))
    return key


def uniform(count: int, bound: float, key: int) -> np.ndarray:
    """float32 numbers in [-bound, bound)."""
    with np.errstate(over="ignore"):
        bits = np.uint32(key) + np.arange(1, count + 1, dtype=np.uint32) * np.uint32(GOLDEN)
        bits = (bits ^ (bits >> np.uint32(16))) * np.uint32(0x21F0AAAD)
        bits = (bits ^ (bits >> np.uint32(15))) * np.uint32(0xD35A2D97)
        bits ^= bits >> np.uint32(15)
    return ((bits / 2**32 * 2 - 1) * bound).astype(np.float32)


@lru_cache(maxsize=2)
def permutation(seed: int, pass_: int, length: int) -> tuple[int, ...]:
    order = list(range(length))
    for i in range(length - 1, 0, -1):
        j = int(stream_key(seed, ORDER, pass_, i) / 2**32 * (i + 1))
        order[i], order[j] = order[j], order[i]
    return tuple(order)


def sequences_of_step(step: int, seed: int, sequences: int, per_step: int) -> list[int]:
    """Step from 0. Each pass over the data is a permutation of its own."""
    positions = range(step * per_step, (step + 1) * per_step)
    return [permutation(seed, at // sequences, sequences)[at % sequences] for at in positions]


def dropout_seed(seed: int, step: int, index: int) -> int:
    return stream_key(seed, DROPOUT, step, index)


def learning_rate_of_step(step: int, maximum: float, warmup_steps: int, steps: int) -> float:
    """A linear rise, then half a cosine down to a tenth."""
    if step < warmup_steps:
        return maximum * (step + 1) / warmup_steps
    progress = min(1.0, (step - warmup_steps) / max(1, steps - 1 - warmup_steps))
    return maximum * (FINAL_SHARE + (1 - FINAL_SHARE) * (1 + math.cos(math.pi * progress)) / 2)
