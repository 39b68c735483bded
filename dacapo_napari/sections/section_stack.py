"""The sections one below the other, in one area that scrolls."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

__all__ = ["SectionStack"]


class SectionStack(QScrollArea):
    """Scrolls up and down only; what it holds is as wide as the dock."""

    def __init__(self, sections: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        body = QWidget(self)
        stack = QVBoxLayout(body)
        stack.setContentsMargins(4, 4, 4, 4)
        stack.setSpacing(4)
        for section in sections:
            stack.addWidget(section)
        stack.addStretch(1)
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # It follows the field that has the focus, and needs none of its own.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
