"""Shows in what the settings of two runs differ."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from dacapo_engine.config_difference import Difference
from dacapo_napari.sections.section import ElidedLabel

__all__ = ["RunsDifferencePanel"]


class RunsDifferencePanel(QFrame):
    """A list of ``field: before → after`` that can be read, selected and copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._title = ElidedLabel(self)
        self._title.setObjectName("runs.difference.title")
        self._count = QLabel("", self)
        self.text = QLabel("", self)
        self.text.setObjectName("runs.difference")
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        copy, close = QPushButton("Copy", self), QPushButton("Close", self)
        copy.setObjectName("runs.difference.copy")
        close.setObjectName("runs.difference.close")
        copy.setToolTip("Copies this list.")
        close.setToolTip("Puts this list away.")
        copy.clicked.connect(self._on_copy)
        close.clicked.connect(self.hide)
        buttons = QHBoxLayout()
        for part in (copy, close):
            buttons.addWidget(part)
        buttons.addStretch(1)
        buttons.addWidget(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        layout.addWidget(self._title)
        layout.addWidget(self.text)
        layout.addLayout(buttons)
        self.hide()

    def show_differences(self, before: str, after: str, differences: Sequence[Difference]) -> None:
        """List the differences between the runs of these names."""
        self._title.setText(f"From {before} to {after}")
        lines = [f"{' > '.join(d.path)}: {d.before} → {d.after}" for d in differences]
        self.text.setText("\n".join(lines) or "The settings are the same.")
        count = len(lines)
        self._count.setText(f"{count} setting{'s' * (count != 1)}")
        self.show()

    def _on_copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(f"{self._title.whole_text()}\n{self.text.text()}")
