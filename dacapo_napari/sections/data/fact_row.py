"""A fact that can be corrected: the line, and behind a button the fields to change it."""

from __future__ import annotations

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from dacapo_napari.forms import ErrorLine
from dacapo_napari.sections.fact_label import FactLabel
from dacapo_napari.sections.narrow_form import FIRST_LINE

__all__ = ["FactRow"]


class FactRow(QWidget):
    """Shows a fact with a button; the button unfolds `fields` below.

    Its parts are called after it: ``<name>.change``, ``.set``, ``.reset``, ``.error``.

    Signals
    -------
    set_wanted()
        What stands in the fields shall count.
    reset_wanted()
        What layer or file say shall count.
    """

    set_wanted = Signal()
    reset_wanted = Signal()

    def __init__(
        self, name: str, fields: QWidget, undo: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.label = FactLabel(name, self)
        self.fields = fields
        self.change = QPushButton("Change", self)
        self.set_button = QPushButton("Set", self)
        self.reset_button = QPushButton(undo, self)
        self.error = ErrorLine(self)
        self.change.setCheckable(True)
        for part, suffix in (
            (self.change, "change"),
            (self.set_button, "set"),
            (self.reset_button, "reset"),
            (self.error, "error"),
        ):
            part.setObjectName(f"{name}.{suffix}")
        self._lay_out()
        self.change.toggled.connect(self._on_toggled)
        self.set_button.clicked.connect(self.set_wanted)
        self.reset_button.clicked.connect(self.reset_wanted)

    def unfold(self, unfolded: bool) -> None:
        """Show or hide the fields."""
        self.change.setChecked(unfolded)

    def _on_toggled(self, unfolded: bool) -> None:
        self._content.setVisible(unfolded)
        if not unfolded:
            self.error.setText("")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        self.label.setContentsMargins(0, FIRST_LINE, 0, 0)
        head.addWidget(self.label, 1, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.change, 0, Qt.AlignmentFlag.AlignTop)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(0, 0, 0, 0)
        buttons.addStretch(1)
        buttons.addWidget(self.reset_button)
        buttons.addWidget(self.set_button)
        self._content = QWidget(self)
        inner = QVBoxLayout(self._content)
        inner.setContentsMargins(0, 0, 0, 4)
        inner.setSpacing(4)
        inner.addWidget(self.fields)
        inner.addWidget(self.error)
        inner.addLayout(buttons)
        self._content.setVisible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self._content)
