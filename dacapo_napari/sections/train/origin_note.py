"""Says above the buttons that a new run will begin with the weights of another one."""

from __future__ import annotations

from dataclasses import replace

from qtpy.QtCore import QSignalBlocker, Signal
from qtpy.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from dacapo_napari.runs.run_origin import RunOrigin
from dacapo_napari.sections.section import ElidedLabel

__all__ = ["OriginNote"]


class OriginNote(QFrame):
    """One line that is there only while a run has an origin, with a way to let go of it.

    Signals
    -------
    changed(RunOrigin or None)
        The user has let go of the origin, or wants other data.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._origin: RunOrigin | None = None
        self._words = ElidedLabel(self)
        self._words.setObjectName("train.origin")
        self._same_data = QCheckBox("", self)
        self._same_data.setObjectName("train.origin.same_data")
        self._same_data.setToolTip(
            "Learn from the volumes of that run. Otherwise from those chosen in Data."
        )
        self._clear = QToolButton(self)
        self._clear.setText("✕")
        self._clear.setObjectName("train.origin.clear")
        self._clear.setToolTip("Begin with random weights instead.")
        self._same_data.toggled.connect(self._on_data_toggled)
        self._clear.clicked.connect(self._on_clear)
        line = QHBoxLayout()
        line.addWidget(self._words, 1)
        line.addWidget(self._clear)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 0)
        layout.setSpacing(2)
        layout.addLayout(line)
        layout.addWidget(self._same_data)
        self.hide()

    def show_origin(self, origin: RunOrigin | None) -> None:
        """Say where the run will come from; None for nowhere."""
        self._origin = origin
        self.setVisible(origin is not None)
        if origin is None:
            return
        self._words.setText(f"Starts from {origin}")
        blocker = QSignalBlocker(self._same_data)
        self._same_data.setChecked(origin.same_data)
        self._same_data.setText(f"on the data of {origin.folder.name}")
        blocker.unblock()

    def _on_data_toggled(self, same: bool) -> None:
        if self._origin is not None:
            self.changed.emit(replace(self._origin, same_data=same))

    def _on_clear(self) -> None:
        self.changed.emit(None)
