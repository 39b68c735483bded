"""Samples of a training, after every node of their pipeline, for Neuroglancer."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from dacapo_engine.errors import TrainingError
from dacapo_engine.experiments.trainers.sample_pipeline import Sample
from dacapo_engine.experiments.trainers.sample_plan import SamplePlan
from dacapo_engine.experiments.trainers.stage_layers import StageLayers
from dacapo_engine.experiments.trainers.staged_pipeline import (
    STACK,
    Stage,
    StageArray,
    StagedPipeline,
    StagedSample,
)

__all__ = ["PipelineScene"]

_KEYS = {"keyt": "next-sample", "shift+keyt": "last-sample",
         "keyn": "next-stage", "shift+keyn": "last-stage"}  # fmt: skip
_HELP = "t: next sample, n: next stage, with shift: back"


class PipelineScene:
    """Shows one sample at a time, and of it the layers of one stage; the others are there, hidden.

    Parameters
    ----------
    plan
        What to draw samples from.
    batch_size
        How many samples are stacked to a batch.
    first
        Number of the sample that is shown first.
    """

    def __init__(self, plan: SamplePlan, batch_size: int = 1, first: int = 0) -> None:
        self._plan = plan
        self._batch_size = batch_size
        self._index = first
        self._stage = -1
        self._pipeline: StagedPipeline | None = None

    def open(self, viewer: Any) -> None:
        """Build the pipeline, and show the first sample."""
        # Keys arrive on a thread of the server; a pipeline makes one sample at a time.
        self._lock = threading.Lock()
        self._pipeline = StagedPipeline(self._plan)
        self._viewer = viewer
        self._layers = StageLayers(self._plan)
        moves = {
            "next-sample": lambda _: self._show_sample(self._index + 1),
            "last-sample": lambda _: self._show_sample(max(0, self._index - 1)),
            "next-stage": lambda _: self._show_stage(self._stage + 1),
            "last-stage": lambda _: self._show_stage(self._stage - 1),
        }
        for name, move in moves.items():
            viewer.actions.add(name, move)
        with viewer.config_state.txn() as config:
            for key, name in _KEYS.items():
                config.input_event_bindings.viewer[key] = name
        self._show_sample(self._index)

    def answer(self, request: str) -> dict[str, Any]:
        """``next``, or ``sample N``: show it, and tell its number."""
        word, _, number = request.partition(" ")
        self._show_sample(int(number) if word == "sample" else self._index + 1)
        return {"index": self._index}

    def close(self) -> None:
        """Take the pipeline down, if it was built."""
        if self._pipeline is not None:
            with self._lock:
                self._pipeline.close()

    def _show_sample(self, index: int) -> None:
        with self._lock:
            self._sample = self._drawn(index)
            self._index = index
            self._draw(moved=True)

    def _show_stage(self, stage: int) -> None:
        with self._lock:
            self._stage = stage % len(self._sample.stages)
            self._draw(moved=False)

    def _draw(self, *, moved: bool) -> None:
        sample = self._sample
        self._stage %= len(sample.stages)
        shown = sample.stages[self._stage].name
        with self._viewer.txn() as state:
            state.dimensions = self._layers.world.dimensions()
            self._layers.fill(state, sample, shown)
            if moved:
                self._layers.look_at(state, sample)
        words = f"sample {self._index}, stage {self._stage + 1} of {len(sample.stages)}: {shown}"
        with self._viewer.config_state.txn() as config:
            config.status_messages["sample"] = f"{words} ({_HELP})"

    def _drawn(self, index: int) -> StagedSample:
        """A sample, with the batch of which it is one as its last stage."""
        if self._pipeline is None:
            raise TrainingError("The view is not open.")
        sample = self._pipeline.staged(index)
        first = index // self._batch_size * self._batch_size
        numbers = range(first, first + self._batch_size)
        others = [None if n == index else self._pipeline.sample(n) for n in numbers]
        stack = tuple(_stacked(array, others) for array in sample.stages[-1].arrays)
        return replace(sample, stages=(*sample.stages, Stage(STACK, stack)))


def _stacked(array: StageArray, others: Sequence[Sample | None]) -> StageArray:
    """An array of a sample among those of the other samples of its batch."""
    members = [
        array.data if other is None else _like(getattr(other, array.kind), array.data)
        for other in others
    ]
    return replace(array, data=np.stack(members))


def _like(values: np.ndarray, example: np.ndarray) -> np.ndarray:
    """Without the channel axis that samples of one channel are given."""
    return values[0] if values.ndim > example.ndim else values
