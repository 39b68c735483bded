"""Layers of a sample, in the middle of what is in view."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dacapo_napari.layers.preview_place import PairPlace, across, seen_point
from dacapo_napari.layers.run_layers import WorldUnits, view_kept
from dacapo_napari.run_updates import PlacedArray

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Layer

__all__ = ["SampleLayers", "move_layer", "with_colours"]


class SampleLayers:
    """Layers that show one sample at a time.

    A patch may come from anywhere in the volume, where nobody is looking; so it is put into the
    slice and the field of view that are open. It stays there for the next samples, and comes
    along when it is out of sight by then. Camera, sliders and selection are left alone.

    Parameters
    ----------
    viewer
        Where the layers are shown.
    key
        In the metadata of these layers; tells there what each of them is.
    patches
        How many are shown side by side.
    """

    def __init__(self, viewer: ViewerModel, key: str, patches: int) -> None:
        self._viewer = viewer
        self._key = key
        self._patches = patches
        self._place: PairPlace | None = None
        self._units: tuple[str, ...] = ()

    def layers(self) -> list[Layer]:
        """The layers of the sample that is shown."""
        return [layer for layer in self._viewer.layers if self._key in layer.metadata]

    def clear(self) -> None:
        """Remove the layers."""
        self._place = None
        with view_kept(self._viewer):
            for layer in self.layers():
                self._viewer.layers.remove(layer)

    def fits(self) -> bool:
        """Whether there is room for all of it in the view."""
        return self._place is None or self._place.fits(self._viewer, self._units)

    def go_there(self) -> None:
        """Let the view show all of it, because the user asked for it."""
        if self._place is not None and self.layers():
            self._place.fit_view(self._viewer, self._units)

    def _world(self, reference: Layer | None, known: bool) -> WorldUnits:
        if reference is not None and reference in self._viewer.layers:
            return WorldUnits.of_layer(reference)
        return WorldUnits.of_viewer(self._viewer, known)

    def _place_for(self, raw: Mapping[str, Any], shape: npt.NDArray[np.int_]) -> PairPlace:
        units = tuple(map(str, raw["units"]))
        place = PairPlace(
            np.array(raw["scale"], dtype=float),
            shape,
            seen_point(self._viewer, units),
            across(self._viewer, len(units)),
            self._patches,
        )
        if self._place is not None and self.layers() and units == self._units:
            stayed = replace(place, middle=self._place.middle)
            place = stayed if stayed.is_seen(self._viewer, units) else place
        self._units = units
        return place

    def _find(self, key: str) -> Layer | None:
        # Names are the user's to change.
        found = (layer for layer in self.layers() if layer.metadata[self._key] == key)
        return next(found, None)


def with_colours(array: PlacedArray) -> PlacedArray:
    """Channels as colours of an image, as in the layer they come from."""
    if array.axes[0] != "c":
        return array
    colours = np.moveaxis(array.data, 0, -1).clip(0, 1)
    return replace(array, data=colours, axes=array.axes[1:])


def move_layer(layer: Layer, arguments: Mapping[str, Any]) -> None:
    """Put a layer somewhere else; where nothing changes, nothing is drawn anew."""
    for name in ("scale", "translate"):
        if not np.allclose(getattr(layer, name), arguments[name], rtol=1e-9):
            setattr(layer, name, arguments[name])
    if tuple(map(str, layer.units)) != tuple(map(str, arguments["units"])):
        layer.units = arguments["units"]
