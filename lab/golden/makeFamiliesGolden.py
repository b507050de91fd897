"""Makes test/golden/families-golden.json: the logits that transformers gives for a tiny model of each family, with its config as
transformers writes it.

The weights are not stored: both sides compute them from the tensor's name and the value's index (`weight` below, `goldenWeight` in
test/unit/engine/models/families.test.ts), in integers and one rounding to float32.

Run with torch, transformers:  python lab/golden/makeFamiliesGolden.py
"""

import base64
import json
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM, GemmaConfig, LlamaConfig, Qwen2Config, Qwen3Config, Starcoder2Config

TOKENS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 35, 8, 9, 7, 9, 32, 38, 4, 6, 26, 4, 33, 8, 3, 27]
SHAPE = dict(
    hidden_size=64,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    intermediate_size=96,
    vocab_size=40,
    max_position_embeddings=64,
)
LLAMA3 = dict(
    rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16
)
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16)
CASES = {
    "llama": LlamaConfig(**SHAPE, tie_word_embeddings=True),
    "llama, biases, a head of its own, Llama 3's positions": LlamaConfig(
        **SHAPE, attention_bias=True, mlp_bias=True, tie_word_embeddings=False, rope_scaling=LLAMA3
    ),
    "llama, linear positions": LlamaConfig(**SHAPE, rope_scaling=dict(rope_type="linear", factor=4.0)),
    "qwen2": Qwen2Config(**SHAPE, tie_word_embeddings=True),
    "qwen2, YaRN": Qwen2Config(**SHAPE, rope_scaling=YARN),
    "qwen2, sliding window": Qwen2Config(**SHAPE, use_sliding_window=True, sliding_window=7, max_window_layers=0),
    "qwen3": Qwen3Config(**SHAPE, head_dim=32),
    "starcoder2": Starcoder2Config(**SHAPE, sliding_window=7, hidden_act="gelu_pytorch_tanh"),
    "gemma": GemmaConfig(**SHAPE, head_dim=32),
}
TARGET = Path(__file__).parents[2] / "test" / "golden" / "families-golden.json"


def hash32(name: str) -> int:
    """FNV-1a."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def weight(name: str, shape: tuple[int, ...], is_offset: bool) -> np.ndarray:
    """Values between -0.5 and 0.5 times the tensor's scale; of norms around 1, or around 0 where they are kept so."""
    index = np.arange(int(np.prod(shape)), dtype=np.uint64)
    mask = np.uint64(0xFFFFFFFF)
    x = (index * np.uint64(0x9E3779B1) + np.uint64(hash32(name))) & mask
    x ^= x >> np.uint64(16)
    x = (x * np.uint64(0x85EBCA6B)) & mask
    x ^= x >> np.uint64(13)
    x = (x * np.uint64(0xC2B2AE35)) & mask
    x ^= x >> np.uint64(16)
    uniform = x.astype(np.float64) / 2**32 - 0.5
    if name.endswith("norm.weight"):
        values = uniform * 0.5 + (0 if is_offset else 1)
    else:
        values = uniform * 0.5
    return values.astype(np.float32).reshape(shape)


def main() -> None:
    cases = []
    for title, config in CASES.items():
        config._attn_implementation = "eager"
        model = AutoModelForCausalLM.from_config(config).to(torch.float32).eval()
        is_offset = config.model_type == "gemma"
        with torch.no_grad():
            for name, value in model.named_parameters():
                value.copy_(torch.from_numpy(weight(name, tuple(value.shape), is_offset)))
            logits = model(input_ids=torch.tensor([TOKENS]), use_cache=False).logits[0].numpy()
        saved = json.loads(config.to_json_string())
        cases.append(
            {"title": title, "config": saved, "logits": base64.b64encode(logits.astype("<f4").tobytes()).decode()}
        )
        print(title, logits.shape, float(np.abs(logits).max()))
    lines = ",\n".join(json.dumps(case) for case in cases)
    TARGET.write_text(
        f'{{"madeBy": "lab/golden/makeFamiliesGolden.py",\n"tokens": {json.dumps(TOKENS)},\n"cases": [\n{lines}\n]}}\n'
    )


if __name__ == "__main__":
    main()
