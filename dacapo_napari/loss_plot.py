"""The live curve of a run: the only file that knows pyqtgraph."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from qtpy.QtCore import Qt, QTimer
from qtpy.QtGui import QColor
from qtpy.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from dacapo_napari.run_follower import higher_is_better, main_score
from dacapo_napari.run_updates import LossRows, ValidationPoint, ValidationRows
from dacapo_napari.theme_colours import ThemeColours

with warnings.catch_warnings():
    # pyqtgraph warns about Qt bindings and numpy functions that it does not use here.
    warnings.simplefilter("ignore")
    import pyqtgraph as pg

__all__ = ["LossPlot", "running_average"]

_REDRAW_MS = 250
_MOST_POINTS = 2000
_WINDOWS = {"all": 0, "last 5000": 5000, "last 1000": 1000, "last 200": 200}
_HEIGHT = 170
# With which digits the numbers at a logarithmic axis begin; the first that leave enough room.
_DIGITS = ((1, 1.5, 2, 3, 4, 5, 6, 8), (1, 1.5, 2, 3, 5, 7), (1, 2, 5), (1, 3), (1,))
_TICK_PIXELS = 22

Values = npt.NDArray[np.float64]


class LossPlot(QWidget):
    """Losses as faint points, their running average as a bold line, validation scores beside.

    Rows are only collected when they come; the picture is drawn at most four times a second.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.loss_plot")
        self._iterations: Values = np.empty(0)
        self._losses: Values = np.empty(0)
        self._points: list[ValidationPoint] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REDRAW_MS)
        self._timer.timeout.connect(self._draw)
        self._make_plot()
        self._lay_out()

    @property
    def num_points(self) -> int:
        """How many losses were added."""
        return len(self._losses)

    @property
    def losses(self) -> Values:
        """All losses, in the order of their iterations."""
        return self._losses

    @property
    def iterations(self) -> Values:
        """The iteration of each loss."""
        return self._iterations

    def add_losses(self, rows: LossRows) -> None:
        """Take losses; `fresh` rows replace all that were there."""
        if rows.fresh:
            self._iterations, self._losses = np.empty(0), np.empty(0)
        self._iterations = np.concatenate([self._iterations, rows.iterations])
        self._losses = np.concatenate([self._losses, rows.losses])
        self._draw_soon()

    def add_scores(self, rows: ValidationRows) -> None:
        """Take validation scores; `fresh` ones replace all that were there."""
        self._points = [*([] if rows.fresh else self._points), *rows.points]
        self._draw_soon()

    def clear(self) -> None:
        """Forget everything."""
        self._iterations, self._losses, self._points = np.empty(0), np.empty(0), []
        self._draw()

    def set_theme(self, colours: ThemeColours) -> None:
        """Draw in the colours of napari's theme."""
        faint = QColor(colours.text)
        faint.setAlpha(70)
        self._dots.setBrush(pg.mkBrush(faint))
        self._average.setPen(pg.mkPen(colours.curve, width=2.5))
        self._scores.setPen(pg.mkPen(colours.score, width=1.5, style=Qt.PenStyle.DashLine))
        self._scores.setSymbolBrush(colours.score)
        self._best.setSymbolBrush(colours.best)
        self._best.setSymbolPen(pg.mkPen(colours.text))
        self._plot.setBackground(colours.background)
        for side in ("left", "bottom", "right"):
            axis = self._plot.getAxis(side)
            axis.setPen(colours.line)
            axis.setTextPen(colours.text)
        self._draw()

    def _make_plot(self) -> None:
        self._left = _LossAxis("left")
        self._plot = pg.PlotWidget(self, background=None, axisItems={"left": self._left})
        self._plot.setMinimumHeight(_HEIGHT)
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(x=True, y=True)
        item = self._plot.getPlotItem()
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
        self._make_score_axis(item)

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
        self._score_box.addItem(self._scores)
        self._score_box.addItem(self._best)
        item.getAxis("right").hide()
        item.vb.sigResized.connect(self._fit_score_box)

    def _lay_out(self) -> None:
        self._log = QCheckBox("log", self)
        self._log.setChecked(True)
        self._log.setObjectName("train.loss_plot.log")
        self._log.setToolTip("Logarithmic axis: small losses stay apart.")
        self._window = QComboBox(self)
        self._window.addItems(list(_WINDOWS))
        self._window.setObjectName("train.loss_plot.window")
        self._window.setToolTip("How many of the newest iterations are shown.")
        self._words = QLabel("", self)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        above = QHBoxLayout()
        above.setContentsMargins(0, 0, 0, 0)
        above.addWidget(self._words, 1)
        above.addWidget(self._log)
        above.addWidget(self._window)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(above)
        layout.addWidget(self._plot)
        self._log.toggled.connect(self._draw)
        self._window.currentIndexChanged.connect(self._draw)
        self._draw()

    def _fit_score_box(self) -> None:
        self._score_box.setGeometry(self._plot.getPlotItem().vb.sceneBoundingRect())
        self._score_box.linkedViewChanged(self._plot.getPlotItem().vb, self._score_box.XAxis)

    def _draw_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _draw(self) -> None:
        iterations, losses = self._in_window()
        average = running_average(losses)
        log = self._log.isChecked()
        usable = np.isfinite(losses) & ((losses > 0) | (not log))
        x, y, smooth = iterations[usable], losses[usable], average[usable]
        thin = slice(None, None, max(1, len(x) // _MOST_POINTS))
        if log:
            y, smooth = np.log10(y), np.log10(np.maximum(smooth, np.finfo(float).tiny))
        self._left.set_powers(log)
        self._dots.setData(x[thin], y[thin])
        self._average.setData(x[thin], smooth[thin])
        self._draw_scores(x[0] if len(x) and self._window.currentIndex() else -np.inf)
        self._plot.getPlotItem().enableAutoRange()
        for part in (self._plot, self._log, self._window):
            part.setVisible(len(self._losses) > 0)
        self._say(average)

    def _in_window(self) -> tuple[Values, Values]:
        newest = _WINDOWS[self._window.currentText()]
        return self._iterations[-newest:], self._losses[-newest:]

    def _draw_scores(self, first: float) -> None:
        points = [point for point in self._points if point.iteration >= first]
        score = main_score(points[0].scores) if points else ""
        table = np.array(
            [(p.iteration, p.scores[score]) for p in points if score in p.scores], dtype=float
        ).reshape(-1, 2)
        axis = self._plot.getAxis("right")
        axis.setVisible(len(table) > 0)
        self._scores.setData(table[:, 0], table[:, 1])
        if not len(table):
            self._best.setData([], [])
            return
        axis.setLabel(f"validation {score.replace('_', ' ')}")
        best = table[:, 1].argmax() if higher_is_better(score) else table[:, 1].argmin()
        self._best.setData(table[best : best + 1, 0], table[best : best + 1, 1])
        self._score_box.enableAutoRange(axis="y")
        self._fit_score_box()

    def _say(self, average: Values) -> None:
        finite = average[np.isfinite(average)]
        if not len(finite):
            self._words.setText("The curve begins with the first iteration.")
            return
        self._words.setText(f"loss {finite[-1]:.4g}{self._best_words()}")

    def _best_words(self) -> str:
        score = main_score(self._points[0].scores) if self._points else ""
        rated = [point for point in self._points if score in point.scores]
        if not rated:
            return ""
        sign = -1 if higher_is_better(score) else 1
        best = min(rated, key=lambda point: sign * point.scores[score])
        return f", best {score.replace('_', ' ')} {best.scores[score]:.3g} at {best.iteration}"


class _LossAxis(pg.AxisItem):
    """An axis whose numbers may be logarithms; each tick tells the loss itself."""

    _powers = False

    def set_powers(self, powers: bool) -> None:
        self._powers = powers
        self.picture = None
        self.update()

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, Any]]:
        places: list[float] = []
        for digits in _DIGITS if self._powers else ():
            places = _round_numbers(minVal, maxVal, digits)
            if len(places) * _TICK_PIXELS <= size:
                break
        even: list[tuple[float, Any]] = super().tickValues(minVal, maxVal, size)
        return [(1.0, places)] if len(places) > 1 else even

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        if not self._powers:
            return [f"{value:.4g}" for value in values]
        return [f"{10**value:.3g}" for value in values]


def _round_numbers(low: float, high: float, digits: tuple[float, ...]) -> list[float]:
    """Logarithms between two of numbers that begin with one of `digits`."""
    decades = range(int(np.floor(low)), int(np.ceil(high)) + 1)
    places = [decade + float(np.log10(digit)) for decade in decades for digit in digits]
    return [place for place in places if low <= place <= high]


def running_average(values: Values) -> Values:
    """Average of each value with those before it, over a twentieth of all (5 to 200 of them)."""
    if not len(values):
        return values
    width = int(np.clip(len(values) // 20, 5, 200))
    finite = np.isfinite(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(finite, values, 0.0))])
    counts = np.concatenate([[0], np.cumsum(finite)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(0, ends - width)
    number = counts[ends] - counts[starts]
    with np.errstate(invalid="ignore"):
        average: Values = (sums[ends] - sums[starts]) / np.where(number, number, np.nan)
    return average
