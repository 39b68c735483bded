"""Segmentations as labels layers: at the place of what was segmented, the view left alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dacapo_napari.layers.run_layers import WorldUnits, layer_arguments, view_kept
from dacapo_napari.run_updates import PlacedArray
from dacapo_napari.volumes.layer_volume import LayerVolume
from dacapo_napari.volumes.view_box import VoxelBox, smaller_box, view_box

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image, Labels, Layer

__all__ = ["SegmentPlace", "is_segmentation", "part_in_view", "result_name", "show_labels"]

_OF = "dacapo segmentation of"


@dataclass(frozen=True)
class SegmentPlace:
    """Where a segmentation belongs.

    Attributes
    ----------
    volume
        The whole image.
    layer, axes
        The layer that shows it, and what its axes are; None where it is a file.
    """

    volume: LayerVolume
    layer: Image | None = None
    axes: tuple[str, ...] = ()

    def arguments(self, viewer: ViewerModel, box: VoxelBox, ndim: int) -> dict[str, Any]:
        """``scale``, ``translate``, ``units`` and ``axis_labels`` of the labels of a part.

        Labels of several classes have one axis more, which comes first.
        """
        layer = self.layer
        found = self._of_file(viewer, box) if layer is None else self._of_layer(layer, box)
        if ndim == len(box):
            return found
        more = {"scale": 1.0, "translate": 0.0, "units": "pixel", "axis_labels": "class"}
        return {name: (more[name], *values) for name, values in found.items()}

    def _of_layer(self, layer: Image, box: VoxelBox) -> dict[str, Any]:
        keep = [self.axes.index(axis) for axis in self.volume.spatial_axes]
        scale = np.asarray(layer.scale)[keep]
        begin = np.array([part.start for part in box])
        return {
            "scale": tuple(scale),
            "translate": tuple(np.asarray(layer.translate)[keep] + scale * begin),
            "units": tuple(layer.units[n] for n in keep),
            "axis_labels": tuple(layer.axis_labels[n] for n in keep),
        }

    def _of_file(self, viewer: ViewerModel, box: VoxelBox) -> dict[str, Any]:
        volume = self.volume
        sizes = tuple(map(float, volume.voxel_size))
        begins = (
            float(offset + part.start * size)
            for offset, part, size in zip(volume.offset, box, volume.voxel_size, strict=True)
        )
        shape = [part.stop - part.start for part in box]
        placed = PlacedArray(
            volume.name, np.empty(shape, np.uint8), volume.spatial_axes, sizes, tuple(begins),
            volume.known,
        )  # fmt: skip
        return layer_arguments(placed, WorldUnits.of_viewer(viewer, volume.known))


def is_segmentation(layer: Layer) -> bool:
    """Whether a layer was segmented here."""
    return _OF in layer.metadata


def result_name(viewer: ViewerModel, run: str, image: str) -> str:
    """A result replaces the last one of that run and image, and no other."""
    name = f"{run} segmentation"
    taken = [layer for layer in viewer.layers if layer.name == name]
    if taken and taken[0].metadata.get(_OF) != image:
        return f"{name} of {image}"
    return name


def part_in_view(viewer: ViewerModel, place: SegmentPlace, part: VoxelBox, most: int) -> VoxelBox:
    """At most so many voxels of `part`, around the middle of what is in view."""
    centre = [(p.start + p.stop) / 2 for p in part]
    seen = None
    if place.layer is not None and place.layer in viewer.layers:
        seen = view_box(viewer, place.layer, place.axes, 0)
    if seen is not None:
        order = [axis for axis in place.axes if axis != "c"]
        middles = (seen[order.index(axis)] for axis in place.volume.spatial_axes)
        centre = [(middle.start + middle.stop) / 2 for middle in middles]
    return smaller_box(part, most, centre)


def show_labels(
    viewer: ViewerModel,
    name: str,
    labels: npt.NDArray[Any],
    place: SegmentPlace,
    box: VoxelBox,
) -> Labels:
    """Show the segmentation of a part; a layer of this name gets new data and the new place."""
    arguments = place.arguments(viewer, box, labels.ndim)
    with view_kept(viewer):
        found = next((layer for layer in viewer.layers if layer.name == name), None)
        if found is not None and found.ndim == labels.ndim:
            found.data = labels
            found.scale, found.translate = arguments["scale"], arguments["translate"]
            found.units = arguments["units"]
        else:
            if found is not None:
                viewer.layers.remove(found)
            told = {_OF: place.volume.name}
            found = viewer.add_labels(labels, name=name, opacity=0.5, metadata=told, **arguments)
            if place.layer in viewer.layers:
                above = viewer.layers.index(place.layer) + 1
                viewer.layers.move(len(viewer.layers) - 1, above)
    return found
