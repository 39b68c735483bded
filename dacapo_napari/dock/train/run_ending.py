"""Ends a run that is not to be kept, or does not answer."""

from __future__ import annotations

import time
from pathlib import Path

from qtpy.QtCore import QObject, QTimer, Signal
from qtpy.QtWidgets import QMessageBox, QPushButton

from dacapo_engine.errors import StoreError
from dacapo_engine.store.delete_run import delete_run
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState
from dacapo_napari.dock.train.run_composer import RunComposer
from dacapo_napari.engine.end_engine import end_engine
from dacapo_napari.run_updates import Failed, StatusChanged, Unheard, Update
from dacapo_napari.sections.train.train_bar import TrainBar

__all__ = ["RunEnding"]

_PATIENCE_MS = 10_000
_SECONDS_TO_LET_GO = 15.0
_PAUSE = 0.3


class RunEnding(QObject):
    """Cancel, which asks first, and End it, which is offered when nothing else helps.

    Attributes
    ----------
    is_silent : bool
        Whether the training has not answered for ten seconds, or was not heard of for longer.
    is_forced : bool
        Whether its process is being ended by force.

    Signals
    -------
    changed()
        `is_silent` is another.
    failed(Failed)
        It could not be ended, or not be deleted.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, composer: RunComposer, bar: TrainBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._composer = composer
        self._session = composer.session
        self._bar = bar
        self._question: QMessageBox | None = None
        self._deletes = False
        self.is_silent = self.is_forced = False
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._on_silence)
        bar.cancel.clicked.connect(self._on_cancel)
        bar.end.clicked.connect(self._on_end)
        self._session.state_changed.connect(self._on_state_changed)
        self._session.updated.connect(self._on_update)
        self._session.followed.connect(self._forget)

    def _on_cancel(self) -> None:
        """Ask, without holding up the window."""
        if not self._session.active:
            return
        self._deletes = self._is_new()
        box = QMessageBox(self._bar)
        box.setObjectName("train.cancel.question")
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Cancel the training")
        box.setText(self._question_text())
        yes, no = QPushButton("Cancel the training", box), QPushButton("Let it go on", box)
        box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(no, QMessageBox.ButtonRole.RejectRole)
        yes.setObjectName("train.cancel.yes")
        no.setObjectName("train.cancel.no")
        box.setDefaultButton(no)
        box.setEscapeButton(no)
        yes.clicked.connect(self._cancel)
        box.finished.connect(self._on_answered)
        self._question = box
        box.open()

    def _on_answered(self) -> None:
        if self._question is not None:
            self._question.deleteLater()
            self._question = None

    def _question_text(self) -> str:
        folder = self._session.folder
        name = folder.name if folder is not None else "The run"
        if self._deletes:
            return f"{name} is new. What it has learnt is lost, and its folder is deleted."
        return f"{name} falls back to its last checkpoint. What came after that is lost."

    def _is_new(self) -> bool:
        """Whether nothing of the run is older than this training."""
        status = self._session.status
        if status is None or status.first_iteration is None:
            return not self._session.has_begun
        return status.first_iteration == 0

    def _cancel(self) -> None:
        if not self._session.active:
            return
        self._bar.status.setText("Cancelling after this step…")
        self._session.cancel()

    def _on_end(self) -> None:
        folder, thread = self._session.folder, self._session.link.thread
        if folder is None:
            return
        if thread is not None:
            thread.expect_end()
        self.is_forced = True
        self._bar.end.setEnabled(False)
        self._session.call("end", end_engine, folder).begin(self._on_engine_ended, self._on_failed)

    def _on_engine_ended(self, nothing: None) -> None:
        self._set_silent(False)

    def _on_failed(self, failure: Failed) -> None:
        self.is_forced = False
        self._bar.end.setEnabled(True)
        self.failed.emit(failure)

    def _on_state_changed(self) -> None:
        session = self._session
        if session.active:
            self.is_forced = self.is_forced and session.state is not RunState.STARTING
            if session.stopping and not self._patience.isActive() and not self.is_silent:
                self._patience.start()
            return
        self._patience.stop()
        self._set_silent(False)
        if session.cancelling:
            session.cancelling = False
            if self._deletes and session.folder is not None:
                self._delete(session.folder)

    def _on_update(self, update: Update) -> None:
        if isinstance(update, Unheard):
            self._set_silent(update.silent)
        elif isinstance(update, StatusChanged) and not self._session.stopping:
            self._set_silent(False)

    def _on_silence(self) -> None:
        self._set_silent(self._session.active)

    def _set_silent(self, silent: bool) -> None:
        if silent != self.is_silent:
            self.is_silent = silent
            self.changed.emit()

    def _forget(self) -> None:
        self._patience.stop()
        self.is_forced = False
        self._set_silent(False)

    def _delete(self, folder: RunFolder) -> None:
        self._session.call("delete", _delete_when_free, folder.path.parent, folder.name).begin(
            self._on_deleted, self._on_failed
        )

    def _on_deleted(self, nothing: None) -> None:
        self._session.link.let_go()
        self._composer.look()


def _delete_when_free(runs: Path, name: str) -> None:
    """Delete a run as soon as its engine has let go of it."""
    deadline = time.monotonic() + _SECONDS_TO_LET_GO
    while RunFolder.of(runs, name).exists():
        try:
            delete_run(runs, name)
        except StoreError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE)
