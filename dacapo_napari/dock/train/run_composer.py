"""The run that the sections of a dock describe together."""

from __future__ import annotations

from qtpy.QtCore import QObject, Signal

from dacapo_engine.errors import DacapoError
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.store.run_folder import RunFolder
from dacapo_napari.dock.data.data_section import DataSection
from dacapo_napari.dock.train.train_section import TrainSection
from dacapo_napari.engine.run_session import RunSession
from dacapo_napari.plugin_settings import engine_python
from dacapo_napari.run_updates import Failed
from dacapo_napari.runs.run_origin import RunOrigin
from dacapo_napari.runs.run_settings import RunSettings
from dacapo_napari.runs.run_setup import TrainingRequest, stem_of
from dacapo_napari.runs.suggestion import DataProblems, Suggestion, suggest
from dacapo_napari.sections.settings.budget_row import Length
from dacapo_napari.sections.settings.run_forms import RunForms

__all__ = ["RunComposer"]


class RunComposer(QObject):
    """Reads the sections, and fills them: with what fits the data, or with a run that is there.

    Attributes
    ----------
    origin : RunOrigin or None
        The run whose weights a new one will begin with.

    Signals
    -------
    said(str)
        What is being done, or is missing, before there is a run to tell of.
    suggested(Suggestion)
        What fits the data was found.
    planned(str)
        What Start would begin: its name, and how long it will take.
    """

    said = Signal(str)
    planned = Signal(str)
    suggested = Signal(object)

    def __init__(
        self,
        session: RunSession,
        data: DataSection,
        forms: RunForms,
        run: TrainSection,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.data = data
        self.forms = forms
        self.run = run
        self.origin: RunOrigin | None = None
        self._device = ""
        data.changed.connect(self.suggest)
        run.run_changed.connect(self.look)
        forms.model.budget.changed.connect(self._show_summary)
        run.device.currentIndexChanged.connect(self.on_device_changed)
        session.run_changed.connect(self._on_run_changed)
        session.followed.connect(self._on_followed)
        session.look_failed.connect(self._on_look_failed)

    @property
    def is_described(self) -> bool:
        """Whether there is something to learn from: layers, files, an origin, or a run file."""
        is_written = self.session.look is not None and self.session.look.config is not None
        return self.data.is_complete() or self.origin is not None or is_written

    def request(self) -> TrainingRequest:
        """The run as it is described now.

        Raises
        ------
        DacapoError
            If something does not fit; a form shows it at its field.
        """
        length = self.forms.model.budget.length()
        return TrainingRequest(
            folder=RunFolder.of(self.run.runs().absolute(), self.run.name()),
            data=self.data.data() if self.data.is_complete() else None,
            settings=self.forms.settings() if self.forms.is_filled else None,
            num_iterations=length.num_iterations,
            budget=length.budget,
            device=self.run.device_name() or "auto",
            python=engine_python(),
            in_thread=self.run.in_thread.isChecked(),
            origin=self.origin,
        )

    def fill(self, config: RunConfig) -> None:
        """Show the settings of a run."""
        self.forms.fill(RunSettings.of(config))
        self.forms.model.fill_length(Length.of(config))

    def show_run(self, folder: RunFolder) -> None:
        """Enter the run in `folder`, as the user would."""
        self.run.runs_folder.setText(str(folder.path.parent))
        self.run.set_name(folder.name)

    def look(self) -> None:
        """See what is stored under the name that is entered."""
        self.session.look_at(self.run.runs(), self.run.name())

    def suggest(self) -> None:
        """Measure the data and fill the sections with what fits it."""
        if not self.data.is_complete():
            self.said.emit(self.data.missing())
            return
        try:
            data = self.data.parts()
        except DacapoError as error:
            self.data.set_error(str(Failed.of(error)))
            self.said.emit("")
            return
        self.said.emit("Looking at the data…")
        self._device, memory = self.run.best_device(), self.run.free_memory()
        preset = self.forms.model.preset.wanted()
        arguments = (data, self.run.runs(), self._device, memory, preset)
        self.session.call("suggest", suggest, *arguments).begin(
            self._on_suggested, self._on_not_suggested
        )

    def on_device_changed(self) -> None:
        """Suggest a model for the device that is chosen now, if it is of another kind."""
        if self._device and self.run.best_device() != self._device:
            self.suggest()

    def _on_suggested(self, suggestion: Suggestion | DataProblems) -> None:
        self.data.set_error("")
        self.data.set_measured(suggestion.each)
        if isinstance(suggestion, DataProblems):
            self.said.emit("")
            return
        self.suggested.emit(suggestion)
        if self._is_other_volume(suggestion.name):
            self.run.suggest_name(suggestion.name)
        self.forms.task.offer(suggestion.facts, suggestion.patch)
        if suggestion.train_facts is not None:
            self.forms.model.offer(suggestion.train_facts, suggestion.preset)
        if not self.session.has_begun:
            self.forms.suggest(RunSettings.of(suggestion.config))
        self.said.emit("Ready.")

    def _is_other_volume(self, suggested: str) -> bool:
        """Whether a run of its own is due: who only paints goes on with the run that is shown."""
        if self.session.active:
            return False
        return not self.session.has_begun or stem_of(suggested) != stem_of(self.run.name())

    def _on_not_suggested(self, failure: Failed) -> None:
        self.data.set_error(str(failure))
        self.said.emit("")

    def _on_run_changed(self) -> None:
        look = self.session.look
        if look is None:
            return
        self.run.show_existing(look.names)
        self.run.name_error.setText(look.problem if self.run.name() else "")
        self._show_summary()

    def _on_followed(self) -> None:
        look = self.session.look
        if look is not None and look.begun and look.config is not None:
            self.fill(look.config)

    def _on_look_failed(self, failure: Failed) -> None:
        self.run.name_error.setText(str(failure))

    def _show_summary(self) -> None:
        words = self._run_words()
        self.run.show_summary(words)
        self.planned.emit(words)

    def _run_words(self) -> str:
        look = self.session.look
        if look is None or look.folder is None:
            return "needs another name" if self.run.name() else "needs a name"
        words = f"{self.run.name()}, {self.forms.model.budget.length().words}"
        return f"{words}, goes on" if self.session.has_begun else words
