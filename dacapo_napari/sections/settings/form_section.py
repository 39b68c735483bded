"""A section made of editors of config fields."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from qtpy.QtCore import QSignalBlocker, Signal
from qtpy.QtWidgets import QVBoxLayout, QWidget

from dacapo_engine.config import describe_validation_error
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_napari.forms import Editor, field_editor
from dacapo_napari.sections.section import Section, SectionState

__all__ = ["FormSection", "run_field", "valid_value"]


class FormSection(Section):
    """A section around editors, whose errors are its problem.

    Signals
    -------
    changed()
        Something was edited.
    """

    changed = Signal()

    def __init__(self, title: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(title, name, parent)
        self._layout = QVBoxLayout(self.content)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)

    def _add(self, editor: Editor) -> Editor:
        self._layout.addWidget(editor)
        editor.valueChanged.connect(self._on_edited)
        return editor

    def _editors(self) -> tuple[Editor, ...]:
        raise NotImplementedError

    def _words(self) -> str:
        raise NotImplementedError

    def check(self) -> bool:
        """Show what does not fit at its field; whether all fits."""
        checked = [editor.check() for editor in self._editors()]
        fits = all(checked)
        self._show_state(fits)
        if not fits:
            self.set_unfolded(True)
        return fits

    def _on_edited(self) -> None:
        self._show_state(not any(editor.errors() for editor in self._editors()))
        self.changed.emit()

    def _show_state(self, fits: bool) -> None:
        state = SectionState.READY if fits else SectionState.PROBLEM
        self.set_state(state, self._words() if fits else "something does not fit")

    def _fill(self, editor: Editor, value: Any) -> None:
        blocker = QSignalBlocker(editor)
        editor.setValue(value)
        blocker.unblock()


def run_field(field: str, name: str, *hidden: str) -> Editor:
    """The editor of a field of the run, in which nothing is chosen yet."""
    info = RunConfig.model_fields[field]
    return field_editor(info, name=name, hidden=("name", *hidden))


def valid_value(editor: Editor) -> Any:
    """What is entered.

    Raises
    ------
    ConfigError
        With the path to each field that does not fit.
    """
    try:
        return editor.value()
    except ValidationError as error:
        raise describe_validation_error(error) from error
