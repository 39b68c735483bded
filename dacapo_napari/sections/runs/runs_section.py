"""Every run of the folder, whoever started it, and what can be done with it."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import QPoint, Qt, Signal
from qtpy.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from dacapo_engine.store.run_summary import UNREADABLE, RunSummary
from dacapo_napari.forms import ErrorLine
from dacapo_napari.run_updates import Failed
from dacapo_napari.sections.runs.runs_actions import RunActions
from dacapo_napari.sections.runs.runs_branch_panel import RunsBranchPanel
from dacapo_napari.sections.runs.runs_difference_panel import RunsDifferencePanel
from dacapo_napari.sections.runs.runs_question import RunsQuestion
from dacapo_napari.sections.runs.runs_table import RunsTable
from dacapo_napari.sections.section import Section, SectionState

__all__ = ["RunsSection"]

_FEWEST_TO_FILTER = 8


class RunsSection(Section):
    """A table of runs, a line about the one selected, buttons, and a place for questions.

    Signals
    -------
    wanted(str, tuple[RunSummary, ...])
        What is to be done with which runs.
    """

    wanted = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Runs", "runs", parent)
        self.table = RunsTable(self)
        self.actions_of_runs = RunActions(self.table)
        self.question = RunsQuestion(self)
        self.branch = RunsBranchPanel(self)
        self.difference = RunsDifferencePanel(self)
        self._offered: RunSummary | None = None
        self._folder = Path()
        self._make_lines()
        self._lay_out()
        self._connect()
        self.show_runs(self._folder, ())

    def show_runs(self, folder: Path, runs: tuple[RunSummary, ...]) -> None:
        """Show the runs of a folder."""
        self._folder = folder
        self.table.show_runs(runs)
        some = bool(runs)
        self._empty.setVisible(not some)
        for widget in (self.table, self._buttons):
            widget.setVisible(some)
        self._filter.setVisible(len(runs) >= _FEWEST_TO_FILTER)
        self.set_state(SectionState.READY if some else SectionState.TO_DO, _summary(runs))

    def offer(self, run: RunSummary | None) -> None:
        """Offer to follow a run that is in training; None for no such run."""
        self._offered = run
        self._offer.setVisible(run is not None)
        if run is not None:
            self._offer_words.setText(f"{run.name} is {run.state}.")

    def say(self, words: str) -> None:
        """Tell what is being done."""
        self._busy.setText(words)
        self._busy.setVisible(bool(words))

    def fail(self, failure: Failed | None) -> None:
        """Tell what could not be done."""
        self._error.setText("" if failure is None else str(failure))

    def selected(self) -> tuple[RunSummary, ...]:
        """The runs selected."""
        return self.table.selected()

    def _on_selected(self) -> None:
        runs = self.selected()
        self.actions_of_runs.enable(runs)
        self._details.setText(_details(runs[0]) if len(runs) == 1 else "")
        self._details.setVisible(bool(self._details.text()))

    def _on_wanted(self, verb: str) -> None:
        self.fail(None)
        for panel in (self.branch, self.difference):
            panel.hide()
        self.question.close_question()
        self.wanted.emit(verb, self.selected())

    def _on_offer_taken(self) -> None:
        if self._offered is not None:
            self.wanted.emit("show", (self._offered,))

    def _on_double_clicked(self) -> None:
        self.actions_of_runs.action("show").trigger()

    def _on_key(self, key: int) -> None:
        verb = "delete" if key == Qt.Key.Key_Delete else "show"
        self.actions_of_runs.action(verb).trigger()

    def _on_menu(self, place: QPoint) -> None:
        self.actions_of_runs.menu.popup(self.table.menu_place(place))

    def _make_lines(self) -> None:
        self._empty = _line("No runs in this folder yet.", "runs.empty", self)
        self._details = _line("", "runs.details", self)
        self._details.hide()
        self._busy = _line("", "runs.busy", self)
        self._busy.hide()
        self._error = ErrorLine(self)
        self._error.setObjectName("runs.error")
        self._filter = QLineEdit(self)
        self._filter.setObjectName("runs.filter")
        self._filter.setToolTip("Shows only the runs in whose name this is.")
        self._filter.setPlaceholderText("Find by name")
        self._filter.setClearButtonEnabled(True)
        self._offer = QWidget(self)
        self._offer.setObjectName("runs.offer")
        self._offer_words = _line("", "runs.offer.words", self._offer)
        self._offer_button = QPushButton("Follow it", self._offer)
        self._offer_button.setObjectName("runs.offer.follow")
        self._offer_button.setToolTip("Shows its curve, its snapshots and its settings here.")
        self._offer.hide()

    def _lay_out(self) -> None:
        offer = QHBoxLayout(self._offer)
        offer.setContentsMargins(0, 0, 0, 0)
        offer.addWidget(self._offer_words, 1)
        offer.addWidget(self._offer_button)
        self._buttons = QWidget(self)
        self._buttons.setLayout(self.actions_of_runs.buttons(self._buttons))
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (
            self._offer, self._empty, self._filter, self.table, self._details, self._buttons,
            self._busy, self._error, self.question, self.branch, self.difference,
        ):  # fmt: skip
            layout.addWidget(widget)

    def _connect(self) -> None:
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._on_menu)
        self.table.doubleClicked.connect(self._on_double_clicked)
        self.table.key_pressed.connect(self._on_key)
        self.table.selection_changed.connect(self._on_selected)
        self.actions_of_runs.wanted.connect(self._on_wanted)
        self._filter.textChanged.connect(self.table.set_filter)
        self._offer_button.clicked.connect(self._on_offer_taken)


def _line(text: str, name: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def _summary(runs: tuple[RunSummary, ...]) -> str:
    if not runs:
        return "none in this folder yet"
    training = sum(run.alive for run in runs)
    words = f"{len(runs)} in this folder"
    return f"{words}, {training} in training" if training else words


def _details(run: RunSummary) -> str:
    """What the table has no room for."""
    origin = f"Starts from {run.origin}." if run.origin else ""
    told = run.message if run.message and run.state != UNREADABLE else ""
    best = ""
    if run.top is not None:
        criterion, score = run.top
        value = f"{criterion.replace('_', ' ')} {score.value:.3g}"
        seen = ", optimistic: of data trained on" if run.optimistic else ""
        best = f"Best {value} at iteration {score.iteration:,}{seen}."
    return " ".join(part for part in (run.problem, told, best, origin) if part)
