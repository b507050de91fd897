"""Trains a tier's adapter, or with --rank 0 all its matrices, on packed documents (dataset.json, tokens.u16, weights.u8, documents.u8 of lab/training/makeDataset.ts).

    python train.py bench --model DIR [--rank 16] [--document 341]
    python train.py train --model DIR --data DIR [DIR …] --validation DIR [DIR …] --out DIR --steps N [--rank 16] [--resume]
    python train.py export --model DIR --checkpoint FILE --out DIR [--rank 64]   (--rank: of a checkpoint of all matrices)

A run is a function of (model, data, options). SIGTERM or SIGINT ends it after a checkpoint; --resume goes on. Run it through run.sh, which sets
the allocator and the threads. The product never runs this.
"""

import argparse
import json
import math
import os
import signal
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from model import MATRICES, SCALE, Model

PADDING = 255
EMBEDDING_ROWS = "base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta"  # PEFT's name for rows that replace others


class Dataset:
    """Documents of training data folders, whose sequences are of one length."""

    def __init__(self, *folders: Path):
        facts = [json.loads((folder / "dataset.json").read_text()) for folder in folders]
        t = self.sequence_tokens = facts[0]["sequenceTokens"]
        read = lambda name, kind: np.concatenate([np.fromfile(folder / name, kind).reshape(own["sequences"], t) for folder, own in zip(folders, facts)])
        self.tokens, self.weights, self.documents = read("tokens.u16", np.uint16), read("weights.u8", np.uint8), read("documents.u8", np.uint8)

    def __len__(self):
        return len(self.tokens)

    def batch(self, indices):
        """Some sequences in one row without their padding, filled up to a fixed length with documents of weight 0: tokens, weights, lengths."""
        tokens, weights, lengths = [], [], []
        for i in indices:
            ids = self.documents[i]
            used = ids != PADDING
            start = np.flatnonzero(np.diff(ids[used].astype(np.int16), prepend=-1))
            w = self.weights[i][used].astype(np.float32) / 64
            w[start] = 0
            tokens.append(self.tokens[i][used])
            weights.append(w)
            lengths += np.diff(start, append=used.sum()).tolist()
        short = len(indices) * self.sequence_tokens - sum(lengths)
        if short > 0:
            tokens.append(np.zeros(short, np.uint16))
            weights.append(np.zeros(short, np.float32))
            lengths += [256] * (short // 256) + ([short % 256] if short % 256 else [])
        as_tensor = lambda parts, kind: torch.from_numpy(np.concatenate(parts).astype(kind))
        return as_tensor(tokens, np.int64), as_tensor(weights, np.float32), lengths


def learning_rate(step, options):
    """Warm-up, constant, then down to nothing in the last `decay` steps (1 - sqrt)."""
    if step < options.warmup:
        return options.learning_rate * (step + 1) / options.warmup
    left = (options.steps - step) / max(1, options.decay)
    return options.learning_rate * (1 if left >= 1 else max(0.02, 1 - math.sqrt(1 - left)))


@torch.no_grad()
def evaluate(model, data, options):
    """Mean nats of a weighted token."""
    total = weight = 0.0
    per_batch = options.micro // data.sequence_tokens
    for start in range(0, min(len(data), options.evaluated) // per_batch * per_batch, per_batch):
        batch = data.batch(range(start, start + per_batch))
        total += model.loss(*batch)
        weight += float(batch[1].sum())
    return total / weight


def train(options):
    torch.manual_seed(options.seed)
    model = Model(options.model, options.rank, options.seed)
    data = Dataset(*options.data)
    held = {folder.name: Dataset(folder) for folder in options.validation}
    optimiser = torch.optim.AdamW([model.trained.master], lr=options.learning_rate, betas=(0.9, 0.98), weight_decay=0.0)
    out, checkpoint = options.out, options.out / "checkpoint.pt"
    out.mkdir(parents=True, exist_ok=True)
    step = trained = 0
    if options.start:
        start_from(model, options.start)
    if options.resume:
        state = torch.load(checkpoint, weights_only=True)
        model.trained.master.copy_(state["master"])
        optimiser.load_state_dict(state["optimiser"])
        model.replace_rows(state["rows"])
        step, trained = state["step"], state["trained"]
    model.refresh()
    stopping = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.append(True))
    log = open(out / "log.jsonl", "a", buffering=1)

    def report(**facts):
        print(json.dumps(facts), file=log)
        print(json.dumps(facts), flush=True)

    def save():
        draft = checkpoint.with_suffix(".part")
        state = {"master": model.trained.master, "optimiser": optimiser.state_dict(), "step": step, "trained": trained, "rank": options.rank, "rows": model.rows}
        torch.save(state, draft)
        os.replace(draft, checkpoint)

    order = np.random.default_rng(options.seed).permutation(len(data))
    per_batch = options.micro // data.sequence_tokens  # sequences
    per_step = options.batch // options.micro
    check = lambda: {name: round(evaluate(model, d, options), 4) for name, d in held.items()}
    saved_at = time.time()
    if step == 0:
        report(step=0, heldOut=check())
    while step < options.steps and not stopping:
        begin, loss, weight, tokens = time.time(), 0.0, 0.0, 0
        for part in range(per_step):
            at = (step * per_step + part) * per_batch
            batch = data.batch([order[(at + i) % len(data)] for i in range(per_batch)])
            loss += model.loss(*batch)
            weight += float(batch[1].sum())
            tokens += int(sum(batch[2]))
        grad = model.trained.grad
        norm = float(grad.norm()) / weight
        if not math.isfinite(norm):
            raise FloatingPointError("the gradient is not finite")
        grad.mul_(min(1.0, 1.0 / max(norm, 1e-12)) / weight)
        rate = optimiser.param_groups[0]["lr"] = learning_rate(step, options)
        optimiser.step()
        grad.zero_()
        model.refresh()
        step, trained = step + 1, trained + tokens
        seconds = time.time() - begin
        report(step=step, loss=round(loss / weight, 4), lr=round(rate, 7), norm=round(norm, 3), trained=trained, tokensPerSecond=round(tokens / seconds))
        if step % options.evaluate_every == 0 or step == options.steps:
            report(step=step, trained=trained, heldOut=check())
        if time.time() - saved_at > options.save_every:
            save()
            saved_at = time.time()
    save()


def start_from(model, start):
    """Takes what is trained from a checkpoint of the same rank, or from an adapter folder of at most that rank; matrices take its product."""
    if start.is_file():
        state = torch.load(start, weights_only=True)
        model.trained.master.copy_(state["master"])
        model.replace_rows(state.get("rows", {}))
        return
    config = json.loads((start / "adapter_config.json").read_text())
    rank = config["r"]
    if config["lora_alpha"] != SCALE * rank or 0 < model.rank < rank:
        raise SystemExit(f"{start}: rank {rank} and alpha {config['lora_alpha']} do not fit into rank {model.rank} with alpha {SCALE} times that")
    tensors = load_file(start / "adapter_model.safetensors")

    def matrix(name):  # half floats as `export` writes them, or what ships: integers with a scale for each of the rank's places
        scale, weight = tensors.get(f"{name}.weight_scale"), tensors[f"{name}.weight"].float()
        if scale is None:
            return weight
        return weight * (scale[:, None] if name.endswith("lora_A") else scale)

    for name, base in model.base.items():
        layer, kind = name.split(".")
        stored = [f"base_model.model.model.layers.{layer}.{part}" for part in MATRICES[kind]]
        a, b = [matrix(f"{s}.lora_A") for s in stored], torch.cat([matrix(f"{s}.lora_B").t() for s in stored], 1)
        if not model.rank:
            model.trained.masters[name].copy_(model.with_factors(name, base, torch.cat(a), b))
            continue
        for own, first in zip(model.trained.masters[f"{name}.a"].chunk(len(stored)), a):
            own[:rank] = first
        model.trained.masters[f"{name}.b"][:rank] = b
    rows = (config.get("trainable_token_indices") or {}).get("embed_tokens", [])
    if rows:
        model.replace_rows(dict(zip(rows, tensors[EMBEDDING_ROWS].float())))


def low_rank(delta, rank):
    """The factors a [rank, in], b [rank, out] whose product comes closest to delta [in, out] / SCALE."""
    u, s, vt = torch.linalg.svd(delta / SCALE, full_matrices=False)
    root = s[:rank].sqrt()
    return (u[:, :rank] * root).t(), root[:, None] * vt[:rank]


def export(options):
    """Writes a checkpoint as PEFT lays an adapter out, in half floats; `lab/model/adoptAdapter.ts` checks it and writes the rest."""
    state = torch.load(options.checkpoint, weights_only=True)
    rank = state["rank"] or options.rank
    model = Model(options.model, state["rank"])
    model.trained.master.copy_(state["master"])
    tensors, kept, whole = {}, 0.0, 0.0
    for name, base in model.base.items():
        layer, kind = name.split(".")
        if state["rank"]:
            a, b = model.trained.masters[f"{name}.a"], model.trained.masters[f"{name}.b"]
            pairs = list(zip(a.chunk(len(MATRICES[kind])), b.split(model.sizes[kind], 1)))
        else:
            deltas = (model.trained.masters[name] - base).split(model.sizes[kind], 1)
            pairs = [low_rank(delta, rank) for delta in deltas]
            whole += sum(float(delta.square().sum()) for delta in deltas)
            kept += sum(float((SCALE * a.t() @ b).square().sum()) for a, b in pairs)
        for stored, (a, b) in zip(MATRICES[kind], pairs):
            prefix = f"base_model.model.model.layers.{layer}.{stored}"
            tensors[f"{prefix}.lora_A.weight"] = a.half().contiguous()
            tensors[f"{prefix}.lora_B.weight"] = b.t().half().contiguous()
    rows = state.get("rows", {})
    if rows:
        tensors[EMBEDDING_ROWS] = torch.stack(list(rows.values())).half()
    options.out.mkdir(parents=True, exist_ok=True)
    save_file(tensors, options.out / "adapter_model.safetensors")
    targets = sorted({stored.split(".")[1] for parts in MATRICES.values() for stored in parts})
    config = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "base_model_name_or_path": None, "r": rank, "lora_alpha": SCALE * rank, "lora_dropout": 0.0, "bias": "none", "target_modules": targets}  # fmt: skip
    if rows:
        config["trainable_token_indices"] = {"embed_tokens": list(rows)}
    (options.out / "adapter_config.json").write_text(json.dumps(config, indent=2) + "\n")
    facts = {"steps": state["step"], "trainedTokens": state["trained"], "rank": rank}
    if whole:
        facts["keptOfDelta"] = round(kept / whole, 4)  # share of the squares of what all matrices changed by
    (options.out / "training.json").write_text(json.dumps(facts) + "\n")
    print(json.dumps(facts))


def bench(options):
    model = Model(options.model, options.rank)
    model.refresh()
    n, vocabulary = options.document, model.embedding.shape[0]
    lengths = [n] * (options.micro // n) + ([options.micro % n] if options.micro % n else [])
    tokens = torch.randint(17, vocabulary - 30, (options.micro,), generator=torch.Generator().manual_seed(1))
    weights = (torch.arange(options.micro) % 6 == 0).float()  # about the share of a middle
    walls = []
    for _ in range(options.steps + 1):
        begin = time.time()
        model.loss(tokens, weights, lengths)
        walls.append(time.time() - begin)
    begin = time.time()
    model.refresh()
    best = min(walls[1:])
    print(json.dumps({"tokensPerSecond": round(options.micro / best), "firstSeconds": round(walls[0], 1), "refreshSeconds": round(time.time() - begin, 2), "rank": options.rank, "document": n}))
    if options.profile:
        from torch.profiler import ProfilerActivity, profile

        with profile(activities=[ProfilerActivity.CPU]) as p:
            model.loss(tokens, weights, lengths)
        print(p.key_averages().table(sort_by="self_cpu_time_total", row_limit=18, max_name_column_width=60))


def main():
    parser = argparse.ArgumentParser()
    modes = parser.add_subparsers(dest="mode", required=True)
    bench_mode, train_mode, export_mode = (modes.add_parser(name) for name in ("bench", "train", "export"))
    for mode in (bench_mode, train_mode, export_mode):
        mode.add_argument("--model", type=Path, required=True)
    for mode in (bench_mode, train_mode, export_mode):
        mode.add_argument("--rank", type=int, default=16, help="0: all matrices; for export the rank that they are cut to")
    for mode in (bench_mode, train_mode):
        mode.add_argument("--steps", type=int, default=3)
        mode.add_argument("--micro", type=int, default=4096, help="tokens of one forward and backward pass")
        mode.add_argument("--threads", type=int, default=os.cpu_count())
    bench_mode.add_argument("--document", type=int, default=341)
    bench_mode.add_argument("--profile", action="store_true")
    train_mode.add_argument("--data", type=Path, nargs="+", required=True, help="one folder, or the parts of one dataset")
    train_mode.add_argument("--validation", type=Path, nargs="+", required=True)
    train_mode.add_argument("--out", type=Path, required=True)
    train_mode.add_argument("--start", type=Path, help="a checkpoint or an adapter folder whose factors are the beginning; AdamW starts anew")
    train_mode.add_argument("--resume", action="store_true")
    train_mode.add_argument("--learning-rate", type=float, default=4e-4)
    train_mode.add_argument("--warmup", type=int, default=8)
    train_mode.add_argument("--decay", type=int, default=20, help="steps at the end in which the rate falls")
    train_mode.add_argument("--batch", type=int, default=8192, help="tokens of a step")
    train_mode.add_argument("--evaluate-every", type=int, default=20)
    train_mode.add_argument("--evaluated", type=int, default=20, help="held-out sequences")
    train_mode.add_argument("--save-every", type=int, default=300, help="seconds")
    train_mode.add_argument("--seed", type=int, default=1)
    export_mode.add_argument("--checkpoint", type=Path, required=True)
    export_mode.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    torch.set_num_threads(getattr(options, "threads", 2))
    {"bench": bench, "train": train, "export": export}[options.mode](options)


if __name__ == "__main__":
    main()
