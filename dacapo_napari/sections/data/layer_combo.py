"""A combo box of the layers that are open."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from qtpy.QtCore import QSignalBlocker, Signal
from qtpy.QtWidgets import QWidget

from dacapo_napari.forms.leaf_editor import CalmComboBox

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Layer

__all__ = ["LayerCombo"]


class LayerCombo(CalmComboBox):
    """Offers the layers that `fits`; keeps the choice while layers come and go.

    The first layer that fits is chosen by itself, unless there is a `nothing` to choose.

    Parameters
    ----------
    fits
        Whether a layer can be chosen here.
    nothing
        Text of an entry that stands for no layer; without it, what an empty box says.
    """

    layer_changed = Signal()

    def __init__(
        self,
        viewer: ViewerModel,
        fits: Callable[[Layer], bool],
        *,
        nothing: str | None = None,
        empty: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._fits = fits
        self._nothing = nothing
        self._chosen: Layer | None = None
        self.setPlaceholderText(empty)
        self.reset_choices()
        self.currentIndexChanged.connect(self._on_chosen)

    def layer(self) -> Layer | None:
        """The layer chosen."""
        return self._chosen

    def set_layer(self, layer: Layer | None) -> None:
        """Choose a layer."""
        self.setCurrentIndex(self._layers().index(layer) if layer in self._layers() else -1)

    def reset_choices(self, event: object = None) -> None:
        """Offer what is open now."""
        layers = self._layers()
        chosen = self._chosen if self._chosen in layers else next(iter(layers), None)
        blocker = QSignalBlocker(self)
        self.clear()
        self.addItems([self._nothing or "" if layer is None else layer.name for layer in layers])
        self.setCurrentIndex(layers.index(chosen) if layers else -1)
        blocker.unblock()
        if chosen is not self._chosen:
            self._chosen = chosen
            self.layer_changed.emit()

    def _layers(self) -> list[Layer | None]:
        fitting: list[Layer | None] = [layer for layer in self._viewer.layers if self._fits(layer)]
        return fitting if self._nothing is None else [None, *fitting]

    def _on_chosen(self, index: int) -> None:
        layers = self._layers()
        self._chosen = layers[index] if 0 <= index < len(layers) else None
        self.layer_changed.emit()
