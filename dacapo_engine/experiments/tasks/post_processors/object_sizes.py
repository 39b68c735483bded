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
    from scipy.ndimage import binary_dilation
    from skimage.segmentation import watershed

    small = np.bincount(labels.ravel()) < min_size
    small[0] = False
    if min_size <= 1 or not small.any():
        return labels
    freed = small[labels]
    kept = np.where(freed, 0, labels)
    neighbors = _neighbors(labels.ndim, separate_slices)
    # What grows are the voxels that touch a small object; all others would only take time.
    front = np.where(binary_dilation(freed, neighbors), kept, 0)
    if not front.any():
        return kept
    grown = watershed(height, front, connectivity=neighbors, mask=freed | (front > 0))
    return np.where(freed, grown, kept).astype(np.int64)


def _neighbors(dims: int, separate_slices: bool) -> NDArray[np.bool_]:
    from scipy.ndimage import generate_binary_structure

    structure: NDArray[np.bool_] = generate_binary_structure(dims, 1)
    return structure[1:2] if separate_slices else structure
