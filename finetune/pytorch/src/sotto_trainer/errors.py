"""What a person may be told: one sentence, and what they can do. Sotto reads `code`, one of its own codes."""


class TrainerError(Exception):
    def __init__(self, code: str, message: str, action: str):
        super().__init__(message)
        self.code, self.message, self.action = code, message, action

    def data(self) -> dict:
        return {"code": self.code, "message": self.message, "action": self.action}


def bad_input(message: str, action: str) -> TrainerError:
    return TrainerError("badInput", message, action)


def dataset_invalid(path, reason: str) -> TrainerError:
    return TrainerError("datasetInvalid", f"The training data {path} cannot be used: {reason}.", "Make the data again.")


def checkpoint_invalid(path, reason: str) -> TrainerError:
    return TrainerError("checkpointInvalid", f"The checkpoint {path} cannot be used: {reason}.", "Begin anew in another folder.")


def diverged(step: int, what: str, kept: int | None) -> TrainerError:
    kept_text = "nothing was kept" if kept is None else f"the checkpoint of step {kept} is kept"
    return TrainerError("trainingDiverged", f"The training came apart in step {step}: {what} is not finite; {kept_text}.", "Use a lower learning rate.")


class RankEnded(Exception):
    """Another process of the training has ended, so that nothing can be summed any more."""
