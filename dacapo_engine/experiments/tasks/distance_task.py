"""Segmentation by signed distances, live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dacapo_engine.experiments.tasks.class_task import ClassTask
from dacapo_engine.experiments.tasks.distance_task_config import DistanceTaskConfig
from dacapo_engine.experiments.tasks.evaluators.binary_evaluator import BinaryEvaluator
from dacapo_engine.experiments.tasks.evaluators.instance_evaluator import InstanceEvaluator
from dacapo_engine.experiments.tasks.known_distances import check_known_distances
from dacapo_engine.experiments.tasks.losses.distance_loss import DistanceLoss
from dacapo_engine.experiments.tasks.post_processors.seeded_watershed_post_processor import (
    SeededWatershedPostProcessor,
)
from dacapo_engine.experiments.tasks.post_processors.threshold_post_processor import (
    ThresholdPostProcessor,
)
from dacapo_engine.experiments.tasks.predictors.distance_predictor import DistancePredictor

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset

__all__ = ["DistanceTask"]


class DistanceTask(ClassTask):
    """Signed distances: a threshold gives classes, a seeded watershed gives objects.

    Parameters
    ----------
    task_config
        The classes, the scale of distances, and what post-processing tries.
    """

    def __init__(self, task_config: DistanceTaskConfig) -> None:
        config = task_config
        self.predictor: DistancePredictor = DistancePredictor(
            config.channels,
            scale_factor=config.scale_factor,
            mask_distances=config.mask_distances,
            clipmin=config.clipmin,
            clipmax=config.clipmax,
            instances=config.instances,
            separate_images=config.separate_images,
        )
        self.classes = self.predictor.classes
        self.loss = DistanceLoss()
        if config.instances:
            self.post_processor = SeededWatershedPostProcessor(
                config.thresholds, config.seed_thresholds, config.min_sizes, config.separate_images
            )
            self.evaluator = InstanceEvaluator()
        else:
            self.post_processor = ThresholdPostProcessor(len(config.channels), config.thresholds)
            self.evaluator = BinaryEvaluator(
                self.predictor.classes,
                tolerance=config.tol_distance,
                clip_distance=config.clip_distance,
            )

    def check_labels(self, datasets: Sequence[Dataset]) -> None:
        """DataError where classes or distances cannot be learnt from the labels."""
        super().check_labels(datasets)
        check_known_distances(datasets, self.predictor)
