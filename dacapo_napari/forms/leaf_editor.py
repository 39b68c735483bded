"""One control, its unit and its error: the frame of all leaf editors."""

from __future__ import annotations

from collections.abc import Mapping

from qtpy.QtCore import Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from dacapo_napari.forms.annotations import FieldType
from dacapo_napari.forms.editor import Editor
from dacapo_napari.forms.error_line import ErrorLine
from dacapo_napari.forms.error_sentences import FieldPath

__all__ = ["CalmComboBox", "CalmSpinBox", "LeafEditor"]


class LeafEditor(Editor):
    """A row of controls with the unit behind it and the error below.

    Parameters
    ----------
    field
        What the editor holds.
    """

    def __init__(self, field: FieldType, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._controls: list[QWidget] = []
        self._row = QHBoxLayout()
        self._row.setSpacing(4)
        self._unit = QLabel(field.unit, self)
        self._unit.setVisible(bool(field.unit))
        self._error = ErrorLine(self)
        line = QHBoxLayout()
        line.setSpacing(6)
        line.addLayout(self._row, 1)
        line.addWidget(self._unit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(line)
        layout.addWidget(self._error)

    def errorText(self) -> str:
        """The sentence shown under the field; empty while there is none."""
        return self._error.text()

    def tabStops(self) -> list[QWidget]:
        """The controls from left to right."""
        return list(self._controls)

    def unitWidth(self) -> int:
        """The width in pixels that the unit needs; 0 where there is none."""
        self._unit.ensurePolished()
        return self._unit.sizeHint().width() if self._unit.text() else 0

    def setUnitWidth(self, width: int) -> None:
        """Reserve `width` pixels for the unit, so that the controls of a form end together."""
        self._unit.setVisible(width > 0)
        self._unit.setFixedWidth(width)

    def _add(self, control: QWidget, stretch: int = 1) -> None:
        self._row.addWidget(control, stretch)
        self._controls.append(control)
        if self.focusProxy() is None:
            self.setFocusProxy(control)

    def _show_errors(self, errors: Mapping[FieldPath, str]) -> None:
        self._error.setText(" ".join(self._placed(path, text) for path, text in errors.items()))

    def _placed(self, path: FieldPath, text: str) -> str:
        place = ", ".join(str(part + 1) for part in path if isinstance(part, int))
        return f"Value {place}: {text}" if place else text


class CalmSpinBox(QSpinBox):
    """A spin box that the wheel changes only while it has the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Let the form scroll past a field that nobody clicked."""
        if self.hasFocus():
            super().wheelEvent(event)
        elif event is not None:
            event.ignore()


class CalmComboBox(QComboBox):
    """A combo box that the wheel changes only while it has the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Long entries must not widen the dock.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)

    def wheelEvent(self, event: QWheelEvent | None) -> None:
        """Let the form scroll past a field that nobody clicked."""
        if self.hasFocus():
            super().wheelEvent(event)
        elif event is not None:
            event.ignore()
