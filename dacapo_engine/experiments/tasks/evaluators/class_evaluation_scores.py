"""Scores of several classes, each under its name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from dacapo_engine.experiments.tasks.evaluators.binary_evaluation_scores import (
    BinaryEvaluationScores,
)
from dacapo_engine.experiments.tasks.evaluators.evaluation_scores import EvaluationScores

__all__ = ["ClassEvaluationScores"]


class ClassEvaluationScores(EvaluationScores):
    """Criteria ``<class>__<criterion>`` of each class, and ``<criterion>``, the mean of some.

    Parameters
    ----------
    scores
        Those of each class by its name, in order.
    averaged
        The classes that the means are taken over; all by default. Where a criterion is nan for a
        class, the others make the mean.
    measured
        The criteria that are measured; all by default.
    """

    def __init__(
        self,
        scores: Mapping[str, BinaryEvaluationScores],
        averaged: Sequence[str] | None = None,
        measured: Sequence[str] | None = None,
    ) -> None:
        self.scores = dict(scores)
        self._averaged = tuple(scores if averaged is None else averaged)
        self._measured = tuple(BinaryEvaluationScores.criteria if measured is None else measured)

    @property
    def criteria(self) -> tuple[str, ...]:
        """The means, then the criteria of one class after the other."""
        of_classes = (f"{name}__{one}" for name in self.scores for one in self._measured)
        return (*self._measured, *of_classes)

    def as_dict(self) -> dict[str, float]:
        values = {one: self._mean(one) for one in self._measured}
        for name, scores in self.scores.items():
            values |= {f"{name}__{one}": float(getattr(scores, one)) for one in self._measured}
        return values

    def __getattr__(self, criterion: str) -> float:
        if criterion in self.__dict__.get("_measured", ()) or "__" in criterion.strip("_"):
            values = self.as_dict()
            if criterion in values:
                return values[criterion]
        raise AttributeError(criterion)

    @staticmethod
    def higher_is_better(criterion: str) -> bool:
        return BinaryEvaluationScores.higher_is_better(_of_class(criterion))

    @staticmethod
    def bounds(criterion: str) -> tuple[float, float]:
        return BinaryEvaluationScores.bounds(_of_class(criterion))

    @staticmethod
    def store_best(criterion: str) -> bool:
        return BinaryEvaluationScores.store_best(_of_class(criterion))

    def _mean(self, criterion: str) -> float:
        values = [float(getattr(self.scores[name], criterion)) for name in self._averaged]
        known = [value for value in values if not math.isnan(value)]
        return sum(known) / len(known) if known else math.nan


def _of_class(criterion: str) -> str:
    return criterion.rsplit("__", 1)[-1]
