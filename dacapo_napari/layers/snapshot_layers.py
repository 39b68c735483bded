"""The snapshots of a run as layers: one for each array, a slider runs through training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QObject, Signal

from dacapo_napari.layers.run_layers import RUN_KEY, WorldUnits, layer_look, view_kept
from dacapo_napari.runs.snapshot_stack import SnapshotStack

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image, Layer

__all__ = ["ITERATIONS_KEY", "ITERATION_AXIS", "SnapshotLayers"]

ITERATION_AXIS = "iteration"
"""Label of the axis along which snapshots are stacked."""

ITERATIONS_KEY = "iterations"
"""Key in a layer's metadata under which it says which iteration each position of that axis is."""


class SnapshotLayers(QObject):
    """Keeps one layer for each array of the run that is shown, and moves it along.

    A patch lies elsewhere in each snapshot: its layer goes where the patch lies whenever the
    slider of the iterations moves. Camera, selection and all other sliders stay.

    Signals
    -------
    shown(int, int, int)
        The iteration of the snapshot that is shown, its position from 1, and how many there are.
    """

    shown = Signal(int, int, int)

    def __init__(self, viewer: ViewerModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._run = ""
        self._units = WorldUnits()
        self._layers: list[Layer] = []
        self._index_shown: int | None = None

    def show(self, run: str, stacks: Sequence[SnapshotStack], raw: Image | None) -> None:
        """Show these stacks; whoever looked at the newest snapshot sees the new one.

        Parameters
        ----------
        raw
            The layer that was learnt from: the stacks get its units.
        """
        if not stacks:
            return
        self._run = run
        if raw is not None:
            self._units = WorldUnits.of_layer(raw)
        else:
            self._units = WorldUnits.of_viewer(self._viewer, stacks[0].newest.known)
        at_end = self._is_at_end()
        with view_kept(self._viewer):
            self._layers = [self._show(stack) for stack in stacks]
        axis = self._slider()
        if at_end and axis is not None:
            self._viewer.dims.set_point(axis, self._viewer.dims.range[axis].stop)
        self._index_shown = None
        self.follow_slider()

    def forget(self) -> None:
        """Another run is shown: its layers stay where they are."""
        self._layers = []

    def follow_slider(self, event: object = None) -> None:
        """Move the layers to where the patches of the iteration in view lie."""
        self._layers = [layer for layer in self._layers if layer in self._viewer.layers]
        axis = self._slider()
        if axis is None or not self._layers:
            return
        index = self._index(self._viewer.dims.point[axis])
        if index == self._index_shown:
            return
        self._index_shown = index
        for layer in self._layers:
            self._move(layer, index)
        iterations = self._layers[0].data.iterations
        self.shown.emit(iterations[index], index + 1, len(iterations))

    def go_there(self) -> None:
        """Move view and sliders to the middle of the patch, because the user asked for it."""
        axis = self._slider()
        if axis is None:
            return
        dims, stack = self._viewer.dims, self._layers[0].data
        place = self._place(stack, self._index(dims.point[axis]))
        extents = np.asarray(stack.shape) - 1
        middle = np.asarray(place["translate"]) + np.asarray(place["scale"]) * extents / 2
        count = stack.ndim - stack.axis - 1
        for number in range(1, count + 1):
            dims.set_point(dims.ndim - number, float(middle[-number]))
        seen = [float(middle[at - dims.ndim]) for at in dims.displayed if at > axis]
        if len(seen) == len(dims.displayed):
            camera = self._viewer.scene.camera
            camera.center = (*camera.center[: 3 - len(seen)], *seen)

    def _index(self, point: float) -> int:
        last = len(self._layers[0].data.iterations) - 1
        return int(np.clip(round(point), 0, last))

    def _slider(self) -> int | None:
        """The axis of the viewer that runs through the iterations."""
        for layer in self._layers:
            stack = layer.data
            if isinstance(stack, SnapshotStack):
                return int(self._viewer.dims.ndim - (stack.ndim - stack.axis))
        return None

    def _is_at_end(self) -> bool:
        axis = self._slider()
        if axis is None:
            return True
        dims = self._viewer.dims
        return bool(round(dims.point[axis]) >= round(dims.range[axis].stop))

    def _show(self, stack: SnapshotStack) -> Layer:
        name, place = f"{self._run} {stack.name}", self._place(stack, len(stack.iterations) - 1)
        found = next((layer for layer in self._viewer.layers if layer.name == name), None)
        if found is not None and isinstance(found.data, SnapshotStack) and found.ndim == stack.ndim:
            found.data = stack
            for key, value in place.items():
                setattr(found, key, value)
        else:
            if found is not None:
                self._viewer.layers.remove(found)
            kind, look = layer_look(stack.newest)
            add = getattr(self._viewer, f"add_{kind}")
            found = add(stack, name=name, **look, **place, axis_labels=self._axis_labels(stack))
        found.metadata = {
            **found.metadata,
            RUN_KEY: self._run,
            ITERATIONS_KEY: stack.iterations,
        }
        return found

    def _move(self, layer: Layer, index: int) -> None:
        stack = layer.data
        if not isinstance(stack, SnapshotStack):
            return
        translate = self._place(stack, index)["translate"]
        if not np.allclose(layer.translate, translate):
            layer.translate = translate

    def _place(self, stack: SnapshotStack, index: int) -> dict[str, Any]:
        spatial = stack.newest.axes[stack.axis :]
        sizes, offset = stack.newest.voxel_size, stack.offset(index)
        before = [(1.0, 0.0, "pixel")] * (stack.axis + 1)
        between = [self._slab(len(spatial) + number) for number in range(stack.between, 0, -1)]
        volume = [
            self._units.place(axis, len(spatial) - number, size, begin)
            for number, (axis, size, begin) in enumerate(zip(spatial, sizes, offset, strict=True))
        ]
        scale, translate, units = zip(*before, *between, *volume, strict=True)
        return {"scale": scale, "translate": translate, "units": units}

    def _slab(self, number: int) -> tuple[float, float, str]:
        """One voxel as long as an axis of the image that a patch lacks, so that it always shows.

        Parameters
        ----------
        number
            Counted from the last axis, which is 1.
        """
        axis = self._units.axes[-number]
        length = axis.step * axis.extent
        return length, axis.begin + (length - axis.step) / 2, axis.unit

    def _axis_labels(self, stack: SnapshotStack) -> tuple[str, ...]:
        spatial = stack.newest.axes[stack.axis :]
        between = [f"axis {-len(spatial) - number}" for number in range(stack.between, 0, -1)]
        return (*("channel",) * stack.axis, ITERATION_AXIS, *between, *spatial)
