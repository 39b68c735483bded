"""Boxes that the network sees together: said by how many voxels, and parted on request."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QPushButton, QVBoxLayout, QWidget

from dacapo_engine.setup.boxes import Box
from dacapo_engine.setup.network_context import Leak, find_leak, shrunk_by
from dacapo_napari.sections.fact_label import FactLabel
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["LeakRow"]


class LeakRow(QWidget):
    """A warning with a button; takes no room where there is nothing to warn of.

    Attributes
    ----------
    part : QPushButton
        Makes the validation box smaller.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._leak: Leak | None = None
        self._parted: Box | None = None
        self._words = FactLabel("data.boxes.leak", self)
        self.part = QPushButton("Move apart", self)
        self.part.setObjectName("data.boxes.part")
        self.part.setToolTip("Make the validation box smaller by as much.")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._words)
        layout.addWidget(self.part, 0, Qt.AlignmentFlag.AlignLeft)

    def show_boxes(
        self,
        train: Sequence[Box],
        validate: Sequence[Box],
        context: Sequence[int] | None,
        axes: Sequence[str],
    ) -> None:
        """Warn of the first two boxes that leak into each other.

        Parameters
        ----------
        context
            How far the network looks, per axis; None where that is not known.
        axes
            Names of the axes of the labels.
        """
        self._leak = None if context is None else find_leak(train, validate, context)
        self._parted = None
        if self._leak is not None:
            one, other = train[self._leak.train], validate[self._leak.validate]
            self._parted = shrunk_by(other, one, self._leak.axis, self._leak.missing)
        self._words.set_fact("", "" if self._leak is None else _words(self._leak, axes))
        self.part.setVisible(self._parted is not None)
        self.setVisible(self._leak is not None)

    def parted(self) -> tuple[int, Box] | None:
        """The validation box that would be smaller, by number, and what would be left of it."""
        if self._leak is None or self._parted is None:
            return None
        return self._leak.validate, self._parted

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        self._words.set_theme(colours)


def _words(leak: Leak, axes: Sequence[str]) -> str:
    if leak.overlapping:
        return "A training and a validation box overlap: scores are optimistic."
    voxels = f"{leak.missing} voxel{'s' * (leak.missing > 1)}"
    return (
        f"A training and a validation box are {voxels} too near to each other along "
        f"{axes[leak.axis]}: the network sees the one from within the other."
    )
