"""The curve of the run, its snapshots, and its pipeline."""

from __future__ import annotations

import webbrowser

from qtpy.QtCore import QSignalBlocker, Qt, Signal
from qtpy.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from dacapo_napari.loss_plot import LossPlot
from dacapo_napari.run_updates import LossRows
from dacapo_napari.sections.section import Section, SectionState
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["CurveSection"]


class CurveSection(Section):
    """Watching: the loss, and a slider that runs through the snapshots.

    Signals
    -------
    snapshot_wanted(object)
        The user chose the snapshot of an iteration; None for always the newest.
    """

    snapshot_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Curve", "curve", parent)
        self.set_state(SectionState.TO_DO, "after the first iteration")
        self.plot = LossPlot(self)
        self.open_pipeline = QPushButton("Open the pipeline in Neuroglancer", self)
        self.open_pipeline.setObjectName("pipeline.open")
        self.open_pipeline.setToolTip(
            "Shows in the browser what the network is trained on, step by step."
        )
        self.pipeline_words = QLabel("", self)
        self.pipeline_words.setObjectName("pipeline.url")
        self.pipeline_words.setWordWrap(True)
        self.pipeline_words.setOpenExternalLinks(True)
        self.pipeline_words.hide()
        self._iterations: tuple[int, ...] = ()
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setObjectName("train.snapshot")
        self._slider.setToolTip("Which snapshot the layers show. At the right end: the newest.")
        self._snapshot = QLabel("", self)
        self._lay_out()
        self._slider.valueChanged.connect(self._on_slid)
        self._show_iterations()

    def show_snapshots(self, iterations: tuple[int, ...]) -> None:
        """Offer the snapshots of these iterations; who looks at the newest goes on doing so."""
        at_end = self._slider.value() == self._slider.maximum()
        old = self._iterations[self._slider.value()] if self._iterations else None
        self._iterations = iterations
        blocker = QSignalBlocker(self._slider)
        self._slider.setRange(0, max(0, len(iterations) - 1))
        kept = old in iterations and not at_end
        self._slider.setValue(iterations.index(old) if kept else self._slider.maximum())
        blocker.unblock()
        self._show_iterations()

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        super().set_theme(colours)
        self.plot.set_theme(colours)

    def clear(self) -> None:
        """Another run: forget the curve and the snapshots of the last one."""
        self.plot.clear()
        self.set_state(SectionState.TO_DO, "after the first iteration")
        self.show_snapshots(())
        self.pipeline_words.hide()

    def add_losses(self, rows: LossRows) -> None:
        """Take losses."""
        self.plot.add_losses(rows)
        if self.plot.num_points:
            self.set_state(SectionState.READY, f"{self.plot.num_points:,} iterations")

    def show_opening(self) -> None:
        """Say that the Neuroglancer view is being started."""
        self.pipeline_words.setText("Starting Neuroglancer…")
        self.pipeline_words.show()

    def show_url(self, url: str) -> None:
        """Open the Neuroglancer view in the browser and show where it is; empty for none."""
        self.pipeline_words.setText(f'<a href="{url}">{url}</a>' if url else "")
        self.pipeline_words.setVisible(bool(url))
        if url:
            webbrowser.open(url)

    def _on_slid(self, value: int) -> None:
        self._show_iterations()
        newest = value == self._slider.maximum()
        self.snapshot_wanted.emit(None if newest else self._iterations[value])

    def _show_iterations(self) -> None:
        several = len(self._iterations) > 1
        self._slider.setVisible(several)
        self._snapshot.setVisible(bool(self._iterations))
        if not self._iterations:
            self._snapshot.setText("")
        else:
            self._snapshot.setText(f"Snapshot at {self._iterations[self._slider.value()]:,}")

    def _lay_out(self) -> None:
        snapshots = QHBoxLayout()
        snapshots.setContentsMargins(0, 0, 0, 0)
        snapshots.addWidget(self._snapshot)
        snapshots.addWidget(self._slider, 1)
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.plot)
        layout.addLayout(snapshots)
        layout.addWidget(self.open_pipeline)
        layout.addWidget(self.pipeline_words)
