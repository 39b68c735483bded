"""A combo box of the layers that are open, and of files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QSignalBlocker, Signal
from qtpy.QtWidgets import QWidget

from dacapo_napari.sections.data.layer_combo import LayerCombo
from dacapo_napari.volumes.chosen_volume import Source, source_name

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Layer

__all__ = ["SourceCombo"]


class SourceCombo(LayerCombo):
    """Offers the layers that `fits`, the file that is chosen, and ways to choose another.

    Parameters
    ----------
    fits
        Whether a layer can be chosen here.
    ways
        Kinds of files that can be looked for, and how the entry is called.
    nothing
        Text of an entry that stands for no source.
    empty
        What an empty box says.

    Signals
    -------
    layer_changed()
        Another layer or file is chosen.
    wanted(str)
        Somebody wants to look for a file of this kind.
    """

    wanted = Signal(str)

    def __init__(
        self,
        viewer: ViewerModel,
        fits: Callable[[Layer], bool],
        ways: Mapping[str, str],
        *,
        nothing: str | None = None,
        empty: str = "",
        parent: QWidget | None = None,
    ) -> None:
        self._ways = dict(ways)
        self._path = ""
        self._taken: frozenset[Layer] = frozenset()
        self._automatic = True
        self._with_layers = True
        super().__init__(viewer, fits, nothing=nothing, empty=empty, parent=parent)
        self.activated.connect(self._on_activated)

    def source(self) -> Source:
        """The layer or the path chosen."""
        return self._path or self.layer()

    def set_source(self, source: Source) -> None:
        """Choose a layer, a path or nothing; tells nobody."""
        self._path = source if isinstance(source, str) else ""
        self._chosen = None if isinstance(source, str) else source
        self._fill()

    def set_taken(self, layers: frozenset[Layer]) -> None:
        """Layers of other volumes: they can be chosen, but are not chosen by themselves."""
        self._taken = layers

    def set_automatic(self, automatic: bool) -> None:
        """Whether a layer is chosen by itself where none was."""
        self._automatic = automatic

    def offer(self, ways: Mapping[str, str], nothing: str | None, *, layers: bool) -> None:
        """Offer other entries from now on, with or without the layers that are open."""
        self._ways, self._nothing, self._with_layers = dict(ways), nothing, layers
        self.reset_choices()

    def reset_choices(self, event: object = None) -> None:
        """Offer what is open now; what was chosen stays, while it is there."""
        layers = self._layers()
        chosen = self._chosen if self._chosen in layers else self._first(layers)
        changed = chosen is not self._chosen and not self._path
        self._chosen = None if self._path else chosen
        self._fill()
        if changed:
            self.layer_changed.emit()

    def _layers(self) -> list[Layer | None]:
        found = super()._layers()
        return found if self._with_layers else [layer for layer in found if layer is None]

    def _first(self, layers: list[Layer | None]) -> Layer | None:
        free = (layer for layer in layers if layer is None or layer not in self._taken)
        return next(free, None) if self._automatic else None

    def _fill(self) -> None:
        layers = self._layers()
        blocker = QSignalBlocker(self)
        self.clear()
        for layer in layers:
            self.addItem(self._nothing or "" if layer is None else layer.name)
        if self._path:
            self.addItem(source_name(self._path))
        if layers or self._path:
            self.insertSeparator(self.count())
        for kind, words in self._ways.items():
            self.addItem(words, kind)
        self.setCurrentIndex(self._index(layers))
        blocker.unblock()

    def _index(self, layers: list[Any]) -> int:
        if self._path:
            return len(layers)
        return layers.index(self._chosen) if self._chosen in layers else -1

    def _on_chosen(self, index: int) -> None:
        layers = self._layers()
        if index >= len(layers):
            blocker = QSignalBlocker(self)
            self.setCurrentIndex(self._index(layers))
            blocker.unblock()
            return
        self._path = ""
        self._chosen = layers[index] if index >= 0 else None
        self._fill()
        self.layer_changed.emit()

    def _on_activated(self, index: int) -> None:
        kind = self.itemData(index)
        if kind:
            self.wanted.emit(kind)
