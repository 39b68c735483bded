"""An evaluator for tests of what surrounds a task."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from dacapo_engine.experiments.tasks.evaluators.aligned_volumes import align
from dacapo_engine.experiments.tasks.evaluators.evaluation_scores import EvaluationScores
from dacapo_engine.experiments.tasks.evaluators.evaluator import Evaluator
from dacapo_engine.experiments.tasks.stored_array import open_array

__all__ = ["DummyEvaluationScores", "DummyEvaluator"]


@dataclass(frozen=True)
class DummyEvaluationScores(EvaluationScores):
    """Two numbers without a meaning, one better when high and one when low.

    Attributes
    ----------
    frizz_level
        Share of voxels in which segmentation and labels agree about what is background.
    blipp_score
        Share in which they do not.
    """

    criteria: ClassVar[tuple[str, ...]] = ("frizz_level", "blipp_score")

    frizz_level: float = math.nan
    blipp_score: float = math.nan

    @staticmethod
    def higher_is_better(criterion: str) -> bool:
        return criterion == "frizz_level"

    @staticmethod
    def bounds(criterion: str) -> tuple[float, float]:
        return 0.0, 1.0

    @staticmethod
    def store_best(criterion: str) -> bool:
        return True


class DummyEvaluator(Evaluator):
    """Compares what is background, and nothing else."""

    def evaluate(
        self, output_array_identifier: Any, evaluation_array: Any, mask: Any = None
    ) -> DummyEvaluationScores:
        volumes = align(
            open_array(output_array_identifier),
            open_array(evaluation_array),
            None if mask is None else open_array(mask),
        )
        agree = (volumes.segmentation > 0) == (volumes.labels > 0)
        counted = agree if volumes.mask is None else agree[volumes.mask > 0]
        if not counted.size:
            return DummyEvaluationScores()
        share = float(np.mean(counted))
        return DummyEvaluationScores(share, 1 - share)

    @property
    def score(self) -> DummyEvaluationScores:
        return DummyEvaluationScores()
