"""From what somebody chose to what a run learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dacapo_engine.errors import DataError
from dacapo_engine.setup.volume_files import CorrectedVolume, Volume, VolumeFiles
from dacapo_napari.volumes.chosen_volume import ChosenVolume, Files, raw_volume
from dacapo_napari.volumes.file_volume import FileLook
from dacapo_napari.volumes.layer_volume import LayerVolume, layer_volume
from dacapo_napari.volumes.training_data import LabelledLayers, TrainingData

if TYPE_CHECKING:
    from napari.layers import Labels

__all__ = ["resolve", "resolved_raw", "said_voxel_size"]

_SPACE = frozenset("zyx")


def resolve(chosen: ChosenVolume, files: Files) -> TrainingData:
    """What a run learns from one volume; one of many images where a folder is chosen.

    Raises
    ------
    DataError
        If something is not chosen, still being opened, or cannot be used.
    """
    missing = chosen.missing(files)
    if missing:
        raise DataError(_missing_sentence(chosen, missing), place="data")
    if chosen.is_folder(files):
        return _resolve_folder(chosen, files)
    raw = resolved_raw(chosen, files)
    if raw is None or chosen.is_opening(files):
        raise DataError(f"{chosen.name} is still being opened.", hint="Wait a moment.")
    plain = raw_volume(chosen, files)
    beside = [_beside(chosen, files, role, plain or raw, raw) for role in ("labels", "mask")]
    labels, mask = beside
    if labels is None:
        raise DataError("Choose its labels to learn from.", place="data")
    return TrainingData((LabelledLayers(raw, labels, mask, chosen.meaning),))


def resolved_raw(chosen: ChosenVolume, files: Files) -> LayerVolume | None:
    """The image with the voxel size and intensities that were said; None while it is opened.

    Raises
    ------
    DataError
        If it cannot be used.
    """
    raw = raw_volume(chosen, files)
    if raw is None:
        return None
    sizes = said_voxel_size(chosen, raw)
    if sizes is not None:
        offset = _scaled(raw.offset, raw.voxel_size, sizes)
        raw = raw.placed(sizes, offset, has_unit=chosen.voxel_size is not None)
    return replace(raw, intensity_range=chosen.intensity_range)


def said_voxel_size(chosen: ChosenVolume, raw: LayerVolume) -> tuple[Fraction, ...] | None:
    """The voxel size that was said, per axis but channels; None where it is that of the image."""
    axes = raw.spatial_axes
    if chosen.voxel_size is not None:
        said = dict(zip([a for a in axes if a in _SPACE], chosen.voxel_size, strict=False))
        return tuple(said.get(axis, Fraction(1)) for axis in axes)
    if chosen.anisotropy in (None, 1) or raw.known or "z" not in axes:
        return None
    return tuple(chosen.anisotropy or Fraction(1) if a == "z" else Fraction(1) for a in axes)


def _missing_sentence(chosen: ChosenVolume, missing: str) -> str:
    if chosen.closed:
        return f"{chosen.closed} was closed. Choose {missing}, or remove this volume."
    return f"Choose {missing} to learn from."


def _beside(
    chosen: ChosenVolume, files: Files, role: str, plain: LayerVolume, raw: LayerVolume
) -> LayerVolume | None:
    """Labels or mask, moved with the image where another voxel size was said of it."""
    source = getattr(chosen, role)
    if source is None:
        return None
    if isinstance(source, str):
        volume = _file_beside(chosen.look(files, role), plain)
    else:
        volume = _layer_beside(source, plain)
    _check_ids(volume)
    if raw.voxel_size == plain.voxel_size or (volume.known and not plain.known):
        return volume
    pairs = zip(volume.voxel_size, plain.voxel_size, raw.voxel_size, strict=True)
    sizes = tuple(own * said / told for own, told, said in pairs)
    offset = _scaled(volume.offset, volume.voxel_size, sizes)
    return volume.placed(sizes, offset, has_unit=raw.has_unit)


def _scaled(
    lengths: Sequence[Fraction], old: Sequence[Fraction], new: Sequence[Fraction]
) -> tuple[Fraction, ...]:
    return tuple(a * n / o for a, o, n in zip(lengths, old, new, strict=True))


def _layer_beside(layer: Labels, raw: LayerVolume) -> LayerVolume:
    axes = raw.spatial_axes
    if layer.ndim != len(axes):
        raise _other_axes(layer.name, layer.ndim, raw)
    return layer_volume(layer, axes)


def _file_beside(look: FileLook | None, raw: LayerVolume) -> LayerVolume:
    if look is None or look.volume is None:
        raise DataError("The labels are still being opened.", hint="Wait a moment.")
    volume, axes = look.volume, raw.spatial_axes
    if len(volume.axes) != len(axes):
        raise _other_axes(volume.name, len(volume.axes), raw)
    return volume if volume.axes == axes or look.axes_fixed else volume.named(axes)


def _other_axes(name: str, count: int, raw: LayerVolume) -> DataError:
    return DataError(
        f"{name} has {count} axes, {raw.name} has {len(raw.spatial_axes)} without channels.",
        hint="Choose labels of this image, or say what its first axis is.",
        place="data",
    )


def _check_ids(volume: LayerVolume) -> None:
    if np.dtype(volume.data.dtype).kind not in "biu":
        raise DataError(f"{volume.name} holds {volume.data.dtype}, labels are whole numbers.")


def _resolve_folder(chosen: ChosenVolume, files: Files) -> TrainingData:
    if chosen.is_opening(files):
        raise DataError(f"{chosen.name} is still being opened.", hint="Wait a moment.")
    pairs, first = chosen.pairs(files), resolved_raw(chosen, files)
    ambiguous = [pair.problem for pair in pairs if pair.labels is None and "both" in pair.problem]
    found = [
        VolumeFiles(
            _said(pair.image, first),
            _said(pair.labels, first, labels=True),
            meaning=chosen.meaning,
            intensity_range=chosen.intensity_range,
        )
        for pair in pairs
        if pair.image is not None and pair.labels is not None
    ]
    if ambiguous:
        raise DataError(f"{ambiguous[0]}.", hint="Keep one of them.", place="data.raw")
    if not found:
        raise DataError(
            f"No image of {chosen.name} has labels of its name.",
            hint="Name labels after their images: x.tif and x_labels.tif, or images/x.tif and "
            "labels/x.tif.",
            place="data.raw",
        )
    return TrainingData(tuple(found))


def _said(path: Path, first: LayerVolume | None, *, labels: bool = False) -> Volume:
    """A file of a folder, of which is said what is said of the folder's first image."""
    if first is None or not isinstance(first.file, CorrectedVolume):
        return path
    said = replace(first.file, file=path, offset=None)
    if labels and said.axes is not None:
        said = replace(said, axes=tuple(axis for axis in said.axes if axis != "c"))
    return said
