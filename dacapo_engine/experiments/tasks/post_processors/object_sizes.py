"""Small objects given to those around them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["merge_small_objects"]


def merge_small_objects(
    labels: NDArray[np.int64], min_size: int, height: NDArray[Any], separate_slices: bool = False
) -> NDArray[np.int64]:
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

    small = np.bincount(labels.ravel()) < min_size
    small[0] = False
    if min_size <= 1 or not small.any():
        return labels
    kept = np.where(small[labels], 0, labels)
    if not kept.any():
        return np.zeros_like(labels)
    # Without a link along the first axis its slices flood apart from each other.
    connectivity = np.stack([_cross(labels.ndim - 1)]) if separate_slices else 1
    grown = watershed(height, kept, connectivity=connectivity, mask=labels > 0)
    return np.asarray(grown, dtype=np.int64)


def _cross(dims: int) -> NDArray[np.bool_]:
    from scipy.ndimage import generate_binary_structure

    cross: NDArray[np.bool_] = generate_binary_structure(dims, 1)
    return cross
