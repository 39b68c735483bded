"""What turns labelled volumes into a run: defaults derived from what was measured."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.datasplits.datasets.merged_facts import merge_facts
from dacapo_engine.experiments.datasplits.datasets.raw_gt_dataset_config import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.experiments.datasplits.train_validate_datasplit_config import (
    TrainValidateDataSplitConfig,
)
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.experiments.tasks.affinities_task_config import AffinitiesTaskConfig
from dacapo_engine.experiments.trainers.gp_augments.elastic_config import ElasticAugmentConfig
from dacapo_engine.experiments.trainers.gp_augments.gamma_config import GammaAugmentConfig
from dacapo_engine.experiments.trainers.gp_augments.intensity_config import (
    IntensityAugmentConfig,
)
from dacapo_engine.experiments.trainers.gp_augments.noise_config import NoiseAugmentConfig
from dacapo_engine.experiments.trainers.gp_augments.simple_config import SimpleAugmentConfig
from dacapo_engine.experiments.trainers.gunpowder_trainer_config import GunpowderTrainerConfig
from dacapo_engine.setup.label_meaning import BACKGROUND_EVERYWHERE, LabelMeaning
from dacapo_engine.setup.network_presets import (
    PRESETS,
    Preset,
    PresetName,
    is_flat,
    relative_sizes,
    suggest_network,
)
from dacapo_engine.setup.partial_labels import fit_to_labels
from dacapo_engine.setup.preset_choice import choose_preset
from dacapo_engine.setup.task_presets import TASKS, TaskName, suggest_class_task

if TYPE_CHECKING:
    from dacapo_engine.experiments.tasks.task_config import TaskConfig
    from dacapo_engine.experiments.trainers.gp_augments.augment_config import AugmentConfig

__all__ = [
    "PRESETS",
    "TASKS",
    "LabelledVolume",
    "Preset",
    "PresetName",
    "TaskName",
    "suggest_run",
    "suggest_task",
    "task_of",
]

_THICK = 24


@dataclass(frozen=True)
class LabelledVolume:
    """A volume to train or to be scored on: its config, what was measured, and what was said.

    Attributes
    ----------
    labels
        Array-like of ids where they are open already, spatial axes only.
    """

    dataset: RawGTDatasetConfig
    facts: VolumeFacts = field(repr=False)
    meaning: LabelMeaning = BACKGROUND_EVERYWHERE
    labels: Any = field(default=None, repr=False, compare=False)


def suggest_run(
    train: Sequence[LabelledVolume],
    validate: Sequence[RawGTDatasetConfig] = (),
    *,
    name: str = "run",
    preset: PresetName = "auto",
    num_iterations: int | None = None,
    device: str = "cpu",
    memory: int | None = None,
    cores: int | None = None,
    task: TaskName = "affinities",
) -> RunConfig:
    """A complete run.

    Parameters
    ----------
    train
        Volumes to train on. Together they decide on patch and neighborhood.
    validate
        What the run is scored on.
    preset
        Size of the network; ``auto`` chooses by what is there, see `choose_preset`.
    num_iterations
        How long to train; a number that takes about three quarters of an hour on a processor by
        default.
    device
        ``cpu``, ``cuda:N`` or ``mps``.
    memory
        Bytes that are free on `device`; as many as it takes if None.
    cores
        Processor cores for data workers; those of this machine by default.
    task
        What is to be found: one of `TASKS`.
    """
    if not train:
        raise ConfigError("A run needs at least one labelled volume.", place="datasplit_config")
    facts = merge_facts([volume.facts for volume in train])
    cores = cores or os.cpu_count() or 1
    chosen = PRESETS[choose_preset(preset, facts, device, memory, cores)]
    architecture = suggest_network(facts, chosen)
    config = RunConfig(
        name=name,
        num_iterations=num_iterations or 30_000,
        validation_interval=1500,
        task_config=suggest_task(task, facts, architecture.input_shape),
        architecture_config=architecture,
        trainer_config=_trainer(facts, chosen, cores),
        datasplit_config=TrainValidateDataSplitConfig(
            train_configs=tuple(volume.dataset for volume in train),
            validate_configs=tuple(validate),
        ),
    )
    return fit_to_labels(config)


def suggest_task(task: TaskName, facts: VolumeFacts, patch: tuple[int, ...]) -> TaskConfig:
    """The config of a task for labels of which `facts` were measured.

    Parameters
    ----------
    task
        One of `TASKS`.
    patch
        Voxels that the network sees in training, per axis.
    """
    if task == "affinities":
        return _affinities(facts, patch)
    return suggest_class_task(task, facts)


def task_of(volumes: Sequence[LabelledVolume]) -> TaskName:
    """What is found in volumes of this kind, unless somebody asks for something else."""
    if not all(volume.meaning.kinds for volume in volumes):
        return "affinities"
    one_kind = max(volume.facts.num_objects for volume in volumes) == 1
    return "distance" if one_kind else "one_hot"


def _affinities(facts: VolumeFacts, patch: tuple[int, ...]) -> AffinitiesTaskConfig:
    crowded = not facts.has_background
    smallest = facts.small_object_voxels // (5 if crowded else 4)
    return AffinitiesTaskConfig(
        neighborhood=_neighborhood(facts, patch, crowded),
        long_range_biases=(0.6,) if crowded else (0.5,),
        long_range_groups=(1, 2),
        foreground_thresholds=(0.0,) if crowded else (0.15, 0.25, 0.4, 0.1),
        agglomeration_thresholds=(0.5, 0.6, 0.4, 1.0) if crowded else (1.0,),
        min_sizes=(max(10, min(smallest, 1000)),),
    )


def _neighborhood(
    facts: VolumeFacts, patch: tuple[int, ...], crowded: bool
) -> tuple[tuple[int, ...], ...]:
    """Nearest neighbors, then offsets of a share of the thickness of a typical object."""
    thickness = facts.object_thickness or 20.0
    shares = (2 / 7, 3 / 7) if crowded else (1 / 3, 1 / 2)
    ranges = [min(max(thickness * share, 2.0), max(patch) / 4) for share in shares]
    flat, sizes = is_flat(facts), relative_sizes(facts)
    offsets: list[tuple[int, ...]] = []
    for distance in (0.0, *ranges):
        for axis, size in enumerate(sizes):
            steps = max(1, round(distance / size))
            offset = tuple(steps if a == axis else 0 for a in range(len(sizes)))
            if not flat[axis] and offset not in offsets and steps < patch[axis]:
                offsets.append(offset)
    return tuple(offsets)


def _trainer(facts: VolumeFacts, preset: Preset, cores: int) -> GunpowderTrainerConfig:
    return GunpowderTrainerConfig(
        batch_size=preset.batch_size,
        learning_rate=3e-3,
        optimizer="adamw",
        augments=_augments(facts),
        num_data_fetchers=max(1, min(cores - 1, 8)),
        snapshot_interval=250,
        warmup_iterations=300,
        average_decay=0.999,
        gradient_clip=1.0,
    )


def _augments(facts: VolumeFacts) -> tuple[AugmentConfig, ...]:
    flat, sizes = is_flat(facts), relative_sizes(facts)
    finest = min(facts.voxel_size_nm)
    isotropic = len(sizes) == 3 and not any(flat) and max(sizes) < 1.5
    # A thin stack that is turned over is mostly empty.
    isotropic = isotropic and min(facts.spatial_shape) >= _THICK
    return (
        SimpleAugmentConfig(),
        ElasticAugmentConfig(
            control_point_spacing=tuple(max(1, round(16 / size)) for size in sizes),
            control_point_displacement_sigma=tuple(
                0.0 if f else round(1.2 * finest, 4) for f in flat
            ),
            rotation_interval=(0.0, round(2 * math.pi, 4)),
            scale_interval=(0.86, 1.16),
            uniform_3d_rotation=isotropic,
            augmentation_probability=0.7,
        ),
        GammaAugmentConfig(augmentation_probability=0.7),
        IntensityAugmentConfig(scale=(0.74, 1.35), shift=(-0.15, 0.15), clip=False),
        NoiseAugmentConfig(std=0.1, augmentation_probability=0.7),
    )
