"""Intensities scaled to the range 0 to 1."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.derived_array import DerivedArray
from dacapo_engine.experiments.datasplits.datasets.arrays.intensities_array_config import (
    IntensitiesArrayConfig,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.lazy_data import map_values
from dacapo_engine.experiments.datasplits.datasets.arrays.neuroglancer_source import (
    NeuroglancerSource,
)

__all__ = ["IntensitiesArray"]


class IntensitiesArray(NeuroglancerSource, DerivedArray):
    """``clip((values - min) / (max - min), 0, 1)`` of another array, as float32.

    NaN stays NaN, so that the source that meets it can say where.
    """

    def __init__(self, array_config: IntensitiesArrayConfig) -> None:
        source_config = array_config.source_array_config
        self._take(
            source_config.array_type(source_config),
            array_config.min,
            array_config.max,
            array_config.name,
        )

    @classmethod
    def of(cls, array: Array, minimum: float, maximum: float) -> Self:
        """`array` with `minimum` mapped to 0 and `maximum` to 1."""
        made = cls.__new__(cls)
        made._take(array, minimum, maximum, "")
        return made

    def _take(self, source: Array, minimum: float, maximum: float, name: str) -> None:
        self._source_array = source
        self.min = float(minimum)
        self.max = float(maximum)
        self.name = name or source.name
        self.grid = source.grid

    @property
    def attrs(self) -> dict[str, Any]:
        return self._source_array.attrs

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.float32)

    @property
    def data(self) -> Any:
        return map_values(self._source_array.data, self._scale, self.dtype)

    def read_box(self, box: tuple[slice, ...]) -> np.ndarray[Any, Any]:
        return self._scale(self._source_array.read_box(box))

    def _scale(self, values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        # Integers of 32 bits and more lose digits in float32 before the minimum is taken away.
        wide = values.dtype.itemsize > 2 and values.dtype != np.float32
        scaled: np.ndarray[Any, Any] = values.astype(np.float64 if wide else np.float32)
        np.subtract(scaled, self.min, out=scaled)
        np.divide(scaled, self.max - self.min, out=scaled)
        return np.clip(scaled, 0, 1, out=scaled).astype(np.float32, copy=False)
