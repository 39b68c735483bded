"""Scores of a segmentation into a class and the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from dacapo_engine.experiments.tasks.evaluators.evaluation_scores import EvaluationScores

__all__ = ["BinaryEvaluationScores"]

_LOWER_IS_BETTER = frozenset({"voi", "mean_false_distance_clipped"})
_STORE_BEST = frozenset({"f1_score", "voi"})


@dataclass(frozen=True)
class BinaryEvaluationScores(EvaluationScores):
    """Scores of one class; all nan where no voxel was compared.

    With TP, FP, FN the voxels that are rightly and wrongly in the class, and wrongly outside:

    Attributes
    ----------
    f1_score, dice
        ``2 TP / (2 TP + FP + FN)``, under both its names.
    jaccard
        ``TP / (TP + FP + FN)``.
    precision, recall
        ``TP / (TP + FP)`` and ``TP / (TP + FN)``.
    voi
        Variation of information in bits, with the class and the rest as two objects.
    precision_with_tolerance, recall_with_tolerance, f1_score_with_tolerance
        The same, where a wrong voxel counts only if it lies further than the tolerance from
        the nearest voxel that would make it right; nan without a tolerance.
    mean_false_distance_clipped
        Mean over all wrong voxels of that distance, in nm, no more than the clip distance; nan
        without one.
    """

    criteria: ClassVar[tuple[str, ...]] = (
        "f1_score",
        "dice",
        "jaccard",
        "precision",
        "recall",
        "voi",
        "f1_score_with_tolerance",
        "precision_with_tolerance",
        "recall_with_tolerance",
        "mean_false_distance_clipped",
    )

    f1_score: float = math.nan
    jaccard: float = math.nan
    precision: float = math.nan
    recall: float = math.nan
    voi: float = math.nan
    f1_score_with_tolerance: float = math.nan
    precision_with_tolerance: float = math.nan
    recall_with_tolerance: float = math.nan
    mean_false_distance_clipped: float = math.nan

    @property
    def dice(self) -> float:
        """The F1 score, under the name that segmentation knows."""
        return self.f1_score

    @staticmethod
    def higher_is_better(criterion: str) -> bool:
        return _known(criterion) not in _LOWER_IS_BETTER

    @staticmethod
    def bounds(criterion: str) -> tuple[float, float]:
        # Two halves that have nothing to do with each other: one bit is split, one is merged.
        upper = {"voi": 2.0, "mean_false_distance_clipped": math.inf}
        return 0.0, upper.get(_known(criterion), 1.0)

    @staticmethod
    def store_best(criterion: str) -> bool:
        return _known(criterion) in _STORE_BEST


def _known(criterion: str) -> str:
    if criterion not in BinaryEvaluationScores.criteria:
        valid = ", ".join(BinaryEvaluationScores.criteria)
        raise ValueError(f"{criterion!r} is no criterion; expected one of {valid}.")
    return criterion
