"""Volumes that cover different regions, cut to the region they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from funlib.geometry import Roi
from numpy.typing import NDArray

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.units import format_lengths

__all__ = ["AlignedVolumes", "align"]

_SEPARATE_IMAGES = frozenset({"s", "t"})


@dataclass(frozen=True)
class AlignedVolumes:
    """Voxels of the same region of a segmentation, labels and a mask.

    Attributes
    ----------
    segmentation, labels
        ``[(z,) y, x]``, after an axis of channels where several were asked for.
    mask
        Likewise, or None.
    separate_images
        Whether the first axis holds separate images, or points in time, in which the same id
        need not be the same object.
    notes
        Sentences on what was left out or taken for granted.
    voxel_size, begin
        Size of a voxel, and where the first one begins, in nm; None where that is not known.
    """

    segmentation: NDArray[Any]
    labels: NDArray[Any]
    mask: NDArray[Any] | None
    separate_images: bool
    notes: tuple[str, ...]
    voxel_size: tuple[float, ...] | None = None
    begin: tuple[float, ...] | None = None


def align(
    segmentation: Array, labels: Array, mask: Array | None = None, channels: bool = False
) -> AlignedVolumes:
    """Cut volumes to the region that all of them cover, in world coordinates.

    Where only one voxel size is known, volumes of the same shape are compared voxel by voxel.

    Parameters
    ----------
    segmentation, labels, mask
        With as many spatial axes.
    channels
        Whether several channels are expected, and kept as the first axis.

    Raises
    ------
    DataError
        If voxel sizes or numbers of axes differ, no region is shared, or there are several
        channels where one is expected.
    """
    notes: list[str] = []
    parts = {"segmentation": segmentation, "mask": mask}
    given = [(name, array) for name, array in parts.items() if array is not None]
    placed = [_placed(name, array, labels, notes) for name, array in given]
    arrays = [labels.in_unit("pm"), *(array.in_unit("pm") for array in placed)]
    roi = _shared_region(arrays)
    if any(array.roi != roi for array in arrays):
        notes.append(_describe_shared(roi, arrays))
    values = [_read(array, roi, channels) for array in arrays]
    return AlignedVolumes(
        segmentation=values[1],
        labels=values[0],
        mask=values[2] if len(values) > 2 else None,
        separate_images=len(labels.axes) > 2 and labels.spatial_axes[0] in _SEPARATE_IMAGES,
        notes=tuple(notes),
        voxel_size=labels.voxel_size_nm,
        begin=tuple(begin / 1000 for begin in roi.begin),
    )


def _placed(name: str, array: Array, labels: Array, notes: list[str]) -> Array:
    if array.dims != labels.dims:
        raise DataError(
            f"The {name} has {array.dims} spatial axes ({', '.join(array.spatial_axes)}), the"
            f" labels have {labels.dims} ({', '.join(labels.spatial_axes)})."
        )
    same_shape = array.grid.shape == labels.grid.shape
    if array.voxel_size_known != labels.voxel_size_known and same_shape:
        notes.append(f"Not all voxel sizes are known; the {name} is compared voxel by voxel.")
        return array.on_grid(labels.grid)
    if array.in_unit("pm").voxel_size == labels.in_unit("pm").voxel_size:
        return array
    if same_shape and np.allclose(array.voxel_size_nm, labels.voxel_size_nm, rtol=1e-3, atol=0):
        return array.on_grid(labels.grid)
    sizes = [format_lengths(a.voxel_size_nm, a.voxel_size_known) for a in (array, labels)]
    raise DataError(
        f"The voxels of the {name} are {sizes[0]}, those of the labels {sizes[1]}.",
        hint="Compare volumes of the same voxel size.",
    )


def _shared_region(arrays: Sequence[Array]) -> Roi:
    roi = arrays[0].roi
    for array in arrays[1:]:
        roi = roi.intersect(array.roi)
    if roi.empty:
        raise DataError(
            "The volumes share no region: "
            + ", ".join(f"{array.name} covers {_in_nm(array.roi)}" for array in arrays)
            + "."
        )
    return roi


def _describe_shared(roi: Roi, arrays: Sequence[Array]) -> str:
    voxels = " x ".join(map(str, roi.shape / arrays[0].voxel_size))
    return f"The volumes cover different regions; {voxels} voxels, {_in_nm(roi)}, are in all."


def _in_nm(roi: Roi) -> str:
    ends = zip(roi.begin, roi.end, strict=True)
    return " x ".join(f"{begin / 1000:.10g} to {end / 1000:.10g}" for begin, end in ends) + " nm"


def _read(array: Array, roi: Roi, channels: bool) -> NDArray[Any]:
    values = array[roi]
    if values.ndim == array.dims or (channels and len(values) > 1):
        return values
    if len(values) > 1:
        raise DataError(f"Expected one channel, got {len(values)}.", place=array.name)
    return np.asarray(values[0])
