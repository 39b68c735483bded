"""Stages of a sample as layers of Neuroglancer."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from dacapo_engine.experiments.trainers.sample_plan import SamplePlan
from dacapo_engine.experiments.trainers.staged_pipeline import (
    STACK,
    Stage,
    StageArray,
    StagedSample,
)
from dacapo_engine.neuroglance.layers import (
    BATCH,
    CHANNELS,
    World,
    image_layer,
    label_layer,
    mask_layer,
    point_layer,
)
from dacapo_engine.units import to_world

__all__ = ["StageLayers"]

_TITLES = {
    "raw": "raw",
    "gt": "labels",
    "mask": "mask",
    "target": "target",
    "weight": "weight",
}
_MASK_COLOUR, _PLACE_COLOUR, _POINT_COLOUR = "#00c060", "#ffff00", "#ff40ff"
_SHOWN = frozenset({"raw", "gt"})
_PIXELS_ACROSS = 350
_PATCHES_ACROSS = 2.0
_PERCENTILES = (1.0, 99.0)


class StageLayers:
    """Fills a viewer's state with the layers of every stage, named ``<stage>: <array>``."""

    def __init__(self, plan: SamplePlan) -> None:
        raw = plan.sources[0].raw
        self._plan = plan
        self._units_per_nm = to_world(Fraction(1), raw.unit)
        self.world = World(tuple(raw.spatial_axes), tuple(raw.voxel_size_nm))

    def fill(self, state: Any, sample: StagedSample, shown: str) -> None:
        """All layers; those of the stage `shown` are visible."""
        state.layers.clear()
        for stage in sample.stages:
            for array in stage.arrays:
                self._add(state, stage, array, visible=stage.name == shown)
        places = [self._nanometres(sample.center)]
        state.layers["place of the sample"] = point_layer(self.world, places, _PLACE_COLOUR)
        points = self._plan.sources[sample.source].points
        if points:
            places = [self._nanometres(point) for point in points]
            state.layers["points to sample around"] = point_layer(self.world, places, _POINT_COLOUR)

    def look_at(self, state: Any, sample: StagedSample) -> None:
        """Bring the patch into view."""
        state.position = self.world.position(self._nanometres(sample.center))
        extent = max(self._nanometres(self._plan.input_size)[-2:])
        voxels = extent / self.world.voxel_size_nm[-1]
        state.cross_section_scale = voxels / _PIXELS_ACROSS
        state.projection_scale = _PATCHES_ACROSS * voxels
        state.layout = "4panel" if len(self.world.axes) > 2 else "xy"

    def _add(self, state: Any, stage: Stage, array: StageArray, *, visible: bool) -> None:
        name = f"{stage.name}: {_TITLES[array.kind]}"
        names = (BATCH, CHANNELS) if stage.name == STACK else (CHANNELS,)
        lead = names[: array.data.ndim - len(self.world.axes)]
        source = self.world.volume(
            array.data,
            self._nanometres(array.voxel_size),
            self._nanometres(array.offset),
            lead=lead,
            labels=array.kind == "gt",
        )
        state.layers[name] = self._layer(array, source, CHANNELS in lead)
        state.layers[name].visible = visible and array.kind in _SHOWN
        # What is archived is in the list of layers, but takes no room in the bar above.
        state.layers[name].archived = not visible

    def _layer(self, array: StageArray, source: Any, channels: bool) -> Any:
        if array.kind == "gt":
            return label_layer(source)
        if array.kind == "mask":
            return mask_layer(source, _MASK_COLOUR, channels=channels)
        count = array.data.shape[-len(self.world.axes) - 1] if channels else 0
        return image_layer(source, count, _limits(array))

    def _nanometres(self, lengths: Any) -> tuple[float, ...]:
        return tuple(float(length) / self._units_per_nm for length in lengths)


def _limits(array: StageArray) -> tuple[float, float]:
    """Between which values grey is told apart."""
    if array.data.size == 0:
        return 0.0, 1.0
    if array.kind == "raw":
        low, high = np.percentile(array.data, _PERCENTILES)
        return float(low), float(high)
    return min(0.0, float(array.data.min())), float(array.data.max())
