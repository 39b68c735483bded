"""A sample as layers: the untouched patch on the left, the augmented one on the right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dacapo_napari.run_layers import RUN_KEY, WorldUnits, layer_arguments, view_kept
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
_GAP = 0.06
_PLANE = 2
_LETTERS = 0.065
# Of a theme neither: to be seen on black, on white, and on what is imaged.
_PAPER, _INK = "#262930", "#f0f1f2"

Vector = npt.NDArray[np.float64]


class PreviewLayers:
    """Shows one sample at a time, in the middle of what is in view.

    A patch may come from anywhere in the volume, where nobody is looking; so the pair is put into
    the slice and the field of view that are open. It stays there for the next samples, and comes
    along when it is out of sight by then. Camera, sliders and selection are left alone.

    Parameters
    ----------
    viewer
        Where the layers are shown.
    """

    def __init__(self, viewer: ViewerModel) -> None:
        self._viewer = viewer
        self._middle: Vector | None = None

    def layers(self) -> list[Layer]:
        """The layers of the sample that is shown."""
        return [layer for layer in self._viewer.layers if _KEY in layer.metadata]

    def clear(self) -> None:
        """Remove the layers."""
        self._middle = None
        with view_kept(self._viewer):
            for layer in self.layers():
                self._viewer.layers.remove(layer)

    def show(self, arrays: Mapping[str, PlacedArray], reference: Layer | None) -> None:
        """Show a sample instead of the last one.

        Parameters
        ----------
        arrays
            ``raw`` and ``gt`` of the sample, ``untouched_raw`` and ``untouched_gt``, all around
            one place.
        reference
            A layer whose units are taken.
        """
        raw = arrays["untouched_raw"]
        units = self._units(reference, raw.known)
        scale = np.array(layer_arguments(raw, units)["scale"])
        extent = scale * raw.data.shape
        middle = self._place(extent)
        with view_kept(self._viewer):
            # An even number of voxels has its middle between two of them.
            center = middle - scale * ((np.array(raw.data.shape) + 1) % 2) / 2
            self._lay_board(extent, center, units)
            for name in _NAMES:
                self._show(name, arrays[name], raw, middle, units)

    def _units(self, reference: Layer | None, known: bool) -> WorldUnits:
        if reference is not None and reference in self._viewer.layers:
            return WorldUnits.of_layer(reference)
        return WorldUnits.of_viewer(self._viewer, known)

    def _place(self, extent: Vector) -> Vector:
        """The middle of the pair, along the axes of its layers."""
        seen = self._seen(len(extent))
        reach = extent / 2
        reach[self._across(len(extent))] *= 2 + _GAP
        if self._middle is None or not self.layers() or (abs(seen - self._middle) > reach).any():
            self._middle = seen
        return self._middle

    def _seen(self, ndim: int) -> Vector:
        """The middle of the field of view, and the slice that is open."""
        dims, camera = self._viewer.dims, self._viewer.scene.camera
        point = np.array(dims.point, dtype=float)
        displayed = list(dims.displayed)
        point[displayed] = camera.center[-len(displayed) :]
        if len(point) < ndim:
            point = np.concatenate([np.zeros(ndim - len(point)), point])
        return point[-ndim:]

    def _across(self, ndim: int) -> int:
        """The axis of a layer that runs from left to right."""
        dims = self._viewer.dims
        return max(0, int(dims.displayed[-1]) - (int(dims.ndim) - ndim))

    def _show(
        self, name: str, array: PlacedArray, raw: PlacedArray, middle: Vector, units: WorldUnits
    ) -> None:
        arguments = layer_arguments(array, units)
        arguments["translate"] = self._begin(name, array, raw, middle, units)
        found = self._find(name)
        if found is not None and found.ndim == array.data.ndim:
            found.data = array.data
            _move(found, arguments)
            return
        if found is not None:
            self._viewer.layers.remove(found)
        metadata = {RUN_KEY: "", _KEY: name}
        if name.endswith("gt"):
            self._viewer.add_labels(
                array.data, name=_NAMES[name], opacity=0.3, metadata=metadata, **arguments
            )
        else:
            self._viewer.add_image(
                array.data,
                name=_NAMES[name],
                contrast_limits=(0.0, 1.0),
                metadata=metadata,
                **arguments,
            )

    def _begin(
        self, name: str, array: PlacedArray, raw: PlacedArray, middle: Vector, units: WorldUnits
    ) -> Vector:
        """Where the first voxel of an array lies: as far from that of raw as in the volume."""
        own, whole = layer_arguments(array, units), layer_arguments(raw, units)
        scale, extent = np.array(whole["scale"]), np.array(raw.data.shape)
        begin = middle[-len(scale) :] - scale * (extent // 2)
        across = self._across(len(scale))
        width = scale[across] * extent[across]
        step = width * (1 + _GAP) / 2
        begin[across] += -step if name.startswith("untouched") else step
        if raw.axes[0] == "c":
            begin[0] = whole["translate"][0]
        shift = np.array(own["translate"]) - np.array(whole["translate"])[-len(own["scale"]) :]
        return begin[-len(own["scale"]) :] + shift

    def _lay_board(self, extent: Vector, middle: Vector, units: WorldUnits) -> None:
        """A board below the patches that says which is which, where the view is the usual one."""
        dims = self._viewer.dims
        found = self._find(_BOARD)
        if list(dims.displayed) != [dims.ndim - 2, dims.ndim - 1]:
            if found is not None:
                self._viewer.layers.remove(found)
            return
        boxes = _boxes(extent[-_PLANE:], middle[-_PLANE:])
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
                "size": float(extent[-2]) * _LETTERS,
                "scaling": True,
                "anchor": "upper_left",
                "translation": [-float(extent[-2]) * _GAP / 2, 0],
            },
            units=(units.name,) * _PLANE,
            metadata={RUN_KEY: "", _KEY: _BOARD},
        )

    def _find(self, key: str) -> Layer | None:
        # Names are the user's to change.
        return next((layer for layer in self.layers() if layer.metadata[_KEY] == key), None)


def _boxes(extent: Vector, middle: Vector) -> list[Vector]:
    """The board, and the left and the right patch, as corners around the pixels."""
    margin = extent[1] * _GAP
    aside = np.array([0, extent[1] * (1 + _GAP) / 2])
    left, right = middle - aside, middle + aside
    # Room for the captions above.
    corner = np.array([-3 * margin, -margin])
    return [
        _corners(left - extent / 2 + corner, right + extent / 2 + margin),
        *(_corners(center - extent / 2, center + extent / 2) for center in (left, right)),
    ]


def _corners(low: Vector, high: Vector) -> Vector:
    return np.array([low, (low[0], high[1]), high, (high[0], low[1])])


def _move(layer: Layer, arguments: Mapping[str, Any]) -> None:
    """Put a layer somewhere else; where nothing changes, nothing is drawn anew."""
    for name in ("scale", "translate"):
        if not np.allclose(getattr(layer, name), arguments[name], rtol=1e-9):
            setattr(layer, name, arguments[name])
    if tuple(map(str, layer.units)) != tuple(map(str, arguments["units"])):
        layer.units = arguments["units"]
