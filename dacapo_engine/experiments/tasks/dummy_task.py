"""A task for tests, live."""

from __future__ import annotations

from dacapo_engine.experiments.tasks.dummy_task_config import DummyTaskConfig
from dacapo_engine.experiments.tasks.evaluators.dummy_evaluator import DummyEvaluator
from dacapo_engine.experiments.tasks.losses.dummy_loss import DummyLoss
from dacapo_engine.experiments.tasks.post_processors.dummy_post_processor import DummyPostProcessor
from dacapo_engine.experiments.tasks.predictors.dummy_predictor import DummyPredictor
from dacapo_engine.experiments.tasks.task import Task

__all__ = ["DummyTask"]


class DummyTask(Task):
    """Predicts zeros.

    Parameters
    ----------
    task_config
        How many of them.
    """

    def __init__(self, task_config: DummyTaskConfig) -> None:
        self.predictor = DummyPredictor(task_config.embedding_dims)
        self.loss = DummyLoss()
        self.post_processor = DummyPostProcessor(task_config.detection_threshold)
        self.evaluator = DummyEvaluator()
