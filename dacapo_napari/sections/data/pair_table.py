"""Images of a folder and the labels that belong to them by name."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtCore import Qt
from qtpy.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from dacapo_engine.setup.image_pairs import ImagePair
from dacapo_napari.sections.fact_label import FactLabel
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["PairTable"]

_COLUMNS = ("Image", "Labels", "")
_MOST_ROWS = 6
_MOST_NAMES = 3


class PairTable(QWidget):
    """A row for each image; what has no partner comes first and is named above the table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = FactLabel("data.pairs.words", self)
        self.table = QTableWidget(0, len(_COLUMNS), self)
        self.table.setObjectName("data.pairs")
        self.table.setToolTip("Images and labels of this folder, paired by their names.")
        self.table.setHorizontalHeaderLabels(_COLUMNS)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._arrange_headers()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.words)
        layout.addWidget(self.table)

    def show_pairs(self, pairs: Sequence[ImagePair]) -> None:
        """List these."""
        complete = [pair for pair in pairs if not pair.problem]
        odd = [pair for pair in pairs if pair.problem]
        images = "image" if len(complete) == 1 else "images"
        self.words.set_fact(f"{len(complete)} {images} with labels", _left_out(odd))
        self.table.setRowCount(len(pairs))
        for row, pair in enumerate((*odd, *complete)):
            self._fill_row(row, pair)
        self._fit_height(len(pairs))

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        self.words.set_theme(colours)

    def _fill_row(self, row: int, pair: ImagePair) -> None:
        image = pair.image.name if pair.image else "none"
        labels = pair.labels.name if pair.labels else "none"
        for column, text in enumerate((image, labels, "left out" if pair.problem else "paired")):
            item = QTableWidgetItem(text)
            item.setToolTip(pair.problem or text)
            self.table.setItem(row, column, item)

    def _arrange_headers(self) -> None:
        rows, columns = self.table.verticalHeader(), self.table.horizontalHeader()
        if rows is None or columns is None:
            return
        rows.setVisible(False)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 6)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        columns.setSectionResizeMode(len(_COLUMNS) - 1, QHeaderView.ResizeMode.ResizeToContents)
        columns.setHighlightSections(False)

    def _fit_height(self, rows: int) -> None:
        line = self.fontMetrics().height() + 6
        self.table.setFixedHeight(line * (min(rows, _MOST_ROWS) + 1) + 8)


def _left_out(pairs: Sequence[ImagePair]) -> str:
    """What has no partner, by name."""
    if not pairs:
        return ""
    said = [
        f"{pair.image.name if pair.image else pair.labels.name if pair.labels else ''}:"
        f" {pair.problem}"
        for pair in pairs[:_MOST_NAMES]
    ]
    more = f"; and {len(pairs) - _MOST_NAMES} more" if len(pairs) > _MOST_NAMES else ""
    return f"left out: {'; '.join(said)}{more}"
