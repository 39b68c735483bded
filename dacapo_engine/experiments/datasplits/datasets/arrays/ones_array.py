"""Ones in the place of another array."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.derived_array import DerivedArray
from dacapo_engine.experiments.datasplits.datasets.arrays.ones_array_config import OnesArrayConfig

__all__ = ["OnesArray"]


class OnesArray(DerivedArray):
    """True wherever `source_array` has voxels; the mask of a volume that is labelled throughout."""

    def __init__(self, array_config: OnesArrayConfig) -> None:
        source_config = array_config.source_array_config
        self._take(source_config.array_type(source_config), array_config.name)

    @classmethod
    def like(cls, array: Array) -> Self:
        """Ones with the place, shape and axes of `array`."""
        made = cls.__new__(cls)
        made._take(array, "")
        return made

    def _take(self, source: Array, name: str) -> None:
        self._source_array = source
        self.name = name or f"ones of {source.name}"
        self.grid = source.grid

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(bool)

    @property
    def data(self) -> np.ndarray[Any, Any]:
        extents = dict(zip(self.spatial_axes, self.grid.shape, strict=True))
        shape = [extents.get(axis, self.num_channels or 1) for axis in self.axes]
        return np.broadcast_to(np.True_, shape)

    def read_box(self, box: tuple[slice, ...]) -> np.ndarray[Any, Any]:
        channels = () if self.num_channels is None else (self.num_channels,)
        return np.ones((*channels, *(part.stop - part.start for part in box)), dtype=bool)
