"""Runs trainings for the tests: imports PyTorch once, and forks for each training, under torchrun's own launcher where it has several processes.

A request is a line of JSON on stdin: {"processes", "arguments", "fault"}; the answer is a line on stdout: {"lines"}, all that the training wrote.
`fault` is null or [kind, rank, pass]: from that pass on in that process "oom" (once) or "oom-always" raises what a full device raises, "kill" ends
the process as the kernel would, "stop" sends SIGTERM to it. Not a test.
"""

import json
import os
import signal
import sys
import tempfile

import peft  # noqa: F401: imported here, so that the forks need not
import torch.distributed.launcher.api as launcher
import transformers.models.llama.modeling_llama  # noqa: F401

sys.path.insert(0, sys.argv[1])


def train(arguments: list[str], fault: list | None) -> None:
    from sotto_trainer import __main__ as trainer
    from sotto_trainer import model

    if fault:
        plant(model.Model, *fault)
    sys.argv = ["sotto_trainer", *arguments]
    trainer.main()  # ends the process where it fails
    sys.stdout.flush()


def plant(model: type, kind: str, rank: int, at: int) -> None:
    passes, loss = 0, model.loss

    def faulty(self, batch):
        nonlocal passes
        passes += 1
        if int(os.environ.get("RANK", 0)) == rank and passes >= at:
            if kind in ("kill", "stop"):
                os.kill(os.getpid(), signal.SIGKILL if kind == "kill" else signal.SIGTERM)
            if kind == "oom-always" or (kind == "oom" and passes == at):
                raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return loss(self, batch)

    model.loss = faulty


def launch(processes: int, arguments: list[str], fault: list | None) -> None:
    if processes == 1:
        return train(arguments, fault)
    one_node = {"min_nodes": 1, "max_nodes": 1, "max_restarts": 0, "rdzv_backend": "c10d", "rdzv_endpoint": "localhost:0"}
    config = launcher.LaunchConfig(nproc_per_node=processes, start_method="fork", run_id=str(os.getpid()), **one_node)
    launcher.elastic_launch(config, train)(arguments, fault)


def main() -> None:
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        with tempfile.TemporaryFile() as output:
            child = os.fork()
            if child == 0:
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                try:
                    launch(**request)
                except BaseException as error:
                    print(f"{type(error).__name__}: {error}", flush=True)
                    os._exit(1)
                os._exit(0)
            _, status = os.waitpid(child, 0)
            output.seek(0)
            lines = output.read().decode(errors="replace").splitlines()
        print(json.dumps({"lines": lines, "status": os.waitstatus_to_exitcode(status)}), flush=True)


main()
