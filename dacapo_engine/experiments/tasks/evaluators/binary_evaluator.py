"""Evaluates segmentations into classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dacapo_engine.experiments.tasks.class_labels import ClassLabels
from dacapo_engine.experiments.tasks.evaluators.aligned_volumes import align
from dacapo_engine.experiments.tasks.evaluators.binary_evaluation_scores import (
    BinaryEvaluationScores,
)
from dacapo_engine.experiments.tasks.evaluators.binary_scores import evaluate_binary
from dacapo_engine.experiments.tasks.evaluators.class_evaluation_scores import (
    ClassEvaluationScores,
)
from dacapo_engine.experiments.tasks.evaluators.evaluator import Evaluator
from dacapo_engine.experiments.tasks.stored_array import open_array

__all__ = ["BinaryEvaluator"]


class BinaryEvaluator(Evaluator):
    """Scores of each class by itself, see `evaluate_binary`, and their means.

    Parameters
    ----------
    classes
        Which voxels of labels and segmentation belong to which class.
    averaged
        The classes that count for the means; all by default.
    tolerance, clip_distance
        In nm; None leaves out the criteria that need them.
    """

    def __init__(
        self,
        classes: ClassLabels,
        averaged: Sequence[str] | None = None,
        tolerance: float | None = None,
        clip_distance: float | None = None,
    ) -> None:
        super().__init__()
        self.classes = classes
        self._averaged = averaged
        self._tolerance = tolerance
        self._clip_distance = clip_distance

    def evaluate(
        self, output_array_identifier: Any, evaluation_array: Any, mask: Any = None
    ) -> ClassEvaluationScores:
        labels = open_array(evaluation_array)
        volumes = align(
            open_array(output_array_identifier),
            labels,
            None if mask is None else open_array(mask),
            channels=True,
        )
        dims = labels.dims
        tests = self.classes.masks(volumes.segmentation, dims)
        truths = self.classes.masks(volumes.labels, dims)
        scores = {}
        for number, name in enumerate(self.classes.names):
            scores[name] = evaluate_binary(
                tests[number],
                truths[number],
                _of_class(volumes.mask, number, dims),
                labels.voxel_size_nm,
                self._tolerance,
                self._clip_distance,
            )
        return self._named(scores)

    def rank(self, scores: Mapping[str, float]) -> float:
        """What the mean F1 score lacks to 1."""
        return 1 - scores["f1_score"]

    @property
    def score(self) -> ClassEvaluationScores:
        return self._named({name: BinaryEvaluationScores() for name in self.classes.names})

    def _named(self, scores: Mapping[str, BinaryEvaluationScores]) -> ClassEvaluationScores:
        return ClassEvaluationScores(scores, self._averaged, self._measured())

    def _measured(self) -> tuple[str, ...]:
        missing = [
            word
            for word, value in (("tolerance", self._tolerance), ("clipped", self._clip_distance))
            if value is None
        ]
        criteria = BinaryEvaluationScores.criteria
        return tuple(one for one in criteria if not any(one.endswith(w) for w in missing))


def _of_class(mask: Any, number: int, dims: int) -> Any:
    """The channel of a mask that has one per class, else the mask of all."""
    if mask is None or mask.ndim == dims:
        return mask
    return mask[number] if len(mask) > 1 else mask[0]
