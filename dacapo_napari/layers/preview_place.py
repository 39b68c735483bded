"""Where a pair of patches, or a single one, goes: side by side, into what is in view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dacapo_napari.volumes.layer_volume import nanometres_of

if TYPE_CHECKING:
    from napari.components import ViewerModel

__all__ = ["PairPlace", "Vector", "across", "is_usual_view", "seen_point"]

Vector = npt.NDArray[np.float64]

_GAP = 0.06
_CAPTIONS = 3 * _GAP
_LETTERS = 0.065
_MARGIN = 0.9


@dataclass(frozen=True)
class PairPlace:
    """Patches of one size, along the axes of their layers and in their units.

    Attributes
    ----------
    scale, shape
        Of a patch of raw.
    middle
        Of all of them; a voxel lies there wherever it is not `across`.
    across
        The axis that runs from left to right.
    patches
        How many there are.
    """

    scale: Vector
    shape: npt.NDArray[np.int_]
    middle: Vector
    across: int
    patches: int = 2

    @property
    def extent(self) -> Vector:
        """Size of a patch."""
        return self.scale * self.shape

    @property
    def pair_extent(self) -> Vector:
        """Size of all patches and the gaps between them."""
        extent = self.extent
        extent[self.across] *= self.patches + (self.patches - 1) * _GAP
        return extent

    def begin(self, side: int) -> Vector:
        """The centre of the first voxel of a patch: left (-1), right (1), or the only one (0)."""
        begin = self.middle - self.scale * (self.shape // 2)
        begin[self.across] += side * self.extent[self.across] * (1 + _GAP) / 2
        return begin

    def boxes(self) -> list[Vector]:
        """Corners in the last two axes: a board with room for captions, and both patches."""
        extent = self.extent[-2:]
        margin = extent[1] * _GAP
        lows = [(self.begin(side) - self.scale / 2)[-2:] for side in (-1, 1)]
        highs = [low + extent for low in lows]
        above = np.array([extent[1] * _CAPTIONS, margin])
        board = _corners(lows[0] - above, highs[1] + margin)
        return [board, *(_corners(low, high) for low, high in zip(lows, highs, strict=True))]

    def is_seen(self, viewer: ViewerModel, units: Sequence[str]) -> bool:
        """Whether the middle of the view lies within the pair, and the slice cuts through it."""
        distance = abs(seen_point(viewer, units) - self.middle)
        return bool((distance <= self.pair_extent / 2).all())

    def fits(self, viewer: ViewerModel, units: Sequence[str]) -> bool:
        """Whether the view is wide and high enough for all of the pair."""
        return bool(viewer.scene.camera.zoom <= self._zoom(viewer, units))

    def letters(self, viewer: ViewerModel, units: Sequence[str]) -> float:
        """Size of the captions, which the viewer counts in its own lengths."""
        return float((self.extent / _factors(viewer, units))[-2]) * _LETTERS

    def fit_view(self, viewer: ViewerModel, units: Sequence[str]) -> None:
        """Open the slice of the pair and let the view show all of it."""
        middle = self.middle / _factors(viewer, units)
        for number, at in enumerate(middle[::-1], 1):
            axis = viewer.dims.ndim - number
            if axis not in viewer.dims.displayed:
                viewer.dims.set_point(axis, float(at))
        camera, shown = viewer.scene.camera, middle[_displayed(viewer, len(middle))]
        camera.center = (*camera.center[: 3 - len(shown)], *map(float, shown))
        camera.zoom = _MARGIN * self._zoom(viewer, units)

    def _zoom(self, viewer: ViewerModel, units: Sequence[str]) -> float:
        """Pixels per length of the viewer at which the pair fills the canvas."""
        extent = self.pair_extent / _factors(viewer, units)
        height, width = extent[_displayed(viewer, len(extent))[-2:]]
        captions = 2 * _CAPTIONS * width / (2 + _GAP) if self.patches > 1 else 0
        return float(min(np.divide(viewer.canvas.size, (height + captions, width))))


def seen_point(viewer: ViewerModel, units: Sequence[str]) -> Vector:
    """The middle of the field of view and the slice that is open, for axes with these units."""
    point = np.array(viewer.dims.point, dtype=float)
    displayed = list(viewer.dims.displayed)
    point[displayed] = viewer.scene.camera.center[-len(displayed) :]
    missing = max(0, len(units) - len(point))
    point = np.concatenate([np.zeros(missing), point])[-len(units) :]
    return point * _factors(viewer, units)


def across(viewer: ViewerModel, ndim: int) -> int:
    """The axis of a layer of so many axes that runs from left to right."""
    return _displayed(viewer, ndim)[-1]


def is_usual_view(viewer: ViewerModel) -> bool:
    """Whether a plane along the last two axes is in view."""
    dims = viewer.dims
    return list(dims.displayed) == [dims.ndim - 2, dims.ndim - 1]


def _displayed(viewer: ViewerModel, ndim: int) -> list[int]:
    """The axes of a layer that are in view."""
    first = int(viewer.dims.ndim) - ndim
    return [max(0, int(axis) - first) for axis in viewer.dims.displayed]


def _factors(viewer: ViewerModel, units: Sequence[str]) -> Vector:
    """By what a length of the viewer is multiplied to count the units of a layer.

    The viewer counts the smallest unit of its layers.
    """
    counted = list(map(str, viewer.layers.extent.units or units))[-len(units) :]
    counted = [*units[: len(units) - len(counted)], *counted]
    factors = []
    for mine, theirs in zip(counted, units, strict=True):
        one, other = nanometres_of(mine), nanometres_of(theirs)
        factors.append(float(one / other) if one is not None and other is not None else 1.0)
    return np.array(factors)


def _corners(low: Vector, high: Vector) -> Vector:
    return np.array([low, (low[0], high[1]), high, (high[0], low[1])])
