"""Editors of text, paths, and of sequences written as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qtpy.QtCore import Qt
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QFileDialog, QLineEdit, QPushButton, QTextEdit, QWidget

from dacapo_napari.forms.annotations import FieldType
from dacapo_napari.forms.editor import UNSET, Unset
from dacapo_napari.forms.leaf_editor import LeafEditor
from dacapo_napari.forms.text_formats import TextFormat

__all__ = ["FormatEditor", "PathEditor", "TextEditor"]


class TextEditor(LeafEditor):
    """A line of text."""

    def __init__(self, field: FieldType, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._line = QLineEdit(self)
        self._add(self._line)
        self._line.textChanged.connect(self._edited)

    def data(self) -> str:
        """The text as it was typed."""
        return str(self._line.text())

    def control(self) -> QLineEdit:
        """The line."""
        return self._line

    def _fill(self, value: Any) -> None:
        self._line.setText(value)
        self._line.setCursorPosition(0)


class PathEditor(LeafEditor):
    """A path with a button that browses.

    ``json_schema_extra={"path": "file"}`` lets the button choose files; otherwise it chooses
    folders, which zarr containers are.
    """

    def __init__(self, field: FieldType, parent: QWidget | None = None) -> None:
        super().__init__(field, parent)
        self._line = QLineEdit(self)
        self._line.setPlaceholderText("" if field.required else str(field.default))
        self._browse = QPushButton("Browse", self)
        self._browse.setToolTip("Choose from the file system.")
        self._add(self._line)
        self._add(self._browse, 0)
        self._line.textChanged.connect(self._edited)
        self._browse.clicked.connect(self._on_browse)

    def data(self) -> Path | Unset:
        """The path; ``UNSET`` where the line is empty, since ``Path("")`` is the folder here."""
        text = self._line.text().strip()
        return Path(text) if text else UNSET

    def control(self) -> QLineEdit:
        """The line."""
        return self._line

    def _fill(self, value: Any) -> None:
        self._line.setText(str(value))

    def _on_browse(self) -> None:
        start = self._line.text()
        if self._field.extra.get("path") == "file":
            chosen, _ = QFileDialog.getOpenFileName(self, self._field.title, start)
        else:
            chosen = QFileDialog.getExistingDirectory(self, self._field.title, start)
        if chosen:
            self._line.setText(chosen)


class FormatEditor(LeafEditor):
    """Whatever a `TextFormat` can write, in one line or one item a line.

    Text that nobody changed stands for exactly the value it was made from.
    """

    def __init__(
        self, field: FieldType, text_format: TextFormat, parent: QWidget | None = None
    ) -> None:
        super().__init__(field, parent)
        self._format = text_format
        self._text = _GrowingText(self) if text_format.multiline else _Line(self)
        self._text.setPlaceholderText(text_format.placeholder if field.required else "none")
        self._shown: tuple[str, Any] | None = None
        self._add(self._text)
        self._text.textChanged.connect(self._edited)

    def data(self) -> Any:
        """The value that the text stands for, or the text where it stands for none."""
        text = self._text.content()
        if self._shown is not None and self._shown[0] == text:
            return self._shown[1]
        return self._format.read(text)

    def control(self) -> QWidget:
        """The line or box of text."""
        return self._text

    def _fill(self, value: Any) -> None:
        self._text.setContent(self._format.show(value))
        self._shown = (self._text.content(), value)


_MOST_LINES = 6
# Above and below the text in pixels: a document's own margins and the padding of napari's themes.
_MARGINS = 18


class _Line(QLineEdit):
    def content(self) -> str:
        return str(self.text())

    def setContent(self, text: str) -> None:
        self.setText(text)
        self.setCursorPosition(0)


class _GrowingText(QTextEdit):
    """As tall as its lines, up to six."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setAcceptRichText(False)
        self.setLineWrapMode(QTextEdit.LineWrapMode.NoWrap)
        self.textChanged.connect(self._fit)
        self._fit()

    def content(self) -> str:
        return str(self.toPlainText())

    def setContent(self, text: str) -> None:
        self.setPlainText(text)

    def showEvent(self, event: QShowEvent | None) -> None:
        super().showEvent(event)
        self._fit()

    def _fit(self) -> None:
        lines = self.content().count("\n") + 1
        shown = min(max(lines, 2), _MOST_LINES)
        never, always = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAlwaysOn
        self.setVerticalScrollBarPolicy(always if lines > _MOST_LINES else never)
        self.setFixedHeight(shown * self.fontMetrics().lineSpacing() + _MARGINS)
