"""Which place is watched while a run trains."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from funlib.geometry import Coordinate, Roi
from numpy.typing import NDArray

from dacapo_engine.errors import ConfigError
from dacapo_engine.setup.holdout import is_scored_on_training_data
from dacapo_engine.time_lapse.crowded_box import CrowdedBox, most_crowded_box
from dacapo_engine.time_lapse.labels_on_raw import labelled_voxels, read_labels

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
    from dacapo_engine.experiments.run import Run

__all__ = ["Region", "choose_region", "moved_region"]

_SMALLEST, _LARGEST, _THICKEST = 96, 256, 16
_MOST_VOXELS = 2**18
_NARROW = 32
_MOST_DATASETS = 8


@dataclass(frozen=True)
class Region:
    """A box of voxels of a dataset's raw volume.

    Attributes
    ----------
    dataset : str
        Name of the dataset.
    offset, shape : tuple[int, ...]
        In voxels of raw, along its spatial axes.
    held_back : bool
        Whether the network never learns from labels there, and there are labels.
    """

    dataset: str
    offset: tuple[int, ...]
    shape: tuple[int, ...]
    held_back: bool

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        """The region as a row of ``fixed_region.jsonl`` tells it."""
        offset, shape = (tuple(int(n) for n in row[key]) for key in ("offset", "shape"))
        return cls(str(row["dataset"]), offset, shape, bool(row["held_back"]))

    @property
    def box(self) -> tuple[slice, ...]:
        """Slices of raw's voxels."""
        return tuple(slice(b, b + n) for b, n in zip(self.offset, self.shape, strict=True))

    def roi(self, dataset: Dataset) -> Roi:
        """The region in the world of `dataset`."""
        size = dataset.raw.voxel_size
        return Roi(
            dataset.raw.roi.begin + Coordinate(self.offset) * size, Coordinate(self.shape) * size
        )

    def find_dataset(self, run: Run) -> Dataset:
        """The dataset of this region; ConfigError where the run has none of this name."""
        for dataset in (*run.datasplit.validate, *run.datasplit.train):
            if dataset.name == self.dataset:
                return dataset
        raise ConfigError(
            f"The run has no dataset {self.dataset!r}.", place="fixed region", hint="Name another."
        )


def choose_region(run: Run) -> Region:
    """The most crowded labelled place.

    It lies in what is held back, because there the network shows what it has understood and not
    what it remembers; in what is trained on where nothing is held back or only a narrow strip.
    """
    held = [] if is_scored_on_training_data(run.config) else list(run.datasplit.validate)
    trained = list(run.datasplit.train)
    for datasets, least in ((held, _NARROW), (trained, _NARROW), (held, 1), (trained, 1)):
        looked = [_look(run, dataset, least) for dataset in datasets[:_MOST_DATASETS]]
        found = [pair for pair in looked if pair is not None and pair[0].objects > 0]
        if found:
            region = max(found, key=lambda pair: pair[0])[1]
            return replace(region, held_back=datasets is held)
    return _middle(run, trained[0])


def moved_region(run: Run, region: Region, wish: Mapping[str, Any]) -> Region:
    """Another region, pushed into the volume where it leaves it.

    Parameters
    ----------
    wish
        ``offset`` or ``center`` in voxels of raw; ``shape`` if it is to be another one than
        usual, ``dataset`` if it is to be another one than now.

    Raises
    ------
    ConfigError
        If these are no whole numbers, one for each axis, or there is no such dataset.
    """
    named = str(wish.get("dataset", region.dataset))
    dataset = replace(region, dataset=named).find_dataset(run)
    whole = dataset.raw.grid.shape
    usual = _usual_shape(run, whole)
    shape = usual if wish.get("shape") is None else _numbers(wish["shape"], len(whole), "shape")
    shape = _limited(shape, whole, _step(run))
    if "center" in wish:
        center = _numbers(wish["center"], len(whole), "center")
        offset = tuple(middle - extent // 2 for middle, extent in zip(center, shape, strict=True))
    else:
        offset = _numbers(wish.get("offset"), len(whole), "offset")
    offset = tuple(
        min(max(0, round(first / unit) * unit), extent - length)
        for first, unit, extent, length in zip(offset, _step(run), whole, shape, strict=True)
    )
    moved = Region(named, offset, shape, False)
    return replace(moved, held_back=_is_held_back(run, dataset, moved))


def _look(run: Run, dataset: Dataset, least: int) -> tuple[CrowdedBox, Region] | None:
    if dataset.gt is None:
        return None
    begin, end = labelled_voxels(dataset)
    extent = [b - a for a, b in zip(begin, end, strict=True)]
    whole = dataset.raw.grid.shape
    # A third of a small volume is no narrow strip of it.
    enough = (e >= min(least, n // 3) for e, n in zip(extent[-2:], whole[-2:], strict=True))
    if min(extent) < 1 or not all(enough):
        return None
    shape = _limited(_usual_shape(run, extent), extent, _step(run))

    def read(box: tuple[slice, ...]) -> NDArray[Any]:
        return read_labels(dataset, box)

    crowded = most_crowded_box(read, begin, end, shape, _step(run))
    return crowded, Region(dataset.name, crowded.begin, shape, False)


def _middle(run: Run, dataset: Dataset) -> Region:
    whole = dataset.raw.grid.shape
    shape = _limited(_usual_shape(run, whole), whole, _step(run))
    offset = tuple((extent - n) // 2 for extent, n in zip(whole, shape, strict=True))
    return Region(dataset.name, offset, shape, False)


def _usual_shape(run: Run, room: Sequence[int]) -> tuple[int, ...]:
    """A third of the patch thick, in plane as large as it or larger, as far as there is room.

    Where there is little room along one axis, it is larger along the other.
    """
    patch = tuple(run.model.input_shape)
    axes = getattr(run.datasplit.train[0].raw, "spatial_axes", [])
    depth = [
        1 if axis in "st" else max(1, min(_THICKEST, n // 3, extent))
        for axis, n, extent in zip(axes, patch[:-2], room[:-2], strict=False)
    ]
    edge = max(*patch[-2:], _SMALLEST)
    edge = min(edge, _LARGEST, max(_SMALLEST, math.isqrt(_MOST_VOXELS // math.prod(depth))))
    height, width = room[-2:]
    if width < edge:
        return (*depth, min(height, edge * 4 // 3), width)
    return (*depth, min(height, edge), min(width, edge * 4 // 3 if height < edge else edge))


def _limited(shape: Sequence[int], room: Sequence[int], step: Sequence[int]) -> tuple[int, ...]:
    """`shape` within `room`, in whole steps, and of no more voxels than can be predicted soon."""
    limited = [max(1, min(n, extent)) for n, extent in zip(shape, room, strict=True)]
    while math.prod(limited) > 2 * _MOST_VOXELS:
        axis = int(np.argmax(limited))
        limited[axis] = limited[axis] * 3 // 4
    return tuple(n // unit * unit or n for n, unit in zip(limited, step, strict=True))


def _step(run: Run) -> tuple[int, ...]:
    return tuple(int(n) for n in run.model.architecture.block_step)


def _numbers(values: Any, count: int, what: str) -> tuple[int, ...]:
    fits = isinstance(values, list | tuple) and len(values) == count
    if not fits or not all(isinstance(n, int | float) and math.isfinite(n) for n in values):
        raise ConfigError(
            f"Expected {count} numbers of voxels as {what} of the fixed region, got {values!r}.",
            place=f"region.{what}",
        )
    return tuple(round(n) for n in values)


def _is_held_back(run: Run, dataset: Dataset, region: Region) -> bool:
    if is_scored_on_training_data(run.config):
        return False
    if all(dataset is not held for held in run.datasplit.validate):
        return False
    begin, end = labelled_voxels(dataset)
    return all(
        first <= part.start and part.stop <= last
        for first, last, part in zip(begin, end, region.box, strict=True)
    )
