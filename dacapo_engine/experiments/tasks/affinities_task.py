"""Instance segmentation by affinities, live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dacapo_engine.experiments.tasks.affinities_task_config import AffinitiesTaskConfig
from dacapo_engine.experiments.tasks.evaluators.instance_evaluator import InstanceEvaluator
from dacapo_engine.experiments.tasks.labelled_pairs import check_pairs_of_volumes
from dacapo_engine.experiments.tasks.losses.affinities_loss import AffinitiesLoss
from dacapo_engine.experiments.tasks.post_processors.slice_linking_post_processor import (
    SliceLinkingPostProcessor,
)
from dacapo_engine.experiments.tasks.post_processors.watershed_post_processor import (
    WatershedPostProcessor,
)
from dacapo_engine.experiments.tasks.predictors.affinities_predictor import AffinitiesPredictor
from dacapo_engine.experiments.tasks.task import Task

if TYPE_CHECKING:
    from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset

__all__ = ["AffinitiesTask"]


class AffinitiesTask(Task):
    """Instance segmentation by affinities and mutex watershed.

    Parameters
    ----------
    task_config
        The neighborhood, and what post-processing tries.
    """

    def __init__(self, task_config: AffinitiesTaskConfig) -> None:
        config = task_config
        self.predictor = AffinitiesPredictor(
            config.neighborhood,
            affs_weight_clipmin=config.affs_weight_clipmin,
            affs_weight_clipmax=config.affs_weight_clipmax,
            background_as_object=config.background_as_object,
            lsds=config.lsds,
            num_lsd_voxels=config.num_lsd_voxels,
            downsample_lsds=config.downsample_lsds,
            lsd_weight_clipmin=config.lsd_weight_clipmin,
            lsd_weight_clipmax=config.lsd_weight_clipmax,
        )
        self.loss = AffinitiesLoss(
            len(config.neighborhood), config.lsds_to_affs_weight_ratio if config.lsds else 0.0
        )
        self.post_processor = _post_processor(config)
        self.evaluator = InstanceEvaluator()
        self._neighborhood = config.neighborhood

    def check_labels(self, datasets: Sequence[Dataset]) -> None:
        """DataError where there is an offset without any pair of labelled voxels."""
        volumes = [(dataset.gt, dataset.mask) for dataset in datasets if dataset.gt is not None]
        check_pairs_of_volumes(volumes, self._neighborhood)


def _post_processor(config: AffinitiesTaskConfig) -> WatershedPostProcessor:
    choices: dict[str, Any] = {
        "biases": config.biases,
        "long_range_biases": config.long_range_biases,
        "long_range_groups": config.long_range_groups,
        "foreground_thresholds": config.foreground_thresholds,
        "min_sizes": config.min_sizes,
        "agglomeration_thresholds": config.agglomeration_thresholds,
        "long_range_stride": config.long_range_stride,
    }
    if config.link_slices:
        return SliceLinkingPostProcessor(config.neighborhood, config.link_overlaps, **choices)
    return WatershedPostProcessor(config.neighborhood, **choices)
