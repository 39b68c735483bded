"""Where a run's time lapse is looked through: a slider, what it shows, and what can be done."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import QSignalBlocker, Qt
from qtpy.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dacapo_engine.time_lapse.stored_series import Frame
from dacapo_napari.dock.watch.time_lapse import TimeLapse
from dacapo_napari.durations import duration_words
from dacapo_napari.sections.section import ElidedLabel

__all__ = ["TimeLapseRow"]

_FILTER = "Film (*.gif);;Film in full colour (*.webp)"


class TimeLapseRow(QWidget):
    """The fixed region of the run in the dock; nothing is seen of it before its first frame.

    Parameters
    ----------
    time_lapse
        What it shows and controls.
    """

    def __init__(self, time_lapse: TimeLapse, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lapse = time_lapse
        self._title = QLabel("Fixed region", self)
        self._number = QLabel("", self)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._play = QToolButton(self)
        self._facts = ElidedLabel(self)
        self._words = ElidedLabel(self)
        self._there = QPushButton("Go there", self)
        self._here = QPushButton("Move here", self)
        self._save = QPushButton("Save film…", self)
        self._name()
        self._lay_out()
        self._slider.valueChanged.connect(time_lapse.show_frame)
        self._play.toggled.connect(time_lapse.play)
        self._there.clicked.connect(time_lapse.go_there)
        self._here.clicked.connect(time_lapse.move_here)
        self._save.clicked.connect(self._on_save)
        time_lapse.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what there is now."""
        frames, shown = self._lapse.frames, self._lapse.shown
        self.setVisible(bool(frames or self._lapse.words))
        blocker = QSignalBlocker(self._slider)
        self._slider.setRange(0, max(0, len(frames) - 1))
        if shown in frames:
            self._slider.setValue(frames.index(shown))
            self._number.setText(f"{frames.index(shown) + 1} of {len(frames)}")
        blocker.unblock()
        self._slider.setEnabled(len(frames) > 1)
        self._play.setEnabled(len(frames) > 1)
        self._show_playing(self._lapse.is_playing)
        self._facts.setText(_facts(shown) if shown is not None else "")
        self._words.setText(self._lapse.words)
        self._words.setVisible(bool(self._lapse.words))
        self._here.setEnabled(self._lapse.can_move and not self._lapse.is_moving)
        self._save.setEnabled(bool(frames) and not self._lapse.is_saving)

    def _show_playing(self, playing: bool) -> None:
        blocker = QSignalBlocker(self._play)
        self._play.setChecked(playing)
        self._play.setText("❚❚" if playing else "▶")
        self._play.setToolTip("Stop" if playing else "Plays the frames one after the other.")
        blocker.unblock()

    def _on_save(self) -> None:
        series = self._lapse.series
        if series is None:
            return
        suggested = series.path.parent.parent / "time lapse.gif"
        chosen, kind = QFileDialog.getSaveFileName(self, "Save film", str(suggested), _FILTER)
        if chosen:
            path = Path(chosen)
            ending = ".webp" if "webp" in kind else ".gif"
            self._lapse.save_film(path if path.suffix else path.with_suffix(ending))

    def _name(self) -> None:
        for name in ("slider", "play", "facts", "words", "there", "here", "save", "number"):
            getattr(self, f"_{name}").setObjectName(f"time_lapse.{name}")
        self._slider.setToolTip(
            "One place, predicted again and again while the run trains. At the right end: the "
            "newest frame, and those that follow."
        )
        self._play.setCheckable(True)
        self._there.setToolTip("Moves the view to the fixed region.")
        self._here.setToolTip(
            "Watches the place in the middle of the view instead. The rectangle in the image can "
            "also be dragged: select its layer first."
        )
        self._save.setToolTip("Saves all frames as an animation, of the slice in view.")

    def _lay_out(self) -> None:
        above = QHBoxLayout()
        above.setSpacing(6)
        for widget, stretch in (
            (self._title, 0),
            (self._slider, 1),
            (self._number, 0),
            (self._play, 0),
        ):
            above.addWidget(widget, stretch)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self._there, self._here, self._save):
            buttons.addWidget(button, 1)
        self._number.setMinimumWidth(self._number.fontMetrics().horizontalAdvance("99 of 99"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(above)
        layout.addWidget(self._facts)
        layout.addWidget(self._words)
        layout.addLayout(buttons)


def _facts(frame: Frame) -> str:
    parts = [f"iteration {frame.iteration:,}"]
    if frame.trained > 0:
        parts.append(f"after {duration_words(frame.trained)}")
    parts.append(f"{frame.objects:,} object{'s' * (frame.objects != 1)}")
    if frame.held_back:
        parts.append("held back")
    return ", ".join(parts)
