"""The arrays of a sample, read and made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
    from dacapo_engine.experiments.datasplits.datasets.arrays.numpy_array import NumpyArray

__all__ = ["channels_like", "read_mask", "read_mask_of_classes", "without_channels"]


def channels_like(source: Array, values: NDArray[Any]) -> NumpyArray:
    """Values ``[c, (z,) y, x]`` in the place of `source`."""
    from dacapo_engine.experiments.datasplits.datasets.arrays.numpy_array import NumpyArray

    return NumpyArray.from_grid(values, source.grid, ["c", *source.spatial_axes])


def without_channels(values: NDArray[Any], dims: int) -> NDArray[Any]:
    """Values ``[(z,) y, x]``; of several channels the largest."""
    return values.max(axis=0) if values.ndim > dims else values


def read_mask(mask: Array | None, place: Array) -> NDArray[np.bool_] | None:
    """Where labels count in the region of `place`, ``[(z,) y, x]``; None for everywhere."""
    if mask is None:
        return None
    values = without_channels(np.asarray(mask[place.roi]), place.dims)
    return None if values.all() else np.asarray(values > 0)


def read_mask_of_classes(
    mask: Array | None, place: Array, num_classes: int
) -> list[NDArray[np.bool_] | None]:
    """The mask of each class: its own channel, or that of all classes."""
    if mask is not None and mask.num_channels == num_classes:
        return [np.asarray(channel > 0) for channel in mask[place.roi]]
    return [read_mask(mask, place)] * num_classes
