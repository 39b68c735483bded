"""What is to be found."""

from __future__ import annotations

from qtpy.QtWidgets import QWidget

from dacapo_engine.experiments.tasks.task_config import TaskConfig
from dacapo_napari.forms import Editor
from dacapo_napari.run_settings import RunSettings
from dacapo_napari.sections.form_section import FormSection, run_field, valid_value
from dacapo_napari.sections.section import SectionState

__all__ = ["TaskSection"]


class TaskSection(FormSection):
    """What is to be found."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Task", "task", parent)
        self._editor = self._add(run_field("task_config", "task"))
        self.set_state(SectionState.TO_DO, "separate objects")

    def fill(self, settings: RunSettings) -> None:
        """Show these settings."""
        self._fill(self._editor, settings.task_config)
        self._show_state(True)

    def value(self) -> TaskConfig:
        """The task."""
        task: TaskConfig = valid_value(self._editor)
        return task

    def _editors(self) -> tuple[Editor, ...]:
        return (self._editor,)

    def _words(self) -> str:
        return str(self._editor.value().type).replace("_", " ")
