"""What turns labelled volumes into a run: defaults derived from what was measured."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from dacapo_engine.errors import ConfigError
from dacapo_engine.experiments.architectures.cnnectome_unet_config import CNNectomeUNetConfig
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
from dacapo_engine.label_meaning import BACKGROUND_EVERYWHERE, LabelMeaning
from dacapo_engine.partial_labels import fit_to_labels
from dacapo_engine.task_presets import TASKS, TaskName, suggest_class_task

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

_THIN, _THICK = 4, 24

PresetName = Literal["auto", "tiny", "small", "medium", "large"]


@dataclass(frozen=True)
class Preset:
    """A size of network and patch.

    Attributes
    ----------
    patch_2d, patch_3d
        Edge of the patch in voxels, of the finest axes.
    """

    title: str
    num_fmaps: int
    fmap_inc_factor: int
    levels: int
    patch_2d: int
    patch_3d: int
    batch_size: int


PRESETS: dict[str, Preset] = {
    "tiny": Preset("for a first look", 8, 2, 2, 128, 32, 1),
    "small": Preset("for a processor", 12, 3, 2, 256, 48, 1),
    "medium": Preset("for a graphics card of 8 GB", 16, 3, 3, 384, 72, 2),
    "large": Preset("for a graphics card of 24 GB", 32, 3, 3, 512, 96, 4),
}


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
        Size of the network; ``auto`` chooses by `device`.
    num_iterations
        How long to train; a number that takes about three quarters of an hour on a processor by
        default.
    device
        ``cpu``, ``cuda:N`` or ``mps``.
    cores
        Processor cores for data workers; those of this machine by default.
    task
        What is to be found: one of `TASKS`.
    """
    if not train:
        raise ConfigError("A run needs at least one labelled volume.", place="datasplit_config")
    facts = merge_facts([volume.facts for volume in train])
    chosen = PRESETS[_choose_preset(preset, device)]
    architecture = _architecture(facts, chosen)
    config = RunConfig(
        name=name,
        num_iterations=num_iterations or 30_000,
        validation_interval=1500,
        task_config=suggest_task(task, facts, architecture.input_shape),
        architecture_config=architecture,
        trainer_config=_trainer(facts, chosen, cores or os.cpu_count() or 1),
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


def _choose_preset(preset: str, device: str) -> str:
    if preset == "auto":
        return "medium" if device.startswith("cuda") else "small"
    if preset not in PRESETS:
        raise ConfigError(
            f"There is no preset {preset!r}.", hint=f"Choose of {', '.join(PRESETS)}."
        )
    return preset


def _is_flat(facts: VolumeFacts) -> tuple[bool, ...]:
    """For each axis, whether the network looks at one step of it at a time."""
    axes = [axis for axis in facts.axes if axis != "c"]
    return tuple(axis in "st" for axis in axes)


def _relative_sizes(facts: VolumeFacts) -> tuple[float, ...]:
    finest = min(
        size for size, flat in zip(facts.voxel_size_nm, _is_flat(facts), strict=True) if not flat
    )
    return tuple(size / finest for size in facts.voxel_size_nm)


def _architecture(facts: VolumeFacts, preset: Preset) -> CNNectomeUNetConfig:
    factors, kernels = _levels(facts, preset.levels)
    return CNNectomeUNetConfig(
        input_shape=_patch(facts, preset, factors),
        fmaps_in=facts.num_channels or 1,
        num_fmaps=preset.num_fmaps,
        fmap_inc_factor=preset.fmap_inc_factor,
        fmaps_out=preset.num_fmaps,
        downsample_factors=factors,
        kernel_size_down=kernels,
        kernel_size_up=kernels[:-1],
        padding="same",
    )


def _levels(
    facts: VolumeFacts, levels: int
) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[tuple[int, ...], ...], ...]]:
    """Downsampling and kernels of each level.

    An axis whose voxels are at least twice as large as the finest ones waits until the others
    have caught up; kernels do not cross it while they are four times as large. A thin stack is
    left as thin as it is, and kernels do not reach beyond one or two slices.
    """
    flat, sizes, left = _is_flat(facts), list(_relative_sizes(facts)), list(facts.spatial_shape)
    factors, kernels = [], []
    for level in range(levels + 1):
        fixed = [f or extent < _THIN for f, extent in zip(flat, left, strict=True)]
        finest = min((s for s, f in zip(sizes, fixed, strict=True) if not f), default=min(sizes))
        kernel = tuple(
            1 if f or extent < 3 or size >= 4 * finest else 3
            for f, extent, size in zip(flat, left, sizes, strict=True)
        )
        kernels.append((kernel, kernel))
        if level < levels:
            factor = tuple(
                1 if f or size >= 2 * finest else 2 for size, f in zip(sizes, fixed, strict=True)
            )
            sizes = [size * f for size, f in zip(sizes, factor, strict=True)]
            left = [extent // f for extent, f in zip(left, factor, strict=True)]
            factors.append(factor)
    return tuple(factors), tuple(kernels)


def _patch(
    facts: VolumeFacts, preset: Preset, factors: tuple[tuple[int, ...], ...]
) -> tuple[int, ...]:
    flat = _is_flat(facts)
    dims = sum(not f for f in flat)
    sizes = [s for s, f in zip(_relative_sizes(facts), flat, strict=True) if not f]
    # Anisotropic patches hold as many voxels as isotropic ones.
    edge = (preset.patch_3d if dims == 3 else preset.patch_2d) * math.prod(sizes) ** (1 / dims)
    patch = []
    for axis, (size, extent) in enumerate(
        zip(_relative_sizes(facts), facts.spatial_shape, strict=True)
    ):
        step = math.prod(factor[axis] for factor in factors)
        wanted = 1 if flat[axis] else max(step, round(edge / size / step) * step)
        patch.append(max(step, min(wanted, extent // step * step)))
    return tuple(patch)


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
    flat, sizes = _is_flat(facts), _relative_sizes(facts)
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
    flat, sizes = _is_flat(facts), _relative_sizes(facts)
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
