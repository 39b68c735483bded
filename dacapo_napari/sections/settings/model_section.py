"""The network and how long it is trained; all else of both is advanced."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import QTimer, Signal
from qtpy.QtGui import QShowEvent
from qtpy.QtWidgets import QFormLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.architectures.architecture_config import ArchitectureConfig
from dacapo_engine.experiments.architectures.cnnectome_unet_config import CNNectomeUNetConfig
from dacapo_engine.experiments.architectures.unet_sizes import check_input_shape
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.trainers.trainer_config import TrainerConfig
from dacapo_napari.forms import Editor, Fold, field_editor
from dacapo_napari.forms.group_editor import align_units
from dacapo_napari.runs.run_settings import RunSettings
from dacapo_napari.sections.fact_label import FactLabel
from dacapo_napari.sections.narrow_form import NarrowForm
from dacapo_napari.sections.section import SectionState
from dacapo_napari.sections.settings.budget_row import BudgetRow, Length
from dacapo_napari.sections.settings.form_section import FormSection, run_field, valid_value
from dacapo_napari.sections.settings.preset_row import PresetRow
from dacapo_napari.theme_colours import ThemeColours

__all__ = ["ModelSection"]


_RUN_FIELDS = ("validation_interval", "checkpoint_interval", "keep_checkpoints", "seed")


class ModelSection(FormSection):
    """The network and how long it is trained.

    Attributes
    ----------
    budget
        How long the run trains.
    preset
        The size of the network.
    file_words
        What became of saving and loading.

    Signals
    -------
    preset_changed()
        Another preset was chosen, and its network is shown.
    save_wanted()
        The run is to be written as a file.
    load_wanted()
        The forms are to be filled from a file.
    """

    preset_changed = Signal()
    save_wanted = Signal()
    load_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Model and budget", "model", parent)
        self.preset = PresetRow(self)
        self.budget = BudgetRow(self)
        self.file_words = FactLabel("model.file_words", self)
        self.file_words.set_fact("")
        self._architecture = run_field("architecture_config", "architecture")
        self._trainer = run_field("trainer_config", "trainer", "augments")
        self._run_fields = {
            name: field_editor(RunConfig.model_fields[name], name=f"run.{name}")
            for name in _RUN_FIELDS
        }
        for editor in self._editors():
            editor.valueChanged.connect(self._on_edited)
        self._lay_out()
        self.preset.chosen.connect(self.use_preset)
        self.budget.changed.connect(self._on_budget_changed)
        self.set_state(SectionState.TO_DO, "fitted to the data")

    def offer(self, facts: VolumeFacts, suggested: str) -> None:
        """Offer the presets for volumes like these; `suggested` fits this computer."""
        self.preset.offer(facts, suggested)
        if self.state is SectionState.READY:
            self._show_state(True)

    def fill(self, settings: RunSettings) -> None:
        """Show these settings."""
        self._fill(self._architecture, settings.architecture_config)
        self._fill(self._trainer, settings.trainer_config)
        for name, editor in self._run_fields.items():
            self._fill(editor, getattr(settings, name))
        self._show_state(True)

    def fill_length(self, length: Length) -> None:
        """Show how long to train."""
        self.budget.fill(length)
        if self.state is SectionState.READY:
            self._show_state(True)

    def use_preset(self, name: str) -> None:
        """Show the network of a preset; everything else stays as it was entered."""
        found = self.preset.network(name)
        if found is None:
            return
        network, batch_size = found
        self._fill(self._architecture, network)
        trainer = valid_value(self._trainer).replace(batch_size=batch_size)
        if "accumulate" in type(trainer).model_fields:
            trainer = trainer.replace(accumulate=1)
        self._fill(self._trainer, trainer)
        self._show_state(True)
        self.preset_changed.emit()
        self.changed.emit()

    def architecture(self) -> ArchitectureConfig:
        """The network; its patch is one that it can take."""
        architecture: ArchitectureConfig = valid_value(self._architecture)
        if isinstance(architecture, CNNectomeUNetConfig):
            check_input_shape(architecture, architecture.input_shape)
        return architecture

    def trainer(self, augments: tuple[Any, ...]) -> TrainerConfig:
        """How it is trained, with these augments where the trainer has any."""
        trainer: TrainerConfig = valid_value(self._trainer)
        if "augments" in type(trainer).model_fields:
            return trainer.replace(augments=augments)
        return trainer

    def run_fields(self) -> dict[str, Any]:
        """Fields of the run itself."""
        return {name: editor.value() for name, editor in self._run_fields.items()}

    def check(self) -> bool:
        """Show what does not fit at its field; whether all fits."""
        fits = super().check() and self._check_patch()
        if not fits:
            self._advanced.setUnfolded(True)
        return fits

    def set_theme(self, colours: ThemeColours) -> None:
        """Take the colours of napari's theme."""
        super().set_theme(colours)
        self.file_words.set_theme(colours)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Line up the fields now that the theme's fonts are known."""
        super().showEvent(event)
        align_units(self._run_fields.values())

    def _lay_out(self) -> None:
        rows = NarrowForm(self)
        rows.add_row("Model", self.preset)
        rows.add_row("Train", self.budget)
        self._layout.addWidget(rows)
        advanced = QWidget(self)
        inner = QVBoxLayout(advanced)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self._architecture)
        inner.addWidget(self._trainer)
        form = QFormLayout()
        for name, editor in self._run_fields.items():
            form.addRow(RunConfig.model_fields[name].title, editor)
        inner.addLayout(form)
        self._advanced = Fold("Advanced", advanced, self)
        self._advanced.button().setObjectName("model.advanced")
        self._advanced.button().setToolTip("Everything there is to set about network and training.")
        self._layout.addWidget(self._advanced)
        self._layout.addLayout(self._file_buttons())
        self._layout.addWidget(self.file_words)

    def _file_buttons(self) -> QHBoxLayout:
        save, load = QPushButton("Save…", self), QPushButton("Load…", self)
        save.setObjectName("model.save")
        load.setObjectName("model.load")
        save.setToolTip("Writes this run as the file that dacapo-engine train takes.")
        load.setToolTip("Shows the settings of such a file here.")
        save.clicked.connect(self.save_wanted)
        load.clicked.connect(self.load_wanted)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(save)
        line.addWidget(load)
        return line

    def _on_edited(self) -> None:
        super()._on_edited()
        # The editor shows its own errors first.
        QTimer.singleShot(0, self._check_patch)

    def _on_budget_changed(self) -> None:
        if self.state is SectionState.READY:
            self._show_state(True)
        self.changed.emit()

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

    def _editors(self) -> tuple[Editor, ...]:
        return (self._architecture, self._trainer, *self._run_fields.values())

    def _words(self) -> str:
        network = self._architecture.value()
        self.preset.show_network(network, self._trainer.value().batch_size)
        return f"{self.preset.name()}, {self.budget.length().words}"
