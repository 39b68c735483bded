"""Formulae that compare two instance segmentations."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.tasks.evaluators.contingency import Contingency
from dacapo_engine.experiments.tasks.evaluators.instance_evaluation_scores import (
    IOU_THRESHOLDS,
    InstanceEvaluationScores,
)

__all__ = [
    "adapted_rand_error",
    "evaluate_arrays",
    "objects_found",
    "variation_of_information",
]


def evaluate_arrays(
    segmentation: NDArray[Any],
    truth: NDArray[Any],
    mask: NDArray[Any] | None = None,
    count_background: bool = False,
    separate_images: bool = False,
) -> InstanceEvaluationScores:
    """Scores of an instance segmentation.

    Two empty arrays agree: VOI 0, error 0, AP 1. Where only one of them holds objects, the other
    one is as wrong as it can be: VOI ``log2`` of the number of voxels, error 1, AP 0.

    Parameters
    ----------
    segmentation, truth
        Ids of any integer type, ``[(z,) y, x]``; 0 is background.
    mask
        Of the same shape; only voxels where it is above 0 count. None for all.
    count_background
        Let VOI and adapted Rand error also count voxels where the truth is 0, as one object.
    separate_images
        Whether the first axis holds separate images, in which the same id is not the same object.

    Raises
    ------
    DataError
        If the shapes differ, or the ids are not integers.
    """
    check_comparable(segmentation, truth, mask)
    if separate_images:
        masks = [None] * len(truth) if mask is None else mask
        images = zip(segmentation, truth, masks, strict=True)
        table = Contingency.joined([Contingency.of(*image) for image in images])
    else:
        table = Contingency.of(segmentation, truth, mask)
    return _scores(table, count_background)


def check_comparable(
    segmentation: NDArray[Any], truth: NDArray[Any], mask: NDArray[Any] | None
) -> None:
    """Raise DataError unless these are two arrays of ids, and a mask, of one shape."""
    for name, array in (("segmentation", segmentation), ("labels", truth)):
        if array.dtype.kind not in "uib":
            raise DataError(f"Expected integer ids in the {name}, got {array.dtype}.")
    for name, other in (("segmentation", segmentation), ("mask", mask)):
        if other is not None and other.shape != truth.shape:
            raise DataError(
                f"The {name} is {_text(other.shape)} voxels, but the labels are"
                f" {_text(truth.shape)}.",
                hint="Compare arrays of the same region.",
            )


def variation_of_information(table: Contingency) -> tuple[float, float]:
    """Split and merge part of the variation of information, in bits.

    ``H(segmentation | truth)`` and ``H(truth | segmentation)`` (Meila 2007, Journal of
    Multivariate Analysis 98:873; names as in Nunez-Iglesias et al. 2013).
    """
    total = max(table.num_voxels, 1)
    share = table.count / total
    in_truth = table.count / table.truth_sizes[table.truth]
    in_segment = table.count / table.segment_sizes[table.segment]
    split = -float(np.sum(share * np.log2(in_truth)))
    merge = -float(np.sum(share * np.log2(in_segment)))
    return max(0.0, split), max(0.0, merge)


def adapted_rand_error(table: Contingency) -> float:
    """1 - F score of pairs of voxels that share an object (Arganda-Carreras et al. 2015)."""
    shared = _pairs(table.count)
    possible = _pairs(table.truth_sizes) + _pairs(table.segment_sizes)
    return 1.0 - 2.0 * shared / possible if possible else 0.0


def objects_found(table: Contingency, iou: float = 0.5) -> int:
    """How many objects have one of the other segmentation of at least this IoU (0.5 or more).

    One object finds one object. At an IoU of exactly 0.5 several may qualify, and the pairs
    that do then form stars, each of which counts once.
    """
    objects = table.where((table.segment > 0) & (table.truth > 0))
    union = table.segment_sizes[objects.segment] + table.truth_sizes[objects.truth]
    found = objects.where(objects.count >= iou * (union - objects.count))
    ends = len(np.unique(found.segment)) + len(np.unique(found.truth))
    return ends - len(found.count)


def _scores(table: Contingency, count_background: bool) -> InstanceEvaluationScores:
    num_objects = int(np.count_nonzero(table.segment_sizes[1:]))
    num_true = int(np.count_nonzero(table.truth_sizes[1:]))
    by_iou = [_rates(objects_found(table, iou), num_objects, num_true) for iou in IOU_THRESHOLDS]
    precision, recall, ap = zip(*by_iou, strict=True)
    compared = table if count_background else table.where(table.truth > 0)
    if (num_objects and num_true) or count_background:
        split, merge = variation_of_information(compared)
        error = adapted_rand_error(compared)
    else:
        worst = math.log2(max(table.num_voxels, 1))
        split = worst if num_objects else 0.0
        merge = worst if num_true else 0.0
        error = 1.0 if num_objects or num_true else 0.0
    return InstanceEvaluationScores(
        voi_split=split,
        voi_merge=merge,
        adapted_rand_error=error,
        ap50=ap[0],
        precision50=precision[0],
        recall50=recall[0],
        precision_by_iou=precision,
        recall_by_iou=recall,
        ap_by_iou=ap,
        num_objects=num_objects,
        num_true_objects=num_true,
        num_voxels=compared.num_voxels,
    )


def _rates(found: int, num_objects: int, num_true: int) -> tuple[float, float, float]:
    """Precision, recall and AP."""
    return (
        _ratio(found, num_objects, empty=1.0 if not num_true else 0.0),
        _ratio(found, num_true, empty=1.0 if not num_objects else 0.0),
        _ratio(found, num_objects + num_true - found),
    )


def _pairs(sizes: NDArray[np.int64]) -> float:
    counts = sizes.astype(np.float64)
    return float(np.sum(counts * (counts - 1)))


def _ratio(part: int, whole: int, empty: float = 1.0) -> float:
    return part / whole if whole else empty


def _text(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
