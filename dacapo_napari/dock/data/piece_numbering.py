"""Gives every separate piece of labels a number of its own, in a new layer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, Signal

from dacapo_engine.setup.label_pieces import number_pieces
from dacapo_napari.background import BackgroundCall
from dacapo_napari.layers.file_layer import open_as_layer
from dacapo_napari.layers.run_layers import view_kept
from dacapo_napari.run_updates import Failed
from dacapo_napari.volumes.label_notes import read_notes, write_notes
from dacapo_napari.volumes.layer_volume import LayerVolume

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Labels, Layer

__all__ = ["PieceNumbering"]

_PLACE = ("scale", "translate", "units", "axis_labels")


class PieceNumbering(QObject):
    """Numbers pieces off the Qt thread; the labels they come from stay as they are.

    Signals
    -------
    busy(bool)
        It has begun, or come to an end.
    numbered(Labels)
        The new layer, which is in the viewer.
    failed(Failed)
        The labels could not be read, or are too large.
    """

    busy = Signal(bool)
    numbered = Signal(object)
    failed = Signal(object)

    def __init__(self, viewer: ViewerModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._call: BackgroundCall | None = None

    def begin(self, labels: LayerVolume, layer: Labels | None) -> None:
        """Number the pieces of labels, those of a layer or of a file."""
        if self._call is not None:
            return
        self._call = BackgroundCall(number_pieces, labels.data, labels.axes)
        self.busy.emit(True)
        self._call.begin(lambda values: self._on_done(labels, layer, values), self._on_failed)

    def let_go(self) -> None:
        """Nobody wants the numbers any more; touches no widget."""
        if self._call is not None:
            self._call.forget()
            self._call = None

    def _on_done(self, labels: LayerVolume, layer: Labels | None, values: Any) -> None:
        self._call = None
        self.busy.emit(False)
        name = f"{labels.name} numbered"
        if layer is None:
            source = f"{labels.source_path or labels.name} numbered"
            volume = replace(labels, name=name, data=values, file=None, source_path=source)
            self.numbered.emit(open_as_layer(self._viewer, volume, "labels"))
        else:
            self.numbered.emit(self._beside(layer, name, values))

    def _beside(self, layer: Labels, name: str, values: Any) -> Layer:
        place = {key: getattr(layer, key) for key in _PLACE}
        with view_kept(self._viewer):
            made = self._viewer.add_labels(values, name=name, **place)
        layer.visible = False
        # What was said goes along, but for the answer that is no longer true.
        write_notes(made, replace(read_notes(layer), kinds=None))
        return made

    def _on_failed(self, failure: Failed) -> None:
        self._call = None
        self.busy.emit(False)
        self.failed.emit(failure)
