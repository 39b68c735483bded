"""A task, live: what a network learns and how its output is used."""

from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dacapo_engine.experiments.architectures.architecture import Architecture
    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
    from dacapo_engine.experiments.model import Model
    from dacapo_engine.experiments.tasks.evaluators.evaluation_scores import EvaluationScores
    from dacapo_engine.experiments.tasks.evaluators.evaluator import Evaluator
    from dacapo_engine.experiments.tasks.losses.loss import Loss
    from dacapo_engine.experiments.tasks.post_processors.post_processor import PostProcessor
    from dacapo_engine.experiments.tasks.post_processors.post_processor_parameters import (
        PostProcessorParameters,
    )
    from dacapo_engine.experiments.tasks.predictors.predictor import Predictor

__all__ = ["Task"]


class Task(ABC):
    """Predictor, loss, post-processor and evaluator that fit together.

    A subclass is built from its config and sets the four attributes.

    Attributes
    ----------
    predictor
        Makes targets from labels, and the model that predicts them.
    loss
        Compares predictions with targets.
    post_processor
        Makes segmentations from predictions.
    evaluator
        Compares segmentations with labels.
    """

    predictor: Predictor
    loss: Loss
    post_processor: PostProcessor
    evaluator: Evaluator

    @property
    def parameters(self) -> list[PostProcessorParameters]:
        """The post-processing parameters among which validation picks the best."""
        return list(self.post_processor.enumerate_parameters())

    @property
    def evaluation_scores(self) -> EvaluationScores:
        """Empty scores: which criteria there are and which direction is better."""
        return self.evaluator.score

    def create_model(self, architecture: Architecture) -> Model:
        """The architecture with the head that this task needs."""
        return self.predictor.create_model(architecture)

    def check_labels(self, datasets: Sequence[Dataset]) -> None:
        """DataError where the task cannot be learnt from the labels of `datasets`."""
        return
