"""The contract of every evaluator, and its memory of the best."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
    from dacapo_engine.experiments.tasks.evaluators.evaluation_scores import EvaluationScores
    from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
        PostProcessorParameters,
    )
    from dacapo_engine.experiments.validation_scores import ValidationScores

__all__ = ["BestScore", "Evaluator"]


class BestScore(NamedTuple):
    """The best value of a criterion, and the iteration that reached it."""

    iteration: int
    value: float


class Evaluator(ABC):
    """Compares segmentations with labels, and knows what is better by each criterion.

    Attributes
    ----------
    best_scores
        The best value so far of each dataset, parameters and criterion, after `set_best`.
    """

    def __init__(self) -> None:
        self.best_scores: dict[tuple[Dataset, PostProcessorParameters, str], BestScore] = {}

    @abstractmethod
    def evaluate(
        self, output_array_identifier: Any, evaluation_array: Any, mask: Any = None
    ) -> EvaluationScores:
        """Compare a segmentation with labels.

        Parameters
        ----------
        output_array_identifier
            The segmentation: an array, or the identifier of one.
        evaluation_array
            The labels, likewise.
        mask
            Likewise; only voxels where it is above 0 count. None for all.
        """

    def count_objects(
        self, segmentation: Array, labels: Array, mask: Array | None = None
    ) -> dict[str, int]:
        """How many objects of `labels` were found, and how others went wrong, by kind.

        Empty where objects are not what is scored.
        """
        return {}

    @property
    @abstractmethod
    def score(self) -> EvaluationScores:
        """Scores without values."""

    @property
    def criteria(self) -> list[str]:
        """Names of the criteria."""
        return list(self.score.criteria)

    def higher_is_better(self, criterion: str) -> bool:
        """Whether a higher value of a criterion is better."""
        return self.score.higher_is_better(criterion)

    def bounds(self, criterion: str) -> tuple[float, float]:
        """The lowest and the highest value a criterion can take."""
        return self.score.bounds(criterion)

    def store_best(self, criterion: str) -> bool:
        """Whether the checkpoint that is best by this criterion is worth keeping."""
        return self.score.store_best(criterion)

    def compare(self, score_1: float, score_2: float, criterion: str) -> bool:
        """Whether the first value is better than the second; nan is never better."""
        if math.isnan(score_1) or math.isnan(score_2):
            return not math.isnan(score_1)
        return score_1 > score_2 if self.higher_is_better(criterion) else score_1 < score_2

    def rank(self, scores: Mapping[str, float]) -> float:
        """One number by which settings of the post-processing are chosen; lower is better."""
        criterion = self.criteria[0]
        value = scores[criterion]
        return -value if self.higher_is_better(criterion) else value

    def is_best(
        self,
        dataset: Dataset,
        parameter: PostProcessorParameters,
        criterion: str,
        score: EvaluationScores,
    ) -> bool:
        """Whether scores beat the best so far of a dataset and parameters."""
        value = score.as_dict()[criterion]
        best = self.best_scores.get((dataset, parameter, criterion))
        return self.compare(value, best.value if best else math.nan, criterion)

    def get_overall_best(self, dataset: Dataset, criterion: str) -> float | None:
        """The best value of a criterion over all parameters, None before there is one."""
        best = self._overall_best(dataset, criterion)
        return best[1].value if best else None

    def get_overall_best_parameters(
        self, dataset: Dataset, criterion: str
    ) -> PostProcessorParameters | None:
        """The parameters that reached `get_overall_best`, None before there are any."""
        best = self._overall_best(dataset, criterion)
        return best[0] if best else None

    def set_best(self, validation_scores: ValidationScores) -> None:
        """Take over the best values of a history of validations; earlier ones win ties."""
        self.best_scores = {}
        for row in validation_scores.scores:
            for dataset, of_dataset in zip(validation_scores.datasets, row.scores, strict=True):
                for parameter, values in zip(validation_scores.parameters, of_dataset, strict=True):
                    named = zip(validation_scores.criteria, values, strict=True)
                    for criterion, value in named:
                        self._keep(dataset, parameter, criterion, BestScore(row.iteration, value))

    def _keep(
        self, dataset: Dataset, parameter: PostProcessorParameters, criterion: str, new: BestScore
    ) -> None:
        key = (dataset, parameter, criterion)
        old = self.best_scores.get(key)
        if self.compare(new.value, old.value if old else math.nan, criterion):
            self.best_scores[key] = new

    def _overall_best(
        self, dataset: Dataset, criterion: str
    ) -> tuple[PostProcessorParameters, BestScore] | None:
        overall: tuple[PostProcessorParameters, BestScore] | None = None
        for (scored, parameter, name), best in self.best_scores.items():
            if scored == dataset and name == criterion:
                held = overall[1].value if overall else math.nan
                if self.compare(best.value, held, criterion):
                    overall = parameter, best
        return overall
