"""Classes of which each voxel has one, live."""

from __future__ import annotations

from dacapo_engine.experiments.tasks.class_task import ClassTask
from dacapo_engine.experiments.tasks.evaluators.binary_evaluator import BinaryEvaluator
from dacapo_engine.experiments.tasks.losses.one_hot_loss import OneHotLoss
from dacapo_engine.experiments.tasks.one_hot_task_config import OneHotTaskConfig
from dacapo_engine.experiments.tasks.post_processors.argmax_post_processor import (
    ArgmaxPostProcessor,
)
from dacapo_engine.experiments.tasks.predictors.one_hot_predictor import OneHotPredictor

__all__ = ["OneHotTask"]


class OneHotTask(ClassTask):
    """The most probable of several classes.

    Scores tell of every class; their means leave out the first one, which is background.

    Parameters
    ----------
    task_config
        The classes and how they are balanced.
    """

    def __init__(self, task_config: OneHotTaskConfig) -> None:
        config = task_config
        self.predictor = predictor = OneHotPredictor(
            config.classes,
            kernel_size=config.kernel_size or 1,
            clipmin=config.clipmin,
            clipmax=config.clipmax,
        )
        self.classes = predictor.classes
        self.loss = OneHotLoss(config.dice_weight)
        self.post_processor = ArgmaxPostProcessor()
        self.evaluator = BinaryEvaluator(predictor.classes, averaged=config.classes[1:])
