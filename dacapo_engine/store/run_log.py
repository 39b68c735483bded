"""``log.txt``: what the engine has to say about a run."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from dacapo_engine.store.run_folder import RunFolder

__all__ = ["logged_to"]

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@contextmanager
def logged_to(folder: RunFolder) -> Iterator[None]:
    """Append messages of the engine, from level INFO on, to the run's log."""
    engine = logging.getLogger("dacapo_engine")
    level = engine.level
    handler = logging.FileHandler(folder.log_file, encoding="utf-8")
    handler.setFormatter(logging.Formatter(_FORMAT))
    engine.addHandler(handler)
    engine.setLevel(min(engine.getEffectiveLevel(), logging.INFO))
    try:
        yield
    finally:
        engine.removeHandler(handler)
        engine.setLevel(level)
        handler.close()
