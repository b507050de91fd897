"""LoRA training of the embedded model in PyTorch on the CPU in bfloat16: the peer that `bench train` is compared with, and where it is
the faster of the two, what a long training run of the embedded adapter is made with. The product never needs it.

    python train_pytorch.py bench [--rank 16] [--sequence 512] [--steps 5]        one JSON line with tokensPerSecond
    python train_pytorch.py train --data DIR --validation DIR --out DIR [--resume] …

Reads the training data folder that `lab/training/makeDataset.ts` writes and writes an adapter folder in PEFT's layout. Weights are
frozen in bf16; the adapter, the trained embedding rows and Adam's moments are fp32. Attention stays inside a document.
"""

import argparse
import json
import math
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "golden"))
from stored_model import MODEL_DIR, load_tensors  # noqa: E402

PROJECTIONS = {
    "q_proj": "self_attn", "k_proj": "self_attn", "v_proj": "self_attn", "o_proj": "self_attn",
    "gate_proj": "mlp", "up_proj": "mlp", "down_proj": "mlp",
}
ROWS = [0, 5, 7, 8, 9]  # trained embedding rows: end of text, <file_sep>, <fim_prefix>, <fim_suffix>, <fim_middle>
FIM_ROWS = [7, 8, 9]  # hardly trained before: they start at the mean of the embedding
BF16 = torch.bfloat16
PADDING = 255
EVALUATED_SEQUENCES = 16
MIDDLE = 9  # <fim_middle>


class Frozen:
    """The base model's weights in bf16, [out, in] each."""

    def __init__(self, model_dir: Path):
        self.config = json.loads((model_dir / "config.json").read_text())
        tensors = load_tensors(model_dir)
        take = lambda name: torch.from_numpy(np.ascontiguousarray(tensors[name])).to(BF16)
        self.embedding = torch.from_numpy(np.ascontiguousarray(tensors["model.embed_tokens.weight"]))  # fp32
        self.norm = take("model.norm.weight").flatten()
        self.layers = []
        for layer in range(self.config["num_hidden_layers"]):
            at = f"model.layers.{layer}."
            weights = {name: take(f"{at}{part}.{name}.weight") for name, part in PROJECTIONS.items()}
            weights["input_norm"] = take(f"{at}input_layernorm.weight").flatten()
            weights["post_norm"] = take(f"{at}post_attention_layernorm.weight").flatten()
            self.layers.append(weights)


def make_layer(config, scale, dropout):
    """One decoder layer as layer(x, weights, lora, cos, sin, lengths): x [T, hidden], `lengths` of the documents in it.

    What is before and after attention is compiled. Projections of the same input share one product with their A.
    """
    heads, kv, dim = config["num_attention_heads"], config["num_key_value_heads"], config["head_dim"]
    eps = config["rms_norm_eps"]

    def norm(x, weight):
        y = x.float()
        return (y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + eps)).to(BF16) * weight

    def rotate(x, cos, sin):  # [heads, T, dim]
        a, b = x[..., : dim // 2], x[..., dim // 2 :]
        return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)

    def linears(x, frozen, a, b):
        """x W' + scale x A' B' for each W and B; `a` holds the A of all, one below the other."""
        low = F.linear(F.dropout(x, dropout) if dropout > 0 else x, a) * scale
        return [F.linear(x, w) + F.linear(part, up) for w, part, up in zip(frozen, low.chunk(len(b), 1), b)]

    @torch.compile(dynamic=False)
    def before(x, norm_weight, cos, sin, frozen, a, b):
        q, k, v = linears(norm(x, norm_weight), frozen, a, b)
        q, k, v = (y.view(x.shape[0], -1, dim).transpose(0, 1) for y in (q, k, v))
        return rotate(q, cos, sin) * dim**-0.5, rotate(k, cos, sin), v

    @torch.compile(dynamic=False)
    def after(x, o, norm_weight, frozen_o, a_o, b_o, frozen_in, a_in, b_in, frozen_down, a_down, b_down):
        x = x + linears(o.transpose(0, 1).reshape(x.shape[0], heads * dim), frozen_o, a_o, b_o)[0]
        gate, up = linears(norm(x, norm_weight), frozen_in, a_in, b_in)
        return x + linears(F.silu(gate) * up, frozen_down, a_down, b_down)[0]

    def attention(q, k, v):  # of one document; measured at half the time of the fused kernel on the CPU
        n, group = q.shape[1], heads // kv
        scores = q.reshape(kv, group * n, dim) @ k.transpose(1, 2)  # [kv, group * n, n]
        future = torch.ones(n, n, dtype=torch.bool).triu(1)
        scores = scores.view(kv, group, n, n).masked_fill(future, float("-inf"))
        return (scores.softmax(-1).view(kv, group * n, n) @ v).view(heads, n, dim)

    def layer(x, weights, lora, cos, sin, lengths):
        def group(*names):
            return [weights[n] for n in names], torch.cat([lora[n][0] for n in names]), [lora[n][1] for n in names]

        q, k, v = before(x, weights["input_norm"], cos, sin, *group("q_proj", "k_proj", "v_proj"))
        parts = zip(*(t.split(lengths, 1) for t in (q, k, v)))
        o = torch.cat([attention(*part) for part in parts], 1)
        mlp = group("gate_proj", "up_proj")
        return after(x, o, weights["post_norm"], *group("o_proj"), *mlp, *group("down_proj"))

    return layer


class Model:
    def __init__(self, frozen: Frozen, rank: int, alpha: float, dropout: float, seed: int):
        config = self.config = frozen.config
        self.frozen, self.rank, self.alpha = frozen, rank, alpha
        self.first_trained_layer = 0  # the adapters of the layers below stay as they are
        generator = torch.Generator().manual_seed(seed)
        self.lora = []  # [layer][projection] -> (A [r, in], B [out, r]), fp32
        for weights in frozen.layers:
            self.lora.append({})
            for name in PROJECTIONS:
                out, inputs = weights[name].shape
                bound = 1 / math.sqrt(inputs)  # kaiming_uniform(a = sqrt 5), as PEFT does
                a = (torch.rand(rank, inputs, generator=generator) * 2 - 1) * bound
                self.lora[-1][name] = (a.requires_grad_(), torch.zeros(out, rank).requires_grad_())
        rows = frozen.embedding[ROWS].clone()
        for index, row in enumerate(ROWS):
            if row in FIM_ROWS:
                rows[index] = frozen.embedding.mean(0)
        self.rows = rows.requires_grad_()
        self.embedding = frozen.embedding.to(BF16)
        self.row_ids = torch.tensor(ROWS)
        self.layer = make_layer(config, alpha / rank, dropout)
        self.inverse = config["rope_theta"] ** (-torch.arange(0, config["head_dim"], 2).float() / config["head_dim"])

    def parameters(self):
        return [p for layer in self.lora for pair in layer.values() for p in pair] + [self.rows]

    def loss(self, tokens, weights, documents):
        """Weighted sum of the losses of predicting tokens[1:], and the sum of the weights."""
        lengths = torch.unique_consecutive(documents, return_counts=True)[1].tolist()
        positions = torch.cat([torch.arange(length) for length in lengths])
        angle = positions[:, None].float() * self.inverse
        cos, sin = angle.cos().to(BF16), angle.sin().to(BF16)
        embedding = self.embedding.index_copy(0, self.row_ids, self.rows.to(BF16))
        x = F.embedding(tokens, embedding)
        for index, (weights_of_layer, lora) in enumerate(zip(self.frozen.layers, self.lora)):
            with torch.set_grad_enabled(torch.is_grad_enabled() and index >= self.first_trained_layer):
                cast = {name: (a.to(BF16), b.to(BF16)) for name, (a, b) in lora.items()}
                x = self.layer(x, weights_of_layer, cast, cos, sin, lengths)
        y = x.float()
        h = (y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + self.config["rms_norm_eps"])).to(BF16) * self.frozen.norm
        w = weights[1:]
        used = w > 0
        logits = F.linear(h[:-1][used], embedding)
        losses = F.cross_entropy(logits.float(), tokens[1:][used], reduction="none")
        return (losses * w[used]).sum(), w.sum()


class Dataset:
    """Loss weights: 1 for what is to be written, `surroundings` and `plain` (documents without a middle) for the rest of the text."""

    def __init__(self, folder: Path, surroundings: float = 0.25, plain: float = 1.0):
        self.surroundings, self.plain = surroundings, plain
        self.facts = json.loads((folder / "dataset.json").read_text())
        n, t = self.facts["sequences"], self.facts["sequenceTokens"]
        self.tokens = np.fromfile(folder / "tokens.u16", np.uint16).reshape(n, t)
        self.weights = np.fromfile(folder / "weights.u8", np.uint8).reshape(n, t)
        self.documents = np.fromfile(folder / "documents.u8", np.uint8).reshape(n, t)

    def __len__(self):
        return len(self.tokens)

    def __getitem__(self, index):
        tokens, documents = self.tokens[index].astype(np.int64), self.documents[index].astype(np.int64)
        weights = self.weights[index].astype(np.float32) / 64
        for document in set(documents.tolist()) - {PADDING}:
            mine = documents == document
            if MIDDLE in tokens[mine]:
                weights[mine & (weights > 0) & (weights < 1)] = self.surroundings
            else:
                weights[mine] *= self.plain
        return torch.from_numpy(tokens), torch.from_numpy(weights), torch.from_numpy(documents)


def evaluate(model: Model, data: Dataset) -> float:
    """Mean loss in nats a token, by weight."""
    total, count = 0.0, 0.0
    with torch.no_grad():
        for index in range(min(len(data), EVALUATED_SEQUENCES)):
            loss, weight = model.loss(*data[index])
            total, count = total + float(loss), count + float(weight)
    return total / count


def learning_rate(step: int, options) -> float:
    """Warm-up, then constant, then linear to 5 %: a run may be resumed with another end and decays then."""
    if step < options.warmup:
        return options.learning_rate * (step + 1) / options.warmup
    left = (options.steps - step) / options.decay_steps
    return options.learning_rate * min(1, max(0.05, left))


def export(model: Model, folder: Path, facts: dict, base: dict):
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {}
    for layer, projections in enumerate(model.lora):
        for name, (a, b) in projections.items():
            at = f"base_model.model.model.layers.{layer}.{PROJECTIONS[name]}.{name}"
            tensors[f"{at}.lora_A.weight"] = a.detach().half().contiguous()
            tensors[f"{at}.lora_B.weight"] = b.detach().half().contiguous()
    tensors["base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta"] = model.rows.detach().half()
    save_file(tensors, folder / "adapter_model.safetensors")
    config = {
        "peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": base["id"], "r": model.rank,
        "lora_alpha": model.alpha, "lora_dropout": 0.0, "bias": "none", "target_modules": list(PROJECTIONS),
        "trainable_token_indices": {"embed_tokens": ROWS}, "inference_mode": True,
    }
    (folder / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")
    (folder / "sotto.json").write_text(
        json.dumps({"formatVersion": 1, "base": base, "promptFormat": 1, "training": facts}, indent=2) + "\n"
    )


def save_checkpoint(path: Path, model: Model, optimiser, state: dict):
    draft = path.with_suffix(".part")
    torch.save({"parameters": [p.detach() for p in model.parameters()], "optimiser": optimiser.state_dict(), **state}, draft)
    os.replace(draft, path)


def train(options):
    os.nice(options.nice)
    torch.manual_seed(options.seed)
    data = Dataset(options.data, options.surroundings_weight, options.plain_weight)
    held_out, plain = Dataset(options.validation, 0, 0), options.plain and Dataset(options.plain)
    model = Model(Frozen(MODEL_DIR), options.rank, 2 * options.rank, options.dropout, options.seed)
    model.first_trained_layer = options.first_trained_layer
    decayed = model.parameters()[:-1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": options.weight_decay}, {"params": [model.rows], "weight_decay": 0.0}],
        lr=options.learning_rate, betas=(0.9, 0.95), fused=False, foreach=True,
    )
    options.out.mkdir(parents=True, exist_ok=True)
    checkpoint = options.out / "checkpoint.pt"
    step, trained = 0, 0
    if options.start:  # an adapter of an earlier run; Adam starts anew
        load_adapter(model, options.start)
    if options.resume:
        state = torch.load(checkpoint)
        for parameter, saved in zip(model.parameters(), state["parameters"]):
            parameter.data.copy_(saved)
        optimiser.load_state_dict(state["optimiser"])
        step, trained = state["step"], state["trained"]
    stopping = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.append(True))
    log = open(options.out / "log.jsonl", "a", buffering=1)
    report = lambda **facts: print(json.dumps(facts), file=log)
    sequences = max(1, options.batch_tokens // data.facts["sequenceTokens"])
    order = np.random.default_rng(options.seed).permutation(len(data))
    if step == 0:
        report(step=0, heldOut=evaluate(model, held_out), plain=plain and evaluate(model, plain))
    saved_at = time.time()
    while step < options.steps and not stopping:
        start, loss_sum, tokens = time.time(), 0.0, 0
        rate = learning_rate(step, options)
        for group in optimiser.param_groups:
            group["lr"] = rate
        batch = [data[order[(step * sequences + i) % len(data)]] for i in range(sequences)]
        weight_sum = sum(float(weights[1:].sum()) for _, weights, _ in batch)
        for sequence in batch:
            loss, _ = model.loss(*sequence)
            (loss / weight_sum).backward()
            loss_sum += float(loss.detach())
            tokens += int((sequence[2] != 255).sum())
            if stopping:
                break
        if stopping:
            break
        norm = float(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0))
        if not math.isfinite(norm) or not math.isfinite(loss_sum):
            report(step=step, stopped="the loss is not finite; the last checkpoint is kept")
            sys.exit(1)
        optimiser.step()
        optimiser.zero_grad()
        step, trained = step + 1, trained + tokens
        report(step=step, loss=loss_sum / weight_sum, lr=rate, norm=norm, trained=trained, tokensPerSecond=tokens / (time.time() - start))
        if step % options.evaluate_every == 0 or step == options.steps:
            report(step=step, trained=trained, heldOut=evaluate(model, held_out), plain=plain and evaluate(model, plain))
        if time.time() - saved_at > 120:
            save_checkpoint(checkpoint, model, optimiser, {"step": step, "trained": trained})
            saved_at = time.time()
    save_checkpoint(checkpoint, model, optimiser, {"step": step, "trained": trained})
    facts = {"tokens": trained, "steps": step, "learningRate": options.learning_rate, "rank": options.rank, "seed": options.seed, "trainer": "PyTorch bf16"}
    export(model, options.out / "adapter", facts, {"id": "smollm2-135m", "weightsSha256": options.base_sha256})


def load_adapter(model: Model, folder: Path):
    tensors = load_file(folder / "adapter_model.safetensors")
    for layer, projections in enumerate(model.lora):
        for name, (a, b) in projections.items():
            at = f"base_model.model.model.layers.{layer}.{PROJECTIONS[name]}.{name}"
            a.data.copy_(tensors[f"{at}.lora_A.weight"].float())
            b.data.copy_(tensors[f"{at}.lora_B.weight"].float())
    model.rows.data.copy_(tensors["base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta"].float())


def bench(options):
    model = Model(Frozen(MODEL_DIR), options.rank, 2 * options.rank, 0.0, 1)
    generator = torch.Generator().manual_seed(1)
    tokens = torch.randint(17, model.config["vocab_size"], (options.sequence,), generator=generator)
    ones, documents = torch.ones(options.sequence), torch.arange(options.sequence) * 3 // options.sequence
    seconds = []
    for _ in range(options.steps + 1):
        start = time.time()
        loss, weight = model.loss(tokens, ones, documents)
        (loss / weight).backward()
        for parameter in model.parameters():
            parameter.grad = None
        seconds.append(time.time() - start)
    median = sorted(seconds[1:])[len(seconds[1:]) // 2]
    print(json.dumps({"tokensPerSecond": options.sequence / median, "secondsOfFirst": seconds[0]}))


def main():
    parser = argparse.ArgumentParser()
    modes = parser.add_subparsers(dest="mode", required=True)
    for name in ("bench", "train"):
        mode = modes.add_parser(name)
        mode.add_argument("--rank", type=int, default=16)
        mode.add_argument("--steps", type=int, default=5)
        mode.add_argument("--threads", type=int, default=os.cpu_count())
    modes.choices["bench"].add_argument("--sequence", type=int, default=512)
    mode = modes.choices["train"]
    for name in ("data", "validation", "out"):
        mode.add_argument(f"--{name}", type=Path, required=True)
    mode.add_argument("--plain", type=Path)
    mode.add_argument("--start", type=Path)
    mode.add_argument("--resume", action="store_true")
    mode.add_argument("--base-sha256", default="")
    mode.add_argument("--learning-rate", type=float, default=5e-4)
    mode.add_argument("--weight-decay", type=float, default=0.01)
    mode.add_argument("--dropout", type=float, default=0.0)
    mode.add_argument("--surroundings-weight", type=float, default=0.25)
    mode.add_argument("--plain-weight", type=float, default=1.0)
    mode.add_argument("--first-trained-layer", type=int, default=0)
    mode.add_argument("--warmup", type=int, default=10)
    mode.add_argument("--decay-steps", type=int, default=60)
    mode.add_argument("--batch-tokens", type=int, default=16384)
    mode.add_argument("--evaluate-every", type=int, default=25)
    mode.add_argument("--seed", type=int, default=1)
    mode.add_argument("--nice", type=int, default=19)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    bench(options) if options.mode == "bench" else train(options)


main()
