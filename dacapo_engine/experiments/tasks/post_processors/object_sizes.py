"""Small objects removed, ids made dense."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["dense_ids", "merge_small_objects"]


def dense_ids(labels: NDArray[Any]) -> NDArray[np.uint64]:
    """The same objects as 1 to n in the order of their ids; 0 stays 0."""
    ids, inverse = np.unique(labels, return_inverse=True)
    first = 0 if ids.size and ids[0] == 0 else 1
    dense: NDArray[np.uint64] = (inverse.reshape(labels.shape) + first).astype(np.uint64)
    return dense


def merge_small_objects(
    labels: NDArray[np.uint64], min_size: int, height: NDArray[Any], separate_slices: bool = False
) -> NDArray[np.uint64]:
    """Give the voxels of objects below `min_size` to the objects around them.

    Parameters
    ----------
    labels
        Ids, 1 to n, 0 for background.
    min_size
        In voxels.
    height
        Of the shape of `labels`: growing objects meet where it is highest.
    separate_slices
        Whether the first axis holds separate images, across which nothing grows.

    Returns
    -------
    numpy.ndarray
        Ids in no particular order. Small objects that touch no larger one become background.
    """
    from skimage.segmentation import watershed

    small = np.bincount(labels.ravel().astype(np.int64)) < min_size
    small[0] = False
    if min_size <= 1 or not small.any():
        return labels
    kept = np.where(small[labels], 0, labels).astype(np.int64)
    if not kept.any():
        return np.zeros_like(labels)
    # Without a link along the first axis its slices flood apart from each other.
    connectivity = np.stack([_cross(labels.ndim - 1)]) if separate_slices else 1
    grown = watershed(height, kept, connectivity=connectivity, mask=labels > 0)
    return np.asarray(grown, dtype=np.uint64)


def _cross(dims: int) -> NDArray[np.bool_]:
    from scipy.ndimage import generate_binary_structure

    cross: NDArray[np.bool_] = generate_binary_structure(dims, 1)
    return cross
