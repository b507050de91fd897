"""Runs the trainer with a fault in one process: `faults.py FAULT RANK PASS …` with the trainer's own arguments after it. FAULT is oom (that pass,
and with oom-always each pass of more than one sequence) or kill (the process ends as by the kernel's hand). Not a test."""

import os
import signal
import sys

sys.path.insert(0, os.getcwd())  # the trainer is started in the folder of its source

from sotto_trainer import __main__ as trainer
from sotto_trainer import model

fault, rank, at, *arguments = sys.argv[1:]
passes = 0
loss = model.Model.loss


def faulty(self, batch):
    global passes
    passes += 1
    if int(os.environ.get("RANK", 0)) == int(rank) and passes >= int(at):
        if fault == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if fault == "oom-always" or passes == int(at):
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
    return loss(self, batch)


model.Model.loss = faulty
sys.argv = [sys.argv[0], *arguments]
sys.exit(trainer.main())
