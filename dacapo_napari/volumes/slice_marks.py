"""The slice in view of a labels layer, and the key that marks it as done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dacapo_engine.setup.boxes import Box
from dacapo_napari.volumes.layer_volume import layer_data

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Labels

__all__ = ["DONE_KEY", "SliceKey", "slice_in_view"]

DONE_KEY = "Shift-D"
"""While the labels layer is selected; napari has no other use for it."""


def slice_in_view(viewer: ViewerModel, layer: Labels) -> Box | None:
    """The slice of `layer` that is seen: one voxel thick along every axis that is not displayed.

    None in 3D, where the layer has no more axes than are displayed, and beside the layer.
    """
    shape = tuple(int(n) for n in layer_data(layer).shape)
    missing = viewer.dims.ndim - layer.ndim
    hidden = [axis - missing for axis in viewer.dims.not_displayed if axis >= missing]
    if not hidden:
        return None
    place = layer.world_to_data(viewer.dims.point[missing:])
    begin, extent = [0] * layer.ndim, list(shape)
    for axis in hidden:
        begin[axis], extent[axis] = round(float(place[axis])), 1
        if not 0 <= begin[axis] < shape[axis]:
            return None
    return tuple(begin), tuple(extent)


class SliceKey:
    """Binds `DONE_KEY` on one labels layer at a time.

    Parameters
    ----------
    on_pressed
        Called without arguments.
    """

    def __init__(self, on_pressed: Callable[[], None]) -> None:
        self._on_pressed = on_pressed
        self._layer: Labels | None = None

    def bind(self, layer: Labels | None) -> None:
        """Let the key count for `layer`, and no more for the one before."""
        if layer is self._layer:
            return
        if self._layer is not None:
            self._layer.bind_key(DONE_KEY, None)
        self._layer = layer
        if layer is not None:
            layer.bind_key(DONE_KEY, self._press, overwrite=True)

    def _press(self, layer: Any) -> None:
        self._on_pressed()
