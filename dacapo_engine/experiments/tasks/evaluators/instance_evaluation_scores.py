"""Scores of an instance segmentation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from dacapo_engine.experiments.tasks.evaluators.evaluation_scores import EvaluationScores

__all__ = ["IOU_THRESHOLDS", "InstanceEvaluationScores"]

IOU_THRESHOLDS = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
"""At which IoU an object counts as found, in the scores by IoU."""

_HIGHER_IS_BETTER = frozenset({"ap50", "ap", "precision50", "recall50"})
_UNBOUNDED = frozenset({"voi", "voi_split", "voi_merge"})
_STORE_BEST = frozenset({"voi", "adapted_rand_error", "ap50"})


@dataclass(frozen=True)
class InstanceEvaluationScores(EvaluationScores):
    """Scores of an instance segmentation against labels.

    Attributes
    ----------
    voi_split, voi_merge
        Variation of information in bits: what splits add, ``H(segmentation | truth)``, and what
        mergers add, ``H(truth | segmentation)``.
    voi
        Their sum.
    adapted_rand_error
        1 - F score of pairs of voxels that share an object.
    ap50
        ``TP / (TP + FP + FN)``, where an object is found if its IoU with one is at least 0.5.
    precision50, recall50
        ``TP / (TP + FP)`` and ``TP / (TP + FN)`` of the same.
    precision_by_iou, recall_by_iou, ap_by_iou
        The same at each of `IOU_THRESHOLDS`.
    ap
        Mean of `ap_by_iou`.
    num_objects, num_true_objects
        How many objects there are in the segmentation and in the labels.
    num_voxels
        How many voxels VOI and adapted Rand error compared.
    """

    criteria: ClassVar[tuple[str, ...]] = (
        "voi",
        "voi_split",
        "voi_merge",
        "adapted_rand_error",
        "ap50",
        "precision50",
        "recall50",
        "ap",
    )

    voi_split: float = math.nan
    voi_merge: float = math.nan
    adapted_rand_error: float = math.nan
    ap50: float = math.nan
    precision50: float = math.nan
    recall50: float = math.nan
    precision_by_iou: tuple[float, ...] = ()
    recall_by_iou: tuple[float, ...] = ()
    ap_by_iou: tuple[float, ...] = ()
    num_objects: int = 0
    num_true_objects: int = 0
    num_voxels: int = 0

    @property
    def voi(self) -> float:
        """Variation of information in bits: `voi_split` + `voi_merge`."""
        return self.voi_split + self.voi_merge

    @property
    def ap(self) -> float:
        """Mean of `ap_by_iou`."""
        return sum(self.ap_by_iou) / len(self.ap_by_iou) if self.ap_by_iou else math.nan

    @staticmethod
    def higher_is_better(criterion: str) -> bool:
        return _known(criterion) in _HIGHER_IS_BETTER

    @staticmethod
    def bounds(criterion: str) -> tuple[float, float]:
        return 0.0, math.inf if _known(criterion) in _UNBOUNDED else 1.0

    @staticmethod
    def store_best(criterion: str) -> bool:
        return _known(criterion) in _STORE_BEST


def _known(criterion: str) -> str:
    if criterion not in InstanceEvaluationScores.criteria:
        valid = ", ".join(InstanceEvaluationScores.criteria)
        raise ValueError(f"{criterion!r} is no criterion; expected one of {valid}.")
    return criterion
