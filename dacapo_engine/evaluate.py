"""How good a segmentation is: the verb ``evaluate``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.tasks.evaluators.aligned_volumes import AlignedVolumes, align
from dacapo_engine.experiments.tasks.evaluators.instance_evaluation_scores import IOU_THRESHOLDS
from dacapo_engine.experiments.tasks.evaluators.instance_scores import evaluate_arrays
from dacapo_engine.experiments.tasks.evaluators.object_counts import count_objects

__all__ = ["evaluate_volumes"]

Volume = Array | NDArray[Any]


def evaluate_volumes(
    segmentation: Volume,
    labels: Volume,
    mask: Volume | None = None,
    count_background: bool = False,
    places: bool = False,
) -> dict[str, Any]:
    """Compare an instance segmentation with labels.

    Arrays are compared on the region they share in world coordinates, numpy arrays voxel by
    voxel. VOI and adapted Rand error count voxels where the labels are above 0.

    Parameters
    ----------
    segmentation, labels
        Ids of any integer type, 0 is background; all arrays, or all numpy arrays.
    mask
        Only voxels where it is above 0 count. None for all.
    count_background
        Also count voxels where the labels are 0, as one object.
    places
        Tell of every object where it is, too.

    Returns
    -------
    dict
        Plain numbers, as `InstanceEvaluationScores` describes them: ``voi``, ``voi_split``,
        ``voi_merge`` (bits), ``adapted_rand_error``, ``ap50``, ``precision50``, ``recall50``,
        ``ap``, ``num_objects``, ``num_true_objects``, ``num_voxels``; ``ap_by_iou``,
        ``precision_by_iou`` and ``recall_by_iou``, lists for the ``iou_thresholds``; ``objects``,
        how many are right, merged, split, missed and invented (see `ObjectCounts`); with
        `places`, ``places`` lists id and position (in nm, in voxels of numpy arrays) of each; and
        ``notes``, sentences on what was left out.

    Raises
    ------
    DataError
        If the volumes cannot be compared.
    """
    volumes = _aligned(segmentation, labels, mask)
    scores = evaluate_arrays(
        volumes.segmentation,
        volumes.labels,
        volumes.mask,
        count_background=count_background,
        separate_images=volumes.separate_images,
    )
    objects = count_objects(
        volumes.segmentation,
        volumes.labels,
        volumes.mask,
        volumes.separate_images,
        volumes.voxel_size,
        volumes.begin,
        with_places=places,
    )
    return scores.as_dict() | {
        "num_objects": scores.num_objects,
        "num_true_objects": scores.num_true_objects,
        "num_voxels": scores.num_voxels,
        "iou_thresholds": list(IOU_THRESHOLDS),
        "ap_by_iou": list(scores.ap_by_iou),
        "precision_by_iou": list(scores.precision_by_iou),
        "recall_by_iou": list(scores.recall_by_iou),
        "objects": objects.counts(),
        **({"places": objects.places()} if places else {}),
        "notes": list(volumes.notes),
    }


def _aligned(segmentation: Volume, labels: Volume, mask: Volume | None) -> AlignedVolumes:
    if isinstance(segmentation, Array) and isinstance(labels, Array):
        if mask is not None and not isinstance(mask, Array):
            raise TypeError("A mask for arrays must be an array with a region, too.")
        return align(segmentation, labels, mask)
    if isinstance(segmentation, Array) or isinstance(labels, Array) or isinstance(mask, Array):
        raise TypeError("Expected arrays with a region, or numpy arrays, not both.")
    values = (np.asarray(segmentation), np.asarray(labels))
    inside = None if mask is None else np.asarray(mask)
    return AlignedVolumes(*values, mask=inside, separate_images=False, notes=())
