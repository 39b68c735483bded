"""What every array of the engine is: data with axes, a place and a voxel size."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from funlib.geometry import Coordinate, Roi

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_grid import VoxelGrid
from dacapo_engine.units import WorldUnit

__all__ = ["AXES", "Array"]

AXES = ("s", "t", "c", "z", "y", "x")
"""Names of axes in their order: separate images, time, channels, depth, height, width."""

_NOT_SPATIAL = frozenset({"b", "c"})


class Array(ABC):
    """An array in world space, read and written by region.

    Regions are whole numbers of `unit`. Everything that is shown to people or written as
    metadata uses `voxel_size_nm` and `offset_nm`, which are right to the last digit.

    Attributes
    ----------
    name : str
        For messages and layers.
    grid : VoxelGrid
        Where the voxels lie.
    """

    name: str
    grid: VoxelGrid

    @property
    @abstractmethod
    def axes(self) -> list[str]:
        """Names of all axes, in the order of `data`: some of s, t, c, z, y, x."""

    @property
    @abstractmethod
    def dtype(self) -> np.dtype[Any]:
        """Type of the values that reading gives."""

    @property
    @abstractmethod
    def num_channels(self) -> int | None:
        """Length of the channel axis, None where there is none."""

    @property
    @abstractmethod
    def data(self) -> Any:
        """All values as an array-like in the order of `axes`, not read before it is sliced."""

    @abstractmethod
    def read_box(self, box: tuple[slice, ...]) -> np.ndarray[Any, Any]:
        """Values in a box of voxel indices (spatial axes), channels first where there are any."""

    @property
    def attrs(self) -> dict[str, Any]:
        """Metadata kept with the data."""
        return {}

    @property
    def axes_known(self) -> bool:
        """Whether somebody said what the axes are; otherwise they follow from their number."""
        return True

    @property
    def spatial_axes(self) -> list[str]:
        """The axes along which the array has a place: all but channels."""
        return [axis for axis in self.axes if axis not in _NOT_SPATIAL]

    @property
    def dims(self) -> int:
        """Number of spatial axes."""
        return self.grid.dims

    @property
    def unit(self) -> WorldUnit:
        """What `voxel_size` and `roi` count: ``nm`` or ``pm``."""
        return self.grid.unit

    @property
    def voxel_size(self) -> Coordinate:
        """Size of a voxel in whole `unit`."""
        return self.grid.voxel_size

    @property
    def roi(self) -> Roi:
        """The region covered, in whole `unit`."""
        return self.grid.roi

    @property
    def voxel_size_nm(self) -> tuple[float, ...]:
        """Size of a voxel in nanometres, as the metadata tell it."""
        return tuple(float(size) for size in self.grid.exact_voxel_size)

    @property
    def offset_nm(self) -> tuple[float, ...]:
        """Where the first voxel begins, in nanometres, as the metadata tell it."""
        return tuple(float(begin) for begin in self.grid.exact_offset)

    @property
    def voxel_size_known(self) -> bool:
        """False where no metadata tell the voxel size; one voxel then counts as 1 nm."""
        return self.grid.known

    @property
    def writable(self) -> bool:
        """Whether regions can be assigned."""
        return False

    def in_unit(self, unit: WorldUnit) -> Self:
        """The same data counted in another world unit."""
        return self.on_grid(self.grid.in_unit(unit))

    def on_grid(self, grid: VoxelGrid) -> Self:
        """The same data at another place; `grid` has the same shape."""
        if grid.shape != self.grid.shape:
            raise DataError(f"{self.name} is {self.grid.shape}, the grid {grid.shape} voxels.")
        moved = copy.copy(self)
        moved.grid = grid
        return moved

    def __getitem__(self, roi: Roi) -> np.ndarray[Any, Any]:
        """Values in a world region, channels first where there are any."""
        return self.read_box(self.grid.box(roi, self.name))

    def __setitem__(self, roi: Roi, value: Any) -> None:
        """Write `value` (channels first where there are any) to a world region."""
        if not self.writable:
            raise DataError(f"{self.name} is read only.")
        self.write_box(self.grid.box(roi, self.name), np.asarray(value))

    def write_box(self, box: tuple[slice, ...], value: np.ndarray[Any, Any]) -> None:
        """Write `value` to a box of voxel indices; arrays that can be written override this."""
        raise DataError(f"{self.name} is read only.")

    def _can_neuroglance(self) -> bool:
        return False

    def __repr__(self) -> str:
        shape = " x ".join(str(extent) for extent in self.grid.shape)
        return f"{type(self).__name__}({self.name}, {shape})"
