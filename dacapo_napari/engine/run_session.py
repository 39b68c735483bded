"""The run that a dock shows: looked for, started, followed, asked; the sections listen to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, Signal

from dacapo_engine.store.control import Verb
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState, RunStatus
from dacapo_napari.background import BackgroundCall
from dacapo_napari.engine.dock_link import DockLink
from dacapo_napari.engine.engine_thread import EngineThread
from dacapo_napari.run_updates import (
    Ended,
    Failed,
    LossRows,
    Prepared,
    StatusChanged,
    Update,
)
from dacapo_napari.runs.run_setup import RunLook, TrainingRequest, look_at_run

if TYPE_CHECKING:
    from napari.components import ViewerModel

__all__ = ["RunSession"]


class RunSession(QObject):
    """What is known of one run, and what can be asked of it.

    Everything slow happens on other threads; results and signals arrive in the Qt thread.

    Parameters
    ----------
    viewer
        Whose layers are learnt from, and where a run's arrays are shown.

    Attributes
    ----------
    link : DockLink
        Threads and connections; it outlives the widgets.
    look : RunLook or None
        What is stored under the run's name.
    status : RunStatus or None
        The last one heard of the run that is followed.
    active : bool
        Whether the run is in training, or being started.
    stopping : bool
        Whether it was asked to stop and has not yet.
    cancelling : bool
        Whether it was asked to stop without keeping anything.

    Signals
    -------
    run_changed()
        What is stored under the run's name was looked at.
    followed()
        Another run is shown from now on, or none that was trained; `look` tells which.
    state_changed()
        `active`, `stopping`, `state` or `has_begun` may be new.
    updated(Update)
        News of the run that is followed.
    failed(Failed)
        Something went wrong with the run.
    look_failed(Failed)
        The name cannot be looked for.
    """

    run_changed = Signal()
    followed = Signal()
    state_changed = Signal()
    updated = Signal(object)
    failed = Signal(object)
    look_failed = Signal(object)

    def __init__(self, viewer: ViewerModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.viewer = viewer
        self.link = DockLink()
        self.look: RunLook | None = None
        self.status: RunStatus | None = None
        self.active = False
        self.stopping = False
        self.cancelling = False
        self._state: RunState | None = None
        self._has_rows = False

    @property
    def folder(self) -> RunFolder | None:
        """The folder of the run that is followed, else of the name that was looked for."""
        if self.link.thread is not None:
            return self.link.thread.folder
        return self.look.folder if self.look is not None else None

    @property
    def state(self) -> RunState | None:
        """What the run is doing; None where nothing was heard of it."""
        return self._state

    @property
    def has_begun(self) -> bool:
        """Whether the run was trained: then its settings are fixed."""
        return self._has_rows or (self.look is not None and self.look.begun)

    def call(self, name: str, function: Callable[..., Any], *arguments: Any) -> BackgroundCall:
        """A background call; the result of an earlier one of this name is no longer wanted."""
        return self.link.call(name, function, *arguments)

    def connect(self, event: Any, callback: Callable[..., Any]) -> None:
        """Connect to an event of napari for as long as the dock is open."""
        self.link.connect(event, callback)

    def on_close(self, callback: Callable[[], None]) -> None:
        """Call `callback` when the dock is closed, even if its widgets are gone by then."""
        self.link.on_close(callback)

    def look_at(self, runs: Path, name: str) -> None:
        """Look what is stored under a name, and follow it if it was trained."""
        self.call("look", look_at_run, runs, name).begin(self._on_looked, self._on_not_looked)

    def start(self, request: TrainingRequest) -> None:
        """Train a new run, or go on with one."""
        self.active, self.stopping, self._state = True, False, RunState.STARTING
        self.cancelling = False
        # What is still looked for may be a name that stood there before this one.
        self.link.forget("look")
        self._watch(EngineThread(request.folder, request))
        self.state_changed.emit()

    def stop(self) -> None:
        """Ask the training to finish its step, keep its weights and end."""
        if self.active and not self.stopping:
            self.stopping = True
            self.link.stop_training()
            self.state_changed.emit()

    def cancel(self) -> None:
        """Ask the training to end without keeping what came after its last checkpoint."""
        if self.active:
            self.stopping = self.cancelling = True
            self.link.cancel_training()
            self.state_changed.emit()

    def ask(self, verb: Verb, parameters: Mapping[str, Any] | None = None) -> None:
        """Ask the training for something; nothing happens where none is running."""
        if self.link.thread is not None:
            self.link.thread.ask(verb, parameters)

    def _on_looked(self, look: RunLook) -> None:
        self.look = look
        if look.folder is not None and not self._is_followed(look.folder):
            self._follow(look)
        self.run_changed.emit()
        self.state_changed.emit()

    def _on_not_looked(self, failure: Failed) -> None:
        self.look = None
        self.look_failed.emit(failure)
        self.state_changed.emit()

    def _is_followed(self, folder: RunFolder) -> bool:
        thread = self.link.thread
        return thread is not None and thread.folder.path == folder.path

    def _follow(self, look: RunLook) -> None:
        self.link.let_go()
        self.active = self.stopping = self.cancelling = self._has_rows = False
        self._state = self.status = None
        if look.begun and look.config is not None and look.folder is not None:
            self._watch(EngineThread(look.folder))
        self.followed.emit()

    def _watch(self, thread: EngineThread) -> None:
        thread.updated.connect(self._on_update)
        self.link.follow(thread)

    def _on_update(self, thread: EngineThread, update: Update) -> None:
        if thread is not self.link.thread:
            return
        match update:
            case StatusChanged():
                self._on_status(update)
            case LossRows():
                self._has_rows = len(update.losses) > 0 or (self._has_rows and not update.fresh)
            case Ended():
                self.active = self.stopping = False
        self.updated.emit(update)
        match update:
            case Failed():
                self.failed.emit(update)
            case Prepared() | Ended():
                self.look_at(thread.folder.path.parent, thread.folder.name)
        if isinstance(update, StatusChanged | Ended | Failed | LossRows):
            self.state_changed.emit()

    def _on_status(self, update: StatusChanged) -> None:
        status = update.status
        self.status, self._state, self.active = status, status.state, update.alive
        self.stopping = update.alive and (self.stopping or status.state is RunState.STOPPING)
        if status.state is RunState.FAILED and status.error:
            self.failed.emit(Failed.of_status(status.error))
