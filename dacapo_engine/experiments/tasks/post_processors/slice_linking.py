"""From segments of slices to objects that go through them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.tasks.dense_ids import dense_ids

__all__ = ["link_slices"]


def link_slices(labels: NDArray[Any], overlap: float) -> NDArray[np.uint64]:
    """Join segments of neighbouring slices that lie on each other.

    Two segments a and b are joined where ``|a and b| / |a or b| >= overlap`` (their IoU), and an
    object is all segments that are joined in any number of steps.

    Parameters
    ----------
    labels
        Ids ``[z, y, x]``, 0 for background; the same id in two slices is two segments.
    overlap
        Above 0, up to 1. Lower joins more.

    Returns
    -------
    numpy.ndarray
        Ids 1 to n, 0 for background.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    segments, count = _numbered_by_slice(labels)
    pairs = [_linked(one, other, overlap) for one, other in pairwise(segments)]
    first, second = np.concatenate([np.zeros((2, 0), dtype=np.int64), *pairs], axis=1)
    links = coo_array((np.ones(len(first)), (first, second)), shape=(count + 1, count + 1))
    _, objects = connected_components(links, directed=False)
    objects = objects.astype(np.int64) + 1
    objects[0] = 0
    return dense_ids(objects[segments]).astype(np.uint64)


def _numbered_by_slice(labels: NDArray[Any]) -> tuple[NDArray[np.int64], int]:
    segments = np.zeros(labels.shape, dtype=np.int64)
    count = 0
    for z, image in enumerate(labels):
        numbers = dense_ids(image)
        segments[z] = np.where(numbers > 0, numbers + count, 0)
        count += int(numbers.max(initial=0))
    return segments, count


def _linked(one: NDArray[np.int64], other: NDArray[np.int64], overlap: float) -> NDArray[np.int64]:
    """The pairs of segments of two slices that are to be joined, ``[2, pair]``."""
    both = (one > 0) & (other > 0)
    found, shared = np.unique(np.stack([one[both], other[both]]), axis=1, return_counts=True)
    sizes = [np.bincount(image.ravel()) for image in (one, other)]
    union = sizes[0][found[0]] + sizes[1][found[1]] - shared
    return np.asarray(found[:, shared >= overlap * union])
