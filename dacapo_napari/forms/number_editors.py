"""Editors of whole and real numbers; neither rounds."""

from __future__ import annotations

from typing import Any

from qtpy.QtWidgets import QLineEdit, QWidget

from dacapo_napari.forms.annotations import FieldType
from dacapo_napari.forms.leaf_editor import CalmSpinBox, LeafEditor
from dacapo_napari.forms.text_formats import read_float, read_int

__all__ = ["FloatEditor", "IntEditor"]

_LARGEST = 2**31 - 1


class IntEditor(LeafEditor):
    """A spin box within the bounds of the field; a line of text for what a spin box cannot hold."""

    def __init__(self, field: FieldType, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        lower, upper = _whole_bounds(field)
        self._spin = CalmSpinBox(self)
        self._spin.setRange(max(lower, -_LARGEST), min(upper, _LARGEST))
        self._spin.setValue(max(self._spin.minimum(), 0))
        self._line = QLineEdit("0", self)
        self._beyond = upper > _LARGEST or lower < -_LARGEST
        self._add(self._spin)
        self._add(self._line)
        self._use_line(self._beyond)
        self._spin.valueChanged.connect(self._edited)
        self._line.textChanged.connect(self._edited)

    def data(self) -> int | str:
        """The number, or the text where it is none."""
        return read_int(self._line.text()) if self._in_line else int(self._spin.value())

    def control(self) -> QWidget:
        """The spin box, or the line where the number is too large for one."""
        return self._line if self._in_line else self._spin

    def setPrefix(self, prefix: str) -> None:
        """Name the spin box and the line, whichever shows."""
        self._spin.setObjectName(prefix)
        self._line.setObjectName(prefix)

    def _fill(self, value: Any) -> None:
        fits = self._spin.minimum() <= value <= self._spin.maximum()
        self._use_line(self._beyond or not fits)
        self._line.setText(str(value))
        if fits:
            self._spin.setValue(value)

    def _use_line(self, in_line: bool) -> None:
        self._in_line = in_line
        self._line.setVisible(in_line)
        self._spin.setHidden(in_line)
        self.setFocusProxy(self.control())


class FloatEditor(LeafEditor):
    """A line of text in which ``1e-4`` is ``1e-4``."""

    def __init__(self, field: FieldType, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._line = QLineEdit(self)
        bounds = field.bounds
        self._line.setText(repr(float(max(bounds.get("ge", bounds.get("gt", 0)), 0))))
        self._add(self._line)
        self._line.textChanged.connect(self._edited)

    def data(self) -> float | str:
        """The number, or the text where it is none."""
        return read_float(self._line.text())

    def control(self) -> QLineEdit:
        """The line of text."""
        return self._line

    def _fill(self, value: Any) -> None:
        self._line.setText(repr(float(value)))
        self._line.setCursorPosition(0)


def _whole_bounds(field: FieldType) -> tuple[int, int]:
    bounds = field.bounds
    lower = bounds.get("ge", bounds["gt"] + 1 if "gt" in bounds else -_LARGEST)
    upper = bounds.get("le", bounds["lt"] - 1 if "lt" in bounds else _LARGEST)
    return int(lower), int(upper)
