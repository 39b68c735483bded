"""The part of the dock that acts, always in view: Start and Stop, progress, status, error."""

from __future__ import annotations

import time

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout

from dacapo_engine.store.status import RunState, RunStatus
from dacapo_napari.durations import duration_words
from dacapo_napari.sections.banner import Banner
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["TrainBar"]

_WORDS = {
    RunState.STARTING: "Starting",
    RunState.TRAINING: "Training",
    RunState.VALIDATING: "Validating",
    RunState.STOPPING: "Stopping, the weights are kept",
    RunState.STOPPED: "Stopped, the weights are kept",
    RunState.FINISHED: "Finished",
    RunState.FAILED: "Failed",
}


class TrainBar(QFrame):
    """Buttons and progress of one training; what the buttons do is up to the dock."""

    def __init__(self) -> None:
        super().__init__()
        self.start = QPushButton("Start", self)
        self.stop = QPushButton("Stop", self)
        self.progress = QProgressBar(self)
        self.status = QLabel("", self)
        self.error = Banner("train.error", self)
        for name in ("start", "stop", "progress", "status"):
            getattr(self, name).setObjectName(f"train.{name}")
        self.start.setToolTip("Train the run of this name, or go on with it (Ctrl+Enter).")
        self.stop.setToolTip("Finish the step, keep the weights and stop (Ctrl+Enter).")
        self.status.setWordWrap(True)
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.progress.setRange(0, 1)
        self.progress.setFormat("")
        self.progress.setTextVisible(True)
        self._lay_out()

    def show_progress(self, iteration: int, num_iterations: int) -> None:
        """Move the bar."""
        self.progress.setRange(0, max(1, num_iterations))
        self.progress.setValue(min(iteration, num_iterations))
        self.progress.setFormat(f"{iteration:,} of {num_iterations:,}" if num_iterations else "")

    def show_busy(self, words: str) -> None:
        """Something is being done whose length is not known."""
        self.progress.setRange(0, 0)
        self.progress.setFormat("")
        self.status.setText(words)

    def is_busy(self) -> bool:
        """Whether the bar runs without telling how far."""
        return int(self.progress.maximum()) == 0

    def show_status(self, status: RunStatus, *, alive: bool) -> None:
        """Say what the run is doing, how fast, and how long it will take."""
        if status.state is RunState.STARTING and alive:
            self.show_busy("Starting the engine and opening the volumes…")
            return
        self.show_progress(status.iteration, status.num_iterations)
        self.status.setText(status_words(status, alive=alive))

    def clear(self, words: str) -> None:
        """No run, or none that has begun."""
        self.progress.setRange(0, 1)
        self.progress.setValue(0)
        self.progress.setFormat("")
        self.status.setText(words)

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        self.error.set_theme(colours)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.start, 1)
        buttons.addWidget(self.stop, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 6)
        layout.setSpacing(4)
        layout.addWidget(self.error)
        layout.addLayout(buttons)
        layout.addWidget(self.progress)
        layout.addWidget(self.status)


def status_words(status: RunStatus, *, alive: bool) -> str:
    """A status as a line: ``Training, 0.31 s per iteration, 38 min left, cuda:0``."""
    if status.state.active and not alive:
        silent = duration_words(time.time() - status.heartbeat)
        return f"It ended without a word {silent} ago; Continue goes on from its last weights."
    parts = [_WORDS[status.state]]
    seconds = status.seconds_per_iteration
    if status.state is RunState.TRAINING and seconds:
        parts.append(f"{seconds:.2g} s per iteration")
        left = (status.num_iterations - status.iteration) * seconds
        parts.append(f"{duration_words(left)} left")
    if status.state.active and status.device:
        parts.append(status.device)
    if status.message:
        parts.append(status.message)
    return ", ".join(parts)
