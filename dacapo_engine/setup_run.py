"""From files to a complete run: opens, measures, checks, divides, and chooses defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.architectures.cnnectome_unet_config import CNNectomeUNetConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.array_config import ArrayConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.array_identifier import (
    LocalArrayIdentifier,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.crop_array_config import (
    CropArrayConfig,
    RegionConfig,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.intensities_array_config import (
    IntensitiesArrayConfig,
)
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array_config import ZarrArrayConfig
from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
from dacapo_engine.experiments.datasplits.datasets.patch_check import (
    check_labels_match,
    check_patch_fits,
)
from dacapo_engine.experiments.datasplits.datasets.raw_gt_dataset_config import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts, measure_arrays
from dacapo_engine.experiments.run_config import RunConfig
from dacapo_engine.fit_check import check_arrays_fit
from dacapo_engine.holdout import Box, Holdout, choose_holdout
from dacapo_engine.presets import LabelledVolume, PresetName, suggest_run
from dacapo_engine.units import format_lengths

__all__ = ["Setup", "VolumeFiles", "set_up_run"]

_LEAST_LEFT = 16


@dataclass(frozen=True)
class VolumeFiles:
    """Where a labelled volume lies, and what its axes are where that has to be said."""

    raw: LocalArrayIdentifier
    labels: LocalArrayIdentifier
    mask: LocalArrayIdentifier | None = None
    axes: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Setup:
    """A run, and what was found on the way to it, a sentence each."""

    config: RunConfig
    facts: VolumeFacts
    sentences: tuple[str, ...]


def set_up_run(
    train: VolumeFiles,
    validation: VolumeFiles | None = None,
    *,
    name: str,
    preset: PresetName = "auto",
    num_iterations: int | None = None,
    device: str = "cpu",
) -> Setup:
    """Measure the volumes and suggest a run for them.

    Without a validation volume, a part of the labels is held back.

    Raises
    ------
    DacapoError
        If a volume cannot be trained on, with what to do about it.
    """
    dataset, facts = _measure(train, "train")
    validating: tuple[RawGTDatasetConfig, ...]
    if validation is not None:
        held_back, _ = _measure(validation, "validate")
        training, validating = dataset, (held_back,)
        text = f"Scored on {validation.labels}."
    else:
        training, validating, text = _divide(dataset, facts)
    config = suggest_run(
        [LabelledVolume(training, facts)],
        validating,
        name=name,
        preset=preset,
        num_iterations=num_iterations,
        device=device,
    )
    _check_opens(config)
    return Setup(config, facts, (*_describe(facts), text))


def _measure(files: VolumeFiles, name: str) -> tuple[RawGTDatasetConfig, VolumeFacts]:
    raw_config = _zarr(files.raw, files.axes)
    spatial = tuple(a for a in files.axes if a != "c") if files.axes is not None else None
    labels_config = _zarr(files.labels, spatial)
    mask_config = _zarr(files.mask, spatial) if files.mask is not None else None
    dataset = RawGTDatasetConfig(
        name=name, raw_config=raw_config, gt_config=labels_config, mask_config=mask_config
    )
    opened = dataset.dataset_type(dataset)
    check_arrays_fit(opened)
    facts = measure_arrays(_open(raw_config), _open(labels_config), _alike(opened))
    _check_facts(facts, files)
    low, high = facts.intensity_range
    intensities = IntensitiesArrayConfig(source_array_config=raw_config, min=low, max=high)
    return dataset.replace(raw_config=intensities), facts


def _alike(dataset: Dataset) -> Array | None:
    """The mask, where it has the voxels of the labels; facts are measured without it else."""
    mask, labels = dataset.mask, dataset.gt
    if mask is None or labels is None:
        return None
    return mask if mask.roi == labels.roi else None


def _zarr(identifier: LocalArrayIdentifier, axes: tuple[str, ...] | None) -> ZarrArrayConfig:
    return ZarrArrayConfig.model_validate(
        {
            "file_name": identifier.container.resolve(),
            "dataset": identifier.dataset,
            "axes": axes,
            "mode": "r",
        }
    )


def _open(config: ArrayConfig) -> Array:
    array: Array = config.array_type(config)
    return array


def _check_facts(facts: VolumeFacts, files: VolumeFiles) -> None:
    if facts.nan_share > 0:
        raise DataError(
            f"{facts.nan_share:.1%} of raw are not numbers (NaN or infinite).",
            hint="Replace them, or leave that region out.",
            place=str(files.raw),
        )
    if facts.num_objects == 0:
        raise DataError(
            "labels has no object.",
            hint="Paint at least one object, or choose another volume.",
            place=str(files.labels),
        )


def _divide(
    dataset: RawGTDatasetConfig, facts: VolumeFacts
) -> tuple[RawGTDatasetConfig, tuple[RawGTDatasetConfig, ...], str]:
    labels = _open(dataset.gt_config)
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


def _check_opens(config: RunConfig) -> None:
    """Let the data split find what does not fit before somebody starts the run."""
    split, network = config.datasplit_config, config.architecture_config
    for dataset in split.datasplit_type(split).train:
        check_labels_match(dataset)
        if isinstance(network, CNNectomeUNetConfig):
            check_patch_fits(dataset, network.input_shape)


def _describe(facts: VolumeFacts) -> tuple[str, ...]:
    taken = "" if facts.axes_known else " (assumed; correct it with --axes)"
    size = format_lengths(facts.voxel_size_nm, facts.voxel_size_known)
    low, high = facts.intensity_range
    return (
        f"raw is {facts.shape_text}{taken}.",
        f"Voxel size: {size}.",
        f"Intensities from {low:g} to {high:g} (0.1 and 99.9 percentiles).",
        f"{facts.num_objects} objects, typically {facts.object_thickness:.0f} voxels thick, "
        f"cover {facts.foreground_share:.0%}.",
    )
