"""The values of the image files that were read last, in bounded memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

__all__ = ["RecentValues"]

Values = np.ndarray[Any, Any]


class RecentValues:
    """Keeps what was read last, so that a thousand files need neither memory nor open files.

    Parameters
    ----------
    most_bytes, most_files
        What was used longest ago is forgotten beyond either; the newest is always kept.
    """

    def __init__(self, most_bytes: int = 2**28, most_files: int = 64) -> None:
        self._most_bytes = most_bytes
        self._most_files = most_files
        self._values: OrderedDict[Hashable, Values] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, read: Callable[[], Values]) -> Values:
        """What is kept under `key`, or what `read` gives."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        values = read()
        with self._lock:
            self._values[key] = values
            self._values.move_to_end(key)
            self._forget()
        return values

    def _forget(self) -> None:
        while len(self._values) > 1 and (
            len(self._values) > self._most_files
            or sum(values.nbytes for values in self._values.values()) > self._most_bytes
        ):
            self._values.popitem(last=False)
