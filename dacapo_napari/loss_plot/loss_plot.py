"""The live curve of a run with its controls."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from qtpy.QtCore import Qt, QTimer, Signal
from qtpy.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from dacapo_napari.loss_plot.curve_data import (
    OverlayCurve,
    ScoreCurve,
    Values,
    running_average,
    score_curve,
    without_outliers,
)
from dacapo_napari.loss_plot.curve_words import curve_words, loss_words
from dacapo_napari.loss_plot.loss_canvas import LossCanvas
from dacapo_napari.run_updates import LossRows, ValidationPoint, ValidationRows
from dacapo_napari.sections.section import ElidedLabel
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["LossPlot"]

_REDRAW_MS = 300
_WINDOWS = {"all": 0, "last 5000": 5000, "last 1000": 1000, "last 200": 200}


class LossPlot(QWidget):
    """Losses as faint points, their running average as a bold line, validation scores beside.

    Rows are only collected when they come; the picture is drawn at most about three times a
    second.

    Signals
    -------
    wider_toggled(bool)
        The user wants it in a place of its own, or back.
    """

    wider_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train.loss_plot")
        self._first_validation: int | None = None
        self._optimistic = False
        self._overlays: dict[str, OverlayCurve] = {}
        self._iterations: Values = np.empty(0)
        self._losses: Values = np.empty(0)
        self._points: tuple[ValidationPoint, ...] = ()
        self._seconds = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REDRAW_MS)
        self._timer.timeout.connect(self._draw)
        self._canvas = LossCanvas(self)
        self._make_controls()
        self._lay_out()
        self._draw()

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

    @property
    def points(self) -> tuple[ValidationPoint, ...]:
        """All validations."""
        return self._points

    @property
    def overlays(self) -> Mapping[str, OverlayCurve]:
        """The curves of other runs, by name."""
        return self._overlays

    def add_losses(self, rows: LossRows) -> None:
        """Take losses; `fresh` rows replace all that were there."""
        if rows.fresh:
            self._iterations, self._losses, self._seconds = np.empty(0), np.empty(0), 0.0
        self._iterations = np.concatenate([self._iterations, rows.iterations])
        self._losses = np.concatenate([self._losses, rows.losses])
        self._seconds += float(np.nansum(rows.seconds))
        self._draw_soon()

    def add_scores(self, rows: ValidationRows) -> None:
        """Take validation scores; `fresh` ones replace all that were there."""
        self._points = (*(() if rows.fresh else self._points), *rows.points)
        self._draw_soon()

    def set_overlays(self, curves: Mapping[str, OverlayCurve]) -> None:
        """Draw the curves of other runs, by name, thinner and with a legend; replaces all."""
        self._overlays = dict(curves)
        self._draw_soon()

    def set_first_validation(self, iteration: int | None) -> None:
        """After which iteration the first validation comes; None where there is none."""
        self._first_validation = iteration
        self._draw_soon()

    def set_optimistic(self, optimistic: bool) -> None:
        """Whether scores are those of what is trained on, since nothing was held back."""
        self._optimistic = optimistic
        self._draw_soon()

    def set_wider(self, wider: bool) -> None:
        """Show where it is: in the dock, or in a place of its own."""
        self._wider.setChecked(wider)
        self._wider.setText("back" if wider else "wider")

    def clear(self) -> None:
        """Forget the run; the overlays stay."""
        self._iterations, self._losses = np.empty(0), np.empty(0)
        self._points, self._seconds = (), 0.0
        self._draw()

    def set_theme(self, colours: ThemeColours) -> None:
        """Draw in the colours of napari's theme."""
        self._canvas.set_theme(colours)

    def _make_controls(self) -> None:
        self._log = QCheckBox("log", self)
        self._log.setChecked(True)
        self._log.setToolTip("Logarithmic axis: small losses stay apart.")
        self._outliers = QCheckBox("hide outliers", self)
        self._outliers.setToolTip(
            "Leaves out losses far from the others: by more than 1.5 times the distance "
            "between their quartiles."
        )
        self._window = QComboBox(self)
        self._window.addItems(list(_WINDOWS))
        self._window.setToolTip("How many of the newest iterations are shown.")
        self._wider = QToolButton(self)
        self._wider.setCheckable(True)
        self._wider.setToolTip("Show the curve below the image, in the width of the window.")
        self.set_wider(False)
        for name in ("log", "outliers", "window", "wider"):
            getattr(self, f"_{name}").setObjectName(f"train.loss_plot.{name}")
        self._log.toggled.connect(self._draw)
        self._outliers.toggled.connect(self._draw)
        self._window.currentIndexChanged.connect(self._draw)
        self._wider.clicked.connect(self.wider_toggled)

    def _lay_out(self) -> None:
        self._loss_words = ElidedLabel(self)
        self._loss_words.setObjectName("train.loss_plot.loss")
        self._words = ElidedLabel(self)
        self._words.setObjectName("train.loss_plot.words")
        self._bar = QWidget(self)
        controls = QHBoxLayout(self._bar)
        controls.setContentsMargins(0, 0, 0, 0)
        for control in (self._log, self._outliers, self._window):
            controls.addWidget(control)
        controls.addStretch(1)
        controls.addWidget(self._wider, 0, Qt.AlignmentFlag.AlignRight)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        for part in (self._loss_words, self._words, self._bar):
            layout.addWidget(part)
        layout.addWidget(self._canvas, 1)

    def _draw_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _draw(self) -> None:
        """Draw everything; a run of a million iterations takes as long as one of five thousand."""
        newest = _WINDOWS[self._window.currentText()]
        iterations, losses = self._iterations[-newest:], self._losses[-newest:]
        if self._outliers.isChecked():
            losses = without_outliers(losses)
        average = running_average(losses)
        first = iterations[0] if newest and len(iterations) else -np.inf
        scores = score_curve(self._points)
        self._canvas.set_log(self._log.isChecked())
        self._canvas.draw_losses(iterations, losses, average)
        self._canvas.draw_scores(scores.since(first))
        self._canvas.draw_others(
            {
                name: self._other(curve, scores.score, first)
                for name, curve in self._overlays.items()
            }
        )
        self._canvas.fit()
        is_there = bool(len(self._losses) or self._overlays)
        self._bar.setVisible(is_there)
        self._canvas.setVisible(is_there)
        self._loss_words.setText(loss_words(average, scores, optimistic=self._optimistic))
        self._words.setText(
            curve_words(self._seconds, self.num_points, scores, self._first_validation)
        )
        self._words.setVisible(self.num_points > 0)

    def _other(
        self, curve: OverlayCurve, score: str, first: float
    ) -> tuple[Values, Values, ScoreCurve]:
        shown = curve.iterations >= first
        losses = running_average(curve.losses[shown])
        return curve.iterations[shown], losses, score_curve(curve.points, score).since(first)
