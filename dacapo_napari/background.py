"""A function on a thread of its own, its result or its error handed back to the Qt thread."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from qtpy.QtCore import QThread, Signal
from qtpy.QtWidgets import QApplication

from dacapo_engine.errors import DacapoError
from dacapo_napari.run_updates import Failed

__all__ = ["BackgroundCall", "keep_until_finished", "quit_politely", "wait_for_all"]

logger = logging.getLogger(__name__)

_QUITS_POLITELY = "dacapo waits for its threads"

# A QThread that is destroyed while it runs takes the program down; they stay here until they end.
_running: set[QThread] = set()


def keep_until_finished(thread: QThread) -> None:
    """Hold a reference to `thread` for as long as it runs, whoever else lets go of it."""
    _running.add(thread)
    thread.finished.connect(_let_go)


def _let_go() -> None:
    for thread in [thread for thread in _running if thread.isFinished()]:
        _running.discard(thread)


class BackgroundCall(QThread):
    """Runs one function; its result or its failure is delivered in the thread that made this."""

    _returned = Signal(object)

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        super().__init__()
        self._function = function
        self._arguments = arguments
        self._done: Callable[[Any], None] | None = None
        self._failed: Callable[[Failed], None] | None = None

    def run(self) -> None:
        """Call the function."""
        try:
            result = self._function(*self._arguments)
        except DacapoError as error:
            result = Failed.of(error)
        except Exception as error:
            # What a layer's own array raises when it is read is not the plugin's to choose.
            logger.exception("a background call failed")
            result = Failed(f"{type(error).__name__}: {error}")
        self._returned.emit(result)

    def begin(self, done: Callable[[Any], None], failed: Callable[[Failed], None]) -> None:
        """Start; the thread lives until the function has returned."""
        self._done, self._failed = done, failed
        self._returned.connect(self._deliver)
        keep_until_finished(self)
        self.start()

    def forget(self) -> None:
        """Nobody wants the result any more."""
        self._done = self._failed = None

    def _deliver(self, result: Any) -> None:
        done, failed = self._done, self._failed
        self.forget()
        if isinstance(result, Failed):
            if failed is not None:
                failed(result)
        elif done is not None:
            done(result)


def wait_for_all(seconds: float = 12.0) -> None:
    """Ask every thread to end and wait a little: for the moment when the program quits."""
    for thread in list(_running):
        thread.requestInterruption()
    deadline = time.monotonic() + seconds
    for thread in list(_running):
        thread.wait(max(0, int(1000 * (deadline - time.monotonic()))))


def quit_politely() -> None:
    """Wait for the threads when the application quits; safe to call again."""
    app = QApplication.instance()
    if app is not None and not app.property(_QUITS_POLITELY):
        app.setProperty(_QUITS_POLITELY, True)
        app.aboutToQuit.connect(wait_for_all)
