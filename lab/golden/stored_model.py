"""Reads a model folder of Sotto's with numpy and builds transformers' LlamaForCausalLM in fp32 of it.

An independent reading of the format: shares no code with server/engine/models.
"""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from tokenizers import Tokenizer
from transformers import LlamaConfig, LlamaForCausalLM

REPOSITORY = Path(__file__).resolve().parents[2]
MODEL_DIR = REPOSITORY / "models" / "smollm2-135m"


def load_tensors(model_dir: Path) -> dict[str, np.ndarray]:
    """All tensors as float32, [rows, cols]."""
    index = json.loads((model_dir / "model.safetensors.index.json").read_text())["weight_map"]
    parts = {}
    for shard in sorted(set(index.values())):
        with safe_open(model_dir / shard, framework="numpy") as file:
            for name in file.keys():
                parts[name] = file.get_tensor(name)
    tensors = {}
    for name, value in parts.items():
        if not name.endswith((".q", ".scale", ".min")):
            tensors[name] = value
        elif name.endswith(".q"):
            base = name.removesuffix(".q")
            scale = parts[base + ".scale"].astype(np.float32)[:, :, None]
            if value.dtype == np.int8:
                values = value.reshape(value.shape[0], -1, 32).astype(np.float32) * scale
            else:
                pairs = np.concatenate([value & 15, value >> 4], axis=2).astype(np.float32)
                values = pairs * scale + parts[base + ".min"].astype(np.float32)[:, :, None]
            tensors[base] = values.reshape(value.shape[0], -1)
    return tensors


def load_model(model_dir: Path = MODEL_DIR) -> tuple[LlamaForCausalLM, Tokenizer]:
    """The model in fp32 on the CPU, and its tokenizer without recognition of special tokens in text."""
    config = json.loads((model_dir / "config.json").read_text())
    config.pop("quantization_config")
    tensors = {name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in load_tensors(model_dir).items()}
    tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"]
    model = LlamaForCausalLM(LlamaConfig(**config)).to(torch.float32)
    model.load_state_dict(tensors, strict=True)
    return model.eval(), load_tokenizer(model_dir)


def load_tokenizer(model_dir: Path = MODEL_DIR) -> Tokenizer:
    """The folder's tokenizer.json without its added tokens, so that their names in text are plain text."""
    content = json.loads((model_dir / "tokenizer.json").read_text())
    content["added_tokens"] = []
    return Tokenizer.from_str(json.dumps(content))
