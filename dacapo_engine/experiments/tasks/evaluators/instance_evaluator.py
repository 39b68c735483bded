"""Evaluates instance segmentations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dacapo_engine.experiments.tasks.evaluators.aligned_volumes import align
from dacapo_engine.experiments.tasks.evaluators.evaluator import Evaluator
from dacapo_engine.experiments.tasks.evaluators.instance_evaluation_scores import (
    InstanceEvaluationScores,
)
from dacapo_engine.experiments.tasks.evaluators.instance_scores import evaluate_arrays
from dacapo_engine.experiments.tasks.evaluators.object_counts import count_objects
from dacapo_engine.experiments.tasks.stored_array import open_array

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array

__all__ = ["InstanceEvaluator"]


class InstanceEvaluator(Evaluator):
    """VOI, adapted Rand error and AP50 of instance segmentations, see `evaluate_arrays`."""

    def evaluate(
        self, output_array_identifier: Any, evaluation_array: Any, mask: Any = None
    ) -> InstanceEvaluationScores:
        volumes = align(
            open_array(output_array_identifier),
            open_array(evaluation_array),
            None if mask is None else open_array(mask),
        )
        return evaluate_arrays(
            volumes.segmentation,
            volumes.labels,
            volumes.mask,
            separate_images=volumes.separate_images,
        )

    def count_objects(
        self, segmentation: Array, labels: Array, mask: Array | None = None
    ) -> dict[str, int]:
        """How many are right, merged, split, missed and invented; see `ObjectCounts`."""
        volumes = align(segmentation, labels, mask)
        found = count_objects(
            volumes.segmentation,
            volumes.labels,
            volumes.mask,
            volumes.separate_images,
            with_places=False,
        )
        return found.counts()

    def rank(self, scores: Mapping[str, float]) -> float:
        """VOI plus what AP50 lacks to 1: VOI alone does not see invented objects."""
        return scores["voi"] + 1 - scores["ap50"]

    @property
    def score(self) -> InstanceEvaluationScores:
        return InstanceEvaluationScores()
