"""Editor of one config: a form of its fields."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from dacapo_engine.config import Config, TaggedConfig
from dacapo_napari.forms.annotations import FieldType, field_type
from dacapo_napari.forms.editor import Editor, Unset
from dacapo_napari.forms.error_line import ErrorLine
from dacapo_napari.forms.error_sentences import FieldPath, below, with_path
from dacapo_napari.forms.field_help import help_text
from dacapo_napari.forms.fold import Fold
from dacapo_napari.forms.kinds import kind_tag
from dacapo_napari.forms.leaf_editor import LeafEditor
from dacapo_napari.forms.optional_editor import MakeEditor, OptionalEditor

__all__ = ["GroupEditor", "align_units"]

_LABEL_CHARACTERS = 22
"""A longer label takes a second line, so that fields keep room in a narrow dock."""

INDENT = 12
"""How far what belongs to a line stands in from it, in pixels."""


class GroupEditor(Editor):
    """A form with a line for each field of a config class, in the order of the class.

    Advanced fields wait behind a fold. Fields in `hidden` are not shown, here and in the configs
    below, and keep the values that `setValue` gave them.
    """

    def __init__(
        self,
        config_class: type[Config],
        make_editor: MakeEditor,
        parent: QWidget | None = None,
        hidden: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(parent)
        self._class = config_class
        self._kept: dict[str, Any] = {}
        self._editors: dict[str, Editor] = {}
        self._error = ErrorLine(self)
        self._form = _form()
        self._advanced_form: QFormLayout | None = None
        self._fold: Fold | None = None
        self._fill_forms(make_editor, hidden)
        align_units(self._editors.values())

    def configClass(self) -> type[Config]:
        """The class whose fields are edited."""
        return self._class

    def editors(self) -> Mapping[str, Editor]:
        """The editor of each field that is shown."""
        return dict(self._editors)

    def advanced(self) -> Fold | None:
        """The fold over the advanced fields; None where there are none."""
        return self._fold

    def data(self) -> dict[str, Any]:
        """The fields as plain data; what is not entered is left out."""
        data = {name: editor.data() for name, editor in self._editors.items()}
        filled = {name: value for name, value in data.items() if not isinstance(value, Unset)}
        tag = {"type": kind_tag(self._class)} if "type" in self._tagged_fields() else {}
        return {**tag, **self._kept, **filled}

    def value(self) -> Config:
        """The validated config."""
        return self._class.model_validate(self.data())

    def editorAt(self, path: FieldPath) -> Editor:
        """The editor of the field that `path` leads to."""
        if path and str(path[0]) in self._editors:
            return self._editors[str(path[0])].editorAt(path[1:])
        return self

    def tabStops(self) -> list[QWidget]:
        """Those of the fields in order, with the fold before the advanced ones."""
        fields = list(self._editors.values())
        stops = [s for e in fields if not self._is_advanced(e) for s in e.tabStops()]
        if self._fold is not None:
            stops.append(self._fold.button())
        return stops + [s for e in fields if self._is_advanced(e) for s in e.tabStops()]

    def isWide(self) -> bool:
        """A form fills whole lines."""
        return True

    def setPrefix(self, prefix: str) -> None:
        """Name the widgets of each field ``prefix.<field>``."""
        for name, editor in self._editors.items():
            editor.setPrefix(f"{prefix}.{name}" if prefix else name)
        if self._fold is not None:
            self._fold.button().setObjectName(f"{prefix}.advanced" if prefix else "advanced")

    def _fill(self, value: Config | Mapping[str, Any]) -> None:
        if isinstance(value, Mapping):
            value = self._class.model_validate(dict(value))
        shown = {*self._editors, *self._tagged_fields()}
        self._kept = {
            name: getattr(value, name) for name in self._class.model_fields if name not in shown
        }
        for name, editor in self._editors.items():
            editor.setValue(getattr(value, name))

    def _show_errors(self, errors: Mapping[FieldPath, str]) -> None:
        for name, editor in self._editors.items():
            editor.setErrors(below(errors, name))
        own = [with_path(p, text) for p, text in errors.items() if self.editorAt(p) is self]
        self._error.setText(" ".join(own))
        if self._fold is not None and any(self._is_advanced(self.editorAt(p)) for p in errors):
            self._fold.setUnfolded(True)

    def _is_advanced(self, editor: Editor) -> bool:
        return self._fold is not None and self._fold.content().isAncestorOf(editor)

    def _tagged_fields(self) -> frozenset[str]:
        return frozenset({"type"} if issubclass(self._class, TaggedConfig) else ())

    def _fill_forms(self, make_editor: MakeEditor, hidden: frozenset[str]) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._error)
        layout.addLayout(self._form)
        fields = {
            name: field_type(info, name, hidden)
            for name, info in self._class.model_fields.items()
            if name not in hidden and name not in self._tagged_fields()
        }
        for name in sorted(fields, key=lambda name: fields[name].advanced):
            form = self._advanced() if fields[name].advanced else self._form
            self._add(form, name, fields[name], make_editor(fields[name], self))
        if self._fold is not None:
            layout.addWidget(self._fold)

    def _add(self, form: QFormLayout, name: str, field: FieldType, editor: Editor) -> None:
        self._editors[name] = editor
        if not field.required:
            editor.setValue(field.default)
        editor.valueChanged.connect(self._edited)
        editor.setToolTip(help_text(field))
        label = QLabel(field.title if editor.isWide() else _wrapped(field.title), self)
        label.setToolTip(help_text(field))
        if not editor.isWide():
            label.setBuddy(editor)
            form.addRow(label, editor)
        else:
            _add_wide(form, label, editor)

    def _advanced(self) -> QFormLayout:
        if self._advanced_form is None:
            content = QWidget(self)
            self._advanced_form = _form()
            self._advanced_form.setContentsMargins(INDENT, 0, 0, 0)
            content.setLayout(self._advanced_form)
            self._fold = Fold("Advanced", content, self)
        return self._advanced_form

    def showEvent(self, event: QShowEvent | None) -> None:
        """Line up the fields now that the theme's fonts are known."""
        super().showEvent(event)
        align_units(self._editors.values())


def align_units(editors: Iterable[Editor]) -> None:
    """Let the controls of a form end together, whatever units stand behind them."""
    leaves = [editor for editor in editors if isinstance(editor, (LeafEditor, OptionalEditor))]
    width = max((leaf.unitWidth() for leaf in leaves), default=0)
    for leaf in leaves:
        leaf.setUnitWidth(width)


def _form() -> QFormLayout:
    form = QFormLayout()
    form.setContentsMargins(0, 0, 0, 0)
    form.setHorizontalSpacing(8)
    form.setVerticalSpacing(4)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
    return form


def _add_wide(form: QFormLayout, label: QLabel, editor: Editor) -> None:
    headline = editor.takeHeadline()
    if headline is None:
        form.addRow(label)
    else:
        label.setBuddy(headline)
        form.addRow(label, headline)
    editor.setContentsMargins(INDENT, 0, 0, 0)
    form.addRow(editor)


def _wrapped(title: str) -> str:
    return textwrap.fill(title, _LABEL_CHARACTERS, break_long_words=False, break_on_hyphens=False)
