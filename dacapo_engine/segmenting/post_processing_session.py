"""Post-processing tried again and again on one prediction: what a slider in the dock moves."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.numpy_array import NumpyArray
from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_grid import VoxelGrid
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array import ZarrArray
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.segmenting.kept_prediction import KeptPrediction
from dacapo_engine.segmenting.segment_input import VoxelBox
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.yaml_file import read_config

if TYPE_CHECKING:
    from dacapo_engine.experiments.tasks.task import Task

__all__ = ["PostProcessed", "PostProcessingSession"]


@dataclass(frozen=True)
class PostProcessed:
    """A segmentation, and how good it is where that is known.

    Attributes
    ----------
    labels
        Ids of the recorded voxels that were asked for.
    seconds
        What separating the objects took.
    scores
        By criterion; empty without labels to compare with.
    objects
        How many objects are right, merged, split, missed and invented; likewise.
    """

    labels: np.ndarray[Any, Any]
    seconds: float
    scores: Mapping[str, float]
    objects: Mapping[str, int]


@dataclass
class PostProcessingSession:
    """Keeps the task of a run and the part of a prediction that was looked at last."""

    _task_of: tuple[Path, Task] | None = None
    _part_of: tuple[object, np.ndarray[Any, Any]] | None = field(default=None, repr=False)

    def segment(
        self,
        run: Path,
        prediction: LocalArrayIdentifier,
        parameters: Mapping[str, Any],
        box: VoxelBox | None = None,
        labels: LocalArrayIdentifier | None = None,
        mask: LocalArrayIdentifier | None = None,
    ) -> PostProcessed:
        """Post-process a part of a kept prediction, as segmenting it would.

        Parameters
        ----------
        run
            The folder of the run whose weights predicted it.
        parameters
            Of the task's post-processor.
        box
            Recorded voxels; all that were predicted if None.
        labels
            To compare with: ids of the recorded voxels in `box`, or of all that were predicted.
        mask
            Where it is 0 the labels say nothing; as large as they are.
        """
        task = self._task(run)
        kept = KeptPrediction.open(prediction.container, prediction.dataset)
        part = kept.box if box is None else _inside(box, kept.box)
        values = self._values(kept, prediction, part)
        setting = task.post_processor.parameters_type.model_validate({"id": 0, **parameters})
        begun = time.perf_counter()
        found = task.post_processor.segment(values, setting)
        seconds = time.perf_counter() - begun
        restored = kept.restored(found, part)
        scores: Mapping[str, float] = {}
        objects: Mapping[str, int] = {}
        if labels is not None:
            scores, objects = _compare(task, restored, kept, part, labels, mask)
        return PostProcessed(restored, seconds, scores, objects)

    def _task(self, run: Path) -> Task:
        if self._task_of is None or self._task_of[0] != run:
            config = read_config(RunFolder(run).run_file, RunConfig).task_config
            task = config.task_type(config)
            task.post_processor.remembers = True
            self._task_of = run, task
        return self._task_of[1]

    def _values(
        self, kept: KeptPrediction, prediction: LocalArrayIdentifier, part: VoxelBox
    ) -> np.ndarray[Any, Any]:
        key = (prediction, tuple((b.start, b.stop) for b in part), kept.map)
        if self._part_of is None or self._part_of[0] != key:
            self._part_of = None
            self._part_of = key, kept.read(part)
        return self._part_of[1]


def _inside(box: VoxelBox, whole: VoxelBox) -> VoxelBox:
    if len(box) != len(whole):
        raise DataError(f"The prediction has {len(whole)} axes in space, the box {len(box)}.")
    part = tuple(
        slice(max(b.start, w.start), min(b.stop, w.stop)) for b, w in zip(box, whole, strict=True)
    )
    if any(b.start >= b.stop for b in part):
        raise DataError("Nothing was predicted there.", hint="Choose a part that was segmented.")
    return part


def _read_labelled(
    stored: LocalArrayIdentifier, whole: VoxelBox, part: VoxelBox
) -> np.ndarray[Any, Any]:
    array = ZarrArray.open_from_array_identifier(stored)
    return array.read_box(_labelled_part(array.grid.shape, whole, part))


def _labelled_part(shape: tuple[int, ...], whole: VoxelBox, part: VoxelBox) -> VoxelBox:
    """Where in labels the part lies: all of them, or as in the whole."""
    if shape == tuple(p.stop - p.start for p in part):
        return tuple(slice(0, extent) for extent in shape)
    if shape != tuple(w.stop - w.start for w in whole):
        raise DataError(
            f"The labels are {' x '.join(map(str, shape))} voxels, which is another volume.",
            hint="Compare with labels of the image that was segmented.",
        )
    return tuple(
        slice(p.start - w.start, p.stop - w.start) for p, w in zip(part, whole, strict=True)
    )


def _compare(
    task: Task,
    found: np.ndarray[Any, Any],
    kept: KeptPrediction,
    part: VoxelBox,
    labels: LocalArrayIdentifier,
    mask: LocalArrayIdentifier | None,
) -> tuple[dict[str, float], dict[str, int]]:
    truth = _read_labelled(labels, kept.box, part)
    axes = kept.array.spatial_axes
    sizes = [
        size / step for size, step in zip(kept.grid.exact_voxel_size, kept.map.steps, strict=True)
    ]
    grid = VoxelGrid.from_nanometres(truth.shape, sizes)

    def placed(values: np.ndarray[Any, Any]) -> NumpyArray:
        channels = ["c"] if values.ndim > len(axes) else []
        return NumpyArray.from_grid(values, grid, [*channels, *axes])

    known = None if mask is None else placed(_read_labelled(mask, kept.box, part))
    one, other = placed(found), placed(truth)
    entry = task.evaluator.evaluate(one, other, known)
    return entry.as_dict(), task.evaluator.count_objects(one, other, known)
