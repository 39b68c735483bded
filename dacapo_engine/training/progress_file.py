"""A small JSON file that tells a watcher how far a prediction is."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from dacapo_engine.errors import DacapoError
from dacapo_engine.store.atomic import write_json

__all__ = ["ProgressFile"]

_SECONDS = 0.2


class ProgressFile:
    """Keeps ``{"state", "share", ...}`` up to date, a few times a second at most.

    Parameters
    ----------
    path
        The file; None tells nobody.
    facts
        What is told every time.
    """

    def __init__(self, path: Path | None, **facts: Any) -> None:
        self.path = path
        self._facts = facts
        self._told = ("", 0.0)

    def tell(self, state: str, share: float = 0.0, **more: Any) -> None:
        """Say what is being done, and the share of it that is done."""
        now = time.monotonic()
        if self.path is None or (self._told[0] == state and now - self._told[1] < _SECONDS):
            return
        self._told = (state, now)
        write_json(self.path, {"state": state, "share": round(share, 4)} | self._facts | more)

    def fail(self, error: DacapoError) -> None:
        """Say why nothing comes any more."""
        self.tell("failed", error=error.as_dict())
