"""Short questions to the engine, answered in the Qt thread: the next sample, this threshold."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from qtpy.QtCore import QObject, QThread, Signal

from dacapo_engine.errors import DacapoError
from dacapo_napari.background import keep_until_finished
from dacapo_napari.engine.engine_conversation import EngineConversation, ServiceAnswer
from dacapo_napari.run_updates import Failed

__all__ = ["EngineService", "Parameters", "ServiceAnswer"]

logger = logging.getLogger(__name__)

Parameters: TypeAlias = Mapping[str, Any] | Callable[[Path], Mapping[str, Any]]
"""Plain data, or what makes it: called off the Qt thread with a folder to write volumes to."""

_LOOKS_UP_SECONDS = 0.5


@dataclass(frozen=True)
class _Question:
    number: int
    name: str
    verb: str
    parameters: Parameters


class EngineService(QObject):
    """The other end of ``dacapo-engine serve``.

    The helper process is started with the first question, lives as long as the dock, and is
    started again when it has died. One question is worked on at a time; of several that wait
    under one name only the newest is asked.

    Parameters
    ----------
    python
        The interpreter that has the engine.
    """

    def __init__(self, python: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = _ServiceThread(EngineConversation(python))
        self._thread.answered.connect(self._deliver)
        self._begun = False
        self._numbers = 0
        self._wanted: dict[str, tuple[int, _Done, _Failed]] = {}

    def ask(
        self,
        name: str,
        verb: str,
        parameters: Parameters,
        done: Callable[[ServiceAnswer], None],
        failed: Callable[[Failed], None],
    ) -> None:
        """Ask `verb`; the answer to an earlier question of this `name` is no longer wanted.

        `done` or `failed` is called in the Qt thread, once, unless a newer question comes first
        or the service is closed.
        """
        self._numbers += 1
        self._wanted[name] = (self._numbers, done, failed)
        self._thread.put(_Question(self._numbers, name, verb, parameters))
        if not self._begun:
            self._begun = True
            keep_until_finished(self._thread)
            self._thread.start(QThread.Priority.LowPriority)

    def warm(self, *verbs: str) -> None:
        """Let the helper load what answers `verbs`, so that the first question is quick."""
        self.ask("warm", "warm", {"verbs": list(verbs)}, _ignore, _ignore)

    def forget(self, name: str) -> None:
        """The answer to the question of this `name` is no longer wanted."""
        self._wanted.pop(name, None)

    def is_asking(self, name: str) -> bool:
        """Whether a question of this `name` waits for its answer."""
        return name in self._wanted

    def close(self) -> None:
        """End the helper, whatever it is doing; nothing is delivered any more."""
        self._wanted.clear()
        self._thread.end()

    def _deliver(self, number: int, name: str, answer: ServiceAnswer | Failed) -> None:
        wanted, done, failed = self._wanted.get(name, (0, _ignore, _ignore))
        if wanted != number:
            return
        del self._wanted[name]
        if isinstance(answer, Failed):
            failed(answer)
        else:
            done(answer)


_Done: TypeAlias = Callable[[ServiceAnswer], None]
_Failed: TypeAlias = Callable[[Failed], None]


class _ServiceThread(QThread):
    """Asks one question after the other."""

    answered = Signal(int, str, object)

    def __init__(self, conversation: EngineConversation) -> None:
        super().__init__()
        self._conversation = conversation
        self._waiting: dict[str, _Question] = {}
        self._changed = threading.Condition()
        self._ended = False

    def put(self, question: _Question) -> None:
        """Ask this next; one of the same name that still waits is dropped."""
        with self._changed:
            self._waiting.pop(question.name, None)
            self._waiting[question.name] = question
            self._changed.notify()

    def end(self) -> None:
        """Ask nothing any more, and end what is being asked."""
        with self._changed:
            self._ended = True
            self._waiting.clear()
            self._changed.notify()
        self._conversation.interrupt()

    def run(self) -> None:
        """Until the end."""
        while (question := self._next()) is not None:
            answer = self._answer(question)
            if not self._ended:
                self.answered.emit(question.number, question.name, answer)
        self._conversation.close()

    def _next(self) -> _Question | None:
        with self._changed:
            while not self._waiting and not self._is_over():
                # Whoever waits for all threads at the end of the program only interrupts them.
                self._changed.wait(_LOOKS_UP_SECONDS)
            if self._is_over():
                return None
            return self._waiting.pop(next(iter(self._waiting)))

    def _is_over(self) -> bool:
        return self._ended or self.isInterruptionRequested()

    def _answer(self, question: _Question) -> ServiceAnswer | Failed:
        try:
            parameters = question.parameters
            if callable(parameters):
                parameters = parameters(self._conversation.scratch)
            return self._conversation.ask(question.verb, parameters)
        except DacapoError as error:
            return Failed.of(error)
        except Exception as error:
            # What a layer's own array raises when it is read is not the plugin's to choose.
            logger.exception("a question to the engine failed")
            return Failed(f"{type(error).__name__}: {error}")


def _ignore(answer: object) -> None:
    """Nobody wants to know."""
