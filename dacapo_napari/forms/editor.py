"""What every editor is: a widget with a value, a signal, and room for errors."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from pydantic import TypeAdapter, ValidationError
from qtpy.QtCore import Qt, Signal
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QWidget

from dacapo_napari.forms.error_sentences import FieldPath, as_paths, error_sentences

__all__ = ["UNSET", "Editor", "Unset"]


class Unset:
    """What ``data()`` gives where nothing was entered, so that a config calls it missing."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET = Unset()


class Editor(QWidget):
    """Base of all editors.

    A subclass says how it shows a value (`_fill`) and what it holds (`data`), and calls
    `_edited` when the user changes something. The outermost editor checks itself after each
    change and shows errors at the fields that were touched; `check` shows all of them.

    Signals
    -------
    valueChanged()
        The value is another one, by the user's hand or by `setValue`.
    """

    valueChanged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filling = False
        self._touched = False
        self._rule: TypeAdapter[Any] | None = None

    # Qt's metaclass leaves no room for ABC's, so these two say themselves that they are abstract.
    def data(self) -> Any:
        """What is entered, as plain data, valid or not; ``UNSET`` where there is nothing."""
        raise NotImplementedError

    def _fill(self, value: Any) -> None:
        raise NotImplementedError

    def value(self) -> Any:
        """What is entered, validated where the editor knows a config or has a rule.

        Raises
        ------
        pydantic.ValidationError
            With the path to each field that does not fit.
        """
        return self._by_rule(self.data())

    def setRule(self, rule: TypeAdapter[Any]) -> None:
        """Let a type validate the value, for an editor that stands alone."""
        self._rule = rule

    def setValue(self, value: Any) -> None:
        """Show `value`; earlier errors go."""
        before = self.data()
        self._filling = True
        try:
            self._fill(value)
        finally:
            self._filling = False
        self._touched = False
        self.setErrors({})
        if self._is_outermost():
            self._order_tabs()
        if self.data() != before:
            self.valueChanged.emit()

    def setErrors(self, errors: Mapping[FieldPath, str] | Mapping[str, str]) -> None:
        """Show sentences at the fields their paths lead to, and clear all others."""
        self._show_errors(as_paths(errors))

    def errors(self) -> dict[FieldPath, str]:
        """A sentence for each field whose content does not fit."""
        try:
            self.value()
        except ValidationError as error:
            return error_sentences(error)
        return {}

    def check(self) -> bool:
        """Show every error at its field; whether there is none."""
        errors = self.errors()
        self.setErrors(errors)
        return not errors

    def editorAt(self, path: FieldPath) -> Editor:
        """The editor of the field that `path` leads to, or the nearest one above it."""
        return self

    def control(self) -> QWidget:
        """The widget in which the user enters the value."""
        return self

    def tabStops(self) -> list[QWidget]:
        """Where Tab stops, from top to bottom."""
        return [self.control()]

    def takeHeadline(self) -> QWidget | None:
        """What a form puts beside the label of an editor that fills lines of its own."""
        return None

    def isWide(self) -> bool:
        """Whether a form gives the editor whole lines instead of the place beside the label."""
        return False

    def setPrefix(self, prefix: str) -> None:
        """Give the widgets inside object names that begin with `prefix`."""
        self.control().setObjectName(prefix)

    def isTouched(self) -> bool:
        """Whether the user changed something since `setValue`."""
        return self._touched

    def _show_errors(self, errors: Mapping[FieldPath, str]) -> None:
        raise NotImplementedError

    def _by_rule(self, value: Any) -> Any:
        if self._rule is None or isinstance(value, Unset):
            return value
        return self._rule.validate_python(value)

    def _edited(self) -> None:
        if self._filling:
            return
        self._touched = True
        self.valueChanged.emit()
        if self._is_outermost():
            self._order_tabs()
            self.setErrors(self._errors_of_touched())

    def showEvent(self, event: QShowEvent | None) -> None:
        """Put Tab in order, which by itself follows the order in which widgets were made."""
        super().showEvent(event)
        if self._is_outermost():
            self._order_tabs()

    def _order_tabs(self) -> None:
        # What is made later, such as a line of a list, would otherwise come last in the window.
        before = self._stop_before()
        stops = self.tabStops() if before is None else [before, *self.tabStops()]
        for stop, following in pairwise(stops):
            QWidget.setTabOrder(stop, following)

    def _stop_before(self) -> QWidget | None:
        """Where Tab stops before it comes to this editor."""
        widget = self.previousInFocusChain()
        while widget is not None and widget is not self:
            takes_tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
            if takes_tab and not self.isAncestorOf(widget):
                return widget
            widget = widget.previousInFocusChain()
        return None

    def _errors_of_touched(self) -> dict[FieldPath, str]:
        errors = self.errors()
        return {path: text for path, text in errors.items() if self.editorAt(path).isTouched()}

    def _is_outermost(self) -> bool:
        above = self.parentWidget()
        while above is not None and not isinstance(above, Editor):
            above = above.parentWidget()
        return above is None
