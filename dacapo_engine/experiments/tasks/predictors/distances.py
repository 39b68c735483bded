"""From labels to signed distances to the boundary."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.tasks.dense_ids import dense_ids

__all__ = [
    "TRUSTED_LEVEL",
    "distance_to",
    "object_distances",
    "per_image",
    "signed_distances",
    "trusted_distances",
]

Distances = NDArray[np.float32]

TRUSTED_LEVEL = 0.8
"""Scaled distances beyond this are alike, wherever the boundary lies."""

_TOLERANCE = 0.05


def distance_to(
    others: NDArray[np.bool_], voxel_size: Sequence[float], reach: float = math.inf
) -> Distances:
    """Distance of the centre of each voxel to the nearest of some voxels.

    Voxels have an extent: of a voxel v steps away the nearest point counts, ``sqrt(sum_i
    (max(|v_i| - 1/2, 0) size_i)^2)``. A face between two voxels is so half a voxel away from both.
    The sum has a term for each axis, so that the minimum is taken axis by axis (Saito and
    Toriwaki 1994, Pattern Recognition 27:1551).

    Parameters
    ----------
    others
        ``[(z,) y, x]``.
    voxel_size
        Per axis.
    reach
        How far to look; the time grows with it.

    Returns
    -------
    numpy.ndarray
        In the unit of `voxel_size`, 0 for `others`; infinity where none is in reach.
    """
    squared = np.where(others, np.float32(0), np.float32(np.inf))
    for axis, size in enumerate(voxel_size):
        squared = _spread(squared, axis, size, reach)
    squared[squared > reach**2] = np.inf
    return np.sqrt(squared, out=squared)


def _spread(squared: Distances, axis: int, size: float, reach: float) -> Distances:
    result = squared.copy()
    given, nearest = np.moveaxis(squared, axis, 0), np.moveaxis(result, axis, 0)
    for steps in range(1, len(given)):
        away = (steps - 0.5) * size
        if away > reach:
            break
        cost = np.float32(away**2)
        np.minimum(nearest[steps:], given[:-steps] + cost, out=nearest[steps:])
        np.minimum(nearest[:-steps], given[steps:] + cost, out=nearest[:-steps])
    return result


def signed_distances(
    inside: NDArray[np.bool_], voxel_size: Sequence[float], reach: float = math.inf
) -> Distances:
    """Distance of each voxel to the boundary of a class, positive inside, see `distance_to`."""
    outside = distance_to(inside, voxel_size, reach)
    return np.where(inside, distance_to(~inside, voxel_size, reach), -outside)


def object_distances(
    labels: NDArray[Any], voxel_size: Sequence[float], reach: float = math.inf
) -> Distances:
    """Distance of each voxel to the boundary of its own object, negative in background.

    Unlike `signed_distances` of all objects, it knows the boundary between objects that touch.
    """
    from scipy.ndimage import find_objects

    ids = dense_ids(labels)
    distances = -distance_to(ids > 0, voxel_size, reach)
    for number, box in enumerate(find_objects(ids), start=1):
        # The voxel outside that is nearest to one inside touches the object.
        grown = tuple(slice(max(0, part.start - 1), part.stop + 1) for part in box)
        own = ids[grown] == number
        distances[grown][own] = distance_to(~own, voxel_size, reach)[own]
    return distances


def per_image(
    function: Callable[..., NDArray[Any]],
    values: NDArray[Any],
    voxel_size: Sequence[float],
    separate_images: bool,
) -> NDArray[Any]:
    """A function of values and voxel size, image by image where the first axis holds images."""
    if not separate_images or values.ndim < 3:
        return function(values, voxel_size)
    return np.stack([function(image, voxel_size[1:]) for image in values])


def trusted_distances(
    scaled: Distances,
    valid: NDArray[np.bool_] | None,
    voxel_size: Sequence[float],
    scale: float,
    separate_images: bool = False,
) -> NDArray[np.bool_]:
    """Where a distance does not depend on what lies beyond the labels.

    With u the distance to the nearest voxel that is not labelled, the border of the array
    included, a distance d is trusted where ``min(tanh(|d| / scale) + 0.05, 0.8) < tanh(u /
    scale)``: a boundary could only be as near as u.

    Parameters
    ----------
    scaled
        ``tanh(d / scale)``, ``[(z,) y, x]``.
    valid
        Which voxels are labelled; None for all.
    voxel_size, scale
        In one unit.
    separate_images
        Whether the first axis holds separate images.
    """
    labelled = np.ones(scaled.shape, dtype=bool) if valid is None else valid
    # Beyond this, all that is unknown is far enough.
    reach = 2 * scale
    measure = _distance_to_border if valid is None else partial(_to_unlabelled, reach=reach)
    unknown = per_image(measure, labelled, voxel_size, separate_images)
    trusted: NDArray[np.bool_] = np.minimum(np.abs(scaled) + _TOLERANCE, TRUSTED_LEVEL) < np.tanh(
        unknown / scale
    )
    return trusted & labelled


def _to_unlabelled(
    labelled: NDArray[np.bool_], voxel_size: Sequence[float], reach: float
) -> Distances:
    inner = tuple(slice(1, -1) for _ in labelled.shape)
    return distance_to(~np.pad(labelled, 1), voxel_size, reach)[inner]


def _distance_to_border(labelled: NDArray[np.bool_], voxel_size: Sequence[float]) -> Distances:
    nearest = np.full(labelled.shape, np.inf, dtype=np.float32)
    for axis, size in enumerate(voxel_size):
        index = np.arange(labelled.shape[axis])
        along = (np.minimum(index, index[::-1]) + 0.5) * size
        nearest = np.minimum(nearest, _along(axis, along, labelled.ndim))
    return nearest.astype(np.float32)


def _along(axis: int, values: NDArray[Any], dims: int) -> NDArray[Any]:
    return values.reshape([-1 if a == axis else 1 for a in range(dims)])
