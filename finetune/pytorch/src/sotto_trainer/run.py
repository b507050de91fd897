"""A training run: step after step until the last one, a stop, or the end of improvement. The same steps, log and report as Sotto's own trainer
(server/train/run/train.ts); what step n trains on depends on n alone, and is divided among the processes."""

import json
import math
import time
from collections.abc import Callable
from pathlib import Path

import torch

from .adapter import write_adapter
from .checkpoint import load_checkpoint, save_checkpoint
from .dataset import Dataset
from .errors import RankEnded, TrainerError, bad_input, dataset_invalid, diverged
from .model import Model, load_base
from .processes import Processes, has_bfloat16
from .schedule import dropout_seed, learning_rate_of_step, sequences_of_step

CHECKPOINT_EVERY_SECONDS = 120
WARMUP_SHARE = 0.02
WEIGHT_DECAY = 0.01
EVALUATIONS = 20  # in a run whose request does not say how often
MICRO_BATCH = {"cpu": 2}  # sequences of one pass; elsewhere as many as a step has
OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


class Run:
    def __init__(self, request: dict, processes: Processes, send: Callable[[dict], None], stopping: Callable[[], bool]):
        self.request, self.processes, self.send, self.stopping = request, processes, send, stopping
        self.out = Path(request["outDir"])
        self.checkpoint = self.out / "checkpoint.safetensors"
        self.is_resumed = request.get("resume", False)
        self._prepare_folder()
        self.log("loading the weights …")
        precision, is_plain = self._precision(), request.get("plain", False)
        base = load_base(Path(request["baseDir"]), torch.float32 if is_plain else precision)
        window = request.get("slidingWindow")
        self.training = Dataset(Path(request["dataDir"]), base.config.vocab_size, window)
        self.validation = Dataset(Path(request["validationDir"]), base.config.vocab_size, window)
        if self.training.sha256 == self.validation.sha256:
            raise dataset_invalid(self.validation.folder, "it is the training data itself, and cannot show what was learnt")
        self.recipe = self._recipe()
        self.model = Model(base, self.recipe, processes.device, precision, is_plain)
        self.parameters = self.model.parameters
        self.optimiser = torch.optim.AdamW(self.parameters.values(), lr=0.0, betas=(0.9, 0.95), eps=1e-8, weight_decay=WEIGHT_DECAY)
        share = math.ceil(self.recipe["sequencesPerStep"] / processes.count)
        self.micro = max(1, min(share, request.get("microBatch") or MICRO_BATCH.get(processes.device.type, share)))
        self.was_halved = False
        self.state, self.best = self._begin()

    def log(self, line: str) -> None:
        self.send({"log": line})

    def _prepare_folder(self) -> None:
        if not self.processes.speaks:
            return
        try:
            self.out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise bad_input(f"The folder {self.out} cannot be made: {error.strerror}.", "Give another one.") from error
        if not self.is_resumed and self.checkpoint.exists():
            raise bad_input(f"There is a training in {self.out} already.", "Resume it, or give another folder.")

    def _precision(self) -> torch.dtype:
        asked = self.request.get("precision", "auto")
        is_half = has_bfloat16(self.processes.device) if asked == "auto" else asked == "bf16"
        return torch.bfloat16 if is_half else torch.float32

    def _recipe(self) -> dict:
        request, data = self.request, self.training
        per_step = max(1, math.floor(request["batchTokens"] / data.sequence_tokens + 0.5))
        steps = request.get("steps") or math.ceil(data.sequences / per_step)
        same = {key: request[key] for key in ("rank", "alpha", "dropout", "learningRate", "seed")}
        return {
            **same,
            "sequenceTokens": data.sequence_tokens,
            "sequencesPerStep": per_step,
            "steps": steps,
            "warmupSteps": math.ceil(steps * WARMUP_SHARE),
            "weightDecay": WEIGHT_DECAY,
        }

    def _begin(self) -> tuple[dict, dict | None]:
        identity = {"trainer": "pytorch", "base": self.request["base"], "datasetSha256": self.training.sha256, "recipe": self.recipe}
        if self.is_resumed:
            return load_checkpoint(self.checkpoint, identity, self.parameters, self.optimiser)
        counters = {"step": 0, "trainedTokens": 0, "evaluationsSinceBest": 0}
        unknown = {key: None for key in ("firstHeldOutLoss", "heldOutLoss", "heldOutStep", "best")}
        return {**identity, **counters, **unknown}, None

    def run(self) -> dict:
        """Returns the report. An earlier checkpoint stays where this raises."""
        state, recipe, request = self.state, self.recipe, self.request
        self.early = (request.get("earlyStop") or {}).get("evaluations")
        if self.early is None:
            state.update(best=None, evaluationsSinceBest=0)
            self.best = None
        self.every = request.get("evaluateEverySteps") or max(1, math.floor(recipe["steps"] / EVALUATIONS + 0.5))
        self.is_kept, self.kept_step = self.is_resumed, state["step"] if self.is_resumed else None
        self.last_held_out, self.loss = state["heldOutLoss"], None
        self._say_plan()
        try:
            ending = self._steps(request.get("stopAfterSteps") or math.inf)
        except RankEnded:  # the last whole step need not be lost with the other process
            if state["step"] > 0:
                self._save(is_last=False)
            raise
        if state["step"] > 0:
            self._save(is_last=True)
        result = {
            "ending": ending,
            "step": state["step"],
            "trainedTokens": state["trainedTokens"],
            "loss": self.loss,
            "firstHeldOutLoss": state["firstHeldOutLoss"],
            "heldOutLoss": self.last_held_out,
            "best": state["best"],
        }
        adapter = self._export(result)
        return {**result, "steps": recipe["steps"], "adapter": adapter, "checkpoint": str(self.checkpoint) if state["step"] else None}

    def _steps(self, stop_after: float) -> str:
        state, steps, taken, saved_at = self.state, self.recipe["steps"], None, time.monotonic()
        while True:
            is_pause = state["step"] >= stop_after
            is_due = state["step"] % self.every == 0 or state["step"] == steps
            is_missing = state["heldOutStep"] != state["step"] if is_due else is_pause
            held = self._evaluate(is_due) if is_missing else None
            if taken or held is not None:
                self._tell(taken, held)
            if is_missing and held is None:
                return "stopped"
            if taken and time.monotonic() - saved_at >= CHECKPOINT_EVERY_SECONDS:
                self._save(is_last=False)
                saved_at = time.monotonic()
            if state["step"] == steps:
                return "done"
            if self.early is not None and state["evaluationsSinceBest"] >= self.early:
                return "early"
            if is_pause:
                return "paused"
            taken = self._step()
            if taken is None:
                return "stopped"

    def _step(self) -> dict | None:
        """None where a stop came first; nothing of the step has happened then."""
        begin, state, recipe, data = time.monotonic(), self.state, self.recipe, self.training
        chosen = sequences_of_step(state["step"], recipe["seed"], data.sequences, recipe["sequencesPerStep"])
        weight = float(data.weight_of[chosen].sum())
        scale = 1 / weight if weight > 0 else 0.0
        self.model.network.train()
        total = self._passes(data, chosen, scale)
        if total is None:
            return None
        loss = self._finite(total * scale, "the loss")
        self._sum_gradients()
        rate = learning_rate_of_step(state["step"], recipe["learningRate"], recipe["warmupSteps"], recipe["steps"])
        norm = float(torch.nn.utils.clip_grad_norm_(self.parameters.values(), 1.0))
        self._finite(norm, "the gradient")
        self.optimiser.param_groups[0]["lr"] = rate
        self.optimiser.step()
        self.optimiser.zero_grad()
        tokens = int(data.tokens_of[chosen].sum())
        state["step"] += 1
        state["trainedTokens"] += tokens
        self.loss, self.is_kept = loss, False
        speed = round(tokens / (time.monotonic() - begin))
        return {"loss": loss, "learningRate": rate, "gradientNorm": norm, "tokensPerSecond": speed}

    def _passes(self, data: Dataset, chosen: list[int], scale: float | None = None) -> float | None:
        """The sum of the losses of `chosen`, divided among the processes; with `scale` their gradients are added too. None where a stop came.
        Where a device is out of memory, once all begin again with half of the sequences at a time."""
        while True:
            total, is_full = 0.0, False
            parts = [(at, chosen[at : at + self.micro]) for at in range(0, len(chosen), self.micro)]
            try:
                for at, part in self.processes.share(parts):
                    if self.stopping():
                        break
                    total += self._pass(data.batch(part, self.processes.device), at, scale)
            except (RuntimeError, MemoryError) as error:
                is_full = _is_out_of_memory(error)
                if not is_full:
                    raise
            total, full, stops = self.processes.sums(total, is_full, self.stopping())
            if not full and not stops:
                return total
            self.optimiser.zero_grad()
            if not full:
                return None
            self._halve()

    def _pass(self, batch: dict, at: int, scale: float | None) -> float:
        if scale is None:
            with torch.no_grad():
                return float(self.model.loss(batch))
        torch.manual_seed(dropout_seed(self.recipe["seed"], self.state["step"], at))
        loss = self.model.loss(batch)
        (loss * scale).backward()
        return float(loss.detach())

    def _halve(self) -> None:
        if self.processes.device.type != "cpu":
            getattr(torch, self.processes.device.type).empty_cache()
        if self.was_halved or self.micro == 1:
            raise TrainerError(
                "memoryTooSmall",
                f"The memory of the device ({self.processes.device}) is too small for {self.micro} sequences at a time.",
                "Close other programs, start more processes, or train on another device (--device cpu).",
            )
        self.was_halved = True
        self.log(f"Out of memory with {self.micro} sequences at a time: it goes on with {self.micro // 2}.")
        self.micro //= 2

    def _sum_gradients(self) -> None:
        """Every process takes the same step: of the sum of all gradients."""
        parameters = list(self.parameters.values())
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in parameters]
        flat = self.processes.sum(torch.cat([gradient.flatten() for gradient in gradients]))
        for parameter, part in zip(parameters, flat.split([p.numel() for p in parameters])):
            parameter.grad = part.view_as(parameter)

    def _evaluate(self, is_due: bool) -> float | None:
        """An evaluation that is not due, at a pause, decides nothing: without the pause it would not have happened."""
        state, data = self.state, self.validation
        chosen = list(range(min(data.sequences, self.request["validationSequences"])))
        self.model.network.eval()
        total = self._passes(data, chosen)
        if total is None:
            return None
        weight = float(data.weight_of[chosen].sum())
        value = self.last_held_out = self._finite(total / weight if weight > 0 else 0.0, "the held-out loss")
        self._check_processes()
        if not is_due:
            return value
        state.update(heldOutLoss=value, heldOutStep=state["step"])
        if state["firstHeldOutLoss"] is None:
            state["firstHeldOutLoss"] = value
        self.is_kept = False
        if self.early is None:
            return value
        if state["best"] and value >= state["best"]["heldOutLoss"]:
            state["evaluationsSinceBest"] += 1
        else:
            state.update(best={"step": state["step"], "heldOutLoss": value}, evaluationsSinceBest=0)
            self.best = self._values()
        return value

    def _values(self) -> dict[str, torch.Tensor]:
        return {name: p.detach().float().cpu().clone().contiguous() for name, p in self.parameters.items()}

    def _check_processes(self) -> None:
        """All processes must hold the same factors."""
        own = sum(float(p.detach().float().abs().sum()) for p in self.parameters.values())
        (total,) = self.processes.sums(own)
        if not math.isclose(total, own * self.processes.count, rel_tol=1e-5):
            raise TrainerError("fineTuneFailed", "The processes of the training hold different values.", "Begin anew; the devices may differ.")

    def _save(self, is_last: bool) -> None:
        if self.is_kept or not self.processes.speaks:
            return
        try:
            self._complete_moments()
            save_checkpoint(self.checkpoint, self.state, self.parameters, self.optimiser, self.best)
            self.is_kept, self.kept_step = True, self.state["step"]
        except OSError as error:
            kept = "there is none" if self.kept_step is None else f"that of step {self.kept_step} is kept"
            told = f"The checkpoint {self.checkpoint} of step {self.state['step']} cannot be written ({error.strerror}); {kept}."
            if is_last:
                raise TrainerError("checkpointUnwritable", told, "Make room there, and resume.") from error
            self.log(f"{told} The training goes on.")

    def _complete_moments(self) -> None:
        """A factor that no gradient has reached has no moments yet."""
        for parameter in self.parameters.values():
            if parameter not in self.optimiser.state:
                zeros = torch.zeros_like(parameter)
                self.optimiser.state[parameter] = {"step": torch.tensor(float(self.state["step"])), "exp_avg": zeros, "exp_avg_sq": zeros.clone()}

    def _export(self, result: dict) -> str | None:
        if (result["best"] or result)["step"] == 0:
            return None
        folder = self.out / "adapter"
        if self.processes.speaks:
            facts = {**self.recipe, "datasetSha256": self.training.sha256, **result, "trainer": f"PyTorch {torch.__version__}"}
            facts.update(processes=self.processes.count, device=str(self.processes.device), precision=str(self.model.precision).removeprefix("torch."))
            try:
                write_adapter(folder, self.best if result["best"] else self._values(), self.recipe, self.request["base"], self.training.prompt_format, facts)
            except OSError as error:
                raise bad_input(f"The adapter {folder} cannot be written: {error.strerror}.", "The checkpoint is whole: make room, and resume.") from error
        return str(folder)

    def _finite(self, value: float, what: str) -> float:
        if math.isfinite(value):
            return value
        raise diverged(self.state["step"] + 1, what, self.kept_step)

    def _say_plan(self) -> None:
        recipe, done = self.recipe, self.state["step"]
        begin = "training" if done == 0 else f"going on after step {done}"
        where = f"{self.processes.count} × {self.processes.device.type}, {str(self.model.precision).removeprefix('torch.')}"
        plan = f"{recipe['steps']} steps of {recipe['sequencesPerStep']} × {recipe['sequenceTokens']} tokens, rank {recipe['rank']}"
        self.log(f"{begin}: {plan}, on {where}, {self.micro} sequences at a time")

    def _tell(self, taken: dict | None, held: float | None) -> None:
        state = self.state
        entry = {"step": state["step"], **(taken or {}), **({} if held is None else {"heldOutLoss": held}), "trainedTokens": state["trainedTokens"]}
        if self.processes.speaks:
            try:
                with open(self.out / "log.jsonl", "a") as log:
                    log.write(json.dumps(entry) + "\n")
            except OSError:
                pass  # the log is for people; the progress is sent too
        self.send({"progress": {**entry, "steps": self.recipe["steps"], "firstHeldOutLoss": state["firstHeldOutLoss"] or held}})
        said = [f"loss {taken['loss']:.4f}"] if taken else []
        said += [] if held is None else [f"held-out {held:.4f}"]
        said += [f"{taken['tokensPerSecond']} tokens/s"] if taken else []
        self.log(f"step {state['step']}/{self.recipe['steps']}: {', '.join(said)}")


def _is_out_of_memory(error: Exception) -> bool:
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or any(text in str(error).lower() for text in OUT_OF_MEMORY)
