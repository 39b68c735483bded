"""One box of labels: what it is for, where it lies, and in which slices."""

from __future__ import annotations

from dataclasses import replace

from qtpy.QtCore import QSignalBlocker, Signal
from qtpy.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QToolButton, QVBoxLayout, QWidget

from dacapo_napari.forms.leaf_editor import CalmComboBox
from dacapo_napari.layers.boxes_layer import BOX_KINDS, DrawnBox
from dacapo_napari.sections.section import ElidedLabel

__all__ = ["BoxRow"]


class BoxRow(QWidget):
    """A row of the list of boxes; its parts are called ``data.boxes.<number>.kind`` and so on.

    Signals
    -------
    changed(DrawnBox)
        It is for something else, or lies in other slices.
    removed()
        It shall go.
    """

    changed = Signal(object)
    removed = Signal()

    def __init__(self, number: int, depth: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drawn: DrawnBox | None = None
        self.kind = CalmComboBox(self)
        self.place = ElidedLabel(self)
        self.first, self.last = QSpinBox(self), QSpinBox(self)
        self.remove = QToolButton(self)
        self._slices = QWidget(self)
        for kind, word in BOX_KINDS.items():
            self.kind.addItem(word, kind)
        self.kind.setToolTip("What the box is for: to train on, to be scored on, or all painted.")
        for spin, tip in ((self.first, "First slice."), (self.last, "Last slice.")):
            spin.setRange(0, max(0, depth - 1))
            spin.setKeyboardTracking(False)
            spin.setToolTip(tip)
        self.remove.setText("✕")
        self.remove.setToolTip("Remove this box.")
        for widget, name in (
            (self.kind, "kind"),
            (self.first, "first"),
            (self.last, "last"),
            (self.remove, "remove"),
        ):
            widget.setObjectName(f"data.boxes.{number}.{name}")
        self._lay_out(depth)
        self.kind.activated.connect(self._on_edited)
        self.first.valueChanged.connect(self._on_edited)
        self.last.valueChanged.connect(self._on_edited)
        self.remove.clicked.connect(self.removed)

    def show_box(self, drawn: DrawnBox) -> None:
        """Show a box; tells nobody."""
        self._drawn = drawn
        blockers = [QSignalBlocker(each) for each in (self.kind, self.first, self.last)]
        self.kind.setCurrentIndex(self.kind.findData(drawn.kind))
        self.first.setValue(drawn.first)
        self.last.setValue(drawn.last)
        for blocker in blockers:
            blocker.unblock()
        (y, x), (height, width) = drawn.corner, drawn.size
        self.place.setText(f"{height} x {width}")
        self.place.setToolTip(f"{height} x {width} voxels from y {y}, x {x} on.")

    def _on_edited(self) -> None:
        if self._drawn is None:
            return
        first, last = sorted((self.first.value(), self.last.value()))
        self.changed.emit(
            replace(self._drawn, kind=self.kind.currentData(), first=first, last=last)
        )

    def _lay_out(self, depth: int) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        line.addWidget(self.kind)
        line.addWidget(self.place, 1)
        line.addWidget(self.remove)
        below = QHBoxLayout(self._slices)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(4)
        words = QLabel("slices", self)
        words.setBuddy(self.first)
        for widget in (words, self.first, QLabel("to", self), self.last):
            below.addWidget(widget)
        below.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(2)
        column.addLayout(line)
        column.addWidget(self._slices)
        self._slices.setVisible(depth > 1)
