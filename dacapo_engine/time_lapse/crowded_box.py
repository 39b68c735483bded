"""Finds where in a labelled volume most objects lie together."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CrowdedBox", "most_crowded_box"]

_MOST_VOXELS_READ = 2**25
_LEAST_SHARE = 0.002

Box = tuple[slice, ...]


@dataclass(frozen=True, order=True)
class CrowdedBox:
    """A box of labels and what lies in it; the larger of two holds more.

    Attributes
    ----------
    objects
        How many objects fill at least two thousandths of the box.
    boundary
        The share of voxels whose next neighbor along some axis is of another object.
    begin
        First voxel.
    """

    objects: int
    boundary: float
    begin: tuple[int, ...]


def most_crowded_box(
    read: Callable[[Box], NDArray[Any]],
    begin: Sequence[int],
    end: Sequence[int],
    shape: Sequence[int],
    step: Sequence[int],
) -> CrowdedBox:
    """The box of `shape` voxels with most objects.

    Of boxes half a box apart the best is taken, or a better one a quarter of a box beside it. In a
    large volume some of them are looked at, spread over the whole.

    Parameters
    ----------
    read
        Gives the ids in a box of voxels, without channels.
    begin, end
        Boxes lie between these voxels; there is room for at least one.
    step
        Boxes begin at multiples of it, as far as that leaves one to choose.
    """
    places = _places(begin, end, shape, step)
    most = max(1, _MOST_VOXELS_READ // math.prod(shape))
    if len(places) > most:
        order = np.random.default_rng(0).permutation(len(places))[:most]
        places = [places[index] for index in sorted(order)]
    best = max(_look(read, place, shape) for place in places)
    beside = _places_beside(best.begin, begin, end, shape, step)
    return max([best, *(_look(read, place, shape) for place in beside)])


def _places(
    begin: Sequence[int], end: Sequence[int], shape: Sequence[int], step: Sequence[int]
) -> list[tuple[int, ...]]:
    axes = []
    for first, last, extent, unit in zip(begin, end, shape, step, strict=True):
        first = min(-(-first // unit) * unit, last - extent)
        stride = max(unit, extent // 2 // unit * unit)
        places = list(range(first, last - extent + 1, stride))
        at_end = max(first, (last - extent) // unit * unit)
        axes.append(sorted({*places, at_end}))
    return list(itertools.product(*axes))


def _places_beside(
    place: tuple[int, ...],
    begin: Sequence[int],
    end: Sequence[int],
    shape: Sequence[int],
    step: Sequence[int],
) -> list[tuple[int, ...]]:
    shifts = [
        max(unit, extent // 4 // unit * unit) for extent, unit in zip(shape, step, strict=True)
    ]
    axes = [
        [at for at in (middle - shift, middle, middle + shift) if first <= at <= last - extent]
        for middle, shift, first, last, extent in zip(place, shifts, begin, end, shape, strict=True)
    ]
    return list(itertools.product(*axes))


def _look(
    read: Callable[[Box], NDArray[Any]], begin: tuple[int, ...], shape: Sequence[int]
) -> CrowdedBox:
    ids = read(tuple(slice(b, b + n) for b, n in zip(begin, shape, strict=True)))
    known, counts = np.unique(ids, return_counts=True)
    objects = np.count_nonzero((known > 0) & (counts >= _LEAST_SHARE * ids.size))
    return CrowdedBox(int(objects), _boundary_share(ids), begin)


def _boundary_share(ids: NDArray[Any]) -> float:
    boundary = np.zeros(ids.shape, dtype=bool)
    for axis in range(ids.ndim):
        here = [slice(None)] * ids.ndim
        there = [slice(None)] * ids.ndim
        here[axis], there[axis] = slice(None, -1), slice(1, None)
        boundary[tuple(here)] |= ids[tuple(here)] != ids[tuple(there)]
    return float(boundary.mean())
