"""How many times as large one thing is as another."""

from __future__ import annotations

from qtpy.QtCore import Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QDoubleSpinBox, QWidget

__all__ = ["TimesBox"]


class TimesBox(QDoubleSpinBox):
    """A number such as ``5 x`` or ``2.5 x``; the wheel changes it only in focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(0.01, 1000)
        self.setDecimals(3)
        self.setValue(1)
        self.setSuffix(" x")
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def textFromValue(self, value: float) -> str:
        """The number without noughts behind it."""
        return f"{value:g}"

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Let the form scroll past a field that nobody clicked."""
        if self.hasFocus():
            super().wheelEvent(event)
        elif event is not None:
            event.ignore()
