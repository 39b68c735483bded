"""Segmentations as files that other programs open at the right size: OME-Zarr and OME-TIFF."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from dacapo_engine.errors import ConfigError, StoreError
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.numpy_array import NumpyArray
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array import ZarrArray
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_container import open_node
from dacapo_engine.store.atomic import replace_file

__all__ = ["save_labels"]

_TIFF = (".tif", ".tiff")
_LEVEL = "0"
_MICROMETRE = 1000.0


def save_labels(labels: NumpyArray, target: Path) -> None:
    """Write ids to a new file or container; one that is there is replaced.

    Parameters
    ----------
    labels
        Ids, ``[(s | t | c,) (z,) y, x]``.
    target
        ``x.zarr`` becomes an OME-Zarr image of one level that funlib and DaCapo read, too;
        ``x.tif`` an OME-TIFF.

    Raises
    ------
    ConfigError
        If it ends with something else.
    StoreError
        If it cannot be written, or something is there that is no such file.
    """
    suffix = target.suffix.lower()
    if suffix not in (".zarr", *_TIFF):
        raise ConfigError(
            f"{target.name} tells no format.", hint="Let the name end with .zarr or .tif."
        )
    temporary = target.with_name(f".{target.stem}.new{suffix}")
    try:
        _remove(temporary)
        if suffix == ".zarr":
            _write_zarr(labels, temporary)
        else:
            _write_tiff(labels, temporary)
        _check_replaceable(target)
        _remove(target)
        replace_file(temporary, target)
    except OSError as error:
        raise StoreError(
            f"The segmentation cannot be written: {error.strerror or error}.", place=str(target)
        ) from error
    finally:
        _remove(temporary)


def _check_replaceable(target: Path) -> None:
    is_zarr = target.suffix.lower() == ".zarr"
    if target.is_dir() != is_zarr and target.exists():
        raise StoreError("Something else is stored here already.", place=str(target))
    if target.is_dir() and not any((target / name).is_file() for name in (".zgroup", ".zattrs")):
        raise StoreError("This folder is no zarr container.", place=str(target))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _write_zarr(labels: NumpyArray, path: Path) -> None:
    written = ZarrArray.create_from_array_identifier(
        LocalArrayIdentifier(path, _LEVEL),
        axes=labels.axes,
        roi=labels.roi,
        num_channels=labels.num_channels,
        voxel_size=labels.voxel_size,
        dtype=labels.dtype,
        overwrite=True,
        grid=labels.grid,
    )
    written.write_box(tuple(slice(0, n) for n in labels.grid.shape), labels.data)
    open_node(path, "", "a").attrs.update(_multiscales(labels))


def _multiscales(labels: NumpyArray) -> dict[str, Any]:
    """The metadata of OME-Zarr 0.4; it places the centres of voxels, not their corners."""
    sizes = dict(zip(labels.spatial_axes, labels.voxel_size_nm, strict=True))
    begins = dict(zip(labels.spatial_axes, labels.offset_nm, strict=True))
    scale = [sizes.get(axis, 1.0) for axis in labels.axes]
    centres = [begins.get(axis, 0.0) + sizes.get(axis, 0.0) / 2 for axis in labels.axes]
    steps = [
        {"type": "scale", "scale": scale},
        {"type": "translation", "translation": centres},
    ]
    axes = [_ome_axis(axis, labels.voxel_size_known) for axis in labels.axes]
    datasets = [{"path": _LEVEL, "coordinateTransformations": steps}]
    image = {"version": "0.4", "name": labels.name, "axes": axes, "datasets": datasets}
    return {"multiscales": [image], "image-label": {"version": "0.4"}}


def _ome_axis(axis: str, known: bool) -> dict[str, str]:
    if axis in "zyx":
        unit = {"unit": "nanometer"} if known else {}
        return {"name": axis, "type": "space", **unit}
    return {"name": axis, "type": {"c": "channel", "t": "time"}.get(axis, "other")}


def _write_tiff(labels: NumpyArray, path: Path) -> None:
    import tifffile

    letters = "".join("Q" if axis == "s" else axis.upper() for axis in labels.axes)
    sizes = dict(zip(labels.spatial_axes, labels.voxel_size_nm, strict=True))
    metadata: dict[str, Any] = {"axes": letters}
    for axis in "zyx":
        if labels.voxel_size_known and axis in sizes:
            metadata[f"PhysicalSize{axis.upper()}"] = sizes[axis] / _MICROMETRE
            metadata[f"PhysicalSize{axis.upper()}Unit"] = "µm"
    tifffile.imwrite(path, _smallest(labels.data), ome=True, compression="zlib", metadata=metadata)


def _smallest(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The smallest type that most programs open and that holds every id."""
    most = int(values.max(initial=0))
    return values.astype(np.uint16 if most < 2**16 else np.uint32)
