"""Task, augments and model: forms made from the config classes."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from qtpy.QtCore import QSignalBlocker, QTimer, Signal
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QFormLayout, QVBoxLayout, QWidget

from dacapo_engine.config import describe_validation_error
from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.architectures.architecture_config import ArchitectureConfig
from dacapo_engine.experiments.architectures.cnnectome_unet_config import CNNectomeUNetConfig
from dacapo_engine.experiments.architectures.unet_sizes import check_input_shape
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks.task_config import TaskConfig
from dacapo_engine.experiments.trainers.gunpowder_trainer_config import GunpowderTrainerConfig
from dacapo_engine.experiments.trainers.trainer_config import TrainerConfig
from dacapo_napari.forms import Editor, field_editor
from dacapo_napari.forms.group_editor import align_units
from dacapo_napari.run_settings import RunSettings
from dacapo_napari.sections.section import Section, SectionState

__all__ = ["AugmentsSection", "ModelSection", "TaskSection"]

_RUN_FIELDS = ("validation_interval", "checkpoint_interval", "keep_checkpoints", "seed")


class _FormSection(Section):
    """A section around editors, whose errors are its problem."""

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


class TaskSection(_FormSection):
    """What is to be found."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Task", "task", parent)
        self._editor = self._add(_run_field("task_config", "task"))
        self.set_state(SectionState.TO_DO, "separate objects")

    def fill(self, settings: RunSettings) -> None:
        """Show these settings."""
        self._fill(self._editor, settings.task_config)
        self._show_state(True)

    def value(self) -> TaskConfig:
        """The task."""
        task: TaskConfig = _valid(self._editor)
        return task

    def _editors(self) -> tuple[Editor, ...]:
        return (self._editor,)

    def _words(self) -> str:
        return str(self._editor.value().type).replace("_", " ")


class AugmentsSection(_FormSection):
    """How samples are changed at random, in order."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Augments", "augments", parent)
        info = GunpowderTrainerConfig.model_fields["augments"]
        self._editor = self._add(field_editor(info, name="augments", hidden=("name",)))
        self.set_state(SectionState.TO_DO, "fitted to the data once it is chosen")

    def fill(self, settings: RunSettings) -> None:
        """Show these settings."""
        self._fill(self._editor, getattr(settings.trainer_config, "augments", ()))
        self._show_state(True)

    def value(self) -> tuple[Any, ...]:
        """The augments that are switched on."""
        augments: tuple[Any, ...] = _valid(self._editor)
        return augments

    def _editors(self) -> tuple[Editor, ...]:
        return (self._editor,)

    def _words(self) -> str:
        names = [str(augment.type).replace("_", " ") for augment in self._editor.value()]
        return ", ".join(names) or "none"


class ModelSection(_FormSection):
    """The network and how it is trained."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Model", "model", parent)
        self._architecture = self._add(_run_field("architecture_config", "architecture"))
        self._trainer = self._add(_run_field("trainer_config", "trainer", "augments"))
        self._run_fields = {
            name: field_editor(RunConfig.model_fields[name], name=f"run.{name}")
            for name in _RUN_FIELDS
        }
        form = QFormLayout()
        for name, editor in self._run_fields.items():
            form.addRow(RunConfig.model_fields[name].title, editor)
            editor.valueChanged.connect(self._on_edited)
        self._layout.addLayout(form)
        self.set_state(SectionState.TO_DO, "fitted to the data once it is chosen")

    def fill(self, settings: RunSettings) -> None:
        """Show these settings."""
        self._fill(self._architecture, settings.architecture_config)
        self._fill(self._trainer, settings.trainer_config)
        for name, editor in self._run_fields.items():
            self._fill(editor, getattr(settings, name))
        self._show_state(True)

    def architecture(self) -> ArchitectureConfig:
        """The network; its patch is one that it can take."""
        architecture: ArchitectureConfig = _valid(self._architecture)
        if isinstance(architecture, CNNectomeUNetConfig):
            check_input_shape(architecture, architecture.input_shape)
        return architecture

    def check(self) -> bool:
        """Show what does not fit at its field; whether all fits."""
        return super().check() and self._check_patch()

    def _on_edited(self) -> None:
        super()._on_edited()
        # The editor shows its own errors first.
        QTimer.singleShot(0, self._check_patch)

    def _check_patch(self) -> bool:
        if any(editor.errors() for editor in self._editors()):
            return False
        try:
            self.architecture()
        except ConfigError as error:
            self._architecture.setErrors({"input_shape": f"{error.message} {error.hint}"})
            self._show_state(False)
            return False
        return True

    def trainer(self, augments: tuple[Any, ...]) -> TrainerConfig:
        """How it is trained, with these augments where the trainer has any."""
        trainer: TrainerConfig = _valid(self._trainer)
        if "augments" in type(trainer).model_fields:
            return trainer.replace(augments=augments)
        return trainer

    def showEvent(self, event: QShowEvent | None) -> None:
        """Line up the fields now that the theme's fonts are known."""
        super().showEvent(event)
        align_units(self._run_fields.values())

    def run_fields(self) -> dict[str, Any]:
        """Fields of the run itself."""
        return {name: editor.value() for name, editor in self._run_fields.items()}

    def _editors(self) -> tuple[Editor, ...]:
        return (self._architecture, self._trainer, *self._run_fields.values())

    def _words(self) -> str:
        architecture = self._architecture.value()
        parts = []
        if (shape := getattr(architecture, "input_shape", None)) is not None:
            parts.append("patch " + " x ".join(str(extent) for extent in shape))
        if (features := getattr(architecture, "num_fmaps", None)) is not None:
            parts.append(f"{features} features")
        return ", ".join(parts) or str(architecture.type).replace("_", " ")


def _run_field(field: str, name: str, *hidden: str) -> Editor:
    """The editor of a field of the run, in which nothing is chosen yet."""
    info = RunConfig.model_fields[field]
    return field_editor(info, name=name, hidden=("name", *hidden))


def _valid(editor: Editor) -> Any:
    try:
        return editor.value()
    except ValidationError as error:
        raise describe_validation_error(error) from error
