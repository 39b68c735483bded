"""Processes that are started from a script without running the script again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["hidden_main"]


@contextmanager
def hidden_main() -> Iterator[None]:
    """Keep spawned processes from importing the running script again.

    A script without ``if __name__ == "__main__"`` would otherwise start its own training in
    every worker.
    """
    main = sys.modules["__main__"]
    names = ("__file__", "__spec__")
    hidden = {name: getattr(main, name) for name in names if hasattr(main, name)}
    main.__spec__ = None
    if "__file__" in hidden:
        del main.__file__
    try:
        yield
    finally:
        for name, value in hidden.items():
            setattr(main, name, value)
