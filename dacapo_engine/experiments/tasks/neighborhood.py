"""The offsets of affinities: where they lead, and which of them are alike."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from dacapo_engine.errors import ConfigError

__all__ = [
    "Offsets",
    "fit_neighborhood",
    "is_nearest",
    "long_range_groups",
    "neighborhood_context",
    "pair_slices",
]

Offsets = Sequence[Sequence[int]]
Slices = tuple[slice, ...]


def fit_neighborhood(neighborhood: Offsets, dims: int) -> tuple[tuple[int, ...], ...]:
    """The neighborhood for arrays of `dims` spatial axes.

    Offsets with fewer components than the array has axes stay within its last axes, so that a
    neighborhood of images serves a stack of separate images.

    Raises
    ------
    ConfigError
        If an offset has more components than the array has axes.
    """
    fitted = tuple((0,) * (dims - len(offset)) + tuple(offset) for offset in neighborhood)
    for offset in fitted:
        if len(offset) > dims:
            raise ConfigError(
                f"The neighborhood has offsets of {len(offset)} components, {offset} for one,"
                f" but the volume has {dims} spatial axes.",
                hint=f"Give offsets of {dims} components.",
                place="task_config.neighborhood",
            )
    return fitted


def neighborhood_context(neighborhood: Offsets) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """How many voxels the offsets reach beyond a box, below it and above it, per axis."""
    reach = np.asarray(neighborhood, dtype=int)
    below = np.maximum(0, -reach.min(axis=0))
    above = np.maximum(0, reach.max(axis=0))
    return tuple(int(n) for n in below), tuple(int(n) for n in above)


def is_nearest(offset: Sequence[int]) -> bool:
    """Whether an offset leads to a voxel that touches, if only by a corner."""
    return max(abs(component) for component in offset) == 1


def long_range_groups(neighborhood: Offsets) -> list[int]:
    """The group of each offset: 0 for the nearest, then 1, 2... from short to long.

    Offsets of one direction are ordered by length; the first longer one of each direction is in
    group 1, the second one in group 2.
    """
    groups = [0] * len(neighborhood)
    members: dict[tuple[int, ...], list[int]] = {}
    for index, offset in enumerate(neighborhood):
        if not is_nearest(offset):
            steps = math.gcd(*offset)
            members.setdefault(tuple(n // steps for n in offset), []).append(index)
    for indices in members.values():
        indices.sort(key=lambda index: math.gcd(*neighborhood[index]))
        for group, index in enumerate(indices, start=1):
            groups[index] = group
    return groups


def pair_slices(shape: Sequence[int], offset: Sequence[int]) -> tuple[Slices, Slices]:
    """Where the voxels x lie that have a neighbor x + e in the array, and these neighbors."""
    here = tuple(_inside(n, -e) for n, e in zip(shape, offset, strict=True))
    there = tuple(_inside(n, e) for n, e in zip(shape, offset, strict=True))
    return here, there


def _inside(size: int, shift: int) -> slice:
    start = min(max(0, shift), size)
    return slice(start, max(start, size + min(0, shift)))
