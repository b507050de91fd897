"""The entry. By hand, or under torchrun, with the folder of `sotto finetune --export-data`:

    python -m sotto_trainer BUNDLE --out OUT
    torchrun --nproc_per_node 2 -m sotto_trainer BUNDLE --out OUT

and as Sotto starts it: python -m sotto_trainer --request FILE --stop-with-stdin. Speaks JSON lines on stdout, one object a line:
{"log"}, {"progress"} and at last {"report", "peakRssBytes"} or {"error"}. SIGINT and SIGTERM end it after a checkpoint.
"""

import os

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # nothing is downloaded, and nothing reported
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

import argparse
import json
import signal
import sys
import threading
from pathlib import Path


def main() -> int:
    options = parse()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if options.stop_with_stdin:
        threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
    return train(options, stop)


def train(options: argparse.Namespace, stop: threading.Event) -> int:
    import torch
    import transformers

    from .errors import RankEnded, TrainerError
    from .processes import Processes

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    processes = None

    def send(message: dict) -> None:
        if processes is None or processes.speaks:
            say(message)

    try:
        processes = Processes(options.device)
        set_threads(torch, options.threads, processes.count)
        report = run(options, processes, send, stop)
        send({"report": report, "peakRssBytes": peak_bytes()})
        processes.close()
        return 0
    except TrainerError as error:
        if processes is None or processes.is_first_to_tell():
            say({"error": error.data()})
    except RankEnded:
        if processes.is_first_to_tell():
            say({"error": rank_ended(processes.count, options).data()})
    sys.stdout.flush()
    os._exit(1)  # without a word to the others: they wait for sums that will not come, and their launcher ends them


def run(options: argparse.Namespace, processes, send, stop: threading.Event) -> dict:
    if options.request is None:
        from .bundle import train_bundle

        return train_bundle(options, processes, send, stop.is_set)
    from .run import Run

    request = json.loads(Path(options.request).read_text())
    request |= {"precision": options.precision, "plain": options.plain}
    return Run(request, processes, send, stop.is_set).run()


def rank_ended(count: int, options: argparse.Namespace):
    from .errors import TrainerError

    again = "Start it again: it goes on from its last checkpoint."
    return TrainerError("fineTuneFailed", f"One of the {count} processes of the training has ended.", f"Its own output says why. {again}")


def set_threads(torch, asked: int | None, count: int) -> None:
    here = int(os.environ.get("LOCAL_WORLD_SIZE", count))
    if asked or count > 1:
        torch.set_num_threads(asked or max(1, (os.cpu_count() or 1) // here))


def say(message: dict) -> None:
    try:
        print(json.dumps(message), flush=True)
    except OSError:
        pass  # nobody listens any more


def peak_bytes() -> int:
    try:
        import resource
    except ImportError:  # Windows
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sotto_trainer", description="Trains an adapter of Sotto's model with PyTorch.")
    parser.add_argument("bundle", nargs="?", help="the folder of `sotto finetune --export-data`")
    parser.add_argument("--out", help="the folder for runs and adapter; an unfinished training there goes on")
    parser.add_argument("--rate", type=float, action="append", help="a learning rate; several: the best on the first steps (default: the recipe's)")
    parser.add_argument("--steps", type=int, help="default: the recipe's, three passes over the data")
    parser.add_argument("--micro-batch", type=int, help="sequences at a time (default: by the device; halved once where memory is short)")
    parser.add_argument("--precision", choices=["auto", "fp32", "bf16"], default="auto", help="auto: bf16 where the device multiplies it fast")
    parser.add_argument("--plain", action="store_true", help="by the layers of PyTorch and peft alone, slower: to compare")
    parser.add_argument("--device", help="cuda, mps, xpu or cpu (default: the first of them that is there)")
    parser.add_argument("--threads", type=int, help="of the processor")
    parser.add_argument("--request", help="a request of Sotto's, as a JSON file")
    parser.add_argument("--stop-with-stdin", action="store_true", help="a line, or the end of stdin, ends it after a checkpoint")
    options = parser.parse_args()
    if options.request is None and (options.bundle is None or options.out is None):
        parser.error("give the folder of the exported data, and --out")
    return options


if __name__ == "__main__":
    sys.exit(main())
