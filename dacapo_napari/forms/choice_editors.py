"""Editors of yes or no, and of one out of several."""

from __future__ import annotations

from enum import Enum
from typing import Any

from qtpy.QtWidgets import QCheckBox, QWidget

from dacapo_napari.forms.annotations import FieldType
from dacapo_napari.forms.leaf_editor import CalmComboBox, LeafEditor

__all__ = ["BoolEditor", "ChoiceEditor"]


class BoolEditor(LeafEditor):
    """A box to tick."""

    def __init__(self, field: FieldType, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._box = QCheckBox(self)
        self._add(self._box)
        self._box.toggled.connect(self._edited)

    def data(self) -> bool:
        """Whether the box is ticked."""
        return bool(self._box.isChecked())

    def control(self) -> QCheckBox:
        """The box."""
        return self._box

    def _fill(self, value: Any) -> None:
        self._box.setChecked(bool(value))


class ChoiceEditor(LeafEditor):
    """A combo box of the values of a ``Literal`` or the members of an ``Enum``."""

    def __init__(self, field: FieldType, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        is_enum = isinstance(field.base, type) and issubclass(field.base, Enum)
        self._choices = tuple(field.base) if is_enum else field.args
        self._combo = CalmComboBox(self)
        for choice in self._choices:
            self._combo.addItem(_words(choice))
        self._add(self._combo)
        self._combo.currentIndexChanged.connect(self._edited)

    def data(self) -> Any:
        """The value chosen."""
        return self._choices[self._combo.currentIndex()]

    def control(self) -> CalmComboBox:
        """The combo box."""
        return self._combo

    def _fill(self, value: Any) -> None:
        self._combo.setCurrentIndex(self._choices.index(value))


def _words(choice: Any) -> str:
    text = str(choice.value) if isinstance(choice, Enum) else str(choice)
    return text.replace("_", " ")
