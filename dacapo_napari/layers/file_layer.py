"""A file as a layer to look at: read where it is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dacapo_napari.layers.run_layers import WorldUnits, layer_arguments, view_kept
from dacapo_napari.run_updates import PlacedArray
from dacapo_napari.volumes.layer_volume import LayerVolume

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Layer

__all__ = ["open_as_layer"]


def open_as_layer(viewer: ViewerModel, volume: LayerVolume, role: str) -> Layer:
    """Add a file to the viewer without reading it, or find the layer that shows it already."""
    found = next(
        (layer for layer in viewer.layers if layer.metadata.get(_KEY) == _key(volume)), None
    )
    if found is not None:
        viewer.layers.selection.active = found
        return found
    place = PlacedArray(
        volume.name,
        volume.data,
        volume.axes,
        tuple(map(float, volume.voxel_size)),
        tuple(map(float, volume.offset)),
        volume.known,
    )
    arguments = layer_arguments(place, WorldUnits.of_viewer(viewer, volume.known))
    arguments |= {"name": volume.name, "metadata": {_KEY: _key(volume)}}
    with view_kept(viewer):
        if role == "raw":
            return viewer.add_image(volume.data, multiscale=False, **arguments)
        return viewer.add_labels(volume.data, multiscale=False, **arguments)


_KEY = "dacapo file"


def _key(volume: LayerVolume) -> str:
    return volume.source_path
