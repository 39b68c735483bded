"""What is to be found: three pictures, and the task behind them."""

from __future__ import annotations

from qtpy.QtCore import QSignalBlocker, Qt
from qtpy.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.experiments.tasks.task_config import TaskConfig
from dacapo_engine.setup.aims import Aim, aim_of, suggest_for
from dacapo_napari.forms import Editor, ErrorLine, Fold
from dacapo_napari.run_updates import Failed
from dacapo_napari.runs.run_settings import RunSettings
from dacapo_napari.sections.section import SectionState
from dacapo_napari.sections.settings.aim_pictures import PICTURE_SIZE, aim_picture
from dacapo_napari.sections.settings.form_section import FormSection, run_field, valid_value
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["TaskSection"]

_TITLES = {
    Aim.SEPARATE_OBJECTS: "Separate objects",
    Aim.ONE_KIND: "One kind",
    Aim.SEVERAL_KINDS: "Several kinds",
}


class TaskSection(FormSection):
    """A picture stands for a task with defaults that fit the labels; its form is behind a fold."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Task", "task", parent)
        self._facts: VolumeFacts | None = None
        self._patch: tuple[int, ...] = ()
        self._pictures = {aim: self._picture(aim) for aim in Aim}
        self._error = ErrorLine(self)
        self._error.setObjectName("task.aim.error")
        self._editor = run_field("task_config", "task")
        self._editor.valueChanged.connect(self._on_edited)
        self._details = Fold("Details", self._editor, self)
        self._details.button().setObjectName("task.details")
        self._details.button().setToolTip("Everything that can be set of what is found.")
        self._lay_out()
        self._refresh_pictures()
        self.set_state(SectionState.TO_DO, "separate objects")

    def offer(self, facts: VolumeFacts, patch: tuple[int, ...]) -> None:
        """Labels of which `facts` were measured; pictures fit their tasks to them from now on.

        Parameters
        ----------
        patch
            Voxels that the network sees in training, per axis.
        """
        self._facts, self._patch = facts, patch
        self._error.setText("")
        self._refresh_pictures()

    def choose(self, aim: Aim) -> None:
        """Choose what is to be found, as a click on its picture does."""
        if self._facts is None:
            return
        try:
            task = suggest_for(aim, self._facts, self._patch)
        except DataError as error:
            self._error.setText(str(Failed.of(error)))
            self._refresh_pictures()
            return
        self._error.setText("")
        self._fill(self._editor, task)
        self._on_edited()

    def fill(self, settings: RunSettings) -> None:
        """Show these settings."""
        self._error.setText("")
        self._fill(self._editor, settings.task_config)
        self._show_state(True)
        self._refresh_pictures()

    def value(self) -> TaskConfig:
        """The task."""
        task: TaskConfig = valid_value(self._editor)
        return task

    def check(self) -> bool:
        """Show what does not fit at its field; whether all fits."""
        fits = super().check()
        if not fits:
            self._details.setUnfolded(True)
        return fits

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        super().set_theme(colours)
        for aim, button in self._pictures.items():
            button.setIcon(aim_picture(aim, colours))

    def _on_edited(self) -> None:
        super()._on_edited()
        self._refresh_pictures()

    def _refresh_pictures(self) -> None:
        chosen = None if self._editor.errors() else self._aim()
        for aim, button in self._pictures.items():
            blocker = QSignalBlocker(button)
            button.setChecked(aim is chosen)
            button.setText(f"✓ {_TITLES[aim]}" if aim is chosen else _TITLES[aim])
            blocker.unblock()
            button.setEnabled(self._facts is not None)

    def _aim(self) -> Aim | None:
        if self.state is SectionState.TO_DO:
            return None
        return aim_of(self._editor.value())

    def _editors(self) -> tuple[Editor, ...]:
        return (self._editor,)

    def _words(self) -> str:
        task = self._editor.value()
        return f"{aim_of(task)} ({str(task.type).replace('_', ' ')})"

    def _picture(self, aim: Aim) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"task.{aim.name.lower()}")
        button.setText(_TITLES[aim])
        button.setToolTip(f"{aim.capitalize()}. {aim.explanation}")
        button.setCheckable(True)
        button.setIconSize(PICTURE_SIZE)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: self.choose(aim))
        return button

    def _lay_out(self) -> None:
        # A group, so that the arrow keys move between the pictures.
        group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button in self._pictures.values():
            group.addButton(button)
            row.addWidget(button, 1)
        group.setExclusive(False)
        self._layout.addLayout(row)
        self._layout.addWidget(self._error)
        self._layout.addWidget(self._details)
