"""The line that stays when something went wrong."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from dacapo_napari.theme_colours import ThemeColours

__all__ = ["Banner"]

_MOST_LETTERS = 320


class Banner(QFrame):
    """One sentence, what to do about it, and a button that copies both; hidden when there is none.

    Parameters
    ----------
    name
        Object name of the label that holds the text.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}.banner")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._label = QLabel("", self)
        self._label.setObjectName(name)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._whole = ""
        self._sign = QLabel("!", self)
        self._sign.setFixedWidth(12)
        self._sign.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        copy = QToolButton(self)
        copy.setText("Copy")
        copy.setObjectName(f"{name}.copy")
        copy.clicked.connect(self._on_copy)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._label, 1)
        layout.addWidget(copy, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def text(self) -> str:
        """What it says, empty while there is nothing wrong."""
        return str(self._label.text())

    def setText(self, text: str) -> None:
        """Say something, or nothing; what is longer than a few lines is whole in the tooltip."""
        self._whole = text
        first = text.strip().splitlines()[0].strip() if text.strip() else ""
        short = first if len(first) <= _MOST_LETTERS else first[: _MOST_LETTERS - 1] + "…"
        self._label.setText(short)
        self._label.setToolTip(text if short != text else "")
        self.setVisible(bool(text))

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        self._sign.setStyleSheet(f"color: {colours.red}; font-weight: bold;")
        self._label.setStyleSheet(f"color: {colours.red};")

    def _on_copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self._whole)
