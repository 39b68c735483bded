"""How much of a volume is labelled, slice by slice, and what its 0 is likely to mean."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dacapo_engine.experiments.datasplits.datasets.sample_boxes import sample_boxes
from dacapo_engine.setup.boxes import Box
from dacapo_engine.setup.label_meaning import LabelMeaning, ZeroMeaning, done_slices
from dacapo_engine.setup.labelled_part import LabelledPart

__all__ = ["LabelCensus", "likely_zero", "take_census"]

Values = np.ndarray[Any, Any]

_MOST_VOXELS = 2**28
_SLAB_VOXELS = 2**22
_PARTS = 64
_PLANE_AXES = 2

# Labelled throughout: objects in nearly every slice, and all over the volume.
_WITHOUT_GAPS, _THROUGHOUT, _ALL_OVER, _MOSTLY = 0.9, 0.8, 0.5, 0.5


@dataclass(frozen=True)
class LabelCensus:
    """What is labelled of a volume.

    Attributes
    ----------
    share
        Of the voxels, those that say something.
    num_slices
        Along the first axis of a volume; 1 of an image.
    painted
        Slices that hold an object; none where the volume is too large to be read whole.
    done
        Slices that were marked as done.
    extent
        The smallest box with all objects; None without any.
    shape
        Of the labels.
    sampled
        Whether the share comes from parts of a large volume.
    """

    share: float
    num_slices: int
    painted: tuple[int, ...]
    done: tuple[int, ...]
    extent: Box | None
    shape: tuple[int, ...]
    sampled: bool = False

    @property
    def unmarked(self) -> tuple[int, ...]:
        """Slices that hold an object and are not marked as done."""
        return tuple(sorted(set(self.painted) - set(self.done)))


def take_census(labels: Any, meaning: LabelMeaning, most_voxels: int = _MOST_VOXELS) -> LabelCensus:
    """Count what is labelled; reads at most `most_voxels`.

    Parameters
    ----------
    labels
        Array-like of ids, one axis per axis of space, time or image.
    meaning
        What 0 is, and what is done.
    """
    shape = tuple(int(n) for n in labels.shape)
    part = LabelledPart(labels, meaning)
    done = done_slices(meaning.done, shape)
    num_slices = shape[0] if len(shape) > _PLANE_AXES else 1
    if math.prod(shape) > most_voxels:
        share = _share_of_parts(part, most_voxels)
        return LabelCensus(share, num_slices, (), done, None, shape, sampled=True)
    known, painted = 0, []
    low, high = np.array(shape), np.zeros(len(shape), int)
    for box in _slabs(shape):
        values = np.asarray(labels[box])
        objects = values > 0
        known += int(np.count_nonzero(part.known(objects, box)))
        if objects.any():
            painted += [box[0].start + int(n) for n in np.flatnonzero(_along(objects, 0))]
            first, last = _extent(objects)
            begin = np.array([piece.start for piece in box])
            low, high = np.minimum(low, begin + first), np.maximum(high, begin + last)
    extent = _box(low, high) if painted else None
    slices = tuple(painted) if len(shape) > _PLANE_AXES else ()
    return LabelCensus(known / max(1, math.prod(shape)), num_slices, slices, done, extent, shape)


def likely_zero(census: LabelCensus, done: Sequence[Box] = ()) -> tuple[ZeroMeaning, bool]:
    """What 0 is likely to mean in labels of which nobody has said it.

    Returns
    -------
    tuple
        The meaning, and whether that is sure: a volume with objects in nearly every slice and
        all over it is labelled throughout; one in which slices were marked as done is not.
    """
    if done:
        return "background_where_done", True
    if census.extent is None:
        return "background", True
    spread = [n / whole for n, whole in zip(census.extent[1], census.shape, strict=True)]
    if census.num_slices == 1:
        return ("background", True) if min(spread) >= _ALL_OVER else _PARTIAL
    share = len(census.painted) / census.num_slices
    inner = len(census.painted) / census.extent[1][0]
    if min(spread[1:]) < _ALL_OVER or inner < _WITHOUT_GAPS or share < _MOSTLY:
        return _PARTIAL
    return "background", share >= _THROUGHOUT


_PARTIAL: tuple[ZeroMeaning, bool] = ("background_where_done", False)


def _share_of_parts(part: LabelledPart, most_voxels: int) -> float:
    boxes = sample_boxes(part.shape, most_voxels // _PARTS, _PARTS)
    counts = [(np.count_nonzero(known), known.size) for known in (part[box] for box in boxes)]
    return sum(n for n, _ in counts) / max(1, sum(size for _, size in counts))


def _slabs(shape: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
    thickness = max(1, _SLAB_VOXELS // max(1, math.prod(shape[1:])))
    whole = tuple(slice(0, extent) for extent in shape[1:])
    for begin in range(0, shape[0], thickness):
        yield (slice(begin, min(shape[0], begin + thickness)), *whole)


def _along(objects: Values, axis: int) -> Values:
    """Where along an axis there is any object."""
    others = tuple(other for other in range(objects.ndim) if other != axis)
    return np.asarray(objects.any(axis=others))


def _extent(objects: Values) -> tuple[Values, Values]:
    """First voxel with an object along each axis, and the one after the last."""
    places = [np.flatnonzero(_along(objects, axis)) for axis in range(objects.ndim)]
    return np.array([p[0] for p in places]), np.array([p[-1] + 1 for p in places])


def _box(low: Values, high: Values) -> Box:
    return tuple(int(n) for n in low), tuple(int(n) for n in high - low)
