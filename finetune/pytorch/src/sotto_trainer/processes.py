"""The processes of one training, each with a device of its own, as torchrun starts them; one process alone needs nothing. Owns what they say to
each other: sums, and who speaks."""

import os
from datetime import timedelta

import torch
import torch.distributed as dist

from .errors import RankEnded, bad_input

TIMEOUT = timedelta(minutes=30)  # of a sum: an evaluation or a checkpoint may lie between two


class Processes:
    def __init__(self, device: str | None = None):
        self.rank, self.count = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
        self.device = _device(device, int(os.environ.get("LOCAL_RANK", 0)), self.count)
        self._store = None
        if self.count > 1:
            self._store, *_ = next(dist.rendezvous("env://"))
            backend = dist.get_default_backend_for_device(self.device)
            dist.init_process_group(backend, store=self._store, rank=self.rank, world_size=self.count, timeout=TIMEOUT)

    @property
    def speaks(self) -> bool:
        return self.rank == 0

    def share(self, items: list) -> list:
        """This process's part of a list that all have."""
        return items[self.rank :: self.count]

    def sum(self, values: torch.Tensor) -> torch.Tensor:
        """In place, over all processes. Raises RankEnded where one of them is gone."""
        if self.count > 1:
            try:
                dist.all_reduce(values)
            except RuntimeError as error:
                raise RankEnded(str(error)) from error
        return values

    def sums(self, *values: float) -> list[float]:
        kind = torch.float32 if self.device.type == "mps" else torch.float64
        return self.sum(torch.tensor(values, dtype=kind, device=self.device)).tolist()

    def is_first_to_tell(self) -> bool:
        """Whether this process is the one that tells of an end that several notice."""
        if self._store is None:
            return True
        try:
            return self._store.add("told", 1) == 1
        except RuntimeError:  # the store is gone too
            return self.speaks

    def close(self) -> None:
        if self.count > 1 and dist.is_initialized():
            dist.destroy_process_group()


def _device(asked: str | None, local_rank: int, count: int) -> torch.device:
    if asked:
        return torch.device(asked)
    if not torch.accelerator.is_available():
        return torch.device("cpu")
    kind = torch.accelerator.current_accelerator().type
    there = torch.accelerator.device_count()
    if count == 1:
        return torch.device(kind, 0)
    if local_rank >= there:
        raise bad_input(
            f"There are {there} {kind} devices, and a process {local_rank + 1} was started on this machine.",
            f"Start at most {there} (torchrun --nproc_per_node {there}), or give --device cpu.",
        )
    torch.accelerator.set_device_index(local_rank)
    return torch.device(kind, local_rank)


def has_bfloat16(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 fast."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type == "cpu":  # AMX, or AVX512-BF16
        return torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
    return device.type == "xpu" and torch.xpu.is_bf16_supported()
