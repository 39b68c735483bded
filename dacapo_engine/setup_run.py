"""From files to a complete run: opens, measures, checks, divides, and chooses defaults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.architectures.cnnectome_unet_config import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.crop_array_config import (
    CropArrayConfig,
    RegionConfig,
)
from dacapo_engine.experiments.datasplits.datasets.merged_facts import merge_facts
from dacapo_engine.experiments.datasplits.datasets.patch_check import (
    check_labels_match,
    check_patch_fits,
)
from dacapo_engine.experiments.datasplits.datasets.raw_gt_dataset_config import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.holdout import Box, Holdout, choose_holdout, held_back, middle_box
from dacapo_engine.measured_volumes import measure_volumes, open_array
from dacapo_engine.presets import LabelledVolume, PresetName, suggest_run
from dacapo_engine.units import format_lengths
from dacapo_engine.volume_files import VolumeFiles

__all__ = ["Setup", "VolumeFiles", "check_volumes", "set_up_run"]

_LEAST_LEFT = 16


@dataclass(frozen=True)
class Setup:
    """A run, and what was found on the way to it, a sentence each."""

    config: RunConfig
    facts: VolumeFacts
    sentences: tuple[str, ...]


def set_up_run(
    train: VolumeFiles | Sequence[VolumeFiles],
    validation: VolumeFiles | Sequence[VolumeFiles] | None = None,
    *,
    name: str,
    preset: PresetName = "auto",
    num_iterations: int | None = None,
    device: str = "cpu",
) -> Setup:
    """Measure the volumes and suggest a run for them.

    Without validation volumes, some of several volumes are held back whole, or a part of the
    labels of a single one.

    Raises
    ------
    DacapoError
        If a volume cannot be trained on, with what to do about it.
    """
    volumes, notes = measure_volumes(_listed(train), "train")
    training, validating, text = _split(volumes, _listed(validation))
    config = suggest_run(
        training,
        validating,
        name=name,
        preset=preset,
        num_iterations=num_iterations,
        device=device,
    )
    check_volumes(config)
    facts = merge_facts([volume.facts for volume in volumes])
    return Setup(config, facts, (*_describe(facts, len(volumes)), *notes, text))


def _listed(files: VolumeFiles | Sequence[VolumeFiles] | None) -> list[VolumeFiles]:
    if isinstance(files, VolumeFiles):
        return [files]
    return list(files or ())


def _split(
    volumes: Sequence[LabelledVolume], validation: Sequence[VolumeFiles]
) -> tuple[list[LabelledVolume], tuple[RawGTDatasetConfig, ...], str]:
    if validation:
        scored, _ = measure_volumes(validation, "validate")
        shown = str(validation[0].labels) if len(validation) == 1 else f"{len(scored)} images"
        return list(volumes), tuple(volume.dataset for volume in scored), f"Scored on {shown}."
    if len(volumes) == 1:
        training, validating, text = _divide(volumes[0].dataset)
        return [LabelledVolume(training, volumes[0].facts)], validating, text
    held = set(held_back(len(volumes)))
    training_volumes = [volume for n, volume in enumerate(volumes) if n not in held]
    scored_on = [volumes[n].dataset for n in sorted(held)]
    names = ", ".join(dataset.name for dataset in scored_on[:3])
    more = f" and {len(scored_on) - 3} more" if len(scored_on) > 3 else ""
    text = f"Held back to be scored on: {len(held)} of {len(volumes)} images ({names}{more})."
    return training_volumes, tuple(_middle(dataset) for dataset in scored_on), text


def _middle(dataset: RawGTDatasetConfig) -> RawGTDatasetConfig:
    """So much of a held-back volume that a validation takes seconds."""
    shape = open_array(dataset.gt_config).grid.shape
    box = middle_box(shape)
    return dataset if box[1] == shape else _cropped(dataset, box, dataset.name)


def _divide(
    dataset: RawGTDatasetConfig,
) -> tuple[RawGTDatasetConfig, tuple[RawGTDatasetConfig, ...], str]:
    labels = open_array(dataset.gt_config)
    axes = labels.spatial_axes
    least = [1 if axis in "st" else _LEAST_LEFT for axis in axes]
    holdout = choose_holdout(_spatial(labels), axes, least=least)
    if holdout is None:
        text = "Too few labels to hold any back: scores are those of the training data."
        return dataset, (dataset.replace(name="validate"),), text
    training = _cropped(dataset, holdout.train, "train")
    validating = _cropped(dataset, holdout.validate, "validate")
    return training, (validating,), _sentence(holdout)


def _spatial(labels: Array) -> Any:
    if labels.num_channels is None:
        return labels.data
    raise DataError(
        f"labels has {labels.num_channels} channels; objects need ids without channels.",
        hint="Choose one channel, or name the axes.",
        place=labels.name,
    )


def _sentence(holdout: Holdout) -> str:
    return f"Held back to be scored on: {holdout.text} of the labels."


def _cropped(dataset: RawGTDatasetConfig, box: Box, name: str) -> RawGTDatasetConfig:
    offset, shape = box
    region = RegionConfig(offset=offset, shape=shape, unit="voxels")
    return dataset.replace(
        name=name, gt_config=CropArrayConfig(source_array_config=dataset.gt_config, roi=region)
    )


def check_volumes(config: RunConfig) -> None:
    """Open the volumes of a run, and let them say what does not fit before somebody starts it.

    Raises
    ------
    DacapoError
        If labels do not match raw, or raw is smaller than the model's patch.
    """
    split, network = config.datasplit_config, config.architecture_config
    for dataset in split.datasplit_type(split).train:
        check_labels_match(dataset)
        if isinstance(network, CNNectomeUNetConfig):
            check_patch_fits(dataset, network.input_shape)


def _describe(facts: VolumeFacts, count: int) -> tuple[str, ...]:
    taken = "" if facts.axes_known else " (assumed; correct it with --axes)"
    size = format_lengths(facts.voxel_size_nm, facts.voxel_size_known)
    low, high = facts.intensity_range
    return (
        f"raw is {facts.shape_text}{taken}."
        if count == 1
        else f"{count} images, the smallest sides are {facts.shape_text}{taken}.",
        f"Voxel size: {size}.",
        f"Intensities from {low:g} to {high:g} (0.1 and 99.9 percentiles).",
        f"{facts.num_objects} objects, typically {facts.object_thickness:.0f} voxels thick, "
        f"cover {facts.foreground_share:.0%}.",
    )
