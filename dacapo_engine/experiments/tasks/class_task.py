"""What tasks with named classes ask of labels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dacapo_engine.experiments.tasks.class_labels import ClassLabels
from dacapo_engine.experiments.tasks.task import Task

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset

__all__ = ["ClassTask"]

_SLAB_VOXELS = 2**22
_MOST_SLABS = 64


class ClassTask(Task):
    """A task whose labels tell classes apart.

    Attributes
    ----------
    classes
        Which voxels of labels belong to which class.
    """

    classes: ClassLabels

    def check_labels(self, datasets: Sequence[Dataset]) -> None:
        """DataError where labels have other channels, or more classes, than are named."""
        for dataset in datasets:
            if dataset.gt is None:
                continue
            channels = dataset.gt.num_channels or 1
            if channels > 1:
                self.classes.check_channels(channels, dataset.name)
            elif self.classes.last_id > 1:
                largest = max(int(dataset.gt.read_box(box).max()) for box in _slabs(dataset.gt))
                self.classes.check_ids(largest, dataset.name)


def _slabs(array: Array) -> Iterator[tuple[slice, ...]]:
    """Slabs along the first axis, evenly spread where there are too many to look at."""
    shape = array.grid.shape
    thickness = max(1, min(shape[0], _SLAB_VOXELS // max(1, math.prod(shape[1:]))))
    begins = range(0, shape[0], thickness)
    step = -(-len(begins) // _MOST_SLABS)
    for begin in begins[::step]:
        first = slice(begin, min(begin + thickness, shape[0]))
        yield (first, *(slice(0, extent) for extent in shape[1:]))
