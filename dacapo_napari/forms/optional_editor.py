"""Editor of fields that may be None, which is a state of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from dacapo_napari.forms.annotations import FieldType, holds_configs
from dacapo_napari.forms.editor import Editor
from dacapo_napari.forms.error_line import ErrorLine
from dacapo_napari.forms.error_sentences import FieldPath
from dacapo_napari.forms.leaf_editor import LeafEditor

__all__ = ["MakeEditor", "OptionalEditor"]

MakeEditor = Callable[[FieldType, QWidget | None], Editor]
"""Makes the editor of a field; handed down so that kinds of editors need not know each other."""


class OptionalEditor(Editor):
    """A box to tick, and beside or below it the editor of the value while it is ticked.

    The inner editor is made when it is first needed, so that a config that may contain its own
    kind does not unfold for ever. ``json_schema_extra={"none": "measured"}`` says in words what
    None means.
    """

    def __init__(
        self, field: FieldType, make_editor: MakeEditor, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._field = field.without_none()
        self._make_editor = make_editor
        self._inner: Editor | None = None
        self._prefix = ""
        self._unit_width = 0
        self._box = QCheckBox(self)
        self._box.setToolTip("Tick to set a value.")
        self._none = QLabel(str(field.extra.get("none", "none")), self)
        self._none.setEnabled(False)
        self._error = ErrorLine(self)
        self._lay_out()
        self._box.toggled.connect(self._on_toggled)

    def data(self) -> Any:
        """The value of the inner editor, None while the box is not ticked."""
        return self._inner.data() if self._inner and self._box.isChecked() else None

    def value(self) -> Any:
        """The validated value of the inner editor, None while the box is not ticked."""
        is_set = self._inner is not None and self._box.isChecked()
        return self._by_rule(self._inner.value() if self._inner and is_set else None)

    def inner(self) -> Editor:
        """The editor of the value, made if need be."""
        if self._inner is None:
            self._inner = self._make_editor(self._field, self)
            self._body.addWidget(self._inner, 1)
            if not self._field.required:
                self._inner.setValue(self._field.default)
            self._inner.setPrefix(self._prefix)
            self._inner.setVisible(self._box.isChecked())
            self._inner.valueChanged.connect(self._edited)
            if self._unit_width:
                self.setUnitWidth(self._unit_width)
        return self._inner

    def editorAt(self, path: FieldPath) -> Editor:
        """The inner editor's, while there is one."""
        return self._inner.editorAt(path) if self._inner else self

    def control(self) -> QWidget:
        """The box."""
        return self._box

    def tabStops(self) -> list[QWidget]:
        """The box, then the inner editor's."""
        return [self._box, *(self._inner.tabStops() if self._inner else ())]

    def isWide(self) -> bool:
        """Whether a whole config may open below the box."""
        return holds_configs(self._field)

    def takeHeadline(self) -> QWidget | None:
        """The box, for the place beside the label."""
        return self._headline if self.isWide() else None

    def setPrefix(self, prefix: str) -> None:
        """Name the box ``prefix.set`` and the inner editor's widgets after `prefix`."""
        self._prefix = prefix
        self._box.setObjectName(f"{prefix}.set")
        if self._inner is not None:
            self._inner.setPrefix(prefix)

    def unitWidth(self) -> int:
        """The width in pixels that the unit needs."""
        self._none.ensurePolished()
        return int(self._none.fontMetrics().horizontalAdvance(self._field.unit))

    def setUnitWidth(self, width: int) -> None:
        """Reserve `width` pixels for the unit."""
        self._unit_width = width
        if isinstance(self._inner, LeafEditor):
            self._inner.setUnitWidth(width)

    def _lay_out(self) -> None:
        self._headline = QWidget(self)
        head = QHBoxLayout(self._headline)
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self._box)
        head.addWidget(self._none)
        self._body = QVBoxLayout() if self.isWide() else QHBoxLayout()
        line = QVBoxLayout() if self.isWide() else QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self._headline, 0, Qt.AlignmentFlag.AlignLeft)
        line.addLayout(self._body, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(line)
        layout.addWidget(self._error)

    def _fill(self, value: Any) -> None:
        self._box.setChecked(value is not None)
        if value is not None:
            self.inner().setValue(value)

    def _on_toggled(self, is_set: bool) -> None:
        inner = self.inner() if is_set else self._inner
        if inner is not None:
            inner.setVisible(is_set)
        self._none.setHidden(is_set)
        self._edited()

    def _show_errors(self, errors: Mapping[FieldPath, str]) -> None:
        is_set = self._inner is not None and self._box.isChecked()
        if self._inner is not None:
            self._inner.setErrors(errors if is_set else {})
        self._error.setText("" if is_set else " ".join(errors.values()))
