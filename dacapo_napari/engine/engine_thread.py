"""The background thread: writes a run, starts the engine, and tells the dock what happens there."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any, Protocol

from qtpy.QtCore import QThread, Signal

from dacapo_engine.errors import DacapoError
from dacapo_engine.store.control import Verb, ask
from dacapo_engine.store.run_folder import RunFolder
from dacapo_engine.store.status import RunState, RunStatus, read_status
from dacapo_napari.background import keep_until_finished
from dacapo_napari.engine.engine_in_thread import EngineInThread
from dacapo_napari.engine.engine_process import EngineProcess, engine_command
from dacapo_napari.run_updates import Ended, Failed, Prepared, StatusChanged, Update
from dacapo_napari.runs.run_follower import RunFollower, is_alive
from dacapo_napari.runs.run_setup import TrainingRequest, prepare_run

__all__ = ["OUTPUT_NAME", "EngineThread"]

logger = logging.getLogger(__name__)

OUTPUT_NAME = "engine_output.txt"
"""What a started engine printed to standard error, in the run's folder."""

_PAUSE_ACTIVE = 0.25
_PAUSE_IDLE = 1.0


class Engine(Protocol):
    """A training that was started here, in a process or in a thread."""

    def poll(self) -> int | None:
        """Exit status, None while it runs."""

    def failure(self) -> DacapoError:
        """Why it ended with another status than 0."""

    def leave(self) -> None:
        """Let it go on by itself."""


class EngineThread(QThread):
    """Follows one run until it is told to let go; starts the run first if there is a `request`.

    A plain loop, never a generator: superqt's generator workers swallow RuntimeErrors, and CUDA's
    out-of-memory error is one.

    Parameters
    ----------
    folder
        The run to follow.
    request
        What to start there; None only watches.

    Signals
    -------
    updated(EngineThread, Update)
        News, with the thread it comes from: what an earlier one had sent may arrive late.
    """

    updated = Signal(object, object)

    def __init__(self, folder: RunFolder, request: TrainingRequest | None = None) -> None:
        super().__init__()
        self.folder = folder
        self._request = request
        self._follower = RunFollower(folder)
        self._engine: Engine | None = None
        self._wake = threading.Event()
        self._let_go = threading.Event()
        self._end_wanted: Verb | None = None
        self._end_expected = False
        self._asked: deque[tuple[Verb, Mapping[str, Any] | None]] = deque()
        self._old_session = ""
        self._waiting_for_session = False

    def begin(self) -> None:
        """Start, and live until the loop has ended."""
        keep_until_finished(self)
        self.start()

    def stop_training(self) -> None:
        """Ask the training to keep its weights and end; returns at once."""
        self._end_wanted = Verb.STOP
        self._wake.set()

    def cancel_training(self) -> None:
        """Ask the training to end without keeping what came after its last checkpoint."""
        self._end_wanted = Verb.CANCEL
        self._wake.set()

    def expect_end(self) -> None:
        """The engine is being ended by force: that it ends is no failure."""
        self._end_expected = True

    def ask(self, verb: Verb, parameters: Mapping[str, Any] | None = None) -> None:
        """Ask the training for `verb` as soon as it can hear it; returns at once."""
        self._asked.append((verb, parameters))
        self._wake.set()

    def let_go(self, *, stop: bool = False) -> None:
        """Follow no longer. The training goes on, unless it is asked to `stop`."""
        if stop and self._end_wanted is None:
            self._end_wanted = Verb.STOP
        self._let_go.set()
        self._wake.set()

    @property
    def in_this_process(self) -> bool:
        """Whether the training runs inside this program and would end with it."""
        return isinstance(self._engine, EngineInThread) and self._engine.poll() is None

    def run(self) -> None:
        """Start what was asked for, then follow."""
        try:
            if self._request is not None and not self._launch(self._request):
                self._tell(Ended())
            self._follow()
            self._pass_on_stop()
        except Exception as error:
            # Whatever it was: a dock that hears nothing would say "Training..." for ever.
            logger.exception("the run can no longer be followed")
            self._tell(Failed(f"The run can no longer be followed: {_words(error)}"))
            self._tell(Ended())
        finally:
            if self._engine is not None:
                self._engine.leave()

    def _launch(self, request: TrainingRequest) -> bool:
        try:
            status = read_status(self.folder)
            if status is not None and is_alive(self.folder, status):
                return True
            self._old_session = status.session if status is not None else ""
            self._waiting_for_session = True
            prepare_run(request, self._is_cancelled)
            if self._is_cancelled():
                return False
            self._tell(Prepared(str(self.folder.path)))
            self._engine = self._start_engine(request)
        except DacapoError as error:
            self._tell(Failed.of(error))
        except Exception as error:
            # Reading a layer's own array may raise whatever its library raises.
            logger.exception("the run could not be prepared")
            self._tell(Failed(_words(error)))
        else:
            return True
        self._waiting_for_session = False
        return False

    def _is_let_go(self) -> bool:
        return self._let_go.is_set() or self.isInterruptionRequested()

    def _is_cancelled(self) -> bool:
        """Whether the run is not to be started: a dock that is closed only looks away."""
        return self._end_wanted is not None or self.isInterruptionRequested()

    def _start_engine(self, request: TrainingRequest) -> Engine:
        run_file = self.folder.run_file.absolute()
        if request.in_thread:
            return EngineInThread(run_file, request.device)
        command = engine_command(
            request.python,
            "train",
            str(run_file),
            "--runs",
            str(run_file.parent.parent),
            "--device",
            request.device,
        )
        return EngineProcess(command, run_file.parent / OUTPUT_NAME)

    def _tell(self, update: Update) -> None:
        self.updated.emit(self, update)

    def _follow(self) -> None:
        while not self._is_let_go():
            exit_status = self._engine.poll() if self._engine is not None else None
            # A disk that does not answer for a moment has no news.
            with contextlib.suppress(OSError):
                self._tell_news()
            if self._engine is not None and exit_status is not None:
                self._say_how_it_ended(self._engine, exit_status)
                self._engine = None
            self._pass_on_stop()
            self._pass_on_asked()
            self._wake.wait(self._pause())
            self._wake.clear()

    def _tell_news(self) -> None:
        for update in self._follower.poll():
            if not self._is_old_news(update):
                self._tell(update)

    def _is_old_news(self, update: Update) -> bool:
        """Whether a status is that of the session before this Start."""
        return isinstance(update, StatusChanged) and self._session() is None

    def _pause(self) -> float:
        status = self._follower.status
        active = self._engine is not None or (status is not None and status.alive)
        return _PAUSE_ACTIVE if active else _PAUSE_IDLE

    def _session(self) -> RunStatus | None:
        """The status, once it is that of the session that was started here."""
        status = self._follower.status
        if status is None or (self._waiting_for_session and status.session == self._old_session):
            return None
        self._waiting_for_session = False
        return status

    def _pass_on_stop(self) -> None:
        status = self._session()
        if self._end_wanted is not None and status is not None:
            verb, self._end_wanted = self._end_wanted, None
            if status.state.active:
                ask(self.folder, status.session, verb)

    def _pass_on_asked(self) -> None:
        status = self._session()
        if status is None:
            return
        while self._asked:
            verb, parameters = self._asked.popleft()
            if status.state.active:
                ask(self.folder, status.session, verb, parameters)

    def _say_how_it_ended(self, engine: Engine, exit_status: int) -> None:
        status = self._session()
        told = status is not None and status.state is RunState.FAILED
        told = told or self._end_expected
        if exit_status != 0 and not told:
            self._tell(Failed.of(engine.failure()))
        self._end_wanted = None
        self._waiting_for_session = False
        self._tell(Ended())


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
