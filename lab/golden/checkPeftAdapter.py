"""Checks that PEFT loads an adapter folder of ours, and that what it merges, and what it computes without merging, is what we merge.

Usage: checkPeftAdapter.py [MODEL_DIR ADAPTER_DIR [STORED_DIR]]
PEFT loads ADAPTER_DIR on the plain base. We merge STORED_DIR, the adapter as a workspace's store holds it (on top of the model's own),
where ADAPTER_DIR is an export of it; else ADAPTER_DIR too. Without arguments a small model and an adapter are made. Our side is run by
node (22.18 or later); PEFT's reading shares nothing with it but the files. Prints the largest differences, and fails where weights
differ by more than the rounding of 32-bit floats, or logits by more than what that adds up to.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import LlamaConfig, LlamaForCausalLM

from stored_model import REPOSITORY, load_tensors

LOGIT_TOLERANCE = 1e-3  # times the largest logit; PEFT adds the product to the activations, and thirty layers carry on how each rounds
TOLERANCE = 1e-6  # times the largest magnitude in a tensor; PEFT sums in 32 bits, we in 64

MAKE_SMALL = """
import { mkdirSync } from "node:fs";
import { openModel } from "./server/engine/models/modelStore.ts";
import { writeAdapter } from "./server/engine/adapters/writeAdapter.ts";
import { writeSmallModel } from "./test/unit/models/storedFolder.ts";
import { sampleAdapter } from "./test/unit/adapters/sampleAdapter.ts";
const [model, adapter] = process.argv.slice(1);
mkdirSync(model);
writeSmallModel(model);
const base = await openModel(model);
writeAdapter(adapter, sampleAdapter(base), base, {});
"""

WRITE_MERGED = """
import { openAdapted } from "./server/engine/load/openAdapted.ts";
import { writeSafetensors } from "./server/engine/models/safetensors.ts";
const [dir, adapter, file] = process.argv.slice(1);
const model = await openAdapted(dir, adapter);
const tensors = [...model.tensors.values()].map(({ name, rows, cols }) => {
  const data = new Uint8Array(model.dequantise(name).buffer);
  return { name, type: "F32", shape: rows === 1 ? [cols] : [rows, cols], data };
});
writeSafetensors(file, tensors);
"""


def run_node(program: str, *arguments: Path) -> None:
    command = ["node", "--input-type=module", "-e", program, *map(str, arguments)]
    subprocess.run(command, cwd=REPOSITORY, check=True)


def llama(model_dir: Path, tensors: dict[str, torch.Tensor]) -> LlamaForCausalLM:
    config = json.loads((model_dir / "config.json").read_text())
    config.pop("quantization_config", None)
    model = LlamaForCausalLM(LlamaConfig(**config)).to(torch.float32)
    model.load_state_dict(tensors, strict=True)
    return model.eval()


def with_head(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The head is tied, so its rows are replaced too."""
    return {**tensors, "lm_head.weight": tensors["model.embed_tokens.weight"]}


def logits_of(model: torch.nn.Module, vocab_size: int) -> torch.Tensor:
    tokens = torch.tensor([[*range(min(vocab_size, 10)), *((37 * i * i) % vocab_size for i in range(50))]])
    with torch.no_grad():
        return model(tokens).logits


def check(model_dir: Path, adapter_dir: Path, stored_dir: Path, scratch: Path) -> None:
    ours_file = scratch / "merged.safetensors"
    run_node(WRITE_MERGED, model_dir, stored_dir, ours_file)
    ours = with_head(load_file(ours_file))
    base = {name: torch.from_numpy(value.copy()) for name, value in load_tensors(model_dir).items()}
    adapted = PeftModel.from_pretrained(llama(model_dir, with_head(base)), str(adapter_dir))

    vocab_size = base["model.embed_tokens.weight"].shape[0]
    theirs_logits = logits_of(adapted, vocab_size)
    ours_logits = logits_of(llama(model_dir, ours), vocab_size)
    base_logits = logits_of(llama(model_dir, with_head(base)), vocab_size)
    largest = ours_logits.abs().max().item()
    logit_error = (theirs_logits - ours_logits).abs().max().item()
    moved = (base_logits - ours_logits).abs().max().item()

    theirs = adapted.merge_and_unload().state_dict()
    assert ours.keys() == theirs.keys(), ours.keys() ^ theirs.keys()
    worst, changed = 0.0, 0
    for name, value in theirs.items():
        error = ((value - ours[name]).abs().max() / value.abs().max()).item()
        worst = max(worst, error)
        assert error <= TOLERANCE, f"{name}: relative difference {error}"
        changed += name in base and not torch.equal(value, base[name])
    print(f"{len(theirs)} tensors, {changed} of them changed by the adapter; largest relative difference {worst:.1e}")
    print(f"logits up to {largest:.1f}, moved by up to {moved:.2f} by the adapter; largest difference {logit_error:.1e}")
    assert logit_error <= LOGIT_TOLERANCE * largest, f"logits differ by {logit_error}"
    assert moved > 10 * LOGIT_TOLERANCE * largest, "the adapter does nothing, so that nothing was compared"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if len(sys.argv) in (3, 4):
            model_dir, adapter_dir = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
            stored_dir = Path(sys.argv[-1]).resolve()
        else:
            model_dir, adapter_dir = scratch / "model", scratch / "adapter"
            run_node(MAKE_SMALL, model_dir, adapter_dir)
            stored_dir = adapter_dir
        check(model_dir, adapter_dir, stored_dir, scratch)


main()
