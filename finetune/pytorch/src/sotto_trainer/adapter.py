"""Writes what was learnt as the folder that Sotto imports: PEFT's two files and sotto.json, which says whose it is."""

import shutil
from pathlib import Path

import torch
from safetensors.torch import save

from .errors import TrainerError
from .files import replace, replace_folder, replace_json

LARGEST_HALF = 65504.0


def write_adapter(folder: Path, values: dict[str, torch.Tensor], recipe: dict, base: dict, prompt_format: int | str, facts: dict) -> None:
    draft = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    if any(float(value.abs().max()) > LARGEST_HALF for value in values.values()):
        raise TrainerError("trainingDiverged", "The factors have grown beyond what a half float holds.", "Use a lower learning rate.")
    replace(draft / "adapter_model.safetensors", save({name: value.half().contiguous() for name, value in values.items()}, {"format": "pt"}))
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base["id"],
        "inference_mode": True,
        "r": recipe["rank"],
        "lora_alpha": recipe["alpha"],
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": sorted({name.split(".")[-3] for name in values}),
    }
    replace_json(draft / "adapter_config.json", config)
    about = {"formatVersion": 1, "base": base, "training": facts}
    if isinstance(prompt_format, int):  # another family's is known by the model
        about["promptFormat"] = prompt_format
    replace_json(draft / "sotto.json", about)
    replace_folder(folder, draft)
