"""A sample as layers: the untouched patch on the left, the augmented one on the right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dacapo_napari.layers.preview_place import PairPlace, is_usual_view
from dacapo_napari.layers.run_layers import RUN_KEY, WorldUnits, layer_arguments, view_kept
from dacapo_napari.layers.sample_layers import SampleLayers, move_layer, with_colours
from dacapo_napari.run_updates import PlacedArray

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Layer

__all__ = ["PreviewLayers"]

_KEY = "dacapo preview"
_NAMES = {
    "untouched_raw": "preview untouched",
    "raw": "preview augmented",
    "untouched_gt": "preview untouched labels",
    "gt": "preview augmented labels",
}
_BOARD = "board"
_ABOVE = 0.03
# Of a theme neither: to be seen on black, on white, and on what is imaged.
_PAPER, _INK = "#262930", "#f0f1f2"


class PreviewLayers(SampleLayers):
    """Shows one sample at a time, beside what it was before its augments."""

    def __init__(self, viewer: ViewerModel) -> None:
        super().__init__(viewer, _KEY, patches=2)

    def show(self, arrays: Mapping[str, PlacedArray], reference: Layer | None) -> None:
        """Show a sample instead of the last one.

        Parameters
        ----------
        arrays
            ``raw`` and ``gt`` of the sample, ``untouched_raw`` and ``untouched_gt``, all around
            one place.
        reference
            A layer whose units are taken, and its colours where it has some.
        """
        if getattr(reference, "rgb", False):
            arrays = {name: with_colours(array) for name, array in arrays.items()}
        raw = arrays["untouched_raw"]
        world = self._world(reference, raw.known)
        place = self._place = self._place_for(layer_arguments(raw, world), _shape(raw))
        with view_kept(self._viewer):
            self._lay_board(place, world.name)
            for name in _NAMES:
                self._show(name, arrays[name], place, _shift(arrays[name], raw, world), world)

    def _show(
        self,
        name: str,
        array: PlacedArray,
        place: PairPlace,
        shift: npt.NDArray[np.float64],
        world: WorldUnits,
    ) -> None:
        arguments = layer_arguments(array, world)
        begin = place.begin(-1 if name.startswith("untouched") else 1)[-len(shift) :] + shift
        channels = array.axes.count("c")
        arguments["translate"] = (*arguments["translate"][:channels], *begin[channels:])
        found = self._find(name)
        if found is not None and found.ndim == len(array.axes):
            found.data = array.data
            move_layer(found, arguments)
            return
        if found is not None:
            self._viewer.layers.remove(found)
        arguments |= {"name": _NAMES[name], "metadata": {RUN_KEY: "", _KEY: name}}
        if name.endswith("gt"):
            self._viewer.add_labels(array.data, opacity=0.3, **arguments)
        else:
            colours = array.data.ndim > len(array.axes)
            self._viewer.add_image(array.data, rgb=colours, contrast_limits=(0.0, 1.0), **arguments)

    def _lay_board(self, place: PairPlace, unit: str) -> None:
        """A board below the patches that says which is which, where the view is the usual one."""
        found = self._find(_BOARD)
        if not is_usual_view(self._viewer):
            if found is not None:
                self._viewer.layers.remove(found)
            return
        boxes = place.boxes()
        if found is not None:
            if not np.array_equal(found.data, boxes):
                found.data = boxes
            return
        self._viewer.add_shapes(
            boxes,
            name="preview board",
            face_color=[_PAPER, "transparent", "transparent"],
            edge_width=0,
            opacity=1.0,
            features={"caption": ["", "untouched", "augmented"]},
            text={
                "string": "{caption}",
                "color": _INK,
                "size": place.letters(self._viewer, self._units),
                "scaling": True,
                "anchor": "upper_left",
                "translation": [-float(place.extent[-2]) * _ABOVE, 0],
            },
            units=(unit, unit),
            metadata={RUN_KEY: "", _KEY: _BOARD},
        )


def _shape(array: PlacedArray) -> npt.NDArray[np.int_]:
    """The extent along each axis; colours have none."""
    return np.array(array.data.shape[: len(array.axes)])


def _shift(array: PlacedArray, raw: PlacedArray, world: WorldUnits) -> npt.NDArray[np.float64]:
    """How far an array lies from raw in the volume; labels cover the middle of raw."""
    own = np.array(layer_arguments(array, world)["translate"], dtype=float)
    whole = np.array(layer_arguments(raw, world)["translate"], dtype=float)
    return own - whole[-len(own) :]
