"""An array with voxels of another size."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Self

import numpy as np

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.derived_array import DerivedArray
from dacapo_engine.experiments.datasplits.datasets.arrays.lazy_data import read_lazily
from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_grid import VoxelGrid
from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_map import VoxelMap

__all__ = ["ResampledArray"]


class ResampledArray(DerivedArray):
    """Another array whose voxels are averaged, or interpolated, when a box of it is read.

    Nothing but the box that is read is held in memory. Intensities only: ids must not be
    averaged. Made by `of`; no config describes it.

    Attributes
    ----------
    map : VoxelMap
        How its voxels lie in those of the other array.
    """

    map: VoxelMap

    def __init__(self, array_config: object = None) -> None:
        raise ConfigError("A ResampledArray is made from another array, not from a config.")

    @classmethod
    def of(cls, array: Array, voxel_size: Sequence[Fraction]) -> Self:
        """`array` with voxels of `voxel_size`, in exact nanometres for each spatial axis."""
        made = cls.__new__(cls)
        grid = array.grid
        made.map = VoxelMap.between(grid.exact_voxel_size, voxel_size)
        made._source_array = array
        made.name = array.name
        made.grid = VoxelGrid.from_nanometres(
            made.map.shape(grid.shape), tuple(voxel_size), grid.exact_offset, known=grid.known
        )
        return made

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.float32)

    @property
    def data(self) -> Any:
        return read_lazily(self)

    def read_box(self, box: tuple[slice, ...]) -> np.ndarray[Any, Any]:
        recorded = self.map.recorded_box(box, self._source_array.grid.shape)
        values = self._source_array.read_box(recorded).astype(np.float32)
        first = values.ndim - self.dims
        for axis, (new, old) in enumerate(zip(box, recorded, strict=True)):
            if self.map.steps[axis] == 1:
                begin = new.start - old.start
                kept = slice(begin, begin + new.stop - new.start)
                values = values[(slice(None),) * (first + axis) + (kept,)]
                continue
            weights = self.map.weights(axis, new, old)
            values = np.moveaxis(np.tensordot(values, weights, (first + axis, 1)), -1, first + axis)
        return np.ascontiguousarray(values)
