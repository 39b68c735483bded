"""Arrays that tasks are handed by name, and those that they write."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from funlib.geometry import Coordinate
from numpy.typing import NDArray

from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
        LocalArrayIdentifier,
    )

__all__ = ["open_array", "write_like"]


def open_array(source: Array | LocalArrayIdentifier) -> Array:
    """The array itself, whether it is given or named by its identifier."""
    if isinstance(source, Array):
        return source
    from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array import ZarrArray

    return ZarrArray.open_from_array_identifier(source)


def write_like(
    source: Array,
    values: NDArray[Any],
    target: LocalArrayIdentifier,
    chunk_size: Sequence[int],
) -> Array:
    """Write values that have the place of `source`, and open the result.

    Values are ``[(z,) y, x]``, or ``[c, (z,) y, x]`` with channels of their own.
    """
    from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array import ZarrArray

    channels = values.ndim > source.dims
    chunk = Coordinate(tuple(chunk_size)[-source.dims :])
    written = ZarrArray.create_from_array_identifier(
        target,
        [*(["c"] if channels else []), *source.spatial_axes],
        source.roi,
        len(values) if channels else None,
        source.voxel_size,
        values.dtype,
        write_size=chunk * source.voxel_size,
        overwrite=True,
        grid=source.grid,
    )
    written[written.roi] = np.ascontiguousarray(values)
    return written
