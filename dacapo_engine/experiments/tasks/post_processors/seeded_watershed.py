"""From distances to objects."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.tasks.dense_ids import dense_ids
from dacapo_engine.experiments.tasks.post_processors.object_sizes import merge_small_objects

__all__ = ["seeded_watershed"]


def seeded_watershed(
    distances: NDArray[Any],
    threshold: float,
    seed_threshold: float,
    min_size: int = 0,
    separate_images: bool = False,
) -> NDArray[np.uint64]:
    """Objects around the maxima of a signed distance.

    Each connected region of distances above `seed_threshold` is a seed. A region above
    `threshold` without any is one object, however thin. Seeds grow from high to low distances
    until they meet each other or `threshold`.

    Parameters
    ----------
    distances
        Positive inside, ``[(z,) y, x]``.
    threshold, seed_threshold
        In the unit of `distances`.
    min_size
        In voxels; smaller objects are given to those that they touch, or become background.
    separate_images
        Whether the first axis holds separate images.

    Returns
    -------
    numpy.ndarray
        Ids 1 to n, 0 for background.
    """
    from scipy.ndimage import generate_binary_structure
    from skimage.segmentation import watershed

    connected = generate_binary_structure(distances.ndim, 1)
    if separate_images and distances.ndim > 2:
        connected[[0, 2]] = False
    inside = distances > threshold
    seeds = _seeds(distances, inside, seed_threshold, connected)
    grown = watershed(-distances, seeds, connectivity=connected, mask=inside)
    labels = dense_ids(grown)
    apart = separate_images and distances.ndim > 2
    return dense_ids(merge_small_objects(labels, min_size, -distances, apart)).astype(np.uint64)


def _seeds(
    distances: NDArray[Any],
    inside: NDArray[np.bool_],
    seed_threshold: float,
    connected: NDArray[np.bool_],
) -> NDArray[np.int64]:
    from scipy.ndimage import label

    seeds, count = label(inside & (distances > seed_threshold), structure=connected)
    regions, _ = label(inside, structure=connected)
    seeded = np.zeros(int(regions.max(initial=0)) + 1, dtype=bool)
    seeded[regions[seeds > 0]] = True
    seeded[0] = True
    thin = ~seeded[regions]
    return np.asarray(np.where(thin, regions.astype(np.int64) + count, seeds), dtype=np.int64)
