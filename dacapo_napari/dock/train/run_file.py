"""The run that the sections describe as a file, the same that the command line takes."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtCore import QObject
from qtpy.QtWidgets import QFileDialog

from dacapo_engine.errors import DacapoError, NotFoundError
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.store.atomic import write_text
from dacapo_engine.store.writable import make_writable_folder
from dacapo_engine.yaml_file import read_config, to_yaml
from dacapo_napari.dock.train.run_composer import RunComposer
from dacapo_napari.run_updates import Failed
from dacapo_napari.runs.run_settings import RunSettings
from dacapo_napari.runs.run_setup import TrainingRequest, describe_new_run
from dacapo_napari.sections.settings.budget_row import Length

__all__ = ["RunFile", "save_run"]

_FILTER = "Run files (*.yaml *.yml)"


class RunFile(QObject):
    """Saves and loads from the Model section; says there what became of it."""

    def __init__(self, composer: RunComposer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self._section = composer.forms.model
        self._section.save_wanted.connect(self._on_save)
        self._section.load_wanted.connect(self._on_load)

    def save(self, path: Path) -> None:
        """Write what the sections describe, with what the engine needs to open the layers."""
        try:
            request = self._composer.request()
        except DacapoError as error:
            self._on_failed(Failed.of(error))
            return
        stored = self._composer.session.look if self._composer.session.has_begun else None
        config = stored.config if stored is not None else None
        self._section.file_words.set_fact("Writing…")
        self._composer.session.call("save", save_run, request, path, config).begin(
            self._section.file_words.set_fact, self._on_failed
        )

    def load(self, path: Path) -> None:
        """Show the settings of a file; the data that are chosen stay."""
        self._composer.session.call("load", read_config, path, RunConfig).begin(
            self._on_loaded, self._on_failed
        )

    def _on_loaded(self, config: RunConfig) -> None:
        self._composer.forms.fill(RunSettings.of(config))
        self._composer.forms.model.fill_length(Length.of(config))
        for section in self._composer.forms.sections:
            section.changed.emit()
        self._section.file_words.set_fact(f"Shows the settings of {config.name}.")

    def _on_failed(self, failure: Failed) -> None:
        where = f"{Path(failure.place).name}: " if failure.place else ""
        self._section.file_words.set_fact("", f"{where}{failure}")

    def _on_save(self) -> None:
        name = f"{self._composer.run.name() or 'run'}.yaml"
        chosen, _ = QFileDialog.getSaveFileName(self._section, "Save the run", name, _FILTER)
        if chosen:
            self.save(Path(chosen))

    def _on_load(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self._section, "Load a run", "", _FILTER)
        if chosen:
            self.load(Path(chosen))


def save_run(request: TrainingRequest, path: Path, stored: RunConfig | None = None) -> str:
    """Write a run file, and layers in memory to a folder beside it; off the Qt thread.

    Parameters
    ----------
    stored
        The run where it was trained already: then its own data are named.

    Returns
    -------
    str
        A sentence about what was written.

    Raises
    ------
    DacapoError
        If there is nothing to learn from, or it cannot be written there.
    """
    path = path if path.suffix else path.with_suffix(".yaml")
    make_writable_folder(path.absolute().parent)
    inputs = path.with_name(f"{path.stem}_inputs")
    config = stored
    if config is None and request.data is not None:
        config = describe_new_run(request, request.data, inputs)
    if config is None:
        raise NotFoundError("Choose an image and its labels to learn from first.")
    write_text(path, to_yaml(config))
    beside = f", and layers to {inputs.name}" if inputs.is_dir() else ""
    return f"Wrote {path.name}{beside}. Train it with: dacapo-engine train {path}"
