"""A few real steps of a run, with what they take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from dacapo_engine.checks.memory_watch import MemoryWatch
from dacapo_engine.experiments.run import Run

__all__ = ["Patches", "Trial", "attempt"]

_STEPS, _SECONDS = 6, 2.0
_PATCHES, _PATCH_SECONDS = 24, 1.5


@dataclass(frozen=True)
class Patches:
    """Samples that were drawn, each array with a batch axis first; see `Sample`."""

    raw: np.ndarray[Any, Any]
    gt: np.ndarray[Any, Any]
    target: np.ndarray[Any, Any]
    weight: np.ndarray[Any, Any]
    mask: np.ndarray[Any, Any]


@dataclass(frozen=True)
class Trial:
    """What a few steps took.

    Attributes
    ----------
    step_seconds
        Of one step, without its data.
    data_seconds
        To prepare the samples of one step, in one process.
    predict_seconds
        To predict one patch.
    peak_bytes, free_bytes
        Memory of the device that the steps took, and that was free before.
    checkpoint_bytes
        Size of what is stored of the network after a step.
    patches
        Samples drawn, those of the steps not among them.
    """

    step_seconds: float
    data_seconds: float
    predict_seconds: float
    peak_bytes: int
    free_bytes: int
    checkpoint_bytes: int
    patches: Patches = field(repr=False)


def attempt(run: Run, device: torch.device) -> Trial:
    """Make a few steps of `run`, whose trainer prepares its samples without workers.

    Raises
    ------
    DacapoError, RuntimeError, MemoryError
        Whatever would end the training at its first step.
    """
    trainer: Any = run.trainer
    with MemoryWatch(device) as memory:
        run.model.to(device)
        trainer.build_batch_provider(run.datasplit.train, run.model, run.task, None)
        stats = list(_steps(run, device))
        predict_seconds = _predict(run, device)
    # The first one builds the pipeline and loads kernels.
    timed = stats[1:] or stats
    return Trial(
        step_seconds=float(np.median([entry.time for entry in timed])),
        data_seconds=float(np.mean([entry.wait for entry in timed])),
        predict_seconds=predict_seconds,
        peak_bytes=memory.peak,
        free_bytes=memory.free,
        checkpoint_bytes=_checkpoint_bytes(run),
        patches=_draw(trainer),
    )


def _steps(run: Run, device: torch.device) -> Iterator[Any]:
    begun = time.monotonic()
    for count, stats in enumerate(
        run.trainer.iterate(_STEPS, run.model, run.optimizer, device), start=1
    ):
        yield stats
        # A step of a minute need not be made twice to know how long it takes.
        if (count > 1 and time.monotonic() - begun > _SECONDS) or stats.time > 5 * _SECONDS:
            return


@torch.no_grad()
def _predict(run: Run, device: torch.device) -> float:
    model = run.model
    raw = torch.zeros((1, model.num_in_channels, *model.input_shape), device=device)
    model.eval()
    begun = time.perf_counter()
    float(model(raw).mean())
    model.train()
    return time.perf_counter() - begun


def _checkpoint_bytes(run: Run) -> int:
    """Weights, state of the optimizer, and the average of the weights."""
    parts: list[Any] = [run.model.state_dict(), run.optimizer.state_dict()]
    if getattr(run.trainer, "average", None) is not None:
        parts.append(list(run.model.parameters()))
    return sum(map(_tensor_bytes, parts))


def _tensor_bytes(value: Any) -> int:
    if isinstance(value, torch.Tensor):
        return value.nbytes
    if isinstance(value, dict):
        return sum(map(_tensor_bytes, value.values()))
    return sum(map(_tensor_bytes, value)) if isinstance(value, list | tuple) else 0


def _draw(trainer: Any) -> Patches:
    begun = time.monotonic()
    batches: list[tuple[torch.Tensor, ...]] = []
    while not batches or (
        len(batches) * len(batches[0][0]) < _PATCHES and time.monotonic() - begun < _PATCH_SECONDS
    ):
        batches.append(trainer.next())
    return Patches(*(torch.cat(parts).numpy() for parts in zip(*batches, strict=True)))
