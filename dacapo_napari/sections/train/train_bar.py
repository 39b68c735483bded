"""The part of the dock that acts, always in view: verbs, progress, status, error."""

from __future__ import annotations

from dataclasses import dataclass

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout

from dacapo_engine.store.status import RunState, RunStatus
from dacapo_napari.sections.section import ElidedLabel
from dacapo_napari.sections.train.banner import Banner
from dacapo_napari.sections.train.status_words import machine_words, progress_words, status_words
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["TrainBar", "Verbs"]

_TOOLTIPS = {
    "start": "Train the run of this name, or go on with it (Ctrl+Enter).",
    "stop": "Finish the step, keep the weights and stop (Ctrl+Enter).",
    "cancel": "Stop and keep nothing since the last checkpoint; asks first.",
    "snapshot": "Show the next sample and what the network makes of it, as layers.",
    "validate": "Score the network now on what was held back.",
    "end": "It does not answer: end its process. The last checkpoint is kept.",
    "progress": "Steps made, of all.",
    "machine": "Device, memory in use, and how much of the time steps wait for data.",
    "objects": "What became of each labelled object in the latest validation. Optimistic: they "
    "are objects that the network was trained on, since nothing was held back.",
}


@dataclass(frozen=True)
class Verbs:
    """What can be done with the run now, and what the buttons say.

    Attributes
    ----------
    runs
        Whether there is a training to ask for something: then Start gives way to Stop.
    """

    runs: bool = False
    start: str = "Start"
    can_start: bool = False
    stop: str = "Stop and keep"
    can_stop: bool = False
    can_cancel: bool = False
    snapshot: str = "Snapshot"
    can_snapshot: bool = False
    validate: str = "Validate"
    can_validate: bool = False
    can_end: bool = False


class TrainBar(QFrame):
    """Buttons and progress of one training; what the buttons do is up to the dock."""

    def __init__(self) -> None:
        super().__init__()
        # In the order in which Tab goes through them.
        self.error = Banner("train.error", self)
        self.start = QPushButton("Start", self)
        self.stop = QPushButton("Stop and keep", self)
        self.snapshot = QPushButton("Snapshot", self)
        self.validate = QPushButton("Validate", self)
        self.end = QPushButton("End it", self)
        self.cancel = QPushButton("Cancel", self)
        self.progress = QProgressBar(self)
        self.status = QLabel("", self)
        self.objects = ElidedLabel(self)
        self.machine = ElidedLabel(self)
        self.verbs = Verbs()
        for name in ("start", "stop", "cancel", "snapshot", "validate", "end"):
            getattr(self, name).setObjectName(f"train.{name}")
            getattr(self, name).setToolTip(_TOOLTIPS[name])
        for name in ("progress", "status", "objects", "machine"):
            getattr(self, name).setObjectName(f"train.{name}")
        self.status.setWordWrap(True)
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.progress.setRange(0, 1)
        self.progress.setFormat("")
        self.progress.setTextVisible(True)
        self.progress.setToolTip(_TOOLTIPS["progress"])
        self._lay_out()
        self.show_verbs(Verbs())
        self.show_objects("")
        self.show_machine("")

    def show_verbs(self, verbs: Verbs) -> None:
        """Let the buttons say what they would do now; only those that make sense are there."""
        self.verbs = verbs
        for name in ("start", "stop", "snapshot", "validate"):
            getattr(self, name).setText(getattr(verbs, name))
        for name in ("start", "stop", "cancel", "snapshot", "validate"):
            getattr(self, name).setEnabled(getattr(verbs, f"can_{name}"))
        self.start.setVisible(not verbs.runs)
        self.stop.setVisible(verbs.runs)
        self.cancel.setVisible(verbs.runs or verbs.can_cancel)
        for button in (self.snapshot, self.validate):
            button.setVisible(verbs.runs and not verbs.can_end)
        self.end.setVisible(verbs.can_end)

    def show_progress(self, iteration: int, status: RunStatus) -> None:
        """Move the bar."""
        last = status.num_iterations
        self.progress.setRange(0, max(1, last))
        self.progress.setValue(min(iteration, last))
        self.progress.setFormat(progress_words(iteration, status))

    def show_busy(self, words: str) -> None:
        """Something is being done whose length is not known."""
        self.progress.setRange(0, 0)
        self.progress.setFormat("")
        self.status.setText(words)

    def is_busy(self) -> bool:
        """Whether the bar runs without telling how far."""
        return int(self.progress.maximum()) == 0

    def show_status(self, status: RunStatus, *, alive: bool, device: str = "") -> None:
        """Say what the run is doing, how fast, how long it will take, and on what.

        Parameters
        ----------
        device
            The name of the device for people.
        """
        if status.state is RunState.STARTING and alive:
            self.show_busy("Starting the engine and opening the volumes…")
            return
        self.show_progress(status.iteration, status)
        self.status.setText(status_words(status, alive=alive))
        self.show_machine(machine_words(status, device) if alive else "")

    def show_objects(self, words: str, iteration: int = 0) -> None:
        """Say how many objects were right after `iteration` steps; nothing takes no room."""
        # Later results, such as a segmentation, may say otherwise.
        self.objects.setText(f"At {iteration:,}: {words}" if words else "")
        tooltip = f"{words}, after {iteration:,} iterations.\n{_TOOLTIPS['objects']}"
        self.objects.setToolTip(tooltip if words else "")
        self.objects.setVisible(bool(words))

    def show_machine(self, words: str) -> None:
        """Say what is used of the computer; nothing takes no room."""
        self.machine.setText(words)
        self.machine.setToolTip(f"{words}\n{_TOOLTIPS['machine']}" if words else "")
        self.machine.setVisible(bool(words))

    def show_plan(self, words: str) -> None:
        """Say what Start would begin, where the bar will move."""
        self.progress.setFormat(words)

    def clear(self, words: str) -> None:
        """No run, or none that has begun."""
        self.progress.setRange(0, 1)
        self.progress.setValue(0)
        self.progress.setFormat("")
        self.status.setText(words)
        self.show_objects("")
        self.show_machine("")

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        self.error.set_theme(colours)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.start, self.stop):
            buttons.addWidget(button, 1)
        for button in (self.snapshot, self.validate, self.end, self.cancel):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 6)
        layout.setSpacing(4)
        layout.addWidget(self.error)
        layout.addLayout(buttons)
        for part in (self.progress, self.status, self.objects, self.machine):
            layout.addWidget(part)
