"""The network and how it is trained."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import QTimer
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QFormLayout, QWidget

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.architectures.architecture_config import ArchitectureConfig
from dacapo_engine.experiments.architectures.cnnectome_unet_config import CNNectomeUNetConfig
from dacapo_engine.experiments.architectures.unet_sizes import check_input_shape
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.trainers.trainer_config import TrainerConfig
from dacapo_napari.forms import Editor, field_editor
from dacapo_napari.forms.group_editor import align_units
from dacapo_napari.run_settings import RunSettings
from dacapo_napari.sections.form_section import FormSection, run_field, valid_value
from dacapo_napari.sections.section import SectionState

__all__ = ["ModelSection"]


_RUN_FIELDS = ("validation_interval", "checkpoint_interval", "keep_checkpoints", "seed")


class ModelSection(FormSection):
    """The network and how it is trained."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Model", "model", parent)
        self._architecture = self._add(run_field("architecture_config", "architecture"))
        self._trainer = self._add(run_field("trainer_config", "trainer", "augments"))
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
        architecture: ArchitectureConfig = valid_value(self._architecture)
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
        trainer: TrainerConfig = valid_value(self._trainer)
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
