"""Classes together with their distances, live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dacapo_engine.experiments.tasks.class_task import ClassTask
from dacapo_engine.experiments.tasks.evaluators.binary_evaluator import BinaryEvaluator
from dacapo_engine.experiments.tasks.hot_distance_task_config import HotDistanceTaskConfig
from dacapo_engine.experiments.tasks.known_distances import check_known_distances
from dacapo_engine.experiments.tasks.losses.hot_distance_loss import HotDistanceLoss
from dacapo_engine.experiments.tasks.post_processors.threshold_post_processor import (
    HotDistanceThresholdPostProcessor,
)
from dacapo_engine.experiments.tasks.predictors.distance_predictor import DistancePredictor
from dacapo_engine.experiments.tasks.predictors.hot_distance_predictor import HotDistancePredictor

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset

__all__ = ["HotDistanceTask"]


class HotDistanceTask(ClassTask):
    """Each class by its probability and by the distance to its boundary.

    Parameters
    ----------
    task_config
        The classes, the scale of distances, and what post-processing tries.
    """

    def __init__(self, task_config: HotDistanceTaskConfig) -> None:
        config = task_config
        self.predictor: DistancePredictor = HotDistancePredictor(
            config.channels,
            scale_factor=config.scale_factor,
            mask_distances=config.mask_distances,
            clipmin=config.clipmin,
            clipmax=config.clipmax,
            separate_images=config.separate_images,
            kernel_size=config.kernel_size or 1,
        )
        self.classes = self.predictor.classes
        self.loss = HotDistanceLoss()
        self.post_processor = HotDistanceThresholdPostProcessor(
            len(config.channels), config.thresholds
        )
        self.evaluator = BinaryEvaluator(
            self.predictor.classes,
            tolerance=config.tol_distance,
            clip_distance=config.clip_distance,
        )

    def check_labels(self, datasets: Sequence[Dataset]) -> None:
        """DataError where classes or distances cannot be learnt from the labels."""
        super().check_labels(datasets)
        check_known_distances(datasets, self.predictor)
