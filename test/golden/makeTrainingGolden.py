"""Makes test/fixtures/training-golden.json: twenty LoRA steps of PyTorch and PEFT on a tiny random Llama, in double precision.

It holds the model's weights, the first values of the low-rank matrices, the packed sequences, and the loss and gradient norm of each step.
Documents are packed: attention does not cross them, and their positions start at 0.

Run with torch, transformers, peft:  python test/golden/makeTrainingGolden.py
"""

import base64
import json
from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from transformers import LlamaConfig, LlamaForCausalLM

STEPS = 20
SEQUENCES_PER_STEP = 2
SEQUENCE_TOKENS = 24
DOCUMENT_TOKENS = [[9, 15], [24], [4, 1, 11], [13, 8]]  # of the sequences, in turns; what is missing is padding
WEIGHTS = [1.0, 0.25, 1.0, 0.0, 1.0]  # by position, in turns
EMBEDDING_ROWS = [7, 8, 9]
PADDING_DOCUMENT = 255
MODEL = dict(
    hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=8, intermediate_size=48,
    vocab_size=64, max_position_embeddings=64, rms_norm_eps=1e-5, tie_word_embeddings=True,
)
LORA = dict(r=4, lora_alpha=8)
ADAMW = dict(learningRate=0.01, beta1=0.9, beta2=0.95, epsilon=1e-8, weightDecay=0.1, clipNorm=1.0)
PROJECTIONS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
TARGET = Path(__file__).parents[1] / "fixtures" / "training-golden.json"


def encode(tensor: torch.Tensor) -> str:
    """float32, little-endian, in base64."""
    return base64.b64encode(tensor.detach().to(torch.float32).contiguous().numpy().tobytes()).decode()


def make_model() -> LlamaForCausalLM:
    torch.manual_seed(1)
    model = LlamaForCausalLM(LlamaConfig(**MODEL, attn_implementation="eager")).double()
    with torch.no_grad():
        for name, value in model.named_parameters():
            scale = 0.5 if "embed" in name else 1.5 / value.shape[-1] ** 0.5
            noise = torch.randn(value.shape) * (0.1 if value.dim() == 1 else scale)
            value.copy_((1 + noise if value.dim() == 1 else noise).float())
    return model


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


def main() -> None:
    model = make_model()
    weights = {name: encode(value) for name, value in model.state_dict().items() if name != "lm_head.weight"}
    torch.manual_seed(2)
    config = LoraConfig(
        **LORA, target_modules=PROJECTIONS, lora_dropout=0.0, bias="none", trainable_token_indices=EMBEDDING_ROWS
    )
    adapted = get_peft_model(model, config).double()
    matrices, rows = {}, []
    with torch.no_grad():
        for name, value in adapted.named_parameters():
            if value.requires_grad and "lora_" in name:
                value.copy_(value.float())  # what the fixture can hold
                parts = name.split(".")
                matrices[f"layers.{parts[parts.index('layers') + 1]}.{parts[-4]}.{parts[-3]}"] = value
            elif value.requires_grad:
                rows.append(value)
    assert len(matrices) == 2 * len(PROJECTIONS) * MODEL["num_hidden_layers"], sorted(matrices)
    assert len(rows) == 1 and rows[0].shape == (len(EMBEDDING_ROWS), MODEL["hidden_size"]), rows
    lora = {name: encode(value) for name, value in matrices.items() if name.endswith("lora_A")}

    groups = [
        {"params": list(matrices.values()), "weight_decay": ADAMW["weightDecay"]},
        {"params": rows, "weight_decay": 0.0},
    ]
    optimiser = torch.optim.AdamW(
        groups, lr=ADAMW["learningRate"], betas=(ADAMW["beta1"], ADAMW["beta2"]), eps=ADAMW["epsilon"]
    )
    generator = torch.Generator().manual_seed(3)
    sequences = [make_sequence(index, generator) for index in range(len(DOCUMENT_TOKENS))]
    scale = 1 / (SEQUENCES_PER_STEP * SEQUENCE_TOKENS)
    losses, norms = [], []
    for step in range(STEPS):
        total = 0.0
        for i in range(SEQUENCES_PER_STEP):
            loss = loss_of(adapted, sequences[(step * SEQUENCES_PER_STEP + i) % len(sequences)])
            (loss * scale).backward()
            total += loss.item()
        trained = [*matrices.values(), *rows]
        norms.append(torch.nn.utils.clip_grad_norm_(trained, ADAMW["clipNorm"]).item())
        optimiser.step()
        optimiser.zero_grad()
        losses.append(total)
        print(f"step {step}: loss {losses[-1]:.6f}, gradient norm {norms[-1]:.6f}")

    last = {name: encode(value) for name, value in matrices.items() if name.startswith("layers.1.")}
    golden = {
        "config": MODEL,
        "ropeTheta": 10000.0,
        "lora": {"rank": LORA["r"], "alpha": LORA["lora_alpha"], "embeddingRows": EMBEDDING_ROWS},
        "adamW": ADAMW,
        "scale": scale,
        "sequencesPerStep": SEQUENCES_PER_STEP,
        "sequences": sequences,
        "weights": weights,
        "firstMatrices": lora,
        "losses": losses,
        "gradientNorms": norms,
        "lastMatrices": {**last, "embed_tokens.rows": encode(rows[0])},
    }
    TARGET.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
