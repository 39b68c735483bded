"""Editor of short tuples of fixed length, a field each."""

from __future__ import annotations

from typing import Any

from qtpy.QtWidgets import QLineEdit, QWidget

from dacapo_napari.forms.annotations import FieldType
from dacapo_napari.forms.leaf_editor import LeafEditor
from dacapo_napari.forms.text_formats import read_float, read_int

__all__ = ["PartsEditor"]


class PartsEditor(LeafEditor):
    """One line of text for each part of a tuple such as ``tuple[float, float]``."""

    def __init__(self, field: FieldType, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._kinds = field.args
        self._lines = tuple(QLineEdit(self) for _ in self._kinds)
        for line in self._lines:
            line.setMinimumWidth(36)
            self._add(line)
            line.textChanged.connect(self._edited)

    def data(self) -> tuple[Any, ...]:
        """The parts, each as text where it is no number."""
        return tuple(
            _read(kind, line.text()) for kind, line in zip(self._kinds, self._lines, strict=True)
        )

    def control(self) -> QWidget:
        """The line of the first part."""
        return self._lines[0]

    def controls(self) -> tuple[QLineEdit, ...]:
        """The line of each part."""
        return self._lines

    def setPrefix(self, prefix: str) -> None:
        """Name the lines ``prefix.0``, ``prefix.1`` and so on."""
        for index, line in enumerate(self._lines):
            line.setObjectName(f"{prefix}.{index}")

    def _fill(self, value: Any) -> None:
        for kind, line, part in zip(self._kinds, self._lines, value, strict=True):
            line.setText(part if kind is str else repr(kind(part)))
            line.setCursorPosition(0)


def _read(kind: Any, text: str) -> Any:
    if kind is int:
        return read_int(text)
    return read_float(text) if kind is float else text
