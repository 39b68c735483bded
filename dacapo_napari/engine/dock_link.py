"""What a dock holds outside of Qt's tree, and lets go of when it is closed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from qtpy.QtCore import QThread

from dacapo_napari.background import BackgroundCall, quit_politely
from dacapo_napari.engine.engine_thread import EngineThread

__all__ = ["DockLink"]


class DockLink:
    """Threads, background calls and connections of one dock.

    It knows no widget, so that it can be closed when the widget is already gone.

    Attributes
    ----------
    thread : EngineThread or None
        The run that is followed.
    stop_on_close : bool
        Whether closing asks the training to stop.
    """

    def __init__(self) -> None:
        self.thread: EngineThread | None = None
        self.stop_on_close = False
        self._interruptible: list[QThread] = []
        self._calls: dict[str, BackgroundCall] = {}
        self._connections: list[tuple[Any, Callable[..., Any]]] = []
        self._on_close: list[Callable[[], None]] = []
        quit_politely()

    def connect(self, emitter: Any, callback: Callable[..., Any]) -> None:
        """Connect to an event of napari for as long as the dock is open."""
        emitter.connect(callback)
        self._connections.append((emitter, callback))

    def call(self, name: str, function: Callable[..., Any], *arguments: Any) -> BackgroundCall:
        """A background call; the result of an earlier one of this name is no longer wanted."""
        if name in self._calls:
            self._calls[name].forget()
        self._calls[name] = BackgroundCall(function, *arguments)
        return self._calls[name]

    def on_close(self, callback: Callable[[], None]) -> None:
        """Call `callback` once when everything is let go of; it must not need a widget."""
        self._on_close.append(callback)

    def is_calling(self, name: str) -> bool:
        """Whether a call of this name has been made and not finished."""
        return name in self._calls

    def finish(self, name: str) -> None:
        """The call of this name has come back."""
        self._calls.pop(name, None)

    def forget(self, name: str) -> None:
        """The result of the call of this name is no longer wanted."""
        if name in self._calls:
            self._calls.pop(name).forget()

    def follow(self, thread: EngineThread) -> None:
        """Start `thread` and let go of the one before."""
        self.let_go()
        self.thread = thread
        thread.begin()

    def stop_training(self) -> None:
        """Ask the training to keep its weights and end."""
        if self.thread is not None:
            self.thread.stop_training()

    def cancel_training(self) -> None:
        """Ask the training to end and keep nothing since its last checkpoint."""
        if self.thread is not None:
            self.thread.cancel_training()

    def interrupt_on_close(self, thread: QThread) -> None:
        """Ask `thread` to give up when the dock is closed."""
        self._interruptible = [other for other in self._interruptible if other.isRunning()]
        self._interruptible.append(thread)

    def let_go(self, *, stop: bool = False) -> None:
        """Follow nothing any more."""
        if self.thread is not None:
            self.thread.let_go(stop=stop)
            self.thread = None

    def close(self, gone: object = None) -> None:
        """Let go of everything; safe to call twice."""
        for call in self._calls.values():
            call.forget()
        self._calls.clear()
        self.let_go(stop=self.stop_on_close)
        for thread in self._interruptible:
            # While the interpreter ends, Qt may be done with it before.
            with contextlib.suppress(RuntimeError):
                thread.requestInterruption()
        self._interruptible.clear()
        while self._on_close:
            self._on_close.pop()()
        for emitter, callback in self._connections:
            with contextlib.suppress(ValueError, KeyError, RuntimeError):
                emitter.disconnect(callback)
        self._connections.clear()
