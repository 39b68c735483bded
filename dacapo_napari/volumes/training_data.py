"""The layers that a run learns from, measured and written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.zarr_array_config import ZarrArrayConfig
from dacapo_engine.experiments.datasplits.datasets.merged_facts import merge_facts
from dacapo_engine.experiments.datasplits.datasets.raw_gt_dataset_config import RawGTDatasetConfig
from dacapo_engine.experiments.datasplits.datasets.volume_facts import VolumeFacts, measure_volume
from dacapo_engine.setup.label_meaning import BACKGROUND_EVERYWHERE, LabelMeaning
from dacapo_engine.setup.labelled_part import LabelledPart
from dacapo_engine.setup.measured_volumes import measure_volumes, names_apart
from dacapo_engine.setup.presets import LabelledVolume
from dacapo_engine.setup.volume_files import VolumeFiles
from dacapo_engine.units import format_lengths
from dacapo_napari.volumes.layer_volume import LayerVolume

__all__ = [
    "LabelMeaning",
    "LabelledLayers",
    "TrainingData",
    "TrainingVolume",
    "measure",
    "measure_volumes_of",
]


@dataclass(frozen=True)
class LabelledLayers:
    """An image, its labels, where the labels count and what they mean."""

    raw: LayerVolume
    labels: LayerVolume
    mask: LayerVolume | None = None
    meaning: LabelMeaning = BACKGROUND_EVERYWHERE

    @property
    def name(self) -> str:
        """A short name for the volume."""
        return self.raw.name


TrainingVolume = LabelledLayers | VolumeFiles
"""Layers of napari, or files that are opened by the engine only."""


@dataclass(frozen=True)
class TrainingData:
    """The volumes that a run learns from, one at least."""

    volumes: tuple[TrainingVolume, ...]

    @property
    def first(self) -> TrainingVolume:
        """The volume whose name the run takes."""
        return self.volumes[0]

    @property
    def layers(self) -> tuple[LabelledLayers, ...]:
        """The volumes that are layers."""
        return tuple(each for each in self.volumes if isinstance(each, LabelledLayers))


def measure(data: TrainingData) -> VolumeFacts:
    """What there is to know about the volumes together; see `measure_volumes_of`."""
    return merge_facts([volume.facts for volume in measure_volumes_of(data)])


def measure_volumes_of(data: TrainingData) -> list[LabelledVolume]:
    """Measure every volume; reads a bounded part of each, so off the Qt thread.

    The configs of layers name no file yet.

    Raises
    ------
    DataError
        If layers do not fit each other, or their values cannot be learnt from.
    """
    found = [
        _volume(layers, name) for layers, name in zip(data.layers, _names(data.layers), strict=True)
    ]
    files = [each for each in data.volumes if isinstance(each, VolumeFiles)]
    return [*found, *(measure_volumes(files, "train")[0] if files else ())]


def _names(layers: Sequence[LabelledLayers]) -> list[str]:
    return ["train"] if len(layers) == 1 else names_apart([each.name for each in layers])


def _volume(layers: LabelledLayers, name: str) -> LabelledVolume:
    nowhere = ZarrArrayConfig(file_name=Path("unwritten.zarr"), dataset=name)
    fields = layers.meaning.dataset_fields()
    dataset = RawGTDatasetConfig(name=name, raw_config=nowhere, gt_config=nowhere, **fields)
    return LabelledVolume(dataset, _measure_layers(layers), layers.meaning, layers.labels.data)


def _measure_layers(data: LabelledLayers) -> VolumeFacts:
    raw = data.raw
    _check_voxels(raw, data.labels)
    _check_place(raw, data.labels)
    if data.mask is not None:
        _check_voxels(raw, data.mask)
    facts = measure_volume(
        raw.data,
        data.labels.data,
        _labelled_part(data),
        axes=raw.axes,
        voxel_size_nm=tuple(float(size) for size in raw.voxel_size),
        voxel_size_known=raw.known,
        single_slices=data.meaning.is_in_slices(data.labels.shape),
    )
    if facts.nan_share:
        raise DataError(
            f"{raw.name} has values that are not numbers (NaN or infinite): {facts.nan_text}.",
            hint="Replace them by a number, or mask them.",
            place="data.raw",
        )
    if facts.num_objects == 0 and not facts.sampled:
        raise DataError(
            f"{data.labels.name} has no object.",
            hint="Paint at least one object, or choose another layer.",
            place="data.labels",
        )
    return facts


def _labelled_part(data: LabelledLayers) -> LabelledPart | None:
    """Where labels count; a mask of another shape is left to the engine."""
    mask = None if data.mask is None else data.mask.data
    alike = mask is not None and tuple(mask.shape) == data.labels.shape
    if not alike and data.meaning.zero == "background":
        return None
    return LabelledPart(data.labels.data, data.meaning, mask if alike else None)


def _check_voxels(raw: LayerVolume, other: LayerVolume) -> None:
    sizes = zip(raw.voxel_size, other.voxel_size, strict=True)
    if all(math.isclose(a, b, rel_tol=1e-6) for a, b in sizes):
        return
    have, need = (_lengths(volume) for volume in (other, raw))
    raise DataError(
        f"A voxel of {other.name} is {have} large, one of {raw.name} {need}.",
        hint="Give both layers the same scale and units, or resample one of them.",
        place="data.labels",
    )


def _check_place(raw: LayerVolume, labels: LayerVolume) -> None:
    """Labels lie within raw; where nothing tells their place, only equal shapes say so."""
    shape = [n for n, axis in zip(raw.shape, raw.axes, strict=True) if axis != "c"]
    placed = raw.known or labels.known or any(labels.offset)
    if not placed and tuple(shape) != labels.shape:
        raise DataError(
            f"{raw.name} is {_text(shape)} voxels and {labels.name} {_text(labels.shape)}, and "
            "nothing tells where they lie.",
            hint="Choose labels of the same shape, or give both layers a scale and a place.",
            place="data.labels",
        )
    before = [a - b for a, b in zip(raw.offset, labels.offset, strict=True)]
    after = [b - a for a, b in zip(_ends(raw, shape), _ends(labels, labels.shape), strict=True)]
    if any(max(a, b) >= size for a, b, size in zip(before, after, labels.voxel_size, strict=True)):
        raise DataError(
            f"{labels.name} covers more than {raw.name}.",
            hint="Choose labels of this image, or check scale and place of both layers.",
            place="data.labels",
        )


def _ends(volume: LayerVolume, shape: Sequence[int]) -> list[Fraction]:
    steps = zip(volume.offset, volume.voxel_size, shape, strict=True)
    return [begin + size * extent for begin, size, extent in steps]


def _lengths(volume: LayerVolume) -> str:
    return format_lengths(volume.voxel_size, volume.known)


def _text(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))
