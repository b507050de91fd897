"""The base model with trainable factors (LoRA by peft). The base is a Hugging Face folder that Sotto wrote: the model as it is used."""

import contextlib
import math
import re
from pathlib import Path

import torch
import torch.nn.functional as F
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

from .errors import bad_input
from .schedule import stream_key, uniform

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
RENAMED = {"c_fc": "up_proj", "c_proj": "down_proj"}  # in StarCoder2's feed-forward layers
FACTOR = re.compile(r"model\.layers\.(\d+)\.(self_attn|mlp)\.(\w+)\.lora_([AB])\.default\.weight$")


def load_base(folder: Path) -> torch.nn.Module:
    if not (folder / "config.json").is_file():
        raise bad_input(f"There is no model in {folder}.", "Export the data again: its base is incomplete.")
    try:
        return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="sdpa", local_files_only=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise bad_input(f"The model in {folder} cannot be loaded: {_first_line(error)}", "Export the data again.") from error


class Model:
    def __init__(self, base: torch.nn.Module, recipe: dict, device: torch.device, precision: torch.dtype):
        self.device, self.precision = device, precision
        self.vocabulary = base.config.vocab_size
        layers = [name.split(".")[-1] for name, module in base.named_modules() if isinstance(module, torch.nn.Linear) and ".layers." in name]
        config = LoraConfig(
            r=recipe["rank"],
            lora_alpha=recipe["alpha"],
            lora_dropout=recipe["dropout"],
            target_modules=sorted(set(layers)),
            bias="none",
            task_type="CAUSAL_LM",
        )
        self.network = get_peft_model(base, config).to(device)
        causal = self.network.get_base_model()
        self.decoder, self.head = causal.model, causal.lm_head
        self.parameters: dict[str, torch.nn.Parameter] = {}  # by PEFT's name in a file, such as base_model.model….q_proj.lora_A.weight
        trained = {name: p for name, p in self.network.named_parameters() if p.requires_grad}
        present = {RENAMED.get(name, name) for name in layers}
        order = [name for name in PROJECTIONS if name in present]
        for name, parameter in trained.items():
            layer, part, module, factor = FACTOR.search(name).groups()
            projection = RENAMED.get(module, module)
            self.parameters[f"base_model.model.model.layers.{layer}.{part}.{projection}.lora_{factor}.weight"] = parameter
            with torch.no_grad():
                if factor == "B":
                    parameter.zero_()
                    continue
                key = stream_key(recipe["seed"], int(layer), 2 * order.index(projection))
                values = uniform(parameter.numel(), 1 / math.sqrt(parameter.shape[1]), key)
                parameter.copy_(torch.from_numpy(values).view_as(parameter))

    def loss(self, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        """The sum of weight × nats of the predictions."""
        is_half = self.precision == torch.bfloat16
        with torch.autocast(self.device.type, torch.bfloat16) if is_half else contextlib.nullcontext():
            hidden = self.decoder(
                input_ids=batch["tokens"], attention_mask=batch["mask"], position_ids=batch["positions"], use_cache=False
            ).last_hidden_state
            logits = self.head(hidden[:, :-1][batch["asked"]])
        losses = F.cross_entropy(logits.float(), batch["targets"], reduction="none")
        return (losses * batch["weights"]).sum()


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:300]
