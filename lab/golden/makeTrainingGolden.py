"""Makes test/golden/training-golden.json: what PyTorch and PEFT compute in double precision, from tiny random models.

Twenty LoRA steps of a Llama, and five steps of every weight of a Qwen2 (biases, untied head). For each: the weights, the first values of
the low-rank matrices, the loss and gradient norm of each step, and what was trained, after the last. Documents are packed: attention
does not cross them, and their positions start at 0.

Run with torch, transformers, peft:  python lab/golden/makeTrainingGolden.py
"""

import base64
import json
from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel, Qwen2Config, Qwen2ForCausalLM

SEQUENCES_PER_STEP = 2
SEQUENCE_TOKENS = 24
SCALE = 1 / (SEQUENCES_PER_STEP * SEQUENCE_TOKENS)  # of the summed losses
DOCUMENT_TOKENS = [[9, 15], [24], [4, 1, 11], [13, 8]]  # of the sequences, in turns; what is missing is padding
WEIGHTS = [1.0, 0.25, 1.0, 0.0, 1.0]  # by position, in turns
EMBEDDING_ROWS = [7, 8, 9]
PADDING_DOCUMENT = 255
LLAMA = dict(
    hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=8, intermediate_size=48,
    vocab_size=64, max_position_embeddings=64, rms_norm_eps=1e-5, tie_word_embeddings=True,
)
QWEN2 = dict(
    hidden_size=16, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, intermediate_size=24,
    vocab_size=32, max_position_embeddings=64, rms_norm_eps=1e-6, tie_word_embeddings=False,
)
ROPE_THETA = 10000.0  # the default of both
LORA = dict(r=4, lora_alpha=8)
ADAMW = dict(learningRate=0.01, beta1=0.9, beta2=0.95, epsilon=1e-8, weightDecay=0.1, clipNorm=1.0)
PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
TARGET = Path(__file__).parents[2] / "test" / "golden" / "training-golden.json"


def encode(tensor: torch.Tensor) -> str:
    """float32, little-endian, in base64."""
    return base64.b64encode(tensor.detach().to(torch.float32).contiguous().numpy().tobytes()).decode()


def randomise(model: PreTrainedModel) -> PreTrainedModel:
    torch.manual_seed(1)
    model = model.double()
    with torch.no_grad():
        for name, value in model.named_parameters():
            scale = 0.5 if "embed" in name else 1.5 / value.shape[-1] ** 0.5
            noise = torch.randn(value.shape) * (0.1 if value.dim() == 1 else scale)
            is_norm = name.endswith("norm.weight")
            value.copy_((1 + noise if is_norm else noise).float())  # what the fixture can hold
    return model


def weights_of(model: PreTrainedModel) -> dict:
    is_tied = model.config.tie_word_embeddings
    return {name: encode(value) for name, value in model.state_dict().items() if not (is_tied and name == "lm_head.weight")}


def make_sequence(index: int, generator: torch.Generator) -> dict:
    lengths = DOCUMENT_TOKENS[index % len(DOCUMENT_TOKENS)]
    documents = np.repeat(np.arange(len(lengths)), lengths).tolist()
    documents += [PADDING_DOCUMENT] * (SEQUENCE_TOKENS - len(documents))
    # a walk with small steps, so that there is something to learn, over few tokens, so that targets occur several times
    steps = torch.randint(0, 3, (SEQUENCE_TOKENS,), generator=generator)
    tokens = [int(t) for t in (steps.cumsum(0) + int(torch.randint(0, 20, (1,), generator=generator))) % 20]
    return {"tokens": tokens, "weights": [WEIGHTS[t % 5] for t in range(SEQUENCE_TOKENS)], "documents": documents}


def loss_of(model, sequence: dict) -> torch.Tensor:
    """The sum of the weighted losses."""
    documents = torch.tensor(sequence["documents"])
    time = len(documents)
    starts = [int((documents == d).nonzero()[0]) for d in documents]
    positions = torch.arange(time) - torch.tensor(starts)
    allowed = (documents[:, None] == documents[None, :]) & torch.ones(time, time).tril().bool()
    mask = torch.zeros(time, time, dtype=torch.float64).masked_fill(~allowed, torch.finfo(torch.float64).min)
    tokens = torch.tensor(sequence["tokens"])
    logits = model(
        input_ids=tokens[None], attention_mask=mask[None, None], position_ids=positions[None], use_cache=False
    ).logits[0]
    losses = torch.nn.functional.cross_entropy(logits[:-1], tokens[1:], reduction="none")
    weights = torch.tensor(sequence["weights"], dtype=torch.float64)[1:]
    counts = (documents[1:] == documents[:-1]) & (documents[1:] != PADDING_DOCUMENT)
    return (losses * weights * counts).sum()


def train(model, trained: dict, undecayed: set, sequences: list, steps: int) -> dict:
    """Loss and gradient norm of each step, and the last values of `trained`, by our names."""
    groups = [
        {"params": [p for name, p in trained.items() if name not in undecayed], "weight_decay": ADAMW["weightDecay"]},
        {"params": [p for name, p in trained.items() if name in undecayed], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(
        groups, lr=ADAMW["learningRate"], betas=(ADAMW["beta1"], ADAMW["beta2"]), eps=ADAMW["epsilon"]
    )
    losses, norms = [], []
    for step in range(steps):
        total = 0.0
        for i in range(SEQUENCES_PER_STEP):
            loss = loss_of(model, sequences[(step * SEQUENCES_PER_STEP + i) % len(sequences)])
            (loss * SCALE).backward()
            total += loss.item()
        norms.append(torch.nn.utils.clip_grad_norm_(list(trained.values()), ADAMW["clipNorm"]).item())
        optimiser.step()
        optimiser.zero_grad()
        losses.append(total)
        print(f"step {step}: loss {losses[-1]:.6f}, gradient norm {norms[-1]:.6f}")
    return {"losses": losses, "gradientNorms": norms, "last": {name: encode(value) for name, value in trained.items()}}


def lora_case(sequences: list) -> dict:
    model = randomise(LlamaForCausalLM(LlamaConfig(**LLAMA, attn_implementation="eager")))
    weights = weights_of(model)
    torch.manual_seed(2)
    config = LoraConfig(
        **LORA, target_modules=PROJECTIONS, lora_dropout=0.0, bias="none", trainable_token_indices=EMBEDDING_ROWS
    )
    adapted = get_peft_model(model, config).double()
    trained = {}
    with torch.no_grad():
        for name, value in adapted.named_parameters():
            if not value.requires_grad:
                continue
            if "lora_" in name:
                value.copy_(value.float())
                parts = name.split(".")
                trained[f"layers.{parts[parts.index('layers') + 1]}.{parts[-4]}.{parts[-3]}"] = value
            else:
                trained["embed_tokens.rows"] = value
    assert len(trained) == 2 * len(PROJECTIONS) * LLAMA["num_hidden_layers"] + 1, sorted(trained)
    assert trained["embed_tokens.rows"].shape == (len(EMBEDDING_ROWS), LLAMA["hidden_size"])
    first = {name: encode(value) for name, value in trained.items() if name.endswith("lora_A")}
    lora = {"rank": LORA["r"], "alpha": LORA["lora_alpha"], "embeddingRows": EMBEDDING_ROWS}
    result = train(adapted, trained, {"embed_tokens.rows"}, sequences, steps=20)
    return {"config": LLAMA, "train": {"lora": lora}, "weights": weights, "first": first, **result}


def full_case(sequences: list) -> dict:
    model = randomise(Qwen2ForCausalLM(Qwen2Config(**QWEN2, attn_implementation="eager")))
    weights = weights_of(model)
    trained = dict(model.named_parameters())
    undecayed = {name for name, value in trained.items() if value.dim() == 1}
    result = train(model, trained, undecayed, sequences, steps=5)
    config = {**QWEN2, "head_dim": QWEN2["hidden_size"] // QWEN2["num_attention_heads"], "attention_bias": True}
    return {"config": config, "train": "full", "weights": weights, "first": {}, **result}


def main() -> None:
    generator = torch.Generator().manual_seed(3)
    sequences = [make_sequence(index, generator) for index in range(len(DOCUMENT_TOKENS))]
    golden = {
        "ropeTheta": ROPE_THETA,
        "adamW": ADAMW,
        "scale": SCALE,
        "sequencesPerStep": SEQUENCES_PER_STEP,
        "sequences": sequences,
        "lora": lora_case(sequences),
        "full": full_case(sequences),
    }
    TARGET.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
