"""What the requests of one service share: a scratch folder, and what is kept between them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

__all__ = ["Desk"]

T = TypeVar("T")


class Desk:
    """The place at which requests are worked on, one after the other.

    Parameters
    ----------
    scratch
        A folder for arrays. Those of an answer are there until the next request.
    """

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self._kept: dict[Callable[[], Any], Any] = {}
        self._arrays: dict[str, Path] = {}

    def keep(self, kind: Callable[[], T]) -> T:
        """The one `kind` of this service, made when it is first asked for."""
        if kind not in self._kept:
            self._kept[kind] = kind()
        kept: T = self._kept[kind]
        return kept

    def put(self, name: str, array: np.ndarray) -> None:
        """Let the answer carry `array` under `name`."""
        path = self.scratch / f"{name}.npy"
        np.save(path, array, allow_pickle=False)
        self._arrays[name] = path

    def arrays(self) -> dict[str, str]:
        """Where the arrays of this answer lie."""
        return {name: str(path) for name, path in self._arrays.items()}

    def clear(self) -> None:
        """Remove the arrays of the last answer."""
        for path in self._arrays.values():
            path.unlink(missing_ok=True)
        self._arrays = {}
