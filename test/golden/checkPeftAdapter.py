"""Checks that PEFT loads an adapter folder of ours, and that what it merges is what we merge.

Usage: checkPeftAdapter.py [MODEL_DIR ADAPTER_DIR]
Without arguments a small model and an adapter are made. Our side is run by node (22.18 or later); PEFT's reading shares nothing with it
but the files. Prints the largest difference and fails above the rounding of 32-bit floats.
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

TOLERANCE = 1e-6  # times the largest magnitude in a tensor; PEFT sums in 32 bits, we in 64

MAKE_SMALL = """
import { mkdirSync } from "node:fs";
import { openModel } from "./server/models/modelStore.ts";
import { writeAdapter } from "./server/adapters/writeAdapter.ts";
import { writeSmallModel } from "./test/unit/models/storedFolder.ts";
import { sampleAdapter } from "./test/unit/adapters/sampleAdapter.ts";
const [model, adapter] = process.argv.slice(1);
mkdirSync(model);
writeSmallModel(model);
const base = await openModel(model);
writeAdapter(adapter, sampleAdapter(base), base, {});
"""

WRITE_MERGED = """
import { openAdapted } from "./server/adapters/openAdapted.ts";
import { writeSafetensors } from "./server/models/safetensors.ts";
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


def merged_by_peft(model_dir: Path, adapter_dir: Path) -> dict[str, torch.Tensor]:
    config = json.loads((model_dir / "config.json").read_text())
    config.pop("quantization_config", None)
    tensors = {name: torch.from_numpy(value.copy()) for name, value in load_tensors(model_dir).items()}
    tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"]
    base = LlamaForCausalLM(LlamaConfig(**config)).to(torch.float32)
    base.load_state_dict(tensors, strict=True)
    return PeftModel.from_pretrained(base, str(adapter_dir)).merge_and_unload().state_dict()


def check(model_dir: Path, adapter_dir: Path, scratch: Path) -> None:
    ours_file = scratch / "merged.safetensors"
    run_node(WRITE_MERGED, model_dir, adapter_dir, ours_file)
    ours = load_file(ours_file)
    ours["lm_head.weight"] = ours["model.embed_tokens.weight"]  # the head is tied, so its rows are replaced too
    theirs = merged_by_peft(model_dir, adapter_dir)
    base = load_tensors(model_dir)
    assert ours.keys() == theirs.keys(), ours.keys() ^ theirs.keys()
    worst, changed = 0.0, 0
    for name, value in theirs.items():
        error = ((value - ours[name]).abs().max() / value.abs().max()).item()
        worst = max(worst, error)
        assert error <= TOLERANCE, f"{name}: relative difference {error}"
        changed += name in base and not torch.equal(value, torch.from_numpy(base[name]))
    print(f"{len(theirs)} tensors, {changed} of them changed by the adapter; largest relative difference {worst:.1e}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if len(sys.argv) == 3:
            model_dir, adapter_dir = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
        else:
            model_dir, adapter_dir = scratch / "model", scratch / "adapter"
            run_node(MAKE_SMALL, model_dir, adapter_dir)
        check(model_dir, adapter_dir, scratch)


main()
