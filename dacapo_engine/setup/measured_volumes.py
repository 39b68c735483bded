"""Volumes opened, measured and checked before a run is set up for them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.array import Array
from dacapo_engine.experiments.datasplits.datasets.arrays.array_config import ArrayConfig
from dacapo_engine.experiments.datasplits.datasets.arrays.intensities_array_config import (
    IntensitiesArrayConfig,
)
from dacapo_engine.experiments.datasplits.datasets.dataset import Dataset
from dacapo_engine.experiments.datasplits.datasets.raw_gt_dataset_config import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts, measure_arrays
from dacapo_engine.setup.fit_check import check_arrays_fit
from dacapo_engine.setup.presets import LabelledVolume
from dacapo_engine.setup.volume_files import VolumeFiles, array_config

__all__ = ["measure_volumes", "names_apart", "open_array", "open_labels"]

_SEARCHED_VOXELS = 2**27


def measure_volumes(
    files: Sequence[VolumeFiles], kind: str
) -> tuple[list[LabelledVolume], tuple[str, ...]]:
    """Open, check and measure volumes.

    A single one is called `kind`; several are called after their files. Of several, those
    without an object are left out.

    Returns
    -------
    tuple
        The volumes, and a sentence about each thing that was left out.

    Raises
    ------
    DacapoError
        If a volume cannot be trained on, or none is left.
    """
    if len(files) == 1:
        return [_measure(files[0], kind)], ()
    used = [each for each in files if _has_object(each)]
    if not used:
        raise DataError(
            f"None of {len(files)} images has an object in its labels.",
            hint="Paint objects in at least one of them.",
            place=str(files[0].labels),
        )
    names = names_apart([each.name for each in used])
    found = [_measure(each, name) for each, name in zip(used, names, strict=True)]
    left_out = len(files) - len(used)
    text = f"{left_out} of {len(files)} images have no object and are left out."
    return found, (text,) if left_out else ()


def open_array(config: ArrayConfig) -> Array:
    """The array that `config` describes."""
    array: Array = config.array_type(config)
    return array


def open_labels(files: VolumeFiles) -> Array:
    """The labels of a volume."""
    return open_array(array_config(files.labels, _spatial(files.axes)))


def _spatial(axes: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if axes is None else tuple(axis for axis in axes if axis != "c")


def names_apart(names: Sequence[str]) -> list[str]:
    """`names`, numbered where one comes again."""
    apart: list[str] = []
    for name in names:
        others = (f"{name}_{number}" for number in range(2, len(names) + 2))
        apart.append(next(each for each in (name, *others) if each not in apart))
    return apart


def _measure(files: VolumeFiles, name: str) -> LabelledVolume:
    raw_config = array_config(files.raw, files.axes)
    spatial = _spatial(files.axes)
    labels_config = array_config(files.labels, spatial)
    mask_config = array_config(files.mask, spatial) if files.mask is not None else None
    dataset = RawGTDatasetConfig(
        name=name,
        raw_config=raw_config,
        gt_config=labels_config,
        mask_config=mask_config,
        **files.meaning.dataset_fields(),
    )
    opened = dataset.dataset_type(dataset)
    check_arrays_fit(opened)
    labels = open_array(labels_config)
    thin = files.meaning.is_in_slices(labels.grid.shape)
    facts = measure_arrays(open_array(raw_config), labels, _alike(opened), single_slices=thin)
    _check_facts(facts, files)
    low, high = files.intensity_range or facts.intensity_range
    intensities = IntensitiesArrayConfig(source_array_config=raw_config, min=low, max=high)
    return LabelledVolume(dataset.replace(raw_config=intensities), facts, files.meaning)


def _alike(dataset: Dataset) -> Array | None:
    """The mask, where it has the voxels of the labels; facts are measured without it else."""
    mask, labels = dataset.mask, dataset.gt
    if mask is None or labels is None:
        return None
    return mask if mask.roi == labels.roi else None


def _check_facts(facts: VolumeFacts, files: VolumeFiles) -> None:
    if facts.nan_share > 0:
        raise DataError(
            f"raw has values that are not numbers (NaN or infinite): {facts.nan_text}.",
            hint="Replace them, or leave that region out.",
            place=str(files.raw),
        )
    if facts.num_objects == 0:
        raise DataError(
            "labels has no object.",
            hint="Paint at least one object, or choose another volume.",
            place=str(files.labels),
        )


def _has_object(files: VolumeFiles) -> bool:
    """Whether there is an object; large volumes are taken to have some."""
    labels = open_labels(files)
    if math.prod(labels.grid.shape) > _SEARCHED_VOXELS:
        return True
    return bool(np.asarray(labels.data[...]).any())
