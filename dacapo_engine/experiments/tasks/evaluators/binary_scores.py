"""Formulae that compare two masks of a class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.tasks.evaluators.binary_evaluation_scores import (
    BinaryEvaluationScores,
)
from dacapo_engine.experiments.tasks.evaluators.contingency import Contingency
from dacapo_engine.experiments.tasks.evaluators.instance_scores import variation_of_information

__all__ = ["evaluate_binary"]


def evaluate_binary(
    segmentation: NDArray[Any],
    truth: NDArray[Any],
    mask: NDArray[Any] | None = None,
    voxel_size: Sequence[float] | None = None,
    tolerance: float | None = None,
    clip_distance: float | None = None,
) -> BinaryEvaluationScores:
    """Scores of a mask.

    Where neither mask holds a voxel they agree: 1. Where only one of them does, precision,
    recall and all that is made of them is 0. Where nothing is compared, everything is nan.

    Parameters
    ----------
    segmentation, truth
        Of the class where they are above 0, ``[(z,) y, x]``.
    mask
        Of the same shape; only voxels where it is above 0 count. None for all.
    voxel_size
        Per axis in nm; 1 by default.
    tolerance, clip_distance
        In nm; what needs them is nan without.

    Raises
    ------
    DataError
        If the shapes differ.
    """
    _check_shapes(segmentation, truth, mask)
    test, true = np.asarray(segmentation) > 0, np.asarray(truth) > 0
    valid = np.ones(true.shape, dtype=bool) if mask is None else np.asarray(mask) > 0
    if not valid.any():
        return BinaryEvaluationScores()
    table = Contingency.of(test, true, valid)
    false_positive, false_negative = test & ~true & valid, true & ~test & valid
    right = int(np.count_nonzero(test & true & valid))
    wrong = int(np.count_nonzero(false_positive)), int(np.count_nonzero(false_negative))
    values = dict(zip(("precision", "recall", "f1_score"), _rates(right, *wrong), strict=True))
    values["jaccard"] = _ratio(right, right + sum(wrong))
    values["voi"] = sum(variation_of_information(table))
    if tolerance is not None or clip_distance is not None:
        sizes = tuple(voxel_size) if voxel_size is not None else (1.0,) * true.ndim
        far = (
            _distances(false_positive, true & valid, sizes),
            _distances(false_negative, test & valid, sizes),
        )
        values |= _with_distances(right, far, tolerance, clip_distance)
    return BinaryEvaluationScores(**values)


def _rates(right: int, too_much: int, missing: int) -> tuple[float, float, float]:
    nothing = right + too_much + missing == 0
    precision = 1.0 if nothing else _ratio(right, right + too_much, 0.0)
    recall = 1.0 if nothing else _ratio(right, right + missing, 0.0)
    return precision, recall, _ratio(2 * right, 2 * right + too_much + missing)


def _with_distances(
    right: int,
    far: tuple[NDArray[np.float64], NDArray[np.float64]],
    tolerance: float | None,
    clip_distance: float | None,
) -> dict[str, float]:
    values = {}
    if tolerance is not None:
        beyond = [int(np.count_nonzero(distances > tolerance)) for distances in far]
        forgiven = sum(len(distances) for distances in far) - sum(beyond)
        rates = _rates(right + forgiven, *beyond)
        names = ("precision", "recall", "f1_score")
        values = {f"{n}_with_tolerance": rate for n, rate in zip(names, rates, strict=True)}
    if clip_distance is not None:
        every = np.minimum(np.concatenate(far), clip_distance)
        values["mean_false_distance_clipped"] = float(every.mean()) if every.size else 0.0
    return values


def _distances(
    wrong: NDArray[np.bool_], target: NDArray[np.bool_], voxel_size: Sequence[float]
) -> NDArray[np.float64]:
    """From the centres of wrong voxels to the nearest centre of a voxel of the other mask."""
    from scipy.ndimage import distance_transform_edt

    if not wrong.any() or not target.any():
        return np.full(int(np.count_nonzero(wrong)), np.inf)
    distances: NDArray[np.float64] = distance_transform_edt(~target, sampling=tuple(voxel_size))
    return distances[wrong]


def _check_shapes(
    segmentation: NDArray[Any], truth: NDArray[Any], mask: NDArray[Any] | None
) -> None:
    for name, other in (("segmentation", segmentation), ("mask", mask)):
        if other is not None and other.shape != truth.shape:
            raise DataError(
                f"The {name} is {' x '.join(map(str, other.shape))} voxels, but the labels are"
                f" {' x '.join(map(str, truth.shape))}.",
                hint="Compare arrays of the same region.",
            )


def _ratio(part: int, whole: int, empty: float = 1.0) -> float:
    return part / whole if whole else empty
