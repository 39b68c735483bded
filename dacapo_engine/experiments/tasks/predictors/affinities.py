"""From labels to affinities: which pairs of voxels belong to the same object."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.tasks.neighborhood import Offsets, pair_slices
from dacapo_engine.experiments.tasks.predictors.class_balance import balance

__all__ = ["affinities", "affinity_weights"]


def affinities(
    labels: NDArray[Any],
    neighborhood: Offsets,
    background_as_object: bool = False,
) -> NDArray[np.uint8]:
    """Affinity of each voxel x to its neighbor x + e, for each offset e.

    ``a_e(x) = [s(x) = s(x + e)] [s(x) > 0] [s(x + e) > 0]`` for labels s (Turaga et al. 2010,
    Neural Computation 22:511). 0 where x + e lies outside.

    Parameters
    ----------
    labels
        Ids, ``[z, y, x]`` or ``[y, x]``; 0 is background.
    neighborhood
        Offsets in voxels, in the order of the axes; any sign.
    background_as_object
        Treat background as one more object.

    Returns
    -------
    numpy.ndarray
        0 or 1, ``[offset, z, y, x]`` or ``[offset, y, x]``.
    """
    target = np.zeros((len(neighborhood), *labels.shape), dtype=np.uint8)
    foreground = None if background_as_object else labels > 0
    for channel, offset in zip(target, neighborhood, strict=True):
        here, there = pair_slices(labels.shape, offset)
        pairs = channel[here].view(bool)
        np.equal(labels[here], labels[there], out=pairs)
        if foreground is not None:
            pairs &= foreground[here]
    return target


def affinity_weights(
    target: NDArray[np.uint8],
    mask: NDArray[Any] | None,
    neighborhood: Offsets,
    clipmin: float = 0.05,
    clipmax: float = 0.95,
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Weights that balance joined and parted pairs within each channel of one sample.

    A pair counts where both its voxels lie in the mask; every other weight is 0.

    Parameters
    ----------
    target
        0 or 1, ``[offset, z, y, x]``, as `affinities` returns it.
    mask
        ``[z, y, x]``, 1 where the labels are valid; None for everywhere.
    neighborhood
        The offsets of `target`.
    clipmin, clipmax
        Bounds of the share of a class, see `balance`.

    Returns
    -------
    tuple
        Weights, of the shape of `target`, and the number of valid (parted, joined) pairs of each
        offset, ``[offset, 2]``.
    """
    valid = None if mask is None or np.all(mask) else np.asarray(mask) > 0
    weights = np.zeros(target.shape, dtype=np.float32)
    counts = np.zeros((len(target), 2), dtype=np.int64)
    for index, offset in enumerate(neighborhood):
        here, there = pair_slices(target.shape[1:], offset)
        both = None if valid is None else valid[here] & valid[there]
        counts[index] = balance(
            target[index][here], both, clipmin, clipmax, out=weights[index][here]
        )
    return weights, counts
