"""Whether labels reach far enough for distances to be learnt from them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.tasks.labelled_pairs import read_labelled
from dacapo_engine.experiments.tasks.predictors.distances import (
    TRUSTED_LEVEL,
    trusted_distances,
)

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
    from dacapo_engine.experiments.tasks.predictors.distance_predictor import DistancePredictor

__all__ = ["check_known_distances"]

_SLAB_VOXELS = 2**22
_MOST_SLABS = 16


def check_known_distances(datasets: Sequence[Dataset], predictor: DistancePredictor) -> None:
    """DataError where distances are masked, and masked everywhere but beside boundaries.

    A voxel is learnt from whatever its distance is if it lies further from all that is not
    labelled than ``atanh(0.8) scale_factor``; without any such voxel, most of the labels would
    have no weight, and the loss would not show it.
    """
    if not predictor.mask_distances or not datasets:
        return
    if any(_reaches_far(dataset, predictor) for dataset in datasets):
        return
    needed = 2 * math.atanh(TRUSTED_LEVEL) * predictor.scale_factor
    raise DataError(
        f"Nowhere are labels as thick as {needed:.3g} nm, which is what distances of a scale of"
        f" {predictor.scale_factor:g} nm need.",
        hint="Lower the scale (task_config.scale_factor), label more slices, let the first axis"
        " hold separate images (separate_images), or do not mask distances (mask_distances).",
        place="task_config.scale_factor",
    )


def _reaches_far(dataset: Dataset, predictor: DistancePredictor) -> bool:
    labels, mask = dataset.gt, dataset.mask
    if labels is None:
        return False
    sizes, apart = labels.voxel_size_nm, predictor.separate_images and labels.dims > 2
    if mask is None:
        inner = list(zip(labels.grid.shape, sizes, strict=True))[1 if apart else 0 :]
        reach = math.atanh(TRUSTED_LEVEL) * predictor.scale_factor
        return all((n - n // 2 - 0.5) * size > reach for n, size in inner)
    for labelled in _slabs(labels, mask, predictor.padding(labels.voxel_size)[0]):
        farthest = np.ones(labelled.shape, dtype=np.float32)
        if trusted_distances(farthest, labelled, sizes, predictor.scale_factor, apart).any():
            return True
    return False


def _slabs(labels: Array, mask: Array, reach: int) -> Iterator[NDArray[np.bool_]]:
    """Overlapping slabs in which something is labelled, a bounded number of them."""
    shape = labels.grid.shape
    overlap = 2 * (reach // labels.voxel_size[0]) + 1
    thickness = max(1, _SLAB_VOXELS // max(1, math.prod(shape[1:])))
    found = 0
    for begin in range(0, shape[0], thickness):
        slab = read_labelled(labels, mask, begin, min(shape[0], begin + thickness + overlap))
        found += bool(slab.any())
        if slab.any():
            yield slab
        if found == _MOST_SLABS:
            return
