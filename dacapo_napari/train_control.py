"""What the buttons of the dock do: start a run, go on with it, stop it."""

from __future__ import annotations

from qtpy.QtCore import QObject, Signal

from dacapo_engine.errors import DacapoError
from dacapo_engine.store.status import RunState
from dacapo_napari.plugin_settings import remember_runs_folder
from dacapo_napari.run_composer import RunComposer
from dacapo_napari.run_updates import Ended, Failed, StatusChanged, Update
from dacapo_napari.sections.train_bar import TrainBar

__all__ = ["TrainControl"]


class TrainControl(QObject):
    """Connects the bar to the run.

    Signals
    -------
    begun()
        Start was pressed and nothing spoke against it.
    """

    begun = Signal()

    def __init__(self, composer: RunComposer, bar: TrainBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self._session = composer.session
        self._bar = bar
        bar.start.clicked.connect(self._on_start)
        bar.stop.clicked.connect(self._on_stop)
        composer.said.connect(self._say)
        composer.data.changed.connect(self.refresh)
        for combo in (composer.data.raw_combo, composer.data.labels_combo):
            combo.layer_changed.connect(self.refresh)
        composer.run.goes_on.toggled.connect(self.refresh)
        self._session.followed.connect(self._on_followed)
        self._session.state_changed.connect(self.refresh)
        self._session.updated.connect(self._on_update)
        self._session.failed.connect(self.fail)

    def start_or_stop(self) -> None:
        """Press whichever of the two buttons can be pressed."""
        for button in (self._bar.start, self._bar.stop):
            if button.isEnabled():
                button.click()
                return

    def fail(self, failure: Failed) -> None:
        """Show what went wrong until something else is done."""
        self._bar.error.setText(str(failure))
        self.refresh()

    def refresh(self) -> None:
        """Let the buttons say what they would do now."""
        session, bar = self._session, self._bar
        can_start = self._composer.data.is_complete() or session.has_begun
        bar.start.setEnabled(can_start and not session.active)
        bar.stop.setEnabled(session.active and not session.stopping)
        bar.start.setText(self._start_text())
        bar.stop.setText("Stopping…" if session.stopping else "Stop")
        session.link.stop_on_close = not self._composer.run.goes_on.isChecked()

    def _start_text(self) -> str:
        if not self._session.active:
            return "Continue" if self._session.has_begun else "Start"
        return "Starting…" if self._session.state is RunState.STARTING else "Training…"

    def _on_start(self) -> None:
        self._bar.error.setText("")
        try:
            request = self._composer.request()
        except DacapoError as error:
            self.fail(Failed.of(error))
            return
        self._bar.show_busy("Writing the labels and starting the engine…")
        remember_runs_folder(request.folder.path.parent)
        self.begun.emit()
        self._session.start(request)

    def _on_stop(self) -> None:
        if self._session.active and not self._session.stopping:
            self._bar.status.setText("Stopping after this step; the weights are kept…")
            self._session.stop()

    def _say(self, words: str) -> None:
        """Show `words` in the line of a run that has not begun."""
        if not self._session.active and not self._session.has_begun:
            self._bar.clear(words)
        self.refresh()

    def _on_followed(self) -> None:
        self._bar.error.setText("")
        self.refresh()

    def _on_update(self, update: Update) -> None:
        if isinstance(update, StatusChanged):
            self._bar.show_status(update.status, alive=update.alive)
        elif isinstance(update, Ended) and self._bar.is_busy():
            self._bar.clear("")
