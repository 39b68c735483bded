"""Array-likes that are computed when they are sliced."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

__all__ = ["as_lazy", "cut", "map_values"]


def as_lazy(data: Any) -> Any:
    """`data` as a dask array; one that is one already stays as it is."""
    from dask.array import Array, from_array

    if isinstance(data, Array):
        return data
    chunks = getattr(data, "chunks", None) or "auto"
    return from_array(data, chunks=chunks)  # type: ignore[no-untyped-call]


def cut(data: Any, parts: Sequence[slice]) -> Any:
    """A part of `data`: a view of a numpy array, a lazy array otherwise."""
    return (data if isinstance(data, np.ndarray) else as_lazy(data))[tuple(parts)]


def map_values(
    data: Any, function: Callable[[np.ndarray[Any, Any]], np.ndarray[Any, Any]], dtype: Any
) -> Any:
    """`data` with `function` applied to its values when they are read."""
    return as_lazy(data).map_blocks(function, dtype=dtype)


def read_lazily(array: Any) -> Any:
    """The values of an `Array` as an array-like that reads boxes of it when it is sliced."""
    return as_lazy(_Boxes(array))


class _Boxes:
    chunks = None

    def __init__(self, array: Any) -> None:
        self._array = array
        self.dtype = array.dtype
        channels = () if array.num_channels is None else (array.num_channels,)
        self.shape = (*channels, *array.grid.shape)
        self.ndim = len(self.shape)

    def __getitem__(self, parts: tuple[slice, ...]) -> np.ndarray[Any, Any]:
        spatial = parts[-self._array.dims :]
        values: np.ndarray[Any, Any] = self._array.read_box(spatial)
        return values[parts[: -self._array.dims]] if len(parts) > len(spatial) else values
