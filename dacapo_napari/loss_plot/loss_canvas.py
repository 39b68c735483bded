"""The picture of the curve: losses on the left axis, scores on the right one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from qtpy.QtCore import Qt
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QVBoxLayout, QWidget

from dacapo_napari.loss_plot.curve_data import ScoreCurve, Values, thinned
from dacapo_napari.loss_plot.loss_axis import LossAxis, pg
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["LossCanvas", "OtherLines"]

_LEAST_HEIGHT = 150
_LINES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
)


class OtherLines:
    """The thin lines of another run: its losses and its scores."""

    def __init__(self, number: int) -> None:
        self._number = number
        self.losses = pg.PlotCurveItem(antialias=True)
        self.scores = pg.PlotDataItem(symbol="t", symbolSize=5, symbolPen=None)

    def set_theme(self, colours: ThemeColours) -> None:
        """A colour of its own, and a kind of line, for whoever does not see colours."""
        colour = colours.others[self._number % len(colours.others)]
        line = _LINES[self._number // len(colours.others) % len(_LINES)]
        self.losses.setPen(pg.mkPen(colour, width=1.2, style=line))
        self.scores.setPen(pg.mkPen(colour, width=1, style=Qt.PenStyle.DashLine))
        self.scores.setSymbolBrush(colour)


class LossCanvas(QWidget):
    """Draws what it is given; what that is, and how often, others decide."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._log = True
        self._span = 0.0, 0.0
        self._colours: ThemeColours | None = None
        self._others: dict[str, OtherLines] = {}
        self._left = LossAxis("left")
        self._plot = pg.PlotWidget(self, background=None, axisItems={"left": self._left})
        self._plot.setMinimumHeight(_LEAST_HEIGHT)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._make_loss_axis(self._plot.getPlotItem())
        self._make_score_axis(self._plot.getPlotItem())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)

    def set_log(self, log: bool) -> None:
        """Whether the axis of the losses is logarithmic."""
        self._log = log
        self._left.set_powers(log)

    def draw_losses(self, iterations: Values, losses: Values, average: Values) -> None:
        """Faint points and a bold line; NaNs are left out."""
        if len(iterations):
            self._span = float(iterations[0]), float(iterations[-1])
        self._dots.setData(*thinned(*self._drawable(iterations, losses)))
        self._average.setData(*thinned(*self._drawable(iterations, average)))

    def draw_scores(self, curve: ScoreCurve) -> None:
        """A dashed line over the validations, and a star at the best."""
        self._scores.setData(curve.iterations, curve.values)
        axis = self._plot.getAxis("right")
        axis.setVisible(len(curve.values) > 0)
        axis.setLabel(f"validation {curve.score.replace('_', ' ')}")
        self._draw_best(curve)
        self._fit_score_box()

    def draw_others(self, curves: Mapping[str, tuple[Values, Values, ScoreCurve]]) -> None:
        """Thin lines of other runs by name: iterations, averaged losses, scores."""
        for name in [name for name in self._others if name not in curves]:
            self._remove_other(name)
        for name, (iterations, losses, scores) in curves.items():
            lines = self._others.get(name) or self._add_other(name)
            lines.losses.setData(*thinned(*self._drawable(iterations, losses)))
            lines.scores.setData(scores.iterations, scores.values)
        self._legend.setVisible(bool(self._others))

    def fit(self) -> None:
        """Choose the ranges so that everything is seen."""
        self._plot.getPlotItem().enableAutoRange()
        self._score_box.enableAutoRange(axis="y")
        self._fit_score_box()

    def set_theme(self, colours: ThemeColours) -> None:
        """Draw in the colours of napari's theme."""
        self._colours = colours
        faint = QColor(colours.text)
        faint.setAlpha(70)
        self._dots.setBrush(pg.mkBrush(faint))
        self._average.setPen(pg.mkPen(colours.curve, width=2.5))
        self._scores.setPen(pg.mkPen(colours.score, width=1.5, style=Qt.PenStyle.DashLine))
        self._scores.setSymbolBrush(colours.score)
        self._best.setSymbolBrush(colours.best)
        self._best.setSymbolPen(pg.mkPen(colours.text))
        self._best_words.setColor(colours.text)
        behind = QColor(colours.background)
        behind.setAlpha(150)
        self._best_words.fill = pg.mkBrush(behind)
        self._plot.setBackground(colours.background)
        self._legend.setLabelTextColor(colours.text)
        for _, label in self._legend.items:
            label.setText(label.text, color=colours.text)
        for side in ("left", "bottom", "right"):
            axis = self._plot.getAxis(side)
            axis.setPen(colours.line)
            axis.setTextPen(colours.text)
        for lines in self._others.values():
            lines.set_theme(colours)

    def _drawable(self, x: Values, y: Values) -> tuple[Values, Values]:
        usable = np.isfinite(y) & ((y > 0) | (not self._log))
        return x[usable], np.log10(y[usable]) if self._log else y[usable]

    def _make_loss_axis(self, item: pg.PlotItem) -> None:
        item.setLabel("left", "loss")
        item.setLabel("bottom", "iteration")
        item.layout.setContentsMargins(0, 8, 4, 0)
        item.getAxis("bottom").enableAutoSIPrefix(False)
        item.getAxis("left").enableAutoSIPrefix(False)
        item.getAxis("left").setWidth(60)
        self._dots = pg.ScatterPlotItem(size=3, pen=None, pxMode=True)
        self._average = pg.PlotCurveItem(antialias=True)
        item.addItem(self._dots)
        item.addItem(self._average)
        self._legend = pg.LegendItem(offset=(-8, 4), labelTextSize="8pt", verSpacing=-6)
        self._legend.setParentItem(item.vb)
        self._legend.addItem(self._average, "this run")
        self._legend.hide()

    def _make_score_axis(self, item: pg.PlotItem) -> None:
        """Scores have another unit than the loss: an axis of their own, on the right."""
        self._score_box = pg.ViewBox(enableMenu=False)
        item.showAxis("right")
        item.getAxis("right").linkToView(self._score_box)
        item.getAxis("right").setWidth(44)
        item.scene().addItem(self._score_box)
        self._score_box.setXLink(item)
        self._score_box.setMouseEnabled(x=False, y=False)
        self._scores = pg.PlotDataItem(symbol="o", symbolSize=6, symbolPen=None)
        self._best = pg.PlotDataItem(symbol="star", symbolSize=14, pen=None)
        self._best_words = pg.TextItem("")
        for part in (self._scores, self._best):
            self._score_box.addItem(part)
        # Words must not stretch the axis, which would move the words.
        self._score_box.addItem(self._best_words, ignoreBounds=True)
        # Above the losses, and below its own points; adding an item lifts it.
        self._score_box.setZValue(1)
        self._best_words.setZValue(-1)
        item.getAxis("right").hide()
        item.vb.sigResized.connect(self._fit_score_box)

    def _draw_best(self, curve: ScoreCurve) -> None:
        self._best_words.setVisible(curve.best is not None)
        if curve.best is None:
            self._best.setData([], [])
            return
        at, value = float(curve.iterations[curve.best]), float(curve.values[curve.best])
        self._best.setData([at], [value])
        # Curves fall, so that there is room above and to the right.
        first, last = self._span
        turn = first + 0.7 * (max(last, float(curve.iterations[-1])) - first)
        above = value <= (curve.values.min() + curve.values.max()) / 2
        self._best_words.setAnchor((0.0 if at < turn else 1.0, 1.1 if above else -0.1))
        self._best_words.setText(f"{value:.3g} at {at:,.0f}")
        self._best_words.setPos(at, value)

    def _add_other(self, name: str) -> OtherLines:
        lines = self._others[name] = OtherLines(len(self._others))
        self._plot.getPlotItem().addItem(lines.losses)
        self._score_box.addItem(lines.scores)
        self._legend.addItem(lines.losses, name)
        if self._colours is not None:
            lines.set_theme(self._colours)
        return lines

    def _remove_other(self, name: str) -> None:
        lines = self._others.pop(name)
        self._legend.removeItem(lines.losses)
        self._plot.getPlotItem().removeItem(lines.losses)
        self._score_box.removeItem(lines.scores)

    def _fit_score_box(self) -> None:
        self._score_box.setGeometry(self._plot.getPlotItem().vb.sceneBoundingRect())
        self._score_box.linkedViewChanged(self._plot.getPlotItem().vb, self._score_box.XAxis)
