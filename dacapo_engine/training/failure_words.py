"""Sentences for failures that are not ones of ours."""

from __future__ import annotations

import errno

import torch

from dacapo_engine.errors import DacapoError, DiskFullError, OutOfMemoryError, TrainingError

__all__ = ["describe_failure"]


def describe_failure(error: BaseException) -> DacapoError:
    """A sentence for a failure that is not one of ours."""
    if isinstance(error, torch.OutOfMemoryError) or "out of memory" in str(error).lower():
        return OutOfMemoryError(
            "The device ran out of memory.",
            hint="Use a smaller patch or batch, or a smaller preset.",
            place="architecture_config.input_shape",
        )
    if isinstance(error, MemoryError):
        return OutOfMemoryError(
            "The computer ran out of memory.", hint="Use fewer data workers or a smaller patch."
        )
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFullError(
            f"The disk is full: {error}.",
            hint="Make room and continue, or keep the run in another folder.",
        )
    if isinstance(error, OSError):
        return TrainingError(f"A file cannot be read or written: {error}.")
    return TrainingError(
        f"The training failed: {type(error).__name__}: {error}",
        hint="log.txt in the run folder tells more.",
    )
