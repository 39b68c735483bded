"""Places of patches that are labelled enough, found in a table instead of by trial."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

import gunpowder as gp
import numpy as np

from dacapo_engine.errors import DataError
from dacapo_engine.gp.interfaces import RegionArray

__all__ = ["LabelledPlaces"]

_DRAWS, _ROUNDS = 4096, 4
_SLAB_VOXELS = 2**24

Values = np.ndarray[Any, Any]


class LabelledPlaces:
    """Patches of which at least some share is labelled, each equally likely.

    How much of a box is labelled follows from a summed-area table (Crow 1984) of the mask. Of
    a mask with more cells than that, the table is coarser by `downsample`, and shares are
    then right to one coarse cell on each side.

    Parameters
    ----------
    mask
        Above 0 where labels count; channels are merged by their maximum.
    min_masked
        The share; at 0 a single labelled voxel is enough.
    region
        Only here the mask is looked at; everywhere if None.
    margin
        Patches that are labelled only this near to their border, in world units, are no places.
    downsample
        By how much large masks are coarsened.
    most_cells
        What is large.
    """

    def __init__(
        self,
        mask: RegionArray,
        min_masked: float,
        region: gp.Roi | None = None,
        margin: gp.Coordinate | None = None,
        downsample: int = 4,
        most_cells: int = 2**22,
    ) -> None:
        inside = mask.roi if region is None else mask.roi.intersect(region)
        inside = inside.snap_to_grid(mask.voxel_size, mode="shrink")
        shape = tuple(inside.shape / mask.voxel_size)
        self._min_masked = min_masked
        self._margin = np.asarray(margin if margin is not None else (0,) * mask.dims)
        self._begin = np.asarray(inside.begin)
        cell = downsample if math.prod(shape) > most_cells else 1
        self._cell = np.asarray(mask.voxel_size) * cell
        self._cell_voxels = cell**mask.dims
        first = (inside.begin - mask.roi.begin) / mask.voxel_size
        self._table = _summed_area_table(mask, first, shape, cell)
        self._found: dict[tuple[Any, ...], Values] = {}

    def draw(
        self, roi: gp.Roi, step: gp.Coordinate, generator: np.random.Generator
    ) -> gp.Coordinate:
        """A shift of `roi` to where enough is labelled; DataError if there is no such place."""
        first, last = self._shifts(roi, step)
        for _ in range(_ROUNDS):
            shifts = generator.integers(first, last, (_DRAWS, len(first)), endpoint=True)
            good = np.flatnonzero(self._accepts(roi, shifts * np.asarray(step)))
            if len(good):
                return gp.Coordinate(shifts[good[0]].tolist()) * step
        shifts = self._all_good(roi, step, first, last)
        return gp.Coordinate(shifts[generator.integers(len(shifts))].tolist()) * step

    def _shifts(self, roi: gp.Roi, step: gp.Coordinate) -> tuple[Values, Values]:
        """The first and the last shift, in steps, at which `roi` still meets the mask."""
        end = self._begin + (np.array(self._table.shape) - 1) * self._cell
        first = (self._begin - np.asarray(roi.end)) // np.asarray(step) + 1
        last = -((np.asarray(roi.begin) - end) // np.asarray(step)) - 1
        return first, np.maximum(first, last)

    def _accepts(self, roi: gp.Roi, shifts: Values) -> Values:
        """For each shift in world units, whether enough is labelled there."""
        voxels = np.prod(np.asarray(roi.shape) / self._cell) * self._cell_voxels
        begin = np.asarray(roi.begin) + shifts
        enough = self._labelled(begin, roi.shape) >= self._min_masked * voxels - 1e-6
        inner = np.asarray(roi.shape) - 2 * self._margin
        margin, inner = (self._margin, inner) if (inner > 0).all() else (0, roi.shape)
        return enough & (self._labelled(begin + margin, inner) > 0)

    def _labelled(self, begin: Values, shape: Any) -> Values:
        """How many labelled voxels there are in boxes of one shape, in world units."""
        begin = (begin - self._begin) / self._cell
        end = begin + np.asarray(shape) / self._cell
        most = np.array(self._table.shape) - 1
        low, high = (np.clip(np.rint(edge).astype(int), 0, most) for edge in (begin, end))
        labelled = np.zeros(len(begin), dtype=np.int64)
        for corner in itertools.product((0, 1), repeat=len(most)):
            index = tuple((high if c else low)[:, axis] for axis, c in enumerate(corner))
            labelled += (-1) ** (len(most) - sum(corner)) * self._table[index]
        return labelled

    def _all_good(self, roi: gp.Roi, step: gp.Coordinate, first: Values, last: Values) -> Values:
        """Every good shift, in steps, at the distance of a cell from each other."""
        key = (tuple(roi.begin), tuple(roi.shape))
        if key not in self._found:
            stride = np.maximum(1, self._cell // np.asarray(step))
            axes = [np.arange(a, b + 1, s) for a, b, s in zip(first, last, stride, strict=True)]
            rows = [self._good_rows(roi, step, head, axes[1:]) for head in axes[0]]
            self._found = {key: np.concatenate(rows)}
        if len(self._found[key]):
            return self._found[key]
        shape = " x ".join(str(n) for n in np.asarray(roi.shape) // np.asarray(step))
        raise DataError(
            f"No patch of {shape} voxels is labelled by {self._min_masked:.0%}.",
            hint="Label more, lower the smallest labelled share, or use a smaller patch.",
            place="trainer_config.min_masked",
        )

    def _good_rows(
        self, roi: gp.Roi, step: gp.Coordinate, head: int, rest: Sequence[Values]
    ) -> Values:
        grid = np.meshgrid(np.array([head]), *rest, indexing="ij")
        shifts = np.stack([axis.ravel() for axis in grid], axis=1)
        return shifts[self._accepts(roi, shifts * np.asarray(step))]


def _summed_area_table(
    mask: RegionArray, first: Sequence[int], shape: tuple[int, ...], cell: int
) -> Values:
    """Labelled voxels in the box from voxel `first` to each corner of the cells."""
    cells = tuple(-(-extent // cell) for extent in shape)
    table = np.zeros(tuple(n + 1 for n in cells), dtype=np.int64)
    inner = table[(slice(1, None),) * len(shape)]
    thickness = max(1, _SLAB_VOXELS // max(1, math.prod(shape[1:])) // cell) * cell
    for begin in range(0, shape[0], thickness):
        end = min(begin + thickness, shape[0])
        spans = ((begin, end), *((0, extent) for extent in shape[1:]))
        box = tuple(slice(f + a, f + b) for f, (a, b) in zip(first, spans, strict=True))
        counts = _block_sums(_without_channels(mask.read_box(box), len(shape)), cell)
        inner[begin // cell : begin // cell + len(counts)] = counts
    for axis in range(len(shape)):
        np.cumsum(inner, axis=axis, out=inner)
    return table


def _without_channels(values: Values, dims: int) -> Values:
    return (values.max(axis=0) if values.ndim > dims else values) > 0


def _block_sums(values: Values, cell: int) -> Values:
    for axis, extent in enumerate(values.shape):
        starts = np.arange(0, extent, cell)
        values = np.add.reduceat(values, starts, axis=axis, dtype=np.int64)
    return values
