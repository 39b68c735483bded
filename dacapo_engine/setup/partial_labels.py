"""A run whose labels say something only here and there, made such that it can learn from them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dacapo_engine.experiments.architectures.cnnectome_unet_config import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.crop_array_config import RegionConfig
from dacapo_engine.experiments.datasplits.datasets.raw_gt_dataset_config import RawGTDatasetConfig
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks.affinities_task_config import AffinitiesTaskConfig
from dacapo_engine.experiments.tasks.distance_task_config import DistanceTaskConfig
from dacapo_engine.experiments.tasks.hot_distance_task_config import HotDistanceTaskConfig
from dacapo_engine.experiments.tasks.task_config import TaskConfig
from dacapo_engine.experiments.trainers.gunpowder_trainer_config import GunpowderTrainerConfig
from dacapo_engine.experiments.trainers.trainer_config import TrainerConfig

__all__ = ["fit_to_labels", "has_pair"]

Regions = Sequence[RegionConfig]

_FEWEST_LABELLED = 0.01


def fit_to_labels(config: RunConfig) -> RunConfig:
    """`config`, fitted to labels of which parts say nothing; itself where there are none such.

    Patches are drawn where labels are, also where they fill little of a patch; and what no two
    labelled slices tell is not asked of the network: objects are then found slice by slice, and
    linked.
    """
    datasets = [
        dataset
        for dataset in getattr(config.datasplit_config, "train_configs", ())
        if isinstance(dataset, RawGTDatasetConfig)
    ]
    done = [dataset.done for dataset in datasets if dataset.done]
    partial = [d for d in datasets if d.done is not None or d.unlabelled_value is not None]
    if not partial:
        return config
    trainer = _trainer(config.trainer_config, config, done)
    only_done = len(done) == len(datasets)
    task = _task(config.task_config, done) if only_done else config.task_config
    return config.replace(trainer_config=trainer, task_config=task)


def has_pair(done: Regions, offset: Sequence[int]) -> bool:
    """Whether two voxels that are `offset` apart lie in boxes of which all is known."""
    moved = [one.replace(offset=_shifted(one, offset)) for one in done]
    return any(_meet(one, other) for one in done for other in moved)


def _trainer(trainer: TrainerConfig, config: RunConfig, done: Sequence[Regions]) -> TrainerConfig:
    if not isinstance(trainer, GunpowderTrainerConfig):
        return trainer
    share = _most_labelled(config, done) / 2
    least = min(trainer.min_masked or 0.0, max(_FEWEST_LABELLED, float(f"{share:.2g}")))
    return trainer.replace(sample_strategy="integral_mask", min_masked=least)


def _most_labelled(config: RunConfig, done: Sequence[Regions]) -> float:
    """How much of a patch the largest finished box of a volume can fill."""
    network = config.architecture_config
    if not done or not isinstance(network, CNNectomeUNetConfig):
        return 0.0
    patch = network.input_shape
    return min(max(_filled(one, patch) for one in regions) for regions in done)


def _filled(region: RegionConfig, patch: Sequence[int]) -> float:
    # A box that is said in nanometres is not drawn in the dock; it is taken as large.
    if region.unit != "voxels" or len(region.shape) != len(patch):
        return 1.0
    return math.prod(min(1.0, have / need) for have, need in zip(region.shape, patch, strict=True))


def _task(task: TaskConfig, done: Sequence[Regions]) -> TaskConfig:
    dims = len(done[0][0].shape)
    across = (1, *(0 for _ in range(dims - 1)))
    if isinstance(task, AffinitiesTaskConfig):
        return _affinities(task, done)
    if isinstance(task, DistanceTaskConfig | HotDistanceTaskConfig) and dims > 2:
        return task.replace(separate_images=task.separate_images or not _any_pair(done, across))
    return task


def _affinities(task: AffinitiesTaskConfig, done: Sequence[Regions]) -> AffinitiesTaskConfig:
    kept = tuple(offset for offset in task.neighborhood if _any_pair(done, offset))
    if kept == task.neighborhood or not any(max(map(abs, offset)) == 1 for offset in kept):
        return task
    if any(len(offset) > 2 and offset[0] for offset in kept):
        return task.replace(neighborhood=kept)
    return task.replace(neighborhood=kept, link_slices=True)


def _any_pair(done: Sequence[Regions], offset: Sequence[int]) -> bool:
    return any(has_pair(regions, offset) for regions in done)


def _shifted(region: RegionConfig, offset: Sequence[int]) -> tuple[float, ...]:
    missing = len(region.offset) - len(offset)
    return tuple(a + b for a, b in zip(region.offset, (*(0,) * missing, *offset), strict=True))


def _meet(one: RegionConfig, other: RegionConfig) -> bool:
    sides = zip(one.offset, one.shape, other.offset, other.shape, strict=True)
    return all(a < b + m and b < a + n for a, n, b, m in sides)
