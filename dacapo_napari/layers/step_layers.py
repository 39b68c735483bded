"""A sample after every node of the pipeline as layers, with a slider through the nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from dacapo_napari.layers.run_layers import RUN_KEY, WorldUnits, layer_arguments, view_kept
from dacapo_napari.layers.sample_layers import SampleLayers, move_layer, with_colours
from dacapo_napari.run_updates import PlacedArray

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Layer

__all__ = ["NODE_AXIS", "StepLayers"]

NODE_AXIS = "node"
"""Label of the axis along which the steps are stacked."""

_NAMES = {
    "raw": "steps raw",
    "target": "steps target",
    "weight": "steps weight",
    "gt": "steps labels",
    "mask": "steps mask",
}
_LEAST = 1e-6
_LABELS = frozenset({"gt", "mask"})
_LOOKS: dict[str, dict[str, Any]] = {
    "raw": {},
    # It is there in the last step only, and black is nothing before.
    "target": {"opacity": 0.5, "blending": "additive"},
    "weight": {"visible": False},
    "gt": {"opacity": 0.3},
    "mask": {"opacity": 0.3, "visible": False},
}


class StepLayers(SampleLayers):
    """Shows raw, target, weight, labels and mask of one sample, each after every node."""

    def __init__(self, viewer: ViewerModel) -> None:
        super().__init__(viewer, "dacapo steps", patches=1)
        self._steps: tuple[str, ...] = ()
        self._axes_behind = 0

    def show(
        self, steps: Sequence[str], arrays: Mapping[str, PlacedArray], reference: Layer | None
    ) -> None:
        """Show a sample instead of the last one.

        Parameters
        ----------
        steps
            Names of the nodes.
        arrays
            ``raw``, ``gt``, ...: data ``[c, node, (z,) y, x]``, axes and places without that of
            the nodes.
        reference
            A layer whose units are taken, and its colours where it has some.
        """
        if getattr(reference, "rgb", False):
            arrays = {**arrays, "raw": with_colours(arrays["raw"])}
        raw = arrays["raw"]
        world = self._world(reference, raw.known)
        spatial = len(raw.axes) - raw.axes.count("c")
        whole = _spatial(raw, layer_arguments(raw, world))
        place = self._place_for(whole, _shape(raw, spatial))
        self._place = place
        to_view = place.begin(0) - whole["translate"]
        between = [self._slab(world, number) for number in range(self._axes(world), spatial, -1)]
        ndim = self._viewer.dims.ndim
        self._steps, self._axes_behind = tuple(steps), spatial + len(between)
        with view_kept(self._viewer):
            for kind in (kind for kind in _NAMES if kind in arrays):
                array = arrays[kind]
                arguments = _spatial(array, layer_arguments(array, world))
                arguments["translate"] = tuple(to_view + arguments["translate"])
                self._show(kind, array, _with_nodes(array, arguments, between), len(between))
        axis = self._axis()
        if axis is not None and self._viewer.dims.ndim > ndim:
            self._viewer.dims.set_point(axis, 0)

    def step_in_view(self) -> tuple[int, str]:
        """Number, from 0, and name of the node whose output the slider shows."""
        axis = self._axis()
        point = self._viewer.dims.point[axis] if axis is not None else 0
        index = int(np.clip(round(point), 0, len(self._steps) - 1))
        return index, self._steps[index]

    def count(self) -> int:
        """How many steps there are."""
        return len(self._steps)

    def _axes(self, world: WorldUnits) -> int:
        """How many axes other layers have: those in front of space keep their sliders."""
        others = [layer.ndim for layer in self._viewer.layers if self._key not in layer.metadata]
        return max([len(world.axes), *others])

    def _slab(self, world: WorldUnits, number: int) -> dict[str, Any]:
        """One voxel as long as an axis that a patch lacks, so that it always shows."""
        if number <= len(world.axes):
            axis = world.axes[-number]
            length, begin, step, unit = axis.step * axis.extent, axis.begin, axis.step, axis.unit
        else:
            begin, stop, step = self._viewer.dims.range[-number]
            length, unit = stop - begin + step, "pixel"
        return {
            "scale": length,
            "translate": begin + (length - step) / 2,
            "units": unit,
            "axis_labels": self._viewer.dims.axis_labels[-number],
        }

    def _axis(self) -> int | None:
        axis = int(self._viewer.dims.ndim) - self._axes_behind - 1
        return axis if self.layers() and axis >= 0 else None

    def _show(self, kind: str, array: PlacedArray, arguments: dict[str, Any], between: int) -> None:
        data = array.data
        at = array.axes.count("c") + 1
        for _ in range(between):
            data = np.expand_dims(data, at)
        found = self._find(kind)
        if found is not None and found.ndim == len(arguments["scale"]):
            found.data = data
            move_layer(found, arguments)
            return
        if found is not None:
            self._viewer.layers.remove(found)
        arguments |= {"name": _NAMES[kind], "metadata": {RUN_KEY: "", self._key: kind}}
        if kind in _LABELS:
            self._viewer.add_labels(data, **_LOOKS[kind], **arguments)
            return
        colours = kind == "raw" and data.ndim > len(arguments["scale"])
        limits = (0.0, 1.0 if kind == "raw" else max(float(data.max(initial=0)), _LEAST))
        look = {"contrast_limits": limits, **_LOOKS[kind]}
        self._viewer.add_image(data, rgb=colours, **look, **arguments)


def _shape(array: PlacedArray, spatial: int) -> Any:
    """The extent of a step in space."""
    first = array.axes.count("c") + 1
    return np.array(array.data.shape[first : first + spatial])


def _spatial(array: PlacedArray, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Without channels."""
    channels = array.axes.count("c")
    return {name: tuple(value)[channels:] for name, value in arguments.items()}


def _with_nodes(
    array: PlacedArray, arguments: Mapping[str, Any], between: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """With channels and nodes, and with what the image has between them and the patch."""
    pixel = {"scale": 1.0, "translate": 0.0, "units": "pixel"}
    lead = [pixel | {"axis_labels": "channel"}] * array.axes.count("c")
    before = [*lead, pixel | {"axis_labels": NODE_AXIS}, *between]
    return {name: (*(axis[name] for axis in before), *value) for name, value in arguments.items()}
