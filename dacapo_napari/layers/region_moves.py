"""Where the fixed region is to go, in voxels, from what the user does in the viewer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dacapo_engine.time_lapse.stored_series import Frame

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Layer, Shapes

__all__ = ["dragged_region", "region_at_view"]


def dragged_region(viewer: ViewerModel, box: Shapes, region: Layer, frame: Frame) -> dict[str, Any]:
    """What the engine is asked for after its rectangle was dragged or given another size.

    In plane the region goes where the rectangle lies. In depth it stays, unless the slice in view
    is not in it: then the rectangle was dragged there to watch that slice.

    Parameters
    ----------
    box
        The rectangle, in voxels from the first one of the region.
    region
        A layer of the region.
    """
    corners = np.asarray(box.data[0], dtype=float)[:, -2:]
    low, high = corners.min(axis=0), corners.max(axis=0)
    offset, shape = list(frame.offset), list(frame.shape)
    for axis in (-2, -1):
        offset[axis] += round(low[axis] + 0.5)
        shape[axis] = max(1, round(high[axis] - low[axis]))
    at = _voxels(region, viewer.dims.point)
    for axis in range(len(offset) - 2):
        if not -0.5 <= at[axis] <= frame.shape[axis] - 0.5:
            offset[axis] += round(at[axis] - (frame.shape[axis] - 1) / 2)
    return {"offset": offset, "shape": shape}


def region_at_view(viewer: ViewerModel, region: Layer, frame: Frame) -> dict[str, Any]:
    """What the engine is asked for to watch the middle of what is in view."""
    point = np.array(viewer.dims.point, dtype=float)
    displayed = list(viewer.dims.displayed)
    point[displayed] = viewer.scene.camera.center[-len(displayed) :]
    at = _voxels(region, point)
    return {"center": [first + round(place) for first, place in zip(frame.offset, at, strict=True)]}


def _voxels(region: Layer, point: Sequence[float] | npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A place in the world in voxels from the first one of the region."""
    return np.asarray(region.world_to_data(np.asarray(point)), dtype=float)[-region.ndim :]
