"""Rows of a title and a field, for a dock that is 400 pixels wide."""

from __future__ import annotations

from qtpy.QtCore import QEvent, Qt
from qtpy.QtWidgets import QFormLayout, QLabel, QWidget

__all__ = ["FIRST_LINE", "NarrowForm"]

FIRST_LINE = 3
"""Pixels above the first line of text in a field."""

# A field is higher than the line of text in it by so many pixels.
_FRAME = 9
_WIDEST_TITLE = "Held back: "
_FONT_EVENTS = frozenset({QEvent.Type.Polish, QEvent.Type.Show, QEvent.Type.StyleChange})


class NarrowForm(QWidget):
    """A form whose titles are as wide as those of its neighbours, so that fields begin together.

    Attributes
    ----------
    form : QFormLayout
        The rows.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = QFormLayout(self)
        self._titles: list[QLabel] = []
        self.form.setContentsMargins(0, 0, 0, 0)
        self.form.setVerticalSpacing(4)
        self.form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)

    def add_row(self, title: str, field: QWidget) -> None:
        """Add a row."""
        label = QLabel(title, self)
        label.setBuddy(field)
        # As high as a field of one line, so that both are on the same base line.
        label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._titles.append(label)
        self.form.addRow(label, field)

    def event(self, event: QEvent | None) -> bool:
        """Make room for the titles in the font that the window has."""
        handled = bool(super().event(event))
        if event is not None and event.type() in _FONT_EVENTS:
            self._fit_titles()
        return handled

    def _fit_titles(self) -> None:
        for label in self._titles:
            label.ensurePolished()
            metrics = label.fontMetrics()
            label.setFixedWidth(metrics.horizontalAdvance(_WIDEST_TITLE))
            label.setFixedHeight(metrics.height() + _FRAME)
            field = label.buddy()
            if field is not None:
                field.setMinimumHeight(metrics.height() + _FRAME)
