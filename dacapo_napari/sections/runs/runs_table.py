"""The table of runs: sorted, filtered, a few rows high."""

from __future__ import annotations

import re

from qtpy.QtCore import (
    QEvent,
    QItemSelectionModel,
    QPoint,
    QSortFilterProxyModel,
    Qt,
    QTimer,
    Signal,
)
from qtpy.QtGui import QKeyEvent, QShowEvent
from qtpy.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from dacapo_engine.store.run_summary import RunSummary
from dacapo_napari.sections.runs.runs_model import (
    AGE,
    BEST,
    ITERATIONS,
    NAME,
    SORT_ROLE,
    STATE,
    RunsModel,
)

__all__ = ["RunsTable"]

_FEWEST_ROWS = 3
_MOST_ROWS = 9
_AGES_MS = 30_000
_PADDING = 12
_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete)
_WIDEST = 90


class RunsTable(QTableView):
    """Runs of a folder; those begun last come first until another column is clicked.

    Signals
    -------
    selection_changed()
        Other runs are selected, or what is known of them has changed.
    key_pressed(int)
        Enter or Delete was pressed.
    """

    selection_changed = Signal()
    key_pressed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("runs.table")
        self.runs = RunsModel(self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self.runs)
        self._sorted.setSortRole(SORT_ROLE)
        self._sorted.setFilterKeyColumn(NAME)
        self.setModel(self._sorted)
        self._selection = QItemSelectionModel(self._sorted, self)
        self.setSelectionModel(self._selection)
        self._header = QHeaderView(Qt.Orientation.Horizontal, self)
        self.setHorizontalHeader(self._header)
        self._lines = QHeaderView(Qt.Orientation.Vertical, self)
        self.setVerticalHeader(self._lines)
        self._set_up()
        self._ages = QTimer(self)
        self._ages.setInterval(_AGES_MS)
        self._ages.timeout.connect(self.runs.refresh_ages)
        self._ages.start()
        self._selection.selectionChanged.connect(self._on_selected)
        for signal in (self.runs.dataChanged, self.runs.rowsInserted, self.runs.rowsRemoved):
            signal.connect(self._on_selected)
        self._fit()

    def show_runs(self, runs: tuple[RunSummary, ...]) -> None:
        """Take other rows; what is selected and ticked stays."""
        self.runs.show(runs)
        self._fit()

    def selected(self) -> tuple[RunSummary, ...]:
        """The runs selected, from top to bottom."""
        rows = sorted(index.row() for index in self._selection.selectedRows())
        return tuple(self.runs.run_at(self._source(row)) for row in rows)

    def select(self, *names: str) -> None:
        """Select these runs and no others."""
        self.clearSelection()
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for row in range(self._sorted.rowCount()):
            if self.runs.run_at(self._source(row)).name in names:
                self._selection.setCurrentIndex(self._sorted.index(row, NAME), flags)

    def set_filter(self, text: str) -> None:
        """Show only runs in whose name this is."""
        options = re.escape(text.strip())
        self._sorted.setFilterRegularExpression(f"(?i){options}")

    def menu_place(self, place: QPoint) -> QPoint:
        """Where on the screen a place in the table is."""
        viewport = self.viewport()
        return place if viewport is None else viewport.mapToGlobal(place)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Enter and Delete are for the runs selected."""
        if event is not None and event.key() in _KEYS:
            self.key_pressed.emit(event.key())
            return
        super().keyPressEvent(event)

    def _source(self, row: int) -> int:
        return int(self._sorted.mapToSource(self._sorted.index(row, NAME)).row())

    def _set_up(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(False)
        # Tab goes on to the buttons; the arrows walk through the rows.
        self.setTabKeyNavigation(False)
        self.setSortingEnabled(True)
        self.sortByColumn(AGE, Qt.SortOrder.AscendingOrder)
        self._lines.hide()
        self._header.setSectionsClickable(True)
        self._header.setHighlightSections(False)
        self._header.setMinimumSectionSize(30)
        self._header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)

    def _fit_columns(self) -> None:
        """As wide as what they hold: Qt would leave room for an arrow in each title."""
        metrics = self.fontMetrics()
        for column in (STATE, ITERATIONS, BEST, AGE):
            widest = max(map(metrics.horizontalAdvance, self.runs.texts(column)))
            self._header.resizeSection(column, min(widest, _WIDEST) + _PADDING)

    def changeEvent(self, event: QEvent | None) -> None:
        """Another theme may have rows and titles of another height."""
        super().changeEvent(event)
        if event is not None and event.type() == QEvent.Type.StyleChange:
            self._fit()

    def showEvent(self, event: QShowEvent | None) -> None:
        """Fonts and margins are known now."""
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        self._fit_columns()
        rows = min(max(self.runs.rowCount(), _FEWEST_ROWS), _MOST_ROWS)
        self._lines.setDefaultSectionSize(self.fontMetrics().height() + 8)
        height = self._lines.defaultSectionSize() * rows
        self.setFixedHeight(height + self._header.sizeHint().height() + 2 * self.frameWidth() + 2)

    def _on_selected(self) -> None:
        self.selection_changed.emit()
