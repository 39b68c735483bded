"""The buttons that show what augments do to a sample."""

from __future__ import annotations

from qtpy.QtCore import QSignalBlocker, QTimer, Signal
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from dacapo_napari.forms import ErrorLine
from dacapo_napari.forms.leaf_editor import CalmSpinBox
from dacapo_napari.sections.section import ElidedLabel

__all__ = ["PreviewRow"]

_MOST = 2**31 - 1
_NUMBER_WIDTH = 84
_BUTTON_WIDTH = 72
_SHORT_WIDTH = 48
_PATIENCE_MS = 300
_READY = "Shows a sample as layers: untouched on the left, augmented on the right."
_STEPS, _PAIR = "Show every step", "Show before and after"
_STEPS_TIP = "Shows the sample after each step from file to target, as layers with a slider."
_PAIR_TIP = "Shows the untouched sample beside the augmented one again."
_NO_DATA = "Choose an image and its labels first."


class PreviewRow(QWidget):
    """Preview, then Next; the number of the sample; Fit, Clear; its steps; and what goes wrong.

    Signals
    -------
    wanted(int)
        Show the sample of this number.
    steps_wanted(int), pair_wanted(int)
        Show the sample of this number after every step; as before and after again.
    fit_wanted()
        Let the view show all of it.
    cleared()
        Show none any more.
    appeared()
        The row can be seen: somebody may click soon.
    """

    wanted = Signal(int)
    steps_wanted = Signal(int)
    pair_wanted = Signal(int)
    fit_wanted = Signal()
    cleared = Signal()
    appeared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = self._shows_steps = False
        self.button = QPushButton("Preview", self)
        self.number = CalmSpinBox(self)
        self.fit = QPushButton("Fit", self)
        self.clear = QPushButton("Clear", self)
        self.steps = QPushButton(_STEPS, self)
        self._step = ElidedLabel(self)
        self.error = ErrorLine(self)
        self._words = QLabel("", self)
        # What takes no longer is done before anybody has read of it.
        self._patience = QTimer(self)
        self._note = QLabel("Larger than the view: Fit shows both.", self)
        self._prepare()
        self._lay_out()
        self.button.clicked.connect(self._on_clicked)
        self.number.valueChanged.connect(self._on_number)
        self.steps.clicked.connect(self._on_steps)
        self.fit.clicked.connect(self.fit_wanted)
        self.clear.clicked.connect(self.cleared)
        self.set_possible(False)
        self.show_none()

    def index(self) -> int:
        """The number of the sample that is shown, or will be."""
        return int(self.number.value())

    def set_possible(self, possible: bool) -> None:
        """Whether there is anything to draw samples from."""
        self.button.setEnabled(possible)
        self.number.setEnabled(possible)
        self.steps.setEnabled(possible)
        self.button.setToolTip(_READY if possible else _NO_DATA)

    def show_busy(self, words: str) -> None:
        """Say what is waited for, once that takes a while."""
        self._words.setText(words)
        self._patience.start()

    def show_sample(self, index: int, *, fits: bool, steps: bool = False) -> None:
        """A sample is shown, after every step or not, and fits into the view or not."""
        self._set_number(index)
        self._note.setText(f"Larger than the view: Fit shows {'all of it' if steps else 'both'}.")
        self.show_fit(fits)
        self._set_shown(True, steps=steps)
        self._show_idle()
        self.error.setText("")

    def show_step(self, number: int, count: int, name: str) -> None:
        """Which of the steps is in view."""
        words = f"{number} of {count}: {name}"
        self._step.setText(words)
        self._step.setToolTip(f"{words}. The slider named node runs through the steps.")

    def show_fit(self, fits: bool) -> None:
        """Say that the view is too small, unless the sample fits into it."""
        self._note.setVisible(not fits)

    def show_error(self, sentence: str) -> None:
        """Say why there is no sample."""
        self._show_idle()
        self.error.setText(sentence)

    def show_none(self) -> None:
        """No sample is shown."""
        self._set_shown(False)
        self.show_fit(True)
        self._show_idle()

    def showEvent(self, event: QShowEvent | None) -> None:
        """Tell that the row can be seen."""
        super().showEvent(event)
        self.appeared.emit()

    def _show_idle(self) -> None:
        self._patience.stop()
        self._words.setText("")
        self._words.hide()

    def _on_clicked(self) -> None:
        if self._shown:
            self._set_number(self.index() + 1)
        self.wanted.emit(self.index())

    def _on_number(self, index: int) -> None:
        if self._shown:
            self.wanted.emit(index)

    def _set_number(self, index: int) -> None:
        blocker = QSignalBlocker(self.number)
        self.number.setValue(index)
        blocker.unblock()

    def _on_steps(self) -> None:
        wanted = self.pair_wanted if self._shows_steps else self.steps_wanted
        wanted.emit(self.index())

    def _set_shown(self, shown: bool, *, steps: bool = False) -> None:
        self._shown, self._shows_steps = shown, steps
        self.steps.setText(_PAIR if steps else _STEPS)
        self.steps.setToolTip(_PAIR_TIP if steps else _STEPS_TIP)
        if not steps:
            self._step.setText("")
        self.button.setText("Next" if shown else "Preview")
        self.fit.setEnabled(shown)
        self.clear.setEnabled(shown)

    def _prepare(self) -> None:
        names = {
            "preview": self.button,
            "preview_sample": self.number,
            "preview_fit": self.fit,
            "preview_clear": self.clear,
            "steps": self.steps,
            "steps_words": self._step,
            "preview_words": self._words,
            "preview_note": self._note,
            "preview_error": self.error,
        }
        for name, widget in names.items():
            widget.setObjectName(f"augments.{name}")
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._words.show)
        self.number.setRange(0, _MOST)
        self.number.setKeyboardTracking(False)
        self.number.setFixedWidth(_NUMBER_WIDTH)
        # As wide as Add above, and no narrower as Next.
        self.button.setMinimumWidth(_BUTTON_WIDTH)
        for button in (self.fit, self.clear):
            button.setMinimumWidth(_SHORT_WIDTH)
        self.number.setToolTip(
            "The number of the sample. Training begins with 0; the same number is the same sample."
        )
        self.fit.setToolTip("Moves and zooms the view so that all of the sample is in it.")
        self.clear.setToolTip("Removes the layers of the preview.")

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        line.addWidget(self.button)
        label = QLabel("sample", self)
        label.setBuddy(self.number)
        line.addWidget(label)
        line.addWidget(self.number)
        line.addWidget(self.fit)
        line.addWidget(self.clear)
        line.addStretch(1)
        steps = QHBoxLayout()
        steps.setContentsMargins(0, 0, 0, 0)
        steps.setSpacing(6)
        steps.addWidget(self.steps)
        steps.addWidget(self._step, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(line)
        layout.addLayout(steps)
        layout.addWidget(self._words)
        layout.addWidget(self._note)
        layout.addWidget(self.error)
