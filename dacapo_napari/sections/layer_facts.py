"""What is said about the layers chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dacapo_engine.errors import DataError
from dacapo_engine.experiments.datasplits.datasets.arrays.axis_order import describe_shape
from dacapo_engine.units import format_lengths
from dacapo_napari.layer_volume import LayerVolume, layer_volume

if TYPE_CHECKING:
    from napari.layers import Labels, Layer

__all__ = ["labels_beside", "place_events", "shape_words", "voxel_size_words"]


def labels_beside(raw: LayerVolume, layer: Labels) -> LayerVolume:
    """A labels layer whose axes are those of raw, without its channels.

    Raises
    ------
    DataError
        If it has other axes, or values that are no ids.
    """
    axes = raw.spatial_axes
    if layer.ndim != len(axes):
        raise DataError(
            f"{layer.name} has {layer.ndim} axes, {raw.name} has {len(axes)} without channels.",
            hint="Choose labels of this image, or say what its first axis is.",
            place="data",
        )
    volume = layer_volume(layer, axes)
    if np.dtype(volume.data.dtype).kind not in "biu":
        raise DataError(f"{layer.name} holds {volume.data.dtype}, labels are whole numbers.")
    return volume


def shape_words(volume: LayerVolume) -> str:
    """Shape, what the axes are, and the type of the values."""
    return f"{describe_shape(volume.shape, volume.axes)} ({volume.data.dtype})"


def voxel_size_words(volume: LayerVolume) -> tuple[str, str]:
    """The voxel size, and what is doubtful about it."""
    sizes = [
        size
        for size, axis in zip(volume.voxel_size, volume.spatial_axes, strict=True)
        if axis in "zyx"
    ]
    if not volume.known:
        return "", "not known: the layer has no unit and a scale of 1"
    if not volume.has_unit:
        return format_lengths(sizes), "taken as nm: the layer has a scale and no unit"
    return f"{format_lengths(sizes)} (from the layer)", ""


def place_events(layer: Layer) -> list[Any]:
    """The events of a layer that tell that it lies elsewhere."""
    events = layer.events
    return [
        events.scale,
        events.translate,
        events.units,
        events.affine,
        events.rotate,
        events.shear,
    ]
