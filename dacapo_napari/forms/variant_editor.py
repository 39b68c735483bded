"""Editor of one config out of several kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QVBoxLayout, QWidget

from dacapo_engine.config import Config
from dacapo_napari.forms.annotations import FieldType
from dacapo_napari.forms.editor import UNSET, Editor, Unset
from dacapo_napari.forms.error_line import ErrorLine
from dacapo_napari.forms.error_sentences import FieldPath
from dacapo_napari.forms.group_editor import INDENT, GroupEditor
from dacapo_napari.forms.kinds import Kinds, kind_sentence, kind_title
from dacapo_napari.forms.leaf_editor import CalmComboBox
from dacapo_napari.forms.optional_editor import MakeEditor

__all__ = ["VariantEditor"]


class VariantEditor(Editor):
    """A combo box of kinds, and below it the form of the kind chosen.

    What was entered for the other kinds is remembered. Nothing is chosen until the user or
    `setValue` chooses: forms are made when they are first shown, so that a kind that contains
    its own family does not unfold for ever.
    """

    def __init__(
        self, field: FieldType, make_editor: MakeEditor, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._kinds = Kinds.of_field(field)
        self._make_editor = make_editor
        self._hidden = field.hidden
        self._prefix = ""
        self._forms: dict[type[Config], GroupEditor] = {}
        self._combo = CalmComboBox(self)
        self._combo.setPlaceholderText("choose")
        self._error = ErrorLine(self)
        self._body = QVBoxLayout()
        self._body.setContentsMargins(INDENT, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._combo)
        layout.addWidget(self._error)
        layout.addLayout(self._body)
        for cls in self._kinds.offered():
            self._add_kind(cls)
        self._combo.setCurrentIndex(-1)
        self._combo.currentIndexChanged.connect(self._on_kind_changed)

    def kind(self) -> type[Config] | None:
        """The class chosen, None while nothing is."""
        chosen: type[Config] | None = self._combo.currentData()
        return chosen

    def setKind(self, config_class: type[Config]) -> None:
        """Choose a class; what was entered for it before comes back."""
        self._combo.setCurrentIndex(self._index(config_class))

    def form(self) -> GroupEditor | None:
        """The form of the kind chosen."""
        kind = self.kind()
        return None if kind is None else self._form(kind)

    def data(self) -> dict[str, Any] | Unset:
        """The plain data of the kind chosen, with its ``type``."""
        form = self.form()
        return UNSET if form is None else form.data()

    def value(self) -> Any:
        """The validated config."""
        return self._kinds.one.validate_python({} if self.form() is None else self.data())

    def editorAt(self, path: FieldPath) -> Editor:
        """The editor in the form of the kind chosen."""
        form = self.form()
        return self if form is None or not path else form.editorAt(path)

    def control(self) -> QWidget:
        """The combo box."""
        return self._combo

    def tabStops(self) -> list[QWidget]:
        """The combo box, then the form's."""
        form = self.form()
        return [self._combo, *(form.tabStops() if form else ())]

    def isWide(self) -> bool:
        """The form below the combo box fills whole lines."""
        return True

    def takeHeadline(self) -> QWidget | None:
        """The combo box, for the place beside the label; the form then stands in by itself."""
        self._body.setContentsMargins(0, 0, 0, 0)
        return self._combo

    def setPrefix(self, prefix: str) -> None:
        """Name the combo box ``prefix.type`` and the fields ``prefix.<field>``."""
        self._prefix = prefix
        self._combo.setObjectName(f"{prefix}.type" if prefix else "type")
        for form in self._forms.values():
            form.setPrefix(prefix)

    def _fill(self, value: Any) -> None:
        config = self._kinds.build(value)
        self.setKind(type(config))
        self._form(type(config)).setValue(config)

    def _show_errors(self, errors: Mapping[FieldPath, str]) -> None:
        form = self.form()
        if form is not None:
            form.setErrors(errors)
        self._error.setText("" if form is not None else " ".join(errors.values()))

    def _add_kind(self, cls: type[Config]) -> None:
        self._combo.addItem(kind_title(cls), cls)
        sentence = kind_sentence(cls)
        self._combo.setItemData(self._combo.count() - 1, sentence, Qt.ItemDataRole.ToolTipRole)

    def _index(self, cls: type[Config]) -> int:
        for index in range(self._combo.count()):
            if self._combo.itemData(index) is cls:
                return index
        self._add_kind(cls)
        return int(self._combo.count()) - 1

    def _form(self, cls: type[Config]) -> GroupEditor:
        if cls not in self._forms:
            form = GroupEditor(cls, self._make_editor, self, self._hidden)
            form.setPrefix(self._prefix)
            form.valueChanged.connect(self._edited)
            self._body.addWidget(form)
            self._forms[cls] = form
        return self._forms[cls]

    def _on_kind_changed(self) -> None:
        chosen = self.form()
        for form in self._forms.values():
            form.setVisible(form is chosen)
        self._error.setText("")
        kind = self.kind()
        self._combo.setToolTip(kind_sentence(kind) if kind else "")
        self._edited()
