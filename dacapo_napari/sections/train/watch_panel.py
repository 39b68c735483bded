"""What is seen of a training: its curve, which snapshot the layers show, its pipeline."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from dacapo_napari.forms import Fold
from dacapo_napari.loss_plot import LossPlot
from dacapo_napari.sections.section import ElidedLabel
from dacapo_napari.sections.train.browser_view_row import BrowserViewRow
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["WatchPanel"]


class WatchPanel(Fold):
    """Unfolds when a training begins.

    Signals
    -------
    place_wanted()
        The user wants to see where the patch of the snapshot lies.
    """

    place_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        content = QWidget()
        super().__init__("Curve and snapshots", content, parent)
        self.button().setObjectName("curve.section")
        self.button().setToolTip("Loss, validation scores and samples of the run.")
        self.plot = LossPlot(content)
        self.away = QLabel("The curve is below the image.", content)
        self.away.hide()
        self._snapshot = ElidedLabel(content)
        self._snapshot.setObjectName("train.snapshot.words")
        self._place = QToolButton(content)
        self._place.setObjectName("train.snapshot.show")
        self._place.setText("Go there")
        self._place.setToolTip("Moves the view to the patch that this snapshot shows.")
        self._place.clicked.connect(self.place_wanted)
        self.pipeline = BrowserViewRow(
            "pipeline",
            "Open the pipeline in Neuroglancer",
            "Close the pipeline view",
            "Shows in the browser what the network is trained on, step by step.",
            content,
        )
        self.run_view = BrowserViewRow(
            "run_view",
            "Show the run in Neuroglancer",
            "Close the view of the run",
            "Shows the volumes of the run, what its validations found, and its snapshots.",
            content,
        )
        self._lay_out(content)
        self.show_snapshot(0, 0, 0)

    def show_snapshot(self, iteration: int, position: int, number: int) -> None:
        """Say which of the snapshots the layers show; none where `number` is 0."""
        self._snapshot.setVisible(number > 0)
        self._place.setVisible(number > 0)
        words = f"Snapshot at {iteration:,}, {position} of {number}"
        self._snapshot.setText(words)
        self._snapshot.setToolTip(
            f"{words}. The slider named iteration, below the image, runs through them."
        )

    def add_below_curve(self, widget: QWidget) -> None:
        """Show something else that is seen of the run, between the curve and the snapshots."""
        self._body.insertWidget(self._body.indexOf(self.away) + 1, widget)

    def take_plot_back(self) -> None:
        """The curve is shown in here again."""
        self._body.insertWidget(0, self.plot)
        self.plot.set_wider(False)
        self.plot.show()
        self.away.hide()

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        for part in (self.plot, self.pipeline, self.run_view):
            part.set_theme(colours)

    def clear(self) -> None:
        """Another run: forget the curve and the snapshots of the last one."""
        self.plot.clear()
        self.show_snapshot(0, 0, 0)

    def _lay_out(self, content: QWidget) -> None:
        snapshots = QHBoxLayout()
        snapshots.setContentsMargins(0, 0, 0, 0)
        snapshots.addWidget(self._snapshot, 1)
        snapshots.addWidget(self._place)
        self._body = QVBoxLayout(content)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(4)
        self._body.addWidget(self.plot)
        self._body.addWidget(self.away)
        self._body.addLayout(snapshots)
        self._body.addWidget(self.pipeline)
        self._body.addWidget(self.run_view)
