"""Patches at places that somebody chose, not anywhere."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Protocol

import gunpowder as gp
import numpy as np

__all__ = ["PlacedLocation", "Places", "PlacesAroundPoints"]


class Places(Protocol):
    """Where patches may lie."""

    def draw(
        self, roi: gp.Roi, step: gp.Coordinate, generator: np.random.Generator
    ) -> gp.Coordinate:
        """A shift of `roi`, in multiples of `step`, to one of the places."""


class PlacesAroundPoints:
    """Patches whose central voxel holds one of the points, each equally likely.

    Parameters
    ----------
    points
        World coordinates.
    """

    def __init__(self, points: Sequence[Sequence[float]]) -> None:
        self._points = np.asarray(points, dtype=float)

    def draw(
        self, roi: gp.Roi, step: gp.Coordinate, generator: np.random.Generator
    ) -> gp.Coordinate:
        """A shift of `roi` to one of the points."""
        point = self._points[generator.integers(len(self._points))]
        voxel = np.floor(point / step).astype(int)
        middle = np.asarray(roi.begin) // step + np.asarray(roi.shape) // step // 2
        return gp.Coordinate((voxel - middle).tolist()) * step


class PlacedLocation(gp.RandomLocation):
    """Like gunpowder's RandomLocation, at one of some places.

    Parameters
    ----------
    places
        Where patches may lie.
    key
        The array whose requested region is put there; all others move along.
    bounds_key
        A placeholder that is not asked for any more: the places bound the sampling.
    random_shift_key
        Under which the shift is provided.
    """

    def __init__(
        self,
        places: Places,
        key: gp.ArrayKey,
        bounds_key: gp.ArrayKey,
        random_shift_key: gp.ArrayKey | None = None,
    ) -> None:
        super().__init__(random_shift_key=random_shift_key)
        self.places = places
        self.key = key
        self.bounds_key = bounds_key

    def prepare(self, request: gp.BatchRequest) -> gp.BatchRequest:
        """Draw a place, and move the request there."""
        if self.bounds_key in request:
            del request[self.bounds_key]
        step = self.spec.get_lcm_voxel_size(request.array_specs.keys())
        generator = np.random.default_rng(random.getrandbits(64))
        self.random_shift = self.places.draw(request[self.key].roi, step, generator)
        for specs in (request.array_specs, request.graph_specs):
            for spec in specs.values():
                if spec.roi is not None:
                    spec.roi = spec.roi.shift(self.random_shift)
        return request
