"""The part of a layer that is seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image

__all__ = ["VoxelBox", "smaller_box", "view_box"]

VoxelBox = tuple[slice, ...]


def view_box(
    viewer: ViewerModel, layer: Image, axes: Sequence[str], slices_around: int
) -> VoxelBox | None:
    """The voxels of a layer that lie in the canvas.

    In 2D, `slices_around` slices before and behind the one that is shown belong to it; in 3D,
    what is seen is taken to be as deep as it is wide.

    Parameters
    ----------
    axes
        Of the layer, without the colours of an RGB image.

    Returns
    -------
    tuple[slice, ...] or None
        For each axis but channels; None where nothing of the layer is seen.
    """
    low, high = _corners(layer)
    if viewer.dims.ndisplay == 3:
        low, high = _as_deep_as_wide(layer, low, high)
    point = np.asarray(layer.world_to_data(viewer.dims.point[-layer.ndim :]))
    shown = {axis - viewer.dims.ndim + layer.ndim for axis in viewer.dims.displayed}
    parts = []
    for number, name in enumerate(axes):
        extent = int(layer.data.shape[number])
        if number not in shown:
            around = slices_around if name == "z" else 0
            low[number] = np.floor(point[number] + 0.5) - around
            high[number] = np.floor(point[number] + 0.5) + around + 1
        begin = max(0, int(low[number]))
        end = min(extent, int(high[number]))
        if begin >= end:
            return None
        if name != "c":
            parts.append(slice(begin, end))
    return tuple(parts)


def smaller_box(box: VoxelBox, most: int, centre: Sequence[float]) -> VoxelBox:
    """The part of a box around `centre` that holds at most `most` voxels."""
    sizes = [part.stop - part.start for part in box]
    while math.prod(sizes) > most:
        longest = max(range(len(sizes)), key=sizes.__getitem__)
        sizes[longest] = max(1, int(sizes[longest] * 0.9))
    begins = [
        min(max(part.start, round(middle - size / 2)), part.stop - size)
        for part, size, middle in zip(box, sizes, centre, strict=True)
    ]
    return tuple(slice(b, b + n) for b, n in zip(begins, sizes, strict=True))


def _corners(layer: Image) -> tuple[np.ndarray, np.ndarray]:
    """First and last voxel in the canvas, as voxels of the finest level."""
    corners = np.asarray(layer.corner_pixels, dtype=float)
    if layer.multiscale:
        corners = corners * np.asarray(layer.downsample_factors[layer.data_level])
        step = np.asarray(layer.downsample_factors[layer.data_level])
        return corners[0], corners[1] + step
    return corners[0], corners[1] + 1


def _as_deep_as_wide(
    layer: Image, low: np.ndarray, high: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    scale = np.abs(np.asarray(layer.scale))
    middle = (low + high) / 2
    half = ((high - low) * scale)[-3:].max() / 2
    low, high = low.copy(), high.copy()
    low[-3:] = np.floor(middle[-3:] - half / scale[-3:])
    high[-3:] = np.ceil(middle[-3:] + half / scale[-3:])
    return low, high
