"""The models of both tiers (Qwen2, Llama) in PyTorch, for training a LoRA adapter or all matrices on a processor that multiplies bfloat16.

Owns the forward and backward pass. Documents of a batch lie one after the other in one row of tokens [T]; attention stays inside each.
Frozen weights are kept in bfloat16 with the adapter merged into them (W + scale * A B, made anew after each step), so that a step costs two
products for each matrix: x W forward, g W' backward; where the matrices themselves are trained (rank 0), three. Embeddings and norms stay as
they are. Reads the stored form that `lab/model` writes.
"""

import json
import math
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open

BF16 = torch.bfloat16
HEAD_ROWS = 1024  # rows of logits that are in memory at a time
QUERIES = 128  # that attention takes at a time
SCALE = 2.0  # alpha / rank
EMBEDDING, LAST_NORM = "model.embed_tokens.weight", "model.norm.weight"
# A matrix here -> the stored ones that it consists of, side by side.
MATRICES = {
    "qkv": ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
    "o": ["self_attn.o_proj"],
    "gate_up": ["mlp.gate_proj", "mlp.up_proj"],
    "down": ["mlp.down_proj"],
}


def load_stored(folder: Path) -> dict[str, torch.Tensor]:
    """The tensors of a model folder in fp32: matrices [out, in], vectors [n]."""
    index = json.loads((folder / "model.safetensors.index.json").read_text())["weight_map"]
    parts = {}
    for shard in sorted(set(index.values())):
        with safe_open(folder / shard, framework="numpy") as file:
            parts.update({name: file.get_tensor(name) for name in file.keys()})

    def scales(name):
        values = parts[name].astype(np.float32)
        return values * parts[f"{name}_unit"][:, None] if f"{name}_unit" in parts else values

    tensors = {}
    for name in parts:
        if not name.endswith(".q"):
            if not name.endswith((".high", ".scale", ".min", "_unit")):
                tensors[name] = torch.from_numpy(parts[name].astype(np.float32))
            continue
        base, q = name.removesuffix(".q"), parts[name]
        scale = scales(f"{base}.scale")[:, :, None]
        if q.dtype == np.int8:
            value = q.reshape(q.shape[0], -1, 32) * scale
        else:
            value = np.concatenate([q & 15, q >> 4], 2).astype(np.float32)
            if f"{base}.high" in parts:
                high = parts[f"{base}.high"]
                bits = high.shape[2] // 4
                shifts = np.arange(0, 8, bits, dtype=np.uint8)
                upper = (high[..., None] >> shifts) & ((1 << bits) - 1)
                value += 16.0 * upper.reshape(value.shape) - (1 << (3 + bits))
            value *= scale
            if f"{base}.min" in parts:
                value += scales(f"{base}.min")[:, :, None]
        tensors[base] = torch.from_numpy(np.ascontiguousarray(value.reshape(q.shape[0], -1), np.float32))
    return tensors


class Trained:
    """What is trained, factors or whole matrices: fp32 masters and their gradients, each one block of memory with views by name, and the bfloat16 copies that products use."""

    def __init__(self, initial: dict[str, torch.Tensor]):
        sizes = [t.numel() for t in initial.values()]
        self.master = torch.cat([t.reshape(-1).float() for t in initial.values()])
        self.grad = torch.zeros_like(self.master)
        self.work = self.master.to(BF16)
        cut = lambda flat: {n: part.view(t.shape) for (n, t), part in zip(initial.items(), flat.split(sizes))}
        self.masters, self.grads, self.copies = cut(self.master), cut(self.grad), cut(self.work)
        self.master.grad = self.grad
        for name, copy in self.copies.items():
            copy.requires_grad_().register_post_accumulate_grad_hook(lambda p, name=name: self._add(name, p))

    def _add(self, name, copy):  # gradients of many small batches are summed in fp32
        self.grads[name].add_(copy.grad)
        copy.grad = None

    def refresh(self):
        with torch.no_grad():
            self.work.copy_(self.master)


FUTURE = torch.full((2048, 2048), -math.inf).triu(1).to(BF16)  # of the longest document


def blocks(n: int):
    """(first query, end, keys that they see, rounded up) of a document of n tokens: most of what lies in the future is left out."""
    for at in range(0, n, QUERIES):
        end = min(n, at + QUERIES)
        yield at, end, -(-end // 32) * 32


class Attention(torch.autograd.Function):
    """q [kv, T, group, dim], k and v [kv, T, dim] -> [kv, T, group, dim], document by document, by plain products.

    The fused kernel's backward pass takes several times as long on processors; keys are padded to a multiple of 32 for the same reason.
    """

    @staticmethod
    def forward(ctx, q, k, v, lengths):
        kv, _, group, dim = q.shape
        out, saved, start = torch.empty_like(q), [], 0
        for n in lengths:
            part, pad = slice(start, start + n), (0, 0, 0, -n % 32)
            past, values = F.pad(k[:, part], pad), F.pad(v[:, part], pad)
            saved += [past, values]
            for at, end, width in blocks(n):
                rows = slice(start + at, start + end)
                scores = q[:, rows].flatten(1, 2) @ past[:, :width].transpose(1, 2)
                scores.view(kv, end - at, group, width).add_(FUTURE[at:end, None, :width])
                p = scores.softmax(-1)
                out[:, rows] = (p @ values[:, :width]).view(kv, end - at, group, dim)
                saved.append(p)
            start += n
        ctx.save_for_backward(q, *saved)
        ctx.lengths = lengths
        return out

    @staticmethod
    def backward(ctx, grad):
        q, *rest = ctx.saved_tensors
        kv, total, group, dim = q.shape
        dq, dk, dv, start = torch.empty_like(q), q.new_empty(kv, total, dim), q.new_empty(kv, total, dim), 0
        saved = iter(rest)
        for n in ctx.lengths:
            past, values = next(saved), next(saved)
            dpast, dvalues = torch.zeros_like(past, dtype=torch.float32), torch.zeros_like(values, dtype=torch.float32)
            for at, end, width in blocks(n):
                p, rows = next(saved), slice(start + at, start + end)
                g, mine = grad[:, rows].flatten(1, 2), q[:, rows].flatten(1, 2)
                ds = torch._softmax_backward_data(g @ values[:, :width].transpose(1, 2), p, -1, BF16)
                dq[:, rows] = (ds @ past[:, :width]).view(kv, end - at, group, dim)
                dvalues[:, :width] += p.transpose(1, 2) @ g
                dpast[:, :width] += ds.transpose(1, 2) @ mine
            dk[:, start : start + n], dv[:, start : start + n] = dpast[:, :n], dvalues[:, :n]
            start += n
        return dq, dk, dv, None


class Head(torch.autograd.Function):
    """Weighted sum of the losses of hidden [N, H] against targets [N]; the gradient is made on the way, some rows of logits at a time."""

    @staticmethod
    def forward(ctx, hidden, embedding, targets, weights):
        total, dh = 0.0, torch.empty_like(hidden)
        for start in range(0, len(hidden), HEAD_ROWS):
            part = slice(start, start + HEAD_ROWS)
            logits = (hidden[part] @ embedding.t()).float()
            chosen = logits.gather(1, targets[part, None])[:, 0]
            norms = logits.logsumexp(-1)
            total += ((norms - chosen) * weights[part]).sum()
            p = logits.sub_(norms[:, None]).exp_()
            p.scatter_add_(1, targets[part, None], torch.full_like(p[:, :1], -1.0))
            dh[part] = p.mul_(weights[part, None]).to(BF16) @ embedding
        ctx.save_for_backward(dh)
        return total

    @staticmethod
    def backward(ctx, grad):  # of a loss that nothing else is added to: grad is 1
        return ctx.saved_tensors[0], None, None, None


class LowRank(torch.autograd.Function):
    """x W for the merged W [in, out] = W0 + SCALE * Aᵀ B. The gradient goes to A [parts * rank, in] and B [rank, out], the parts side by side."""

    @staticmethod
    def forward(ctx, x, w, a, b, sizes):
        ctx.save_for_backward(x, w, a, b)
        ctx.sizes = sizes
        return x @ w

    @staticmethod
    def backward(ctx, grad):
        x, w, a, b = ctx.saved_tensors
        grads, parts = grad.split(ctx.sizes, 1), b.split(ctx.sizes, 1)
        low = (x @ a.t()).chunk(len(parts), 1)
        back = torch.cat([g @ part.t() for g, part in zip(grads, parts)], 1)
        da = back.t().contiguous() @ x * SCALE
        db = torch.cat([l.t().contiguous() @ g for l, g in zip(low, grads)], 1) * SCALE
        return grad @ w.t(), None, da, db, None


class Model:
    """`rank` of the adapter that is trained; 0: the matrices themselves."""

    def __init__(self, folder: Path, rank: int, seed: int = 1):
        self.config = c = json.loads((folder / "config.json").read_text())
        tensors = load_stored(folder)
        self.layers, self.rank, self.hidden = c["num_hidden_layers"], rank, c["hidden_size"]
        query, key = (c["head_dim"] * c[f"num_{kind}_heads"] for kind in ("attention", "key_value"))
        inner = c["intermediate_size"]
        self.sizes = {"qkv": [query, key, key], "o": [self.hidden], "gate_up": [inner, inner], "down": [self.hidden]}  # outputs of the parts
        generator = torch.Generator().manual_seed(seed)
        self.base, self.merged, self.vectors, initial = {}, {}, {}, {}
        for layer in range(self.layers):
            for name, stored in MATRICES.items():
                w = torch.cat([tensors.pop(f"model.layers.{layer}.{s}.weight") for s in stored]).t().contiguous()  # [in, out]
                self.base[f"{layer}.{name}"] = w
                inputs, outputs = w.shape
                if not rank:
                    initial[f"{layer}.{name}"] = w
                    continue
                self.merged[f"{layer}.{name}"] = w.to(BF16)
                initial[f"{layer}.{name}.a"] = (torch.rand(len(stored) * rank, inputs, generator=generator) * 2 - 1) / math.sqrt(inputs)
                initial[f"{layer}.{name}.b"] = torch.zeros(rank, outputs)
            bias = [tensors.get(f"model.layers.{layer}.{s}.bias", torch.zeros(n)).flatten() for s, n in zip(MATRICES["qkv"], self.sizes["qkv"])]
            self.vectors[f"{layer}.bias"] = torch.cat(bias).to(BF16)
            for name, stored in (("norm_1", "input_layernorm"), ("norm_2", "post_attention_layernorm")):
                self.vectors[f"{layer}.{name}"] = tensors[f"model.layers.{layer}.{stored}.weight"].flatten().to(BF16)
        self.vectors["norm"] = tensors[LAST_NORM].flatten().to(BF16)
        self.embedding = tensors[EMBEDDING].to(BF16)
        self.trained = Trained(initial)
        self.rows = {}  # of the embedding that a first adapter replaced: {token: [hidden]}
        if not rank:
            self.merged = self.trained.copies
        half = c["head_dim"] // 2
        self.inverse = c["rope_theta"] ** (-torch.arange(half).float() / half)
        self._compile()

    def _compile(self):
        c, sizes = self.config, self.sizes
        heads, kv, dim, eps = c["num_attention_heads"], c["num_key_value_heads"], c["head_dim"], c["rms_norm_eps"]
        group, low = heads // kv, self.rank > 0

        def product(x, w, pair, sizes):
            return LowRank.apply(x, w, *pair, sizes) if low else x @ w

        def norm(x, weight):
            y = x.float()
            return (y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + eps)).to(BF16) * weight

        def rotate(x, cos, sin):
            halves = x.view(-1, x.shape[1], 2, dim // 2)  # flipped, not joined by cat: that stays vectorised
            return (halves * cos + halves.flip(2) * sin).view_as(x)

        @torch.compile(dynamic=False)
        def before(x, weight, qkv, bias, ab, cos, sin):
            y = (product(norm(x, weight), qkv, ab, sizes["qkv"]) + bias).view(-1, heads + 2 * kv, dim)
            q, k, v = y.split([heads, kv, kv], 1)
            q = (rotate(q, cos, sin) * dim**-0.5).view(-1, kv, group, dim).transpose(0, 1)
            return q.contiguous(), rotate(k, cos, sin).transpose(0, 1).contiguous(), v.transpose(0, 1).contiguous()

        @torch.compile(dynamic=False)
        def after(x, o, weight, w_o, w_in, w_down, ab_o, ab_in, ab_down):
            x = x + product(o.transpose(0, 1).reshape(-1, heads * dim), w_o, ab_o, sizes["o"])
            gate, up = product(norm(x, weight), w_in, ab_in, sizes["gate_up"]).chunk(2, 1)
            return x + product(F.silu(gate) * up, w_down, ab_down, sizes["down"])

        @torch.compile(dynamic=False)
        def last(x, weight):
            return norm(x, weight)

        self.before, self.after, self.last = before, after, last

    def pair(self, name):
        return (self.trained.copies[f"{name}.a"], self.trained.copies[f"{name}.b"]) if self.rank else ()

    def replace_rows(self, rows: dict[int, torch.Tensor]):
        """Rows of the embedding (and so of the head) that stay as an adapter says."""
        self.rows = rows
        for token, row in rows.items():
            self.embedding[token] = row.to(BF16)

    @torch.no_grad()
    def refresh(self):
        """After a step: the weights follow what is trained."""
        self.trained.refresh()
        if self.rank:
            for name, base in self.base.items():
                a, b = self.trained.masters[f"{name}.a"], self.trained.masters[f"{name}.b"]
                self.merged[name].copy_(self.with_factors(name, base, a, b))

    def with_factors(self, name, base, a, b):
        """base [in, out] + SCALE * Aᵀ B, part by part: a [parts * rank, in], b [rank, out]."""
        sizes = self.sizes[name.split(".")[1]]
        parts = zip(base.split(sizes, 1), a.chunk(len(sizes)), b.split(sizes, 1))
        return torch.cat([torch.addmm(w, up.t(), down, alpha=SCALE) for w, up, down in parts], 1)

    def hidden_states(self, tokens, lengths):
        """tokens [T] in documents of these lengths -> [T, hidden] after the last norm."""
        positions = torch.cat([torch.arange(n) for n in lengths]).float()
        angles = positions[:, None] * self.inverse
        cos = torch.stack([angles.cos(), angles.cos()], 1)[:, None].to(BF16)  # [T, 1, 2, dim / 2]
        sin = torch.stack([-angles.sin(), angles.sin()], 1)[:, None].to(BF16)
        x = self.embedding[tokens]
        v = self.vectors
        for layer in range(self.layers):
            at = lambda name: f"{layer}.{name}"
            q, k, val = self.before(x, v[at("norm_1")], self.merged[at("qkv")], v[at("bias")], self.pair(at("qkv")), cos, sin)
            o = Attention.apply(q, k, val, lengths)
            x = self.after(
                x, o, v[at("norm_2")], self.merged[at("o")], self.merged[at("gate_up")], self.merged[at("down")],
                self.pair(at("o")), self.pair(at("gate_up")), self.pair(at("down")),
            )  # fmt: skip
        return self.last(x, v["norm"])

    def loss(self, tokens, weights, lengths) -> float:
        """Σ weight * nats of predicting each token from those before it; its gradients are added to those of what is trained, where autograd is on."""
        hidden = self.hidden_states(tokens, lengths)
        asked = torch.nonzero(weights[1:] > 0)[:, 0]
        total = Head.apply(hidden[asked], self.embedding, tokens[asked + 1], weights[asked + 1])
        if torch.is_grad_enabled():
            total.backward()
        return float(total.detach())
