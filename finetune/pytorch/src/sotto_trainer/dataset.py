"""Reads a folder of packed sequences (format: server/train/run/dataset.ts) and checks all of it before the first is used."""

import hashlib
import json
from pathlib import Path

import numpy as np
import torch

from .errors import dataset_invalid

PADDING = 255
TOKENS = {1: ("tokens.u16", "<u2"), 2: ("tokens.u32", "<u4")}  # by the format: a larger vocabulary needs wider ids
WEIGHT_UNIT = 1 / 64


class Dataset:
    def __init__(self, folder: Path, vocabulary: int, sliding_window: int | None = None):
        self.folder, self.sliding_window = folder, sliding_window
        about = self._about(vocabulary)
        self.sequences, self.sequence_tokens = about["sequences"], about["sequenceTokens"]
        self.prompt_format = about["promptFormat"]  # a version of Sotto's own, or the name of another family's
        self.tokens_file, kind = TOKENS[about["formatVersion"]]
        self.tokens = self._part(self.tokens_file, kind)
        self.units = self._part("weights.u8", "u1")
        self.documents = self._part("documents.u8", "u1")
        self._check(vocabulary)
        sha256 = hashlib.sha256(f"{self.sequences} {self.sequence_tokens}\n".encode())
        for part in zip(self.tokens, self.units, self.documents):
            for values in part:
                sha256.update(values.tobytes())
        self.sha256 = sha256.hexdigest()
        self.weight_of = self.units.sum(1, dtype=np.int64) * WEIGHT_UNIT  # [sequences]
        self.tokens_of = (self.documents != PADDING).sum(1)  # without padding
        if not self.weight_of.any():
            raise dataset_invalid(folder, "it has nothing to learn: every weight is 0")

    def _about(self, vocabulary: int) -> dict:
        file = self.folder / "dataset.json"
        try:
            about = json.loads(file.read_text())
        except FileNotFoundError:
            raise dataset_invalid(file, "it is missing") from None
        except (OSError, ValueError):
            raise dataset_invalid(file, "it cannot be read, or is not JSON") from None
        known = isinstance(about, dict) and about.get("formatVersion") in TOKENS and isinstance(about.get("promptFormat"), (int, str))
        counts = [about.get(key) for key in ("sequences", "sequenceTokens", "vocabSize")] if known else []
        if not known or not all(isinstance(count, int) and count > 0 for count in counts):
            raise dataset_invalid(file, "it is not of the format 1 or 2, or says no sizes")
        if about["vocabSize"] != vocabulary:
            made = f"it was made for a vocabulary of {about['vocabSize']} tokens, and the model has {vocabulary}"
            raise dataset_invalid(file, made)
        return about

    def _part(self, name: str, kind: str) -> np.ndarray:
        file = self.folder / name
        try:
            values = np.fromfile(file, kind)
        except FileNotFoundError:
            raise dataset_invalid(file, "it is missing") from None
        wanted = self.sequences * self.sequence_tokens
        if len(values) != wanted:
            raise dataset_invalid(file, f"it has {values.nbytes} bytes, and dataset.json says {wanted * values.itemsize}")
        return values.reshape(self.sequences, self.sequence_tokens)

    def _check(self, vocabulary: int) -> None:
        before = np.concatenate([np.full((self.sequences, 1), -1), self.documents[:, :-1].astype(int)], 1)
        begins = self.documents != before
        at_start = np.arange(self.sequence_tokens) == 0
        padding = (self.documents == PADDING) & ~at_start
        self._refuse(self.tokens >= vocabulary, self.tokens_file, "a token is not in the vocabulary")
        self._refuse(begins & (self.documents != before + 1) & ~padding, "documents.u8", "the documents are not in order")
        self._refuse((self.units != 0) & (begins | (self.documents == PADDING)), "weights.u8", "a first token has a weight")

    def _refuse(self, wrong: np.ndarray, name: str, reason: str) -> None:
        if wrong.any():
            raise dataset_invalid(self.folder / name, f"sequence {int(np.argwhere(wrong)[0][0])}: {reason}")

    def batch(self, chosen: list[int], device: torch.device) -> dict:
        """Attention and positions stay within a document; only predictions with a weight are asked for."""
        documents = torch.from_numpy(self.documents[chosen].astype(np.int64)).to(device)  # [n, T]
        tokens = torch.from_numpy(self.tokens[chosen].astype(np.int64)).to(device)
        weights = torch.from_numpy(self.units[chosen].astype(np.float32) * WEIGHT_UNIT).to(device)
        at = torch.arange(self.sequence_tokens, device=device)
        begins = torch.nn.functional.pad(documents[:, 1:] != documents[:, :-1], (1, 0), value=True)
        starts = torch.where(begins, at, 0).cummax(1).values

        def mask() -> torch.Tensor:  # [n, 1, T, T]
            distance = at[:, None] - at[None, :]
            seen = (distance >= 0) & (distance < (self.sliding_window or self.sequence_tokens))
            return ((documents[:, :, None] == documents[:, None, :]) & seen)[:, None]

        asked = weights[:, 1:] > 0
        return {
            "tokens": tokens,
            "positions": at - starts,
            "mask": mask,
            "documents": self._places(chosen),
            "isWindowed": self.sliding_window is not None and self.sliding_window < self.sequence_tokens,
            "asked": asked,  # [n, T - 1]: the outputs that predict
            "targets": tokens[:, 1:][asked],
            "weights": weights[:, 1:][asked],
        }

    def _places(self, chosen: list[int]) -> list[tuple[int, int, int]]:
        """(place in the batch, first token, end) of each document, without padding."""
        places = []
        for n, ids in enumerate(self.documents[chosen]):
            begins = np.flatnonzero(np.diff(ids, prepend=ids[0] ^ 1))
            ends = [*begins[1:], len(ids)]
            places += [(n, int(first), int(end)) for first, end in zip(begins, ends) if ids[first] != PADDING]
        return places
