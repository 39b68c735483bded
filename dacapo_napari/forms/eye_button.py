"""A switch that looks like the eye of napari's layer list."""

from __future__ import annotations

from qtpy.QtCore import QPointF, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from qtpy.QtWidgets import QAbstractButton, QWidget

__all__ = ["EyeButton"]

_SIZE = 20
_FAINT = 110


class EyeButton(QAbstractButton):
    """An open eye while checked; struck out, and fainter, while not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(_SIZE, _SIZE)

    def sizeHint(self) -> QSize:
        """A square as high as the other buttons of a row."""
        return QSize(_SIZE, _SIZE)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw lids and pupil in the colour of text, which follows the theme."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(self.palette().highlight().color())
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        colour = QColor(self.palette().windowText().color())
        if not self.isChecked():
            colour.setAlpha(_FAINT)
        painter.setPen(QPen(colour, 1.4))
        painter.drawPath(_lids())
        painter.setBrush(colour)
        if self.isChecked():
            painter.drawEllipse(QPointF(10, 10), 2.2, 2.2)
        else:
            painter.drawLine(QPointF(4, 16), QPointF(16, 4))
        painter.end()


def _lids() -> QPainterPath:
    path = QPainterPath(QPointF(3, 10))
    path.quadTo(QPointF(10, 2.5), QPointF(17, 10))
    path.quadTo(QPointF(10, 17.5), QPointF(3, 10))
    return path
