"""A part of another array."""

from __future__ import annotations

from typing import Any

import numpy as np

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.crop_array_config import (
    CropArrayConfig,
    RegionConfig,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.derived_array import DerivedArray
from dacapo_engine.experiments.datasplits.datasets.arrays.lazy_data import cut
from dacapo_engine.experiments.datasplits.datasets.arrays.neuroglancer_source import (
    NeuroglancerSource,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_grid import VoxelGrid
from dacapo_engine.units import exact_number, nearest

__all__ = ["CropArray", "voxel_box"]


class CropArray(NeuroglancerSource, DerivedArray):
    """The voxels of another array that lie in a box.

    A box in nanometres is moved to the nearest voxels; one that leaves the array is an error.
    """

    def __init__(self, array_config: CropArrayConfig) -> None:
        source_config = array_config.source_array_config
        self._source_array: Array = source_config.array_type(source_config)
        self.name = array_config.name or self._source_array.name
        self._box = voxel_box(array_config.roi, self._source_array.grid, self.name)
        _check_inside(self._box, self._source_array.grid, self.name)
        self.grid = self._source_array.grid.cropped(self._box)

    @property
    def attrs(self) -> dict[str, Any]:
        return self._source_array.attrs

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._source_array.dtype

    @property
    def data(self) -> Any:
        parts = dict(zip(self.spatial_axes, self._box, strict=True))
        return cut(self._source_array.data, [parts.get(axis, slice(None)) for axis in self.axes])

    def read_box(self, box: tuple[slice, ...]) -> np.ndarray[Any, Any]:
        return self._source_array.read_box(
            tuple(
                slice(outer.start + inner.start, outer.start + inner.stop)
                for outer, inner in zip(self._box, box, strict=True)
            )
        )


def voxel_box(region: RegionConfig, grid: VoxelGrid, name: str) -> tuple[slice, ...]:
    """The voxels of `grid` that a region means; they may lie beyond it.

    Raises
    ------
    DataError
        If the region has another number of axes; `name` is what the message calls the array.
    """
    if len(region.shape) != grid.dims:
        raise DataError(f"{name} has {grid.dims} spatial axes, the region has {len(region.shape)}.")
    begins = [exact_number(value) for value in region.offset]
    extents = [exact_number(value) for value in region.shape]
    if region.unit == "nm":
        sizes, origin = grid.exact_voxel_size, grid.exact_offset
        begins = [(a - o) / s for a, o, s in zip(begins, origin, sizes, strict=True)]
        extents = [n / s for n, s in zip(extents, sizes, strict=True)]
    first = [nearest(begin) for begin in begins]
    count = [max(1, nearest(extent)) for extent in extents]
    return tuple(slice(a, a + n) for a, n in zip(first, count, strict=True))


def _check_inside(box: tuple[slice, ...], grid: VoxelGrid, name: str) -> None:
    if any(b.start < 0 or b.stop > n for b, n in zip(box, grid.shape, strict=True)):
        shown = " x ".join(f"{part.start}..{part.stop}" for part in box)
        whole = " x ".join(str(extent) for extent in grid.shape)
        raise DataError(f"The region to keep, voxels {shown}, leaves {name}, which has {whole}.")
