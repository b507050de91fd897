"""Writes test/golden/gguf-golden.json: blocks of each tensor type that Sotto reads, and the values that ggml's Python package gives them.

    pip install gguf==0.19.0 && python lab/golden/makeGgufGolden.py

Half of the blocks are made from floats by the package's quantiser, where it has one; the others hold random bits, with scales and minima that
are easy to get wrong. No value is NaN, whose bits are the processor's choice.
"""

import base64
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize, quantize

FIXTURE = Path(__file__).resolve().parents[2] / "test" / "golden" / "gguf-golden.json"
SEED = 256

# Where the half floats of a block stand; none: the blocks are floats themselves.
SCALES = {
    "F32": [], "F16": [], "BF16": [],
    "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
}  # fmt: skip
QUANTISED = ["Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "F16", "BF16", "F32"]
ODD_SCALES = np.array(
    [0, -0.0, 2**-24, -(2**-24), 1023 * 2**-24, -(2**-14), 1 / 3, -0.0123, 1, 65504, -65504], dtype=np.float16
)
MAGNITUDES = [0, 1e-7, 3e-6, 0.02, 1, 37, 6e4]  # the second and third give subnormal scales


def odd_floats(generator: np.random.Generator, count: int) -> np.ndarray:
    """Runs of 32 floats of one magnitude: of both signs, of one, or all the same."""
    runs = []
    for run in range(count // 32):
        values = np.clip(generator.standard_normal(32) / 3, -1, 1)
        values = [values, np.abs(values), -np.abs(values), np.full(32, values[0])][run % 4]
        runs.append(values * MAGNITUDES[run % len(MAGNITUDES)])
    return np.concatenate(runs).astype(np.float32)


def random_blocks(generator: np.random.Generator, name: str, count: int, block_bytes: int) -> np.ndarray:
    blocks = generator.integers(0, 256, (count, block_bytes), dtype=np.uint8)
    for place in SCALES[name]:
        scales = ODD_SCALES[(np.arange(count) + generator.integers(len(ODD_SCALES))) % len(ODD_SCALES)]
        blocks[:, place : place + 2] = scales.view(np.uint8).reshape(count, 2)
    if not SCALES[name]:
        values = dequantize(blocks.reshape(1, -1), GGMLQuantizationType[name]).reshape(-1)
        blocks[~np.isfinite(values) & ~np.isinf(values)] = 0
    return blocks


def golden(name: str, generator: np.random.Generator) -> dict:
    kind = GGMLQuantizationType[name]
    block_size, block_bytes = GGML_QUANT_SIZES[kind]
    count = 11 if block_size == 256 else 1024 // block_size
    parts = []
    if name in QUANTISED:
        count //= 2
        quantised = quantize(odd_floats(generator, count * block_size), kind)
        parts.append(np.ascontiguousarray(quantised).view(np.uint8).reshape(count, block_bytes))
    parts.append(random_blocks(generator, name, count, block_bytes))
    blocks = np.concatenate(parts)
    values = dequantize(blocks.reshape(1, -1), kind).reshape(-1)
    assert values.dtype == np.float32 and values.size == len(blocks) * block_size and not np.isnan(values).any()
    return {
        "type": int(kind),
        "blocks": base64.b64encode(blocks.tobytes()).decode(),
        "values": base64.b64encode(values.astype("<f4").tobytes()).decode(),
    }


generator = np.random.default_rng(SEED)
fixture = {"source": f"gguf {version('gguf')}", "types": {name.lower(): golden(name, generator) for name in SCALES}}
FIXTURE.write_text(json.dumps(fixture, indent=1) + "\n")
print(f"{FIXTURE}: {FIXTURE.stat().st_size} bytes")
