"""Editor of an ordered list of configs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qtpy.QtCore import QPoint
from qtpy.QtGui import QAction, QShowEvent
from qtpy.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from dacapo_engine.config import Config
from dacapo_napari.forms.annotations import FieldType
from dacapo_napari.forms.editor import Editor
from dacapo_napari.forms.error_line import ErrorLine
from dacapo_napari.forms.error_sentences import FieldPath, below
from dacapo_napari.forms.group_editor import GroupEditor
from dacapo_napari.forms.kinds import Kinds, kind_sentence, kind_tag, kind_title
from dacapo_napari.forms.list_row import SWITCH_FIELD, ListRow
from dacapo_napari.forms.optional_editor import MakeEditor

__all__ = ["ListEditor"]


# Room for the word and the arrow of the menu, in pixels.
_BUTTON_WIDTH = 72


class ListEditor(Editor):
    """Configs in the order they act; to add, remove, reorder, switch off and edit in place."""

    def __init__(
        self, field: FieldType, make_editor: MakeEditor, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._kinds = Kinds.of_field(field.of(field.args[0]))
        self._make_editor = make_editor
        self._hidden = field.hidden
        self._prefix = ""
        self._rows: list[ListRow] = []
        self._empty = QLabel("none", self)
        self._empty.setEnabled(False)
        self._add = QPushButton("Add", self)
        self._add.setMinimumWidth(_BUTTON_WIDTH)
        self._menu = QMenu(self)
        self._error = ErrorLine(self)
        self._fill_menu()
        self._lay_out()
        self._menu.triggered.connect(self._on_add)

    def rows(self) -> tuple[ListRow, ...]:
        """The lines in their order, those switched off among them."""
        return tuple(self._rows)

    def addButton(self) -> QPushButton:
        """The button with the menu of kinds."""
        return self._add

    def addItem(self, config: Config) -> ListRow:
        """Append a config."""
        row = self._new_row(type(config))
        row.setValue(config)
        self._insert(row)
        return row

    def removeAt(self, index: int) -> None:
        """Remove the line at `index`."""
        row = self._rows.pop(index)
        self._lines.removeWidget(row)
        row.hide()
        row.deleteLater()
        self._after_change()

    def moveItem(self, index: int, target: int) -> None:
        """Move the line at `index` so that it comes to stand at `target`."""
        target = min(max(target, 0), len(self._rows) - 1)
        if index == target:
            return
        row = self._rows.pop(index)
        self._rows.insert(target, row)
        self._lines.removeWidget(row)
        self._lines.insertWidget(target, row)
        self._after_change()

    def data(self) -> tuple[dict[str, Any], ...]:
        """Plain data of the lines; one that is off only where its config can say so."""
        return tuple(row.data() for row in self._kept())

    def value(self) -> tuple[Any, ...]:
        """The validated configs in order; one that is off only where it can say so."""
        return self._kinds.several.validate_python(self.data())

    def editorAt(self, path: FieldPath) -> Editor:
        """The editor in the line that `path` counts to, without those left out."""
        kept = self._kept()
        if path and isinstance(path[0], int) and path[0] < len(kept):
            return kept[path[0]].form.editorAt(path[1:])
        return self

    def control(self) -> QWidget:
        """The button with the menu of kinds."""
        return self._add

    def tabStops(self) -> list[QWidget]:
        """Those of the lines in order, then the button."""
        return [*(stop for row in self._rows for stop in row.tabStops()), self._add]

    def isWide(self) -> bool:
        """Lines fill the width of the form."""
        return True

    def setPrefix(self, prefix: str) -> None:
        """Name the list ``prefix.list`` and the button ``prefix.add``.

        The entries of its menu become ``prefix.add.<tag>``, and what is in each line
        ``prefix.<index>.<name>``.
        """
        self._prefix = prefix
        self.setObjectName(f"{prefix}.list")
        self._add.setObjectName(f"{prefix}.add")
        for action in self._menu.actions():
            action.setObjectName(f"{prefix}.add.{kind_tag(action.data())}")
        self._after_change(silent=True)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Line up the summaries now that the theme's fonts are known."""
        super().showEvent(event)
        self._align()

    def _align(self) -> None:
        width = max((row.fold.sizeHint().width() for row in self._rows), default=0)
        for row in self._rows:
            row.fold.setMinimumWidth(width)

    def _fill_menu(self) -> None:
        if not self._kinds.is_open:
            self._add.clicked.connect(self._on_add_only_kind)
            return
        for cls in self._kinds.offered():
            sentence = kind_sentence(cls)
            text = f"{kind_title(cls)}: {sentence}" if sentence else kind_title(cls)
            action = QAction(text.replace("&", "&&"), self._menu)
            action.setData(cls)
            self._menu.addAction(action)
        self._add.setMenu(self._menu)

    def _lay_out(self) -> None:
        self._lines = QVBoxLayout()
        self._lines.setSpacing(2)
        below_lines = QHBoxLayout()
        below_lines.addWidget(self._add)
        below_lines.addWidget(self._empty)
        below_lines.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._error)
        layout.addLayout(self._lines)
        layout.addLayout(below_lines)

    def _fill(self, value: Any) -> None:
        configs = tuple(self._kinds.build(item) for item in value)
        # What is switched off stays when the same list is set once more.
        if configs == self._current():
            return
        for _ in self.rows():
            self.removeAt(0)
        for config in configs:
            self.addItem(config)

    def _kept(self) -> list[ListRow]:
        return [row for row in self._rows if row.isKept()]

    def _current(self) -> tuple[Any, ...] | None:
        return None if self.errors() else self.value()

    def _show_errors(self, errors: Mapping[FieldPath, str]) -> None:
        kept = self._kept()
        for row in self._rows:
            row.setErrors(below(errors, kept.index(row)) if row in kept else {})
        own = [text for path, text in errors.items() if self.editorAt(path) is self]
        self._error.setText(" ".join(own))

    def _new_row(self, cls: type[Config]) -> ListRow:
        # The eye is its editor.
        hidden = self._hidden | {SWITCH_FIELD}
        row = ListRow(GroupEditor(cls, self._make_editor, self, hidden), self)
        row.changed.connect(self._edited)
        row.removed.connect(self._on_removed)
        row.movedUp.connect(self._on_moved_up)
        row.movedDown.connect(self._on_moved_down)
        row.dragged.connect(self._on_dragged)
        return row

    def _insert(self, row: ListRow) -> None:
        self._rows.append(row)
        self._lines.addWidget(row)
        self._after_change()

    def _after_change(self, silent: bool = False) -> None:
        self._empty.setHidden(bool(self._rows))
        for index, row in enumerate(self._rows):
            row.up.setEnabled(index > 0)
            row.down.setEnabled(index < len(self._rows) - 1)
            if self._prefix:
                row.setPrefix(f"{self._prefix}.{index}")
        self._align()
        if not silent:
            self._edited()

    def _on_add(self, action: Any) -> None:
        self._add_new(action.data())

    def _on_add_only_kind(self) -> None:
        self._add_new(self._kinds.classes()[0])

    def _add_new(self, cls: type[Config]) -> None:
        row = self._new_row(cls)
        self._insert(row)
        # A new line that lacks something opens, so that it is seen.
        row.fold.setChecked(bool(row.form.errors()))

    def _on_removed(self, row: ListRow) -> None:
        self.removeAt(self._rows.index(row))

    def _on_moved_up(self, row: ListRow) -> None:
        index, focused = self._rows.index(row), row.up.hasFocus()
        self.moveItem(index, index - 1)
        # A button that has nowhere to go any more would send the focus out of the row.
        if focused and not row.up.isEnabled():
            row.down.setFocus()

    def _on_moved_down(self, row: ListRow) -> None:
        index, focused = self._rows.index(row), row.down.hasFocus()
        self.moveItem(index, index + 1)
        # A button that has nowhere to go any more would send the focus out of the row.
        if focused and not row.down.isEnabled():
            row.up.setFocus()

    def _on_dragged(self, row: ListRow, position: QPoint) -> None:
        y = self.mapFromGlobal(position).y()
        others = [other for other in self._rows if other is not row]
        target = sum(other.geometry().center().y() < y for other in others)
        self.moveItem(self._rows.index(row), target)
