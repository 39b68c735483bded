"""Samples by number, prepared ahead by worker processes."""

from __future__ import annotations

import itertools
import logging
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.reduction import ForkingPickler
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from dacapo_engine import errors
from dacapo_engine.errors import DacapoError, TrainingError
from dacapo_engine.experiments.trainers.sample_pipeline import Sample, SamplePipeline
from dacapo_engine.experiments.trainers.sample_plan import SamplePlan
from dacapo_engine.hidden_main import hidden_main

__all__ = ["SampleBatch", "SampleLoader"]

logger = logging.getLogger(__name__)
_PREFETCH = 4


@dataclass(frozen=True)
class SampleBatch:
    """Samples stacked along a first axis, as tensors; the fields are those of Sample."""

    raw: torch.Tensor
    gt: torch.Tensor
    target: torch.Tensor
    weight: torch.Tensor
    mask: torch.Tensor
    location: torch.Tensor
    label_version: int


class SampleLoader:
    """Iterates over batches of a plan, from any iteration on.

    Parameters
    ----------
    plan
        What to draw.
    batch_size
        Samples per batch. Batch ``i`` holds samples ``i * batch_size`` and following.
    num_workers
        Processes that prepare samples; 0 prepares them when they are asked for.
    label_version
        Called when a sample is scheduled; its result is part of what determines the sample.
    """

    def __init__(
        self,
        plan: SamplePlan,
        batch_size: int,
        num_workers: int = 0,
        label_version: Callable[[], int] = lambda: 0,
    ) -> None:
        self._sampler = _ConsecutiveBatches(batch_size, label_version)
        self._dataset = _SampleDataset(plan)
        num_workers = _possible_workers(plan, num_workers)
        self._loader: DataLoader[Any] = DataLoader(
            self._dataset,
            batch_sampler=self._sampler,
            num_workers=num_workers,
            collate_fn=_collate,
            multiprocessing_context="spawn" if num_workers else None,
            persistent_workers=num_workers > 0,
            prefetch_factor=_PREFETCH if num_workers else None,
            worker_init_fn=_ignore_signals,
        )
        self._batches: Iterator[SampleBatch | dict[str, str]] | None = None

    def restart(self, iteration: int) -> None:
        """Let the next batch be that of `iteration`."""
        self._sampler.start = iteration
        self._batches = None

    def next(self) -> SampleBatch:
        """The next batch; raises the error that a sample could not be made for."""
        if self._batches is None:
            with hidden_main():
                self._batches = iter(self._loader)
        try:
            batch = next(self._batches)
        except RuntimeError as error:
            raise _worker_error(error) from error
        if isinstance(batch, SampleBatch):
            return batch
        raise _revive(batch)

    def close(self) -> None:
        """End the worker processes."""
        iterator, self._batches = self._loader._iterator, None
        self._loader._iterator = None
        if iterator is not None and hasattr(iterator, "_shutdown_workers"):
            try:
                iterator._shutdown_workers()
            except RuntimeError as error:
                # Its samples are delivered: how a worker ends is nobody's concern any more.
                logger.warning("a data worker did not end by itself: %s", error)
        self._dataset.close()


class _ConsecutiveBatches(Sampler[list[tuple[int, int]]]):
    def __init__(self, batch_size: int, label_version: Callable[[], int]) -> None:
        self.start = 0
        self._batch_size = batch_size
        self._label_version = label_version

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        for iteration in itertools.count(self.start):
            first = iteration * self._batch_size
            version = self._label_version()
            yield [(first + position, version) for position in range(self._batch_size)]


class _SampleDataset(Dataset[Any]):
    def __init__(self, plan: SamplePlan) -> None:
        self._plan = plan
        self._pipeline: SamplePipeline | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"_plan": self._plan, "_pipeline": None}

    def __getitem__(self, key: tuple[int, int]) -> tuple[Sample, int] | dict[str, str]:
        # Errors travel as plain data: torch would rebuild them with the traceback as message.
        try:
            if self._pipeline is None:
                self._pipeline = SamplePipeline(self._plan)
            return self._pipeline.sample(*key), key[1]
        except DacapoError as error:
            return error.as_dict() | {"kind": type(error).__name__}

    def close(self) -> None:
        if self._pipeline is not None:
            self._pipeline.close()
            self._pipeline = None


def _collate(items: list[Any]) -> SampleBatch | dict[str, str]:
    for item in items:
        if isinstance(item, dict):
            return item
    samples = [sample for sample, _ in items]

    def stack(name: str) -> torch.Tensor:
        arrays = [np.ascontiguousarray(getattr(sample, name)) for sample in samples]
        return torch.stack([torch.from_numpy(_torch_type(array)) for array in arrays])

    names = ("raw", "gt", "target", "weight", "mask", "location")
    fields = {name: stack(name) for name in names}
    return SampleBatch(label_version=items[0][1], **fields)


def _torch_type(array: np.ndarray) -> np.ndarray:
    if array.dtype in (np.uint16, np.uint32, np.uint64):
        return array.astype(np.int64)
    return array if array.flags.writeable else array.copy()


def _revive(data: dict[str, str]) -> DacapoError:
    kind = getattr(errors, data["kind"], TrainingError)
    error: DacapoError = kind(data["message"], hint=data["hint"], place=data["place"])
    return error


def _worker_error(error: RuntimeError) -> DacapoError:
    logger.error("data worker failed", exc_info=error)
    last_line = str(error).strip().splitlines()[-1]
    return TrainingError(
        f"A data worker ended: {last_line}",
        hint="It may have run out of memory; use fewer data workers or a smaller patch.",
        place="trainer_config.num_data_fetchers",
    )


def _possible_workers(plan: SamplePlan, num_workers: int) -> int:
    if num_workers and b"__main__" in bytes(ForkingPickler.dumps(plan)):
        logger.warning(
            "Something in the run is defined in the script itself, which data workers cannot "
            "import; samples are prepared without workers."
        )
        return 0
    # More than there are cores only take memory, and samples do not depend on their number.
    return min(num_workers, os.cpu_count() or 1)


def _ignore_signals(worker: int) -> None:
    # Ctrl-C and `timeout` reach the whole process group; the training process finishes its step
    # and ends its workers itself.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
