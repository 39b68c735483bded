"""Keeps what the labels of the edited volume mean, and what the data section holds, the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject

from dacapo_napari.dock.data.label_meaning_panel import LabelMeaningPanel
from dacapo_napari.run_updates import Failed

if TYPE_CHECKING:
    from napari.layers import Labels

    from dacapo_napari.dock.train.run_composer import RunComposer
    from dacapo_napari.runs.suggestion import Suggestion

__all__ = ["LabelMeanings"]

_LINKED = (
    "No two neighbouring slices are done: objects are found slice by slice and linked. Two "
    "neighbouring slices would teach where they go on."
)


class LabelMeanings(QObject):
    """Puts the panel about labels below the facts of the volume that is edited.

    Parameters
    ----------
    composer
        Whose data section gets the panel, and whose suggestions say what is held back.
    """

    def __init__(self, composer: RunComposer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._data = composer.data
        self._suggestion: Suggestion | None = None
        self.panel = LabelMeaningPanel(composer.session.viewer, self._data)
        self._data.add_panel(self.panel)
        self._data.edited_changed.connect(self._show)
        self._data.changed.connect(self._forget_split)
        self.panel.said.connect(self._data.set_meaning)
        self.panel.numbered.connect(self._on_numbered)
        self.panel.asked.connect(self._on_asked)
        self.panel.failed.connect(self._on_failed)
        composer.suggested.connect(self._on_suggested)
        composer.session.on_close(self.panel.let_go)
        self._show()

    def _show(self) -> None:
        layers = self._data.edited()
        labels = None if layers is None else layers.labels
        self.panel.show_labels(labels, self._data.edited_labels(), self._data.meaning())

    def _on_numbered(self, layer: Labels) -> None:
        self._data.labels_combo.set_layer(layer)

    def _on_asked(self) -> None:
        self._data.set_unfolded(True)

    def _on_failed(self, failure: Failed) -> None:
        self._data.set_error(str(failure))

    def _forget_split(self) -> None:
        self.panel.boxes.show_split("", (), None)

    def _on_suggested(self, suggestion: Suggestion) -> None:
        linked = getattr(suggestion.config.task_config, "link_slices", False)
        self.panel.zero.show_note(_LINKED if linked else "")
        architecture = suggestion.config.architecture_config
        self.panel.boxes.show_split(
            suggestion.held_back,
            suggestion.held_boxes,
            architecture,
            optimistic=suggestion.optimistic,
        )
