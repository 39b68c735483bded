"""A function on a thread of its own, its result or its error handed back to the Qt thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qtpy.QtCore import QObject, QThread, Signal

from dacapo_engine.errors import DacapoError
from dacapo_napari.run_updates import Failed

__all__ = ["BackgroundCall", "keep_until_finished", "wait_for_all"]

# A QThread that is destroyed while it runs takes the program down; they stay here until they end.
_running: set[QThread] = set()


def keep_until_finished(thread: QThread) -> None:
    """Hold a reference to `thread` for as long as it runs, whoever else lets go of it."""
    _running.add(thread)
    thread.finished.connect(_let_go)


def _let_go() -> None:
    for thread in [thread for thread in _running if thread.isFinished()]:
        _running.discard(thread)
        thread.deleteLater()


class BackgroundCall(QThread):
    """Runs one function; `done` or `failed` is emitted in the thread that made this object."""

    done = Signal(object)
    failed = Signal(object)

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        super().__init__()
        self._function = function
        self._arguments = arguments

    def run(self) -> None:
        """Call the function."""
        try:
            result = self._function(*self._arguments)
        except DacapoError as error:
            self.failed.emit(Failed.of(error))
        except (OSError, ValueError, TypeError, KeyError, RuntimeError, MemoryError) as error:
            # What a layer's own array raises when it is read is not the plugin's to choose.
            self.failed.emit(Failed(f"{type(error).__name__}: {error}"))
        else:
            self.done.emit(result)

    def begin(self, done: Callable[[Any], None], failed: Callable[[Failed], None]) -> QObject:
        """Connect both ends and start; the thread lives until the function has returned."""
        self.done.connect(done)
        self.failed.connect(failed)
        keep_until_finished(self)
        self.start()
        return self

    def forget(self) -> None:
        """Nobody wants the result any more."""
        self.blockSignals(True)


def wait_for_all(milliseconds: int = 3000) -> None:
    """Ask every thread to end and wait a little: for the moment when the program quits."""
    for thread in list(_running):
        thread.requestInterruption()
    for thread in list(_running):
        thread.wait(milliseconds)
