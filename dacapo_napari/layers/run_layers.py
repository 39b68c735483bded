"""Arrays of a run as layers: at the right place, reused, without touching the view."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dacapo_napari.run_updates import PlacedArray
from dacapo_napari.volumes.layer_volume import nanometres_of

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Layer

__all__ = [
    "RUN_KEY",
    "WorldUnits",
    "belongs_to_run",
    "layer_arguments",
    "layer_look",
    "snapshot_layers",
]

RUN_KEY = "dacapo run"
"""Key in a layer's metadata under which it says of which run it is."""

_LABELS = frozenset({"gt", "mask"})
_VISIBLE = frozenset({"prediction"})
_VIEW = {"center", "zoom", "angles"}
_WORLD_AXES = frozenset("zyx")
_AXIS_LABELS = {"c": "channel", "s": "image", "t": "time"}


@dataclass(frozen=True)
class AxisPlace:
    """Unit, step, begin and number of voxels of one axis of a layer."""

    unit: str
    step: float
    begin: float
    extent: int = 1


@dataclass(frozen=True)
class WorldUnits:
    """The units in which a viewer's layers are placed.

    napari draws layers of different units together only where one can be turned into the other;
    what comes from a run is therefore given in the units of the layers it came from.

    Attributes
    ----------
    name, nanometres
        The unit of lengths, and how long it is.
    axes
        The axes of the layer it came from, in their order; none where that is not open.
    """

    name: str = "nm"
    nanometres: Fraction = Fraction(1)
    axes: tuple[AxisPlace, ...] = ()

    @classmethod
    def of_layer(cls, layer: Layer) -> WorldUnits:
        """The units of a layer; pixels where it has none, one of which counts as a nanometre."""
        unit = layer.units[-1]
        first, last = layer.extent.data
        extents = (last - first).round().astype(int) + 1
        axes = tuple(
            AxisPlace(str(unit), float(step), float(begin), int(extent))
            for unit, step, begin, extent in zip(
                layer.units, layer.scale, layer.translate, extents, strict=True
            )
        )
        factor = nanometres_of(unit)
        if factor is None:
            return cls("pixel", axes=axes)
        return cls(str(unit), factor, axes)

    @classmethod
    def of_viewer(cls, viewer: ViewerModel, known: bool) -> WorldUnits:
        """The unit of the layers that are open; nm, or pixels if not `known`, where none is."""
        for layer in viewer.layers:
            return cls.of_layer(layer)
        return cls() if known else cls("pixel")

    def length(self, nanometres: float) -> float:
        """A length in this unit."""
        return float(Fraction(str(nanometres)) / self.nanometres)

    def place(self, axis: str, number: int, size: float, begin: float) -> tuple[float, float, str]:
        """Scale, translation and unit along an axis.

        Parameters
        ----------
        number
            Counted from the last axis, which is 1.
        size, begin
            In nanometres; along time, images and channels in steps.
        """
        own = self.axes[-number] if number <= len(self.axes) else None
        if axis in _WORLD_AXES:
            if own is not None and nanometres_of(own.unit) is None:
                return size, begin, own.unit
            return self.length(size), self.length(begin), self.name
        if own is None:
            return size, begin, "pixel"
        return own.step * size, own.begin + own.step * begin, own.unit


def layer_arguments(array: PlacedArray, units: WorldUnits) -> dict[str, Any]:
    """``scale``, ``translate``, ``units`` and ``axis_labels`` of an array's layer."""
    sizes = iter(zip(array.voxel_size, array.offset, strict=True))
    places = [
        units.place(axis, len(array.axes) - index, *((1.0, 0.0) if axis == "c" else next(sizes)))
        for index, axis in enumerate(array.axes)
    ]
    scale, translate, names = zip(*places, strict=True)
    return {
        "scale": scale,
        "translate": translate,
        "units": names,
        "axis_labels": tuple(_AXIS_LABELS.get(axis, axis) for axis in array.axes),
    }


def snapshot_layers(
    run_name: str, iteration: int, arrays: Iterable[PlacedArray]
) -> list[tuple[npt.NDArray[Any], dict[str, Any], str]]:
    """A snapshot as layer data, in nanometres, for napari's reader."""
    return [
        (
            _drawable(array),
            {
                "name": f"{run_name} {array.name}",
                "metadata": {RUN_KEY: run_name, "iteration": iteration},
                **layer_arguments(array, WorldUnits() if array.known else WorldUnits("pixel")),
                **layer_look(array)[1],
            },
            layer_look(array)[0],
        )
        for array in arrays
    ]


def belongs_to_run(layer: Layer) -> bool:
    """Whether a layer shows a run's snapshot, and is no data to learn from."""
    return RUN_KEY in layer.metadata


@contextmanager
def view_kept(viewer: ViewerModel) -> Iterator[None]:
    """Leave selection, camera and sliders as they were; the first layers may set them."""
    first = len(viewer.layers) == 0
    selected = set(viewer.layers.selection)
    active = viewer.layers.selection.active
    point, ndim = tuple(viewer.dims.point), viewer.dims.ndim
    camera = viewer.scene.camera.model_dump(include=_VIEW)
    yield
    if first:
        return
    viewer.layers.selection = {layer for layer in selected if layer in viewer.layers}
    if active in viewer.layers:
        viewer.layers.selection.active = active
    viewer.scene.camera.update(camera)
    for axis in range(1, ndim + 1):
        viewer.dims.set_point(viewer.dims.ndim - axis, point[-axis])


def layer_look(array: PlacedArray) -> tuple[str, dict[str, Any]]:
    """The kind of layer for an array, and how it looks when it is made; what is changed stays."""
    visible = array.name in _VISIBLE
    if array.name in _LABELS:
        return "labels", {"visible": visible, "opacity": 0.5}
    return "image", {
        "visible": visible,
        "contrast_limits": _limits(array.name, array.data),
        "opacity": 0.7 if visible else 1.0,
    }


def _drawable(array: PlacedArray) -> npt.NDArray[Any]:
    if array.name not in _LABELS:
        return array.data
    return array.data.astype(np.uint8 if array.name == "mask" else np.int64, copy=False)


def _limits(name: str, data: npt.NDArray[Any]) -> Sequence[float]:
    if name in {"raw", "prediction", "target"}:
        return (0.0, 1.0)
    finite = data[np.isfinite(data)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return (low, high if high > low else low + 1.0)
