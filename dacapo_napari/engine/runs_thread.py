"""The background thread that looks through the runs folder while the dock is open."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path

from qtpy.QtCore import QThread, Signal

from dacapo_napari.background import keep_until_finished
from dacapo_napari.runs.runs_watch import RunsWatch

__all__ = ["RunsThread"]

logger = logging.getLogger(__name__)

_PAUSE = 2.5
_PAUSE_UNTIL_THROUGH = 0.3
_NAP = 0.25


class RunsThread(QThread):
    """Tells of all runs of a folder, again whenever something about them is new.

    Signals
    -------
    found(Path, tuple[RunSummary, ...])
        The folder, and its runs by name.
    """

    found = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._runs: Path | None = None
        self._wake = threading.Event()
        self._let_go = threading.Event()

    def look_in(self, runs: Path) -> None:
        """Look through this folder from now on; once more, at once, if it is the same."""
        self._runs = runs
        self._wake.set()

    def begin(self) -> None:
        """Start, and live until the loop has ended."""
        keep_until_finished(self)
        self.start(QThread.Priority.LowPriority)

    def let_go(self) -> None:
        """Tell of nothing any more, and end."""
        self._let_go.set()
        self._wake.set()

    def run(self) -> None:
        """Look, tell, pause."""
        watch: RunsWatch | None = None
        while not self._is_let_go():
            runs = self._runs
            if runs is not None and (watch is None or watch.runs != runs):
                watch = RunsWatch(runs)
            if watch is not None:
                self._look(watch)
            self._rest(_PAUSE if watch is None or watch.is_through else _PAUSE_UNTIL_THROUGH)

    def _look(self, watch: RunsWatch) -> None:
        try:
            found = watch.poll()
        except Exception:
            # Whatever a damaged folder does to it: the table keeps what it shows, and goes on.
            logger.exception("the runs folder could not be looked through")
            return
        if found is not None and not self._is_let_go():
            self.found.emit(watch.runs, found)

    def _rest(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self._is_let_go() and (left := end - time.monotonic()) > 0:
            if self._wake.wait(min(left, _NAP)):
                break
        self._wake.clear()

    def _is_let_go(self) -> bool:
        return self._let_go.is_set() or self.isInterruptionRequested()
