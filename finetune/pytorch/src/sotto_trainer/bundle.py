"""Trains what `sotto finetune --export-data` wrote: a folder with the base, the data and the recipe. Tries a few learning rates on the first steps,
goes on with the best, and leaves OUT/adapter for `sotto finetune --judge`. Started again, it goes on where it was."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from .errors import TrainerError, bad_input
from .files import replace_folder
from .processes import Processes
from .run import Run

FORMAT = 1
NEAR_TIE = 0.1  # of rates that gained about as much the lowest is chosen (finetune/job/rateSearch.ts)


def read_bundle(folder: Path) -> dict:
    file = folder / "sotto-bundle.json"
    try:
        bundle = json.loads(file.read_text())
    except FileNotFoundError:
        raise bad_input(f"{folder} holds no exported data: {file.name} is missing.", "Make it with `sotto finetune --export-data`.") from None
    except (OSError, ValueError):
        raise bad_input(f"{file} cannot be read.", "Export the data again.") from None
    if not isinstance(bundle, dict) or bundle.get("formatVersion") != FORMAT:
        raise bad_input(f"{file} is of another version of Sotto.", "Export the data again, with the trainer that lies beside it.")
    return bundle


def check_base(folder: Path, bundle: dict) -> None:
    file = folder / "base" / "sotto.json"
    try:
        base = json.loads(file.read_text())["base"]
    except (OSError, ValueError, KeyError, TypeError):
        raise bad_input(f"{file} is missing or cannot be read.", "Export the data again.") from None
    if base != bundle["base"]:
        raise bad_input(f"The data in {folder} was made for another base than the model beside it.", "Export the data again.")


def train_bundle(options, processes: Processes, send: Callable[[dict], None], stopping: Callable[[], bool]) -> dict:
    folder, out = Path(options.bundle).resolve(), Path(options.out).resolve()
    bundle = read_bundle(folder)
    check_base(folder, bundle)
    recipe = dict(bundle["recipe"])
    if options.steps:
        short = min(options.steps, recipe["stopAfterSteps"])
        recipe.update(steps=options.steps, stopAfterSteps=short, evaluateEverySteps=max(1, options.steps // 12))
    rates = options.rate or recipe["rates"]
    common = {key: value for key, value in recipe.items() if key not in ("rates", "stopAfterSteps")}
    common |= {"base": bundle["base"], "slidingWindow": bundle.get("slidingWindow")}
    common |= {"baseDir": str(folder / "base"), "dataDir": str(folder / "train"), "validationDir": str(folder / "validation")}
    common |= {"precision": options.precision, "microBatch": options.micro_batch, "plain": options.plain}

    def run(rate: float, stop_after: int | None) -> dict:
        place = out / f"rate-{rate:g}"
        request = {**common, "learningRate": rate, "outDir": str(place), "stopAfterSteps": stop_after}
        return Run({**request, "resume": (place / "checkpoint.safetensors").exists()}, processes, send, stopping).run()

    tried: dict[float, float] = {}
    first = None
    for rate in rates if len(rates) > 1 else []:
        try:
            report = run(rate, recipe["stopAfterSteps"])
        except TrainerError as error:
            if error.code != "trainingDiverged":
                raise
            continue
        if report["ending"] == "stopped":
            return report
        tried[rate], first = report["heldOutLoss"], report["firstHeldOutLoss"]
        send({"log": f"learning rate {rate:g}: held-out {report['heldOutLoss']:.4f}"})
    if len(rates) > 1 and not tried:
        raise TrainerError("trainingDiverged", "The training came apart with each learning rate.", "Give lower ones with --rate.")
    rate = best_rate(tried, first) if tried else rates[0]
    report = run(rate, None)
    if report["adapter"] and report["ending"] != "stopped":
        if processes.speaks:
            draft = out / "adapter.new"
            shutil.rmtree(draft, ignore_errors=True)
            shutil.copytree(report["adapter"], draft)
            replace_folder(out / "adapter", draft)
        report = {**report, "adapter": str(out / "adapter")}
    return report


def best_rate(tried: dict[float, float], first: float) -> float:
    least = min(tried.values())
    slack = NEAR_TIE * max(0.0, first - least)
    return min(rate for rate, loss in tried.items() if loss - least <= slack)
