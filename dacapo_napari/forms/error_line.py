"""The line under a field that says what is wrong with it."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtGui import QPixmap
from qtpy.QtWidgets import QApplication, QHBoxLayout, QLabel, QSizePolicy, QStyle, QWidget

__all__ = ["ErrorLine"]


class ErrorLine(QWidget):
    """A sentence beside a warning sign, hidden while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = QLabel(self)
        self._sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._sign.setPixmap(self._warning_sign())
        self._label = QLabel(self)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 2)
        layout.setSpacing(4)
        layout.addWidget(self._sign)
        layout.addWidget(self._label, 1)
        self.hide()

    def text(self) -> str:
        """The sentence; empty while there is none."""
        return str(self._label.text())

    def setText(self, text: str) -> None:
        """Show a sentence, or hide the line where `text` is empty."""
        self._label.setText(text)
        self.setVisible(bool(text))

    def _warning_sign(self) -> QPixmap:
        size = self.fontMetrics().height()
        style = self.style() or QApplication.style()
        if style is None:
            return QPixmap()
        icon = style.standardIcon(QStyle.StandardPixmap.SP_MessageBoxWarning)
        return icon.pixmap(size, size)
