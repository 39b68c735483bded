"""An array in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from funlib.geometry import Coordinate, Roi

from dacapo_engine.errors import ConfigError, DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.axis_order import (
    AxisOrder,
    default_axes,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.neuroglancer_source import (
    NeuroglancerSource,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_grid import VoxelGrid
from dacapo_engine.units import WorldUnit

__all__ = ["NumpyArray"]


class NumpyArray(NeuroglancerSource, Array):
    """A numpy array with axes and a place; reading gives views, not copies.

    Made by `from_np_array`, `from_gp_array` or `from_grid`; no config describes it.
    """

    def __init__(self, array_config: object = None) -> None:
        raise ConfigError("A NumpyArray is made from numpy data, not from a config.")

    @classmethod
    def from_grid(
        cls,
        array: np.ndarray[Any, Any],
        grid: VoxelGrid,
        axes: Sequence[str],
        *,
        name: str = "array",
    ) -> Self:
        """Put `array`, whose axes are `axes`, on `grid`."""
        made = cls.__new__(cls)
        made.name = name
        made.grid = grid
        made._data = array
        made._order = AxisOrder(tuple(axes))
        made._order.check(array.shape, grid.shape, name)
        return made

    @classmethod
    def from_np_array(
        cls,
        array: np.ndarray[Any, Any],
        roi: Roi,
        voxel_size: Sequence[int],
        axes: Sequence[str],
        *,
        unit: WorldUnit = "nm",
        name: str = "array",
    ) -> Self:
        """Wrap `array`.

        Parameters
        ----------
        array
            Values; its axes are `axes`.
        roi, voxel_size
            Whole numbers of `unit`.
        axes
            Names such as ``["c", "z", "y", "x"]``.

        Raises
        ------
        DataError
            If the shape of `array` does not fit `roi`.
        """
        grid = VoxelGrid.from_roi(Roi(*_parts(roi)), Coordinate(voxel_size), unit)
        return cls.from_grid(array, grid, axes, name=name)

    @classmethod
    def from_gp_array(cls, array: Any, *, unit: WorldUnit = "nm") -> Self:
        """Wrap a ``gunpowder.Array``; axes before the spatial ones are batch and channels."""
        data = array.data
        roi = array.spec.roi
        extra = data.ndim - roi.dims
        if not 0 <= extra <= 2:
            raise DataError(f"Expected up to two axes before {roi.dims} spatial ones, got {extra}.")
        axes = (*("b", "c")[2 - extra :], *default_axes(roi.dims, spatial=True))
        return cls.from_np_array(data, roi, array.spec.voxel_size, axes, unit=unit)

    _data: np.ndarray[Any, Any]
    _order: AxisOrder

    @property
    def axes(self) -> list[str]:
        return list(self._order.axes)

    @property
    def dtype(self) -> np.dtype[Any]:
        return self._data.dtype

    @property
    def num_channels(self) -> int | None:
        return self._order.num_channels(self._data.shape)

    @property
    def data(self) -> np.ndarray[Any, Any]:
        view: np.ndarray[Any, Any] = self._order.in_order(self._data)
        return view

    @property
    def writable(self) -> bool:
        return bool(self._data.flags.writeable)

    def read_box(self, box: tuple[slice, ...]) -> np.ndarray[Any, Any]:
        values: np.ndarray[Any, Any] = self._data[self._order.index(box)]
        return self._order.channels_first(values)

    def write_box(self, box: tuple[slice, ...], value: np.ndarray[Any, Any]) -> None:
        self.read_box(box)[...] = value


def _parts(roi: Roi) -> tuple[Coordinate, Coordinate]:
    # gunpowder regions are a subclass; plain ones pickle and compare without gunpowder.
    return Coordinate(roi.offset), Coordinate(roi.shape)
