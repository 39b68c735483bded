"""Task, augments and model together: the settings of a run."""

from __future__ import annotations

from dataclasses import replace

from qtpy.QtWidgets import QWidget

from dacapo_engine.errors import DacapoError
from dacapo_napari.runs.run_settings import RunSettings
from dacapo_napari.sections.section import SectionState
from dacapo_napari.sections.settings.augments_section import AugmentsSection
from dacapo_napari.sections.settings.model_section import ModelSection
from dacapo_napari.sections.settings.task_section import TaskSection

__all__ = ["RunForms"]


class RunForms:
    """Three sections that show one `RunSettings`."""

    def __init__(self, parent: QWidget) -> None:
        self.task = TaskSection(parent)
        self.augments = AugmentsSection(parent)
        self.model = ModelSection(parent)
        self._suggested: RunSettings | None = None
        self.model.preset_changed.connect(self._on_preset_changed)
        self._is_chosen = False

    @property
    def sections(self) -> tuple[TaskSection, AugmentsSection, ModelSection]:
        """The sections in their order."""
        return self.task, self.augments, self.model

    @property
    def is_filled(self) -> bool:
        """Whether settings were ever shown; before, there is nothing to read."""
        return self.model.state is not SectionState.TO_DO

    def fill(self, settings: RunSettings) -> None:
        """Show these settings; what fits other data does not take their place."""
        self._is_chosen = True
        self._show(settings)

    def suggest(self, settings: RunSettings) -> None:
        """Show what fits the data, unless the user has changed what was suggested before."""
        before, self._suggested = self._suggested, settings
        untouched = not self._is_chosen if before is None else not self._differ(before)
        if untouched:
            self._show(settings)

    def settings(self) -> RunSettings:
        """What is entered; what does not fit is shown at its field.

        Raises
        ------
        ConfigError
            With the path to each field that does not fit.
        """
        for section in self.sections:
            section.check()
        return self._read()

    def _show(self, settings: RunSettings) -> None:
        for section in self.sections:
            section.fill(settings)

    def _on_preset_changed(self) -> None:
        """Let the network of a preset count as suggested: it gives way to what fits new data."""
        if self._suggested is None:
            return
        trainer, shown = self._suggested.trainer_config, self.model.trainer(())
        of_preset = {
            name: getattr(shown, name)
            for name in ("batch_size", "accumulate")
            if name in type(trainer).model_fields and name in type(shown).model_fields
        }
        self._suggested = replace(
            self._suggested,
            architecture_config=self.model.architecture(),
            trainer_config=trainer.replace(**of_preset),
        )

    def _read(self) -> RunSettings:
        return RunSettings(
            self.task.value(),
            self.model.architecture(),
            self.model.trainer(self.augments.value()),
            **self.model.run_fields(),
        )

    def _differ(self, settings: RunSettings) -> bool:
        try:
            return self._read() != settings
        except DacapoError:
            return True
