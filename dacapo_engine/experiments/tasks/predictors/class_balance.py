"""Weights that let a rare class count as much as a common one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["balance"]


def balance(
    target: NDArray[Any],
    valid: NDArray[np.bool_] | None,
    clipmin: float,
    clipmax: float,
    out: NDArray[np.float32],
) -> tuple[int, int]:
    """Fill `out` with the weight of each voxel's class, 0 where it is not valid.

    Of N valid voxels, n_c of class c, each has the weight ``1 / (2 clip(n_c / N, clipmin,
    clipmax))``: both classes weigh the same in sum, unless one is rarer than `clipmin`. The
    counts are those of the given sample, so that its weights depend on nothing else.

    Parameters
    ----------
    target
        0 or 1.
    valid
        Which voxels count; None for all.
    clipmin, clipmax
        Bounds of the share of a class, above 0.
    out
        Written to; the shape of `target`.

    Returns
    -------
    tuple of int
        How many valid voxels are 0, and how many are 1.
    """
    ones = target.view(bool) if target.dtype == np.uint8 else target > 0
    total = target.size if valid is None else int(np.count_nonzero(valid))
    positive = int(np.count_nonzero(ones if valid is None else ones & valid))
    counts = (total - positive, positive)
    of_zeros, of_ones = (_class_weight(count, total, clipmin, clipmax) for count in counts)
    np.multiply(ones, np.float32(of_ones - of_zeros), out=out)
    out += np.float32(of_zeros)
    if valid is not None:
        out *= valid
    return counts


def _class_weight(count: int, total: int, clipmin: float, clipmax: float) -> float:
    share = count / total if total else 0.0
    return 1.0 / (2.0 * min(max(share, clipmin), clipmax))
