"""Arrays of a run folder, read with their place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import zarr

from dacapo_engine.store.rows import read_rows
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.run_updates import PlacedArray

__all__ = ["read_offset", "read_placed", "read_snapshot", "snapshot_iterations"]

SNAPSHOT_ARRAYS = ("raw", "gt", "mask", "target", "weight", "prediction", "gradients")
_UNKNOWN_UNITS = frozenset({"", "pixel", "px", "voxel"})


def snapshot_iterations(folder: RunFolder) -> list[int]:
    """Iterations of which a complete snapshot is kept."""
    told = {int(row["iteration"]) for row in read_rows(folder.snapshots_file) if "iteration" in row}
    return sorted(n for n in told if (folder.snapshot_container / str(n)).is_dir())


def read_snapshot(folder: RunFolder, iteration: int) -> tuple[PlacedArray, ...]:
    """All arrays of one snapshot; those that the engine has just thrown away are left out."""
    group = folder.snapshot_container / str(iteration)
    arrays = (read_placed(group / name) for name in SNAPSHOT_ARRAYS)
    return tuple(array for array in arrays if array is not None)


def read_placed(path: Path) -> PlacedArray | None:
    """The zarr array at `path` with its voxel size, offset and axes; None where there is none."""
    try:
        array = zarr.open_array(str(path), mode="r")
        data = np.asarray(array[...])
        attributes = dict(array.attrs)
    except (OSError, KeyError, ValueError):
        return None
    axes = _axes(attributes, data.ndim)
    if "c" in axes and data.shape[axes.index("c")] == 1:
        # A slider with one position says nothing.
        data = data.squeeze(axes.index("c"))
        axes = tuple(axis for axis in axes if axis != "c")
    spatial = len(axes) - ("c" in axes)
    return PlacedArray(
        name=path.name,
        data=data,
        axes=axes,
        voxel_size=_numbers(attributes.get("voxel_size"), spatial, 1.0),
        offset=_numbers(attributes.get("offset"), spatial, 0.0),
        known=_has_unit(attributes),
    )


def read_offset(path: Path) -> tuple[float, ...] | None:
    """Where the zarr array at `path` begins, in nanometres; its values are not read."""
    try:
        offset = zarr.open_array(str(path), mode="r").attrs.get("offset")
    except (OSError, KeyError, ValueError):
        return None
    return tuple(float(value) for value in offset) if offset else None


def _axes(attributes: Mapping[str, Any], ndim: int) -> tuple[str, ...]:
    named = attributes.get("axis_names")
    if isinstance(named, list | tuple) and len(named) == ndim:
        return tuple(str(axis).rstrip("^") for axis in named)
    sizes = attributes.get("voxel_size")
    spatial = len(sizes) if sizes is not None else ndim
    return (("c",) if ndim > spatial else ()) + ("s", "z", "y", "x")[-spatial:]


def _numbers(values: Any, length: int, default: float) -> tuple[float, ...]:
    numbers = tuple(float(value) for value in values or ())
    return numbers if len(numbers) == length else (default,) * length


def _has_unit(attributes: Mapping[str, Any]) -> bool:
    units = attributes.get("units") or ()
    return any(str(unit).lower() not in _UNKNOWN_UNITS for unit in units)
