"""Compares what PEFT computes with an exported adapter on an exported model with what the merged model computes: BASE ADAPTER MERGED. Not a test."""

import json
import sys

import torch
import transformers
from peft import PeftModel
from transformers import AutoModelForCausalLM

transformers.logging.disable_progress_bar()
base, adapter, merged = sys.argv[1:]


def load(folder: str):
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True).eval()


plain = load(base)
vocabulary = plain.config.vocab_size
tokens = torch.tensor([[5, 8, 7, 9, *((37 * i * i + 100) % vocabulary for i in range(60))]])
with torch.no_grad():
    alone = plain(tokens).logits
    theirs = PeftModel.from_pretrained(plain, adapter)(tokens).logits
    ours = load(merged)(tokens).logits
cosine = torch.nn.functional.cosine_similarity
print(
    json.dumps(
        {
            "cosine": cosine(theirs.flatten(), ours.flatten(), 0).item(),
            "top1": (theirs.argmax(-1) == ours.argmax(-1)).float().mean().item(),
            "largest": (theirs - ours).abs().max().item() / ours.abs().max().item(),
            "moved": (alone - ours).abs().max().item() / ours.abs().max().item(),
        }
    )
)
