"""The runs of a folder as rows of a table."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

from qtpy.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal

from dacapo_engine.store.run_summary import UNREADABLE, RunSummary
from dacapo_napari.durations import duration_words
from dacapo_napari.runs.run_follower import higher_is_better
from dacapo_napari.runs.runs_watch import READING

__all__ = ["AGE", "BEST", "COLUMNS", "ITERATIONS", "NAME", "SORT_ROLE", "STATE", "RunsModel"]

COLUMNS = ("Run", "State", "Iterations", "Best", "Age")
NAME, STATE, ITERATIONS, BEST, AGE = range(5)
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
_MARKS = {
    "starting": "▶",
    "training": "▶",
    "validating": "▶",
    "stopping": "▶",
    "finished": "✓",
    "stopped": "■",
    "failed": "✕",
    "interrupted": "!",
    "not started": "○",
    UNREADABLE: "?",
    READING: "…",
}
_TIPS = (
    "The name of the run. A tick draws its curve beside that of the run shown.",
    "What the run is doing. interrupted: its process is gone without a word.",
    "Iterations done, of how many.",
    "The best value of the first score, on what was held back.",
    "How long ago its last session began.",
)


class RunsModel(QAbstractTableModel):
    """Rows that change, come and go one by one, so that a selection stays.

    Signals
    -------
    checked_changed()
        Other runs are ticked.
    """

    checked_changed = Signal()

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._rows: list[RunSummary] = []
        self._checked: set[str] = set()
        self._criterion = ""

    @property
    def runs(self) -> tuple[RunSummary, ...]:
        """All runs, by name."""
        return tuple(self._rows)

    @property
    def checked(self) -> tuple[str, ...]:
        """Names of the runs that are ticked."""
        return tuple(run.name for run in self._rows if run.name in self._checked)

    def run_at(self, row: int) -> RunSummary:
        """The run of a row."""
        return self._rows[row]

    def show(self, runs: Sequence[RunSummary]) -> None:
        """Take other rows; `runs` are sorted by name."""
        names = {run.name for run in runs}
        for row in reversed([n for n, run in enumerate(self._rows) if run.name not in names]):
            self.beginRemoveRows(QModelIndex(), row, row)
            del self._rows[row]
            self.endRemoveRows()
        for row, run in enumerate(runs):
            self._put(row, run)
        self._name_best()
        if not self._checked <= names:
            self._checked &= names
            self.checked_changed.emit()

    def texts(self, column: int) -> set[str]:
        """The different texts of a column, its title among them."""
        title = str(self.headerData(column, Qt.Orientation.Horizontal))
        return {title, *(self._text(run, column) for run in self._rows)}

    def refresh_ages(self) -> None:
        """Time has passed."""
        if self._rows:
            last = len(self._rows) - 1
            self.dataChanged.emit(self.index(0, AGE), self.index(last, AGE))

    def set_checked(self, name: str, checked: bool) -> None:
        """Tick a run, or take its tick away."""
        for row, run in enumerate(self._rows):
            if run.name == name:
                state = Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked
                self.setData(self.index(row, NAME), state, Qt.ItemDataRole.CheckStateRole)

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if section == BEST and role == Qt.ItemDataRole.DisplayRole and self._criterion:
            return f"Best {self._criterion}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return _TIPS[section]
        return COLUMNS[section] if role == Qt.ItemDataRole.DisplayRole else None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == NAME else flags

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        run, column = self._rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(run, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(run)
        if role == SORT_ROLE:
            return _sort_key(run, column)
        if role == Qt.ItemDataRole.CheckStateRole and column == NAME:
            ticked = run.name in self._checked
            return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole and column in {ITERATIONS, BEST, AGE}:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def setData(self, index: QModelIndex, value: Any, role: int = 0) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or index.column() != NAME:
            return False
        name = self._rows[index.row()].name
        if Qt.CheckState(value) is Qt.CheckState.Checked:
            self._checked.add(name)
        else:
            self._checked.discard(name)
        self.dataChanged.emit(index, index, [role])
        self.checked_changed.emit()
        return True

    def _text(self, run: RunSummary, column: int) -> str:
        if column == BEST and self._criterion:
            return _best(run).removeprefix(f"{self._criterion} ")
        return _texts(run)[column]

    def _name_best(self) -> None:
        """Where all runs are scored alike, the title says by what."""
        found = {run.top[0].replace("_", " ") for run in self._rows if run.top is not None}
        criterion = found.pop() if len(found) == 1 else ""
        if criterion != self._criterion:
            self._criterion = criterion
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, BEST, BEST)

    def _put(self, row: int, run: RunSummary) -> None:
        if row < len(self._rows) and self._rows[row].name == run.name:
            if self._rows[row] != run:
                self._rows[row] = run
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))
            return
        self.beginInsertRows(QModelIndex(), row, row)
        self._rows.insert(row, run)
        self.endInsertRows()


def _texts(run: RunSummary) -> tuple[str, ...]:
    state = f"{_MARKS.get(run.state, '')} {run.state}".strip()
    age = duration_words(time.time() - run.started) if run.started else ""
    name = f"★ {run.name}" if run.starred else run.name
    return name, state, _progress(run), _best(run), age


def _progress(run: RunSummary) -> str:
    if not run.num_iterations:
        return ""
    if run.iteration >= run.num_iterations:
        return _short(run.iteration)
    return f"{_short(run.iteration)}/{_short(run.num_iterations)}"


def _short(number: int) -> str:
    """A number in four characters: ``950``, ``1.5k``, ``12k``, ``2.4M``."""
    for size, unit in ((1_000_000, "M"), (1000, "k")):
        if number >= size:
            return f"{number / size:.2g}{unit}" if number < 10 * size else f"{number // size}{unit}"
    return str(number)


def _best(run: RunSummary) -> str:
    if run.top is None or not math.isfinite(run.top[1].value):
        return ""
    criterion, score = run.top
    seen = " (optimistic)" if run.optimistic else ""
    return f"{criterion.replace('_', ' ')} {score.value:.3g}{seen}"


def _tip(run: RunSummary) -> str:
    lines = [run.name, run.problem or run.message]
    if run.num_iterations:
        lines.append(f"{run.iteration:,} of {run.num_iterations:,} iterations")
    if run.top is not None:
        lines.append(f"{_best(run)} at iteration {run.top[1].iteration:,}")
    if run.optimistic:
        lines.append("Optimistic: scored on labels that it was trained on.")
    if run.started:
        lines.append(f"begun {time.strftime('%Y-%m-%d %H:%M', time.localtime(run.started))}")
    return "\n".join(line for line in lines if line)


def _sort_key(run: RunSummary, column: int) -> Any:
    if column == NAME:
        return f"{not run.starred} {run.name.lower()}"
    if column == STATE:
        return f"{not run.alive} {run.state}"
    if column == ITERATIONS:
        return run.iteration
    if column == AGE:
        # Those that never began stand last, where the newest stands first.
        return -run.started
    if run.top is None or not math.isfinite(run.top[1].value):
        return math.inf
    criterion, score = run.top
    return -score.value if higher_is_better(criterion) else score.value
