"""Creating datasets with the metadata that others read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import zarr

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.voxel_grid import VoxelGrid
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_container import NOT_THERE, open_node

__all__ = ["create_dataset", "grid_attributes"]

_CHUNK_BYTES = 4 * 2**20


def create_dataset(
    identifier: LocalArrayIdentifier,
    axes: Sequence[str],
    grid: VoxelGrid,
    num_channels: int | None,
    dtype: Any,
    *,
    chunk: Sequence[int] | None = None,
    replace: bool = False,
) -> None:
    """Create a dataset of zeros; one that is there already and equal is kept.

    Parameters
    ----------
    axes
        Names in stored order.
    chunk
        Voxels per chunk along the spatial axes; about 4 MiB by default.

    Raises
    ------
    DataError
        If a different dataset is there and `replace` is false, or the axes do not fit.
    """
    shape = _full(axes, grid.shape, num_channels or 1)
    if ("c" in axes) != (num_channels is not None) or len(shape) != len(axes):
        raise DataError(
            f"The axes {', '.join(axes)} do not fit {grid.shape} voxels "
            f"with {num_channels or 'no'} channels."
        )
    attributes = grid_attributes(axes, grid)
    if not replace and _is_there(identifier, shape, dtype, attributes):
        return
    spatial = chunk if chunk is not None else default_chunk(grid.shape, num_channels, dtype)
    chunks = _full(
        axes,
        [max(1, min(c, n)) for c, n in zip(spatial, grid.shape, strict=True)],
        num_channels or 1,
    )
    created = open_node(
        identifier.container,
        identifier.dataset,
        "w",
        shape=shape,
        chunks=chunks,
        dtype=np.dtype(dtype),
        fill_value=0,
    )
    created.attrs.put(attributes)


def grid_attributes(axes: Sequence[str], grid: VoxelGrid) -> dict[str, Any]:
    """Attributes as funlib and DaCapo read them, in nanometres, right to the last digit."""
    sizes = [_json_number(size) for size in grid.exact_voxel_size]
    return {
        "axis_names": list(axes),
        "axes": list(axes),
        "voxel_size": sizes,
        "resolution": sizes,
        "offset": [_json_number(begin) for begin in grid.exact_offset],
        "units": ["nm" if grid.known else "pixel"] * grid.dims,
    }


def default_chunk(shape: Sequence[int], num_channels: int | None, dtype: Any) -> tuple[int, ...]:
    """Voxels per chunk: a cube of about 4 MiB, all channels included."""
    budget = _CHUNK_BYTES / (np.dtype(dtype).itemsize * (num_channels or 1))
    edge = max(16, math.floor(budget ** (1 / len(shape))))
    return tuple(min(edge, extent) for extent in shape)


def _full(axes: Sequence[str], spatial: Sequence[int], channels: int) -> tuple[int, ...]:
    rest = iter(spatial)
    return tuple(channels if axis == "c" else int(next(rest, 0)) for axis in axes)


def _is_there(
    identifier: LocalArrayIdentifier,
    shape: tuple[int, ...],
    dtype: Any,
    attributes: dict[str, Any],
) -> bool:
    try:
        there = open_node(identifier.container, identifier.dataset, "r")
    except NOT_THERE:
        return False
    same = (
        isinstance(there, zarr.Array)
        and there.shape == shape
        and there.dtype == np.dtype(dtype)
        and all(there.attrs.get(key) == value for key, value in attributes.items())
    )
    if not same:
        raise DataError(
            "Something else is stored here already.",
            hint="Choose another name, or ask for it to be overwritten.",
            place=str(identifier),
        )
    return True


def _json_number(value: Any) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
