"""The base model with trainable factors (LoRA by peft). The base is a Hugging Face folder that Sotto wrote: the model as it is used."""

import contextlib
import math
import re
from functools import partial
from pathlib import Path

import torch
import torch.nn.functional as F
from peft import LoraConfig, get_peft_model
from peft.tuners.lora import Linear as AdaptedLinear
from transformers import AutoModelForCausalLM

from .errors import bad_input
from .fast import DOCUMENTS, HeadLoss, adapted
from .schedule import stream_key, uniform

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
RENAMED = {"c_fc": "up_proj", "c_proj": "down_proj"}  # in StarCoder2's feed-forward layers
FACTOR = re.compile(r"model\.layers\.(\d+)\.(self_attn|mlp)\.(\w+)\.lora_([AB])\.default\.weight$")


def load_base(folder: Path, precision: torch.dtype) -> torch.nn.Module:
    """The frozen base in this precision; plain layers take fp32, which autocast rounds where it multiplies."""
    if not (folder / "config.json").is_file():
        raise bad_input(f"There is no model in {folder}.", "Export the data again: its base is incomplete.")
    try:
        return AutoModelForCausalLM.from_pretrained(folder, dtype=precision, attn_implementation="sdpa", local_files_only=True)
    except (OSError, ValueError, RuntimeError) as error:
        raise bad_input(f"The model in {folder} cannot be loaded: {_first_line(error)}", "Export the data again.") from error


class Model:
    def __init__(self, base: torch.nn.Module, recipe: dict, device: torch.device, precision: torch.dtype, is_plain: bool = False):
        """`is_plain`: by the layers of PyTorch, transformers and peft alone, the oracle of fast.py."""
        self.device, self.precision, self.is_plain = device, precision, is_plain
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
        if not is_plain:
            for layer in self.network.modules():
                if isinstance(layer, AdaptedLinear):
                    layer.forward = partial(adapted, layer)
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

    def loss(self, batch: dict) -> torch.Tensor:
        """The sum of weight × nats of the predictions."""
        if self.is_plain:
            return self._plain_loss(batch)
        hidden = self._hidden_states(batch)[:, :-1][batch["asked"]]
        return HeadLoss.apply(hidden, self.head.weight, batch["targets"], batch["weights"])

    def _hidden_states(self, batch: dict) -> torch.Tensor:
        """[n, T, hidden] after the last norm. Processors attend document by document; other devices, and windows, by a mask."""
        is_by_document = not self.is_plain and self.device.type == "cpu" and not batch["isWindowed"]
        attention = DOCUMENTS if is_by_document else "sdpa"
        if self.decoder.config._attn_implementation != attention:
            self.decoder.config._attn_implementation = attention
        how = {"documents": batch["documents"]} if is_by_document else {"attention_mask": batch["mask"]()}
        return self.decoder(input_ids=batch["tokens"], position_ids=batch["positions"], use_cache=False, **how).last_hidden_state

    def _plain_loss(self, batch: dict) -> torch.Tensor:
        is_half = self.precision == torch.bfloat16
        with torch.autocast(self.device.type, torch.bfloat16) if is_half else contextlib.nullcontext():
            logits = self.head(self._hidden_states(batch)[:, :-1][batch["asked"]])
        losses = F.cross_entropy(logits.float(), batch["targets"], reduction="none")
        return (losses * batch["weights"]).sum()


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:300]
