"""Pictures of what can be found in a volume, drawn."""

from __future__ import annotations

from qtpy.QtCore import QPointF, QRectF, QSize, Qt
from qtpy.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

from dacapo_engine.setup.aims import Aim
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["PICTURE_SIZE", "aim_picture"]

PICTURE_SIZE = QSize(92, 56)
_SHARPNESS = 2
_FRAME = 3
_MARGIN = 4

# Neighbouring cells: corners in a picture of 84 x 48, clockwise.
_CELLS = (
    ((2, 2), (32, 2), (26, 24), (2, 20)),
    ((32, 2), (62, 2), (55, 20), (26, 24)),
    ((62, 2), (82, 2), (82, 28), (55, 20)),
    ((2, 20), (26, 24), (30, 46), (2, 46)),
    ((26, 24), (55, 20), (60, 46), (30, 46)),
    ((55, 20), (82, 28), (82, 46), (60, 46)),
)
_COLOURS = ("#5aa9ff", "#f0a35c", "#5fc27e", "#d98cc8", "#c7c75a", "#6fd0d0")
_ROUND = ((18.0, 15.0, 10.0), (62.0, 31.0, 11.0))
_LONG = ((22.0, 34.0, 22.0, 8.0), (42.0, 8.0, 24.0, 8.0))


def aim_picture(aim: Aim, colours: ThemeColours) -> QIcon:
    """A picture of what `aim` finds: touching cells, one kind of blob, blobs of two kinds.

    Chosen, it has a frame.
    """
    icon = QIcon()
    for state in (QIcon.State.Off, QIcon.State.On):
        pixmap = _draw(aim, colours, framed=state is QIcon.State.On)
        icon.addPixmap(pixmap, QIcon.Mode.Normal, state)
    return icon


def _draw(aim: Aim, colours: ThemeColours, *, framed: bool) -> QPixmap:
    pixmap = QPixmap(PICTURE_SIZE * _SHARPNESS)
    pixmap.setDevicePixelRatio(_SHARPNESS)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colours.background), 2))
    painter.translate(_MARGIN, _MARGIN)
    if aim is Aim.SEPARATE_OBJECTS:
        _draw_cells(painter)
    else:
        second = _COLOURS[1] if aim is Aim.SEVERAL_KINDS else _COLOURS[0]
        _draw_blobs(painter, colours, _COLOURS[0], second)
    painter.resetTransform()
    if framed:
        _draw_frame(painter, colours)
    painter.end()
    return pixmap


def _draw_frame(painter: QPainter, colours: ThemeColours) -> None:
    painter.setPen(QPen(QColor(colours.text), _FRAME))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inside = QRectF(0, 0, PICTURE_SIZE.width(), PICTURE_SIZE.height())
    margin = _FRAME / 2
    painter.drawRoundedRect(inside.adjusted(margin, margin, -margin, -margin), 5, 5)


def _draw_cells(painter: QPainter) -> None:
    for corners, colour in zip(_CELLS, _COLOURS, strict=True):
        path = QPainterPath(QPointF(*corners[0]))
        for corner in corners[1:]:
            path.lineTo(QPointF(*corner))
        path.closeSubpath()
        painter.setBrush(QColor(colour))
        painter.drawPath(path)


def _draw_blobs(painter: QPainter, colours: ThemeColours, first: str, second: str) -> None:
    ground = QColor(colours.text)
    ground.setAlphaF(0.18)
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(2, 2, 80, 44), 4, 4)
    painter.setBrush(QColor(first))
    for x, y, radius in _ROUND:
        painter.drawEllipse(QPointF(x, y), radius, radius)
    painter.setBrush(QColor(second))
    for x, y, width, height in _LONG:
        painter.drawRoundedRect(QRectF(x, y, width, height), height / 2, height / 2)
