"""The checkpoint of a run: parameters, both moments, the best values so far, and the run's state, in one safetensors file."""

import hashlib
import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from .errors import checkpoint_invalid
from .files import replace

PARTS = ("data", "m", "v")


def save_checkpoint(file: Path, state: dict, parameters: dict, optimiser: torch.optim.Optimizer, best: dict | None) -> None:
    tensors = {}
    for name, parameter in parameters.items():
        moments = optimiser.state[parameter]
        values = (parameter.detach(), moments["exp_avg"], moments["exp_avg_sq"])
        tensors.update({f"{name}.{part}": value.float().cpu().contiguous() for part, value in zip(PARTS, values)})
        if best is not None:
            tensors[f"{name}.best"] = best[name]
    text = json.dumps(state)
    replace(file, save(tensors, {"state": text, "sha256": _hash(text, tensors)}))


def load_checkpoint(file: Path, identity: dict, parameters: dict, optimiser: torch.optim.Optimizer) -> tuple[dict, dict | None]:
    """Reads into parameters and optimiser, after all of it was checked. Returns the state, and the best values where there are any."""
    try:
        with safe_open(file, framework="pt") as opened:
            metadata = opened.metadata() or {}
            tensors = {name: opened.get_tensor(name) for name in opened.keys()}
        text = metadata["state"]
        state = json.loads(text)
    except FileNotFoundError:
        raise checkpoint_invalid(file, "it is missing") from None
    except (OSError, SafetensorError, KeyError, ValueError):
        raise checkpoint_invalid(file, "it is damaged, or of Sotto's own trainer") from None
    if _hash(text, tensors) != metadata.get("sha256"):
        raise checkpoint_invalid(file, "its content was altered")
    for key, wanted in identity.items():
        if state.get(key) != wanted:
            raise checkpoint_invalid(file, f"it is of a run with another {key}: {_short(state.get(key))}, and now {_short(wanted)}")
    has_best = state["best"] is not None
    wanted_names = {f"{name}.{part}" for name in parameters for part in (*PARTS, *(["best"] if has_best else []))}
    if wanted_names != set(tensors):
        raise checkpoint_invalid(file, "it has other tensors than are trained")
    for name, parameter in parameters.items():
        data, m, v = (tensors[f"{name}.{part}"].to(parameter.device) for part in PARTS)
        with torch.no_grad():
            parameter.copy_(data)
        optimiser.state[parameter] = {"step": torch.tensor(float(state["step"])), "exp_avg": m, "exp_avg_sq": v}
    return state, {name: tensors[f"{name}.best"] for name in parameters} if has_best else None


def _hash(text: str, tensors: dict[str, torch.Tensor]) -> str:
    sha256 = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        sha256.update(name.encode())
        sha256.update(tensors[name].numpy().tobytes())
    return sha256.hexdigest()


def _short(value: object) -> str:
    return json.dumps(value)[:120]
