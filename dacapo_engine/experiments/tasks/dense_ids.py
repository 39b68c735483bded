"""Ids made small: many volumes hold few objects with large ids."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["dense_ids"]


def dense_ids(ids: NDArray[Any]) -> NDArray[np.int64]:
    """The same objects as 1 to n, in the order of their ids; 0 stays 0.

    Ids are integers of any type, or booleans.
    """
    if not ids.size or ids.dtype == bool:
        return ids.astype(np.int64)
    if ids.min() >= 0 and ids.max() <= 4 * ids.size:
        present = np.zeros(int(ids.max()) + 1, dtype=np.int64)
        present[ids.ravel()] = 1
        present[0] = 0
        numbers = np.cumsum(present) * present
        return np.asarray(numbers[ids], dtype=np.int64)
    known, inverse = np.unique(ids, return_inverse=True)
    numbers = np.cumsum(known != 0) * (known != 0)
    return np.asarray(numbers[inverse].reshape(ids.shape), dtype=np.int64)
