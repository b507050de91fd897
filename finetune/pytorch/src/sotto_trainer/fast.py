"""The parts of a training step in which plain PyTorch loses its time: products with frozen weights and factors, attention over packed documents, and
the loss over a vocabulary. Each gives what the plain layers give (`--plain`), to rounding. Products run in the type of the frozen weights."""

import math

import torch
import torch.nn.functional as F
from transformers import AttentionInterface
from transformers.masking_utils import AttentionMaskInterface

DOCUMENTS = "sotto_documents"  # the name of the attention below in a model's configuration
QUERIES = 128  # that attention takes at a time
KEYS_MULTIPLE = 32  # products of other widths are several times as slow on processors
HEAD_ROWS = 1024  # of the logits that are in memory at a time


class LowRank(torch.autograd.Function):
    """x [N, in] -> [N, out]: x Wᵀ + bias + scaling (x ∘ keep) Aᵀ Bᵀ, with A [rank, in] and B [out, rank] in fp32, W [out, in] frozen.

    `keep` [N, in] is what dropout leaves, or None. Only x and the rank's worth of products are kept for the way back.
    """

    @staticmethod
    def forward(ctx, x, weight, bias, a, b, scaling, keep):
        a, b = a.to(weight.dtype), b.to(weight.dtype)
        low = (x if keep is None else x * keep) @ a.t()
        ctx.save_for_backward(x, weight, a, b, low, keep)
        ctx.scaling = scaling
        return F.linear(x, weight, bias).addmm_(low, b.t(), alpha=scaling)

    @staticmethod
    def backward(ctx, grad):
        x, weight, a, b, low, keep = ctx.saved_tensors
        back = (grad @ b).mul_(ctx.scaling)  # [N, rank]
        dx = None
        if ctx.needs_input_grad[0]:
            dx = grad @ weight
            dx = dx.addmm_(back, a) if keep is None else dx.add_((back @ a).mul_(keep))
        da = back.t().contiguous() @ (x if keep is None else x * keep)
        db = (low.t().contiguous() @ grad).t()
        return dx, None, None, da.float(), db.float().mul_(ctx.scaling), None, None


def adapted(layer, x):
    """What PEFT's layer computes. x [..., in]"""
    a, b, base = layer.lora_A["default"].weight, layer.lora_B["default"].weight, layer.base_layer
    rate = getattr(layer.lora_dropout["default"], "p", 0.0) if layer.training else 0.0
    flat = x.reshape(-1, x.shape[-1])
    keep = torch.empty_like(flat).bernoulli_(1 - rate).div_(1 - rate) if rate > 0 else None
    y = LowRank.apply(flat, base.weight, base.bias, a, b, layer.scaling["default"], keep)
    return y.view(*x.shape[:-1], -1)


def blocks(length: int):
    """(first query, end, number of keys that these can see) of a document of so many tokens: most of what lies in the future is left out."""
    for at in range(0, length, QUERIES):
        end = min(length, at + QUERIES)
        yield at, end, -(-end // KEYS_MULTIPLE) * KEYS_MULTIPLE


class DocumentAttention(torch.autograd.Function):
    """Causal attention inside each document: q [n, heads, T, dim], k and v [n, kv, T, dim] -> [n, heads, T, dim], by plain products.

    `documents` are (sequence, first, end); what is in none of them (padding) becomes 0.
    """

    @staticmethod
    def forward(ctx, q, k, v, scaling, documents):
        (_, heads, _, dim), kv = q.shape, k.shape[1]
        longest = max(end - first for _, first, end in documents)
        future = torch.full((longest, longest + KEYS_MULTIPLE), -math.inf, dtype=q.dtype, device=q.device).triu_(1)
        out, kept = torch.zeros_like(q), []
        for n, first, last in documents:
            padding = (0, 0, 0, -(last - first) % KEYS_MULTIPLE)
            keys, values = F.pad(k[n, :, first:last], padding), F.pad(v[n, :, first:last], padding)
            for at, end, width in blocks(last - first):
                rows = slice(first + at, first + end)
                queries = q[n, :, rows].reshape(kv, -1, dim)
                scores = (queries @ keys[:, :width].transpose(1, 2)).mul_(scaling)
                scores.view(kv, heads // kv, end - at, width).add_(future[at:end, :width])
                shares = scores.softmax(-1)
                out[n, :, rows] = (shares @ values[:, :width]).view(heads, end - at, dim)
                kept.append(shares)
        ctx.save_for_backward(q, k, v, *kept)
        ctx.scaling, ctx.documents = scaling, documents
        return out

    @staticmethod
    def backward(ctx, grad):
        q, k, v, *kept = ctx.saved_tensors
        (_, heads, _, dim), kv = q.shape, k.shape[1]
        dq, dk, dv, shares_of = torch.zeros_like(q), torch.zeros_like(k), torch.zeros_like(v), iter(kept)
        for n, first, last in ctx.documents:
            length = last - first
            padding = (0, 0, 0, -length % KEYS_MULTIPLE)
            keys, values = F.pad(k[n, :, first:last], padding), F.pad(v[n, :, first:last], padding)
            dkeys, dvalues = torch.zeros_like(keys, dtype=torch.float32), torch.zeros_like(values, dtype=torch.float32)
            for at, end, width in blocks(length):
                shares, rows = next(shares_of), slice(first + at, first + end)
                g, queries = grad[n, :, rows].reshape(kv, -1, dim), q[n, :, rows].reshape(kv, -1, dim)
                dshares = g @ values[:, :width].transpose(1, 2)
                dscores = torch._softmax_backward_data(dshares, shares, -1, shares.dtype).mul_(ctx.scaling)
                dq[n, :, rows] = (dscores @ keys[:, :width]).view(heads, end - at, dim)
                dkeys[:, :width] += dscores.transpose(1, 2) @ queries
                dvalues[:, :width] += shares.transpose(1, 2) @ g
            dk[n, :, first:last], dv[n, :, first:last] = dkeys[:, :length], dvalues[:, :length]
        return dq, dk, dv, None, None


def _attention(module, query, key, value, attention_mask, scaling=None, documents=None, **_):
    """As transformers calls it: [n, heads, T, dim] -> [n, T, heads, dim]."""
    scaling = query.shape[-1] ** -0.5 if scaling is None else scaling
    return DocumentAttention.apply(query, key, value, scaling, documents).transpose(1, 2).contiguous(), None


AttentionInterface.register(DOCUMENTS, _attention)
AttentionMaskInterface.register(DOCUMENTS, lambda *_, **__: None)


class HeadLoss(torch.autograd.Function):
    """Σ weight × nats of hidden [N, H] against targets [N], for a head [vocabulary, H]; the gradient is made on the way, some rows at a time."""

    @staticmethod
    def forward(ctx, hidden, head, targets, weights):
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        dhidden = torch.empty_like(hidden) if ctx.needs_input_grad[0] else None
        for at in range(0, len(hidden), HEAD_ROWS):
            rows = slice(at, at + HEAD_ROWS)
            logits = (hidden[rows] @ head.t()).float()
            norms, chosen = logits.logsumexp(-1), logits.gather(1, targets[rows, None])[:, 0]
            total += ((norms - chosen) * weights[rows]).sum()
            if dhidden is not None:
                chances = logits.sub_(norms[:, None]).exp_()
                chances.scatter_add_(1, targets[rows, None], torch.full_like(chances[:, :1], -1.0))
                dhidden[rows] = chances.mul_(weights[rows, None]).to(head.dtype) @ head
        ctx.save_for_backward(dhidden)
        return total

    @staticmethod
    def backward(ctx, grad):
        (dhidden,) = ctx.saved_tensors
        return dhidden * grad.to(dhidden.dtype), None, None, None
