"""What happens to one labels layer: painted, replaced, seen in another slice, marked by a key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, Signal

from dacapo_engine.setup.boxes import Box
from dacapo_napari.volumes.slice_marks import SliceKey, slice_in_view

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Labels

__all__ = ["LabelsWatch"]


class LabelsWatch(QObject):
    """Listens to one labels layer at a time, and to the slider of the viewer.

    Signals
    -------
    painted()
        Some of its voxels are others: painted, filled, undone.
    replaced()
        It has another array.
    slice_changed()
        Another slice is in view.
    marked()
        The key that marks the slice in view was pressed.
    """

    painted = Signal()
    replaced = Signal()
    slice_changed = Signal()
    marked = Signal()

    def __init__(self, viewer: ViewerModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._layer: Labels | None = None
        self._step = viewer.dims.current_step
        self._key = SliceKey(self._on_key)
        for event in self._slider():
            event.connect(self._on_slice)

    def watch(self, layer: Labels | None) -> None:
        """Listen to this layer, and no more to the one before."""
        for event, callback in self._events():
            event.disconnect(callback)
        self._layer, self._step = layer, self._viewer.dims.current_step
        for event, callback in self._events():
            event.connect(callback)
        self._key.bind(layer)

    def slice_in_view(self) -> Box | None:
        """The slice of the layer that is seen; None in 3D, beside it, or without a layer."""
        return None if self._layer is None else slice_in_view(self._viewer, self._layer)

    def let_go(self) -> None:
        """Listen to nothing any more; touches no widget."""
        self.watch(None)
        for event in self._slider():
            event.disconnect(self._on_slice)

    def _on_key(self) -> None:
        self.marked.emit()

    def _on_painted(self, event: object = None) -> None:
        self.painted.emit()

    def _on_replaced(self, event: object = None) -> None:
        self.replaced.emit()

    def _on_refreshed(self, event: object = None) -> None:
        # All that napari tells of an undo; it tells the same of another slice.
        step = self._viewer.dims.current_step
        if step == self._step:
            self.painted.emit()
        self._step = step

    def _on_slice(self, event: object = None) -> None:
        self.slice_changed.emit()

    def _slider(self) -> tuple[Any, ...]:
        events = self._viewer.dims.events
        return events.current_step, events.order, events.ndisplay

    def _events(self) -> tuple[tuple[Any, Callable[..., None]], ...]:
        if self._layer is None:
            return ()
        events = self._layer.events
        return (
            (events.paint, self._on_painted),
            (events.data, self._on_replaced),
            (events.set_data, self._on_refreshed),
        )
