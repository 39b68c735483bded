"""The volumes that a run learns from; one of them is edited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qtpy.QtCore import QSignalBlocker, Qt, Signal
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from dacapo_napari.sections.section import SectionState

__all__ = ["VolumeLine", "VolumeList"]

_MOST_ROWS = 5
_MARKS = {
    SectionState.TO_DO: "○",
    SectionState.READY: "●",
    SectionState.DOUBT: "⚠",
    SectionState.PROBLEM: "!",
}


@dataclass(frozen=True)
class VolumeLine:
    """What is said of a volume in one line.

    Attributes
    ----------
    words
        How many objects there are, or what is missing.
    sentence
        All of it, for the tooltip.
    """

    name: str
    words: str
    state: SectionState
    sentence: str = ""


class VolumeList(QTableWidget):
    """A row per volume: a mark for its state, its name, and how many objects or what is missing.

    Signals
    -------
    chosen(int)
        Another row was chosen by the user.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 3, parent)
        self.setObjectName("data.volumes")
        self.setToolTip(
            "The volumes that the run learns from; the fields below are of one of them."
        )
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._arrange_headers()
        self.currentCellChanged.connect(self._on_current)

    def show_lines(self, lines: Sequence[VolumeLine], current: int) -> None:
        """List these volumes; the one that is edited is marked."""
        blocker = QSignalBlocker(self)
        self.setRowCount(len(lines))
        for row, line in enumerate(lines):
            for column, text in enumerate((_MARKS[line.state], line.name, line.words)):
                item = QTableWidgetItem(text)
                item.setToolTip(line.sentence or f"{line.name}: {line.state.value}")
                self.setItem(row, column, item)
        self.setCurrentCell(current, 1)
        self.selectRow(current)
        blocker.unblock()
        height = self.fontMetrics().height() + 8
        self.setFixedHeight(height * min(len(lines), _MOST_ROWS) + 4)

    def _on_current(self, row: int, column: int, before: int, before_column: int) -> None:
        if row >= 0 and row != before:
            self.chosen.emit(row)

    def _arrange_headers(self) -> None:
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        if rows is None or columns is None:
            return
        rows.setVisible(False)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 8)
        columns.setVisible(False)
        columns.setMinimumSectionSize(18)
        columns.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        columns.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        columns.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
