"""What is asked of a training by those who started it and by those who watch it."""

from __future__ import annotations

from collections.abc import Callable

from dacapo_engine.store.control import Verb, clear_foreign, take
from dacapo_engine.store.run_folder import RunFolder

__all__ = ["Requests"]


class Requests:
    """Listens for one session.

    Parameters
    ----------
    folder, session
        Whose control files are read.
    stop_asked
        Whether whoever started the training wants it to stop.
    """

    def __init__(
        self, folder: RunFolder, session: str, stop_asked: Callable[[], bool] = lambda: False
    ) -> None:
        self._folder = folder
        self._session = session
        self.stop_asked = stop_asked
        self._heard: set[Verb] = set()

    def begin(self) -> None:
        """Forget what was asked of earlier sessions."""
        clear_foreign(self._folder, self._session)

    def is_asked(self, verb: Verb) -> bool:
        """Whether `verb` was asked since the last time."""
        return take(self._folder, self._session, verb)

    def has_heard(self, verb: Verb) -> bool:
        """Whether `verb` was ever asked in this session: it may be heard while scoring."""
        if self.is_asked(verb):
            self._heard.add(verb)
        return verb in self._heard

    def should_stop(self) -> bool:
        """Whether anybody wants the training to end."""
        return self.stop_asked() or any(map(self.has_heard, (Verb.STOP, Verb.CANCEL)))
