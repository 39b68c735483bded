"""What happened to each object, in words that a person can count and look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.tasks.evaluators.contingency import Contingency
from dacapo_engine.experiments.tasks.evaluators.instance_scores import check_comparable

__all__ = ["ObjectCounts", "ObjectPlace", "count_objects"]

_SPLIT_SHARE = 0.75
_SAME_IOU = 0.5


class ObjectPlace(NamedTuple):
    """An object, and where to look for it.

    Attributes
    ----------
    id
        In the labels; of an invented object in the segmentation.
    position
        The centre of the voxel of the object that is nearest to its centre of mass, one number
        per axis.
    """

    id: int
    position: tuple[float, ...]


@dataclass(frozen=True)
class ObjectCounts:
    """Every true object is one of the first four; invented are objects of the segmentation.

    Attributes
    ----------
    right
        An object of the segmentation is about this one (IoU of 0.5 or more), and no other.
    merged
        The object of the segmentation that holds most of it also holds most of another one, or
        lies in others for the larger part.
    split
        No object of the segmentation holds three quarters of what is found of it.
    missed
        Less than half of it is found, or only as a part of something with an IoU below 0.5.
    invented
        More than half of it lies in background.
    """

    right: tuple[ObjectPlace, ...] = field(repr=False)
    merged: tuple[ObjectPlace, ...] = field(repr=False)
    split: tuple[ObjectPlace, ...] = field(repr=False)
    missed: tuple[ObjectPlace, ...] = field(repr=False)
    invented: tuple[ObjectPlace, ...] = field(repr=False)

    def counts(self) -> dict[str, int]:
        """How many objects there are of each kind."""
        return {kind: len(places) for kind, places in vars(self).items()}

    def places(self) -> dict[str, list[list[Any]]]:
        """Id and position of each object by kind, as plain data."""
        return {
            kind: [[place.id, list(place.position)] for place in places]
            for kind, places in vars(self).items()
        }


def count_objects(
    segmentation: NDArray[Any],
    truth: NDArray[Any],
    mask: NDArray[Any] | None = None,
    separate_images: bool = False,
    voxel_size: Sequence[float] | None = None,
    begin: Sequence[float] | None = None,
    with_places: bool = True,
) -> ObjectCounts:
    """Tell for each object whether it was found, and what went wrong with it otherwise.

    Parameters
    ----------
    segmentation, truth
        Ids of any integer type, ``[(z,) y, x]``; 0 is background.
    mask
        Of the same shape; only voxels where it is above 0 count. None for all.
    separate_images
        Whether the first axis holds separate images, in which the same id is not the same object.
    voxel_size, begin
        Size of a voxel and where the first one begins, for positions; 1 and 0 by default.
    with_places
        Whether positions are looked for, which takes longer; they are empty otherwise.

    Raises
    ------
    DataError
        If the shapes differ, or the ids are not integers.
    """
    check_comparable(segmentation, truth, mask)
    valid = np.ones(truth.shape, dtype=bool) if mask is None else np.asarray(mask) > 0
    segments = _Numbered.of(segmentation, valid, separate_images)
    objects = _Numbered.of(truth, valid, separate_images)
    table = Contingency.of(segments.numbers, objects.numbers, valid)
    fates = _fates(table, len(objects.ids))
    chosen = {**_by_kind(fates), "invented": _invented(table)}
    if not with_places:
        unplaced = {kind: _side(kind, segments, objects).named(n) for kind, n in chosen.items()}
        return ObjectCounts(**unplaced)
    sizes = np.ones(truth.ndim) if voxel_size is None else np.asarray(voxel_size, dtype=float)
    zero = np.zeros(truth.ndim) if begin is None else np.asarray(begin, dtype=float)
    places = {
        kind: _side(kind, segments, objects).places(numbers, sizes, zero)
        for kind, numbers in chosen.items()
    }
    return ObjectCounts(**places)


def _side(kind: str, segments: _Numbered, objects: _Numbered) -> _Numbered:
    return segments if kind == "invented" else objects


_KINDS = ("right", "merged", "split", "missed")


def _fates(table: Contingency, num_objects: int) -> NDArray[np.int64]:
    """The kind of each object, by its number from 1."""
    overlaps = table.where((table.segment > 0) & (table.truth > 0))
    size = table.truth_sizes[1:]
    covered = _sums(overlaps.truth, overlaps.count, num_objects)[1:]
    order = np.argsort(overlaps.count, kind="stable")
    main = np.zeros(num_objects + 1, dtype=np.int64)
    main[overlaps.truth[order]] = overlaps.segment[order]
    held = np.zeros(num_objects + 1, dtype=np.int64)
    held[overlaps.truth[order]] = overlaps.count[order]
    main, held = main[1:], held[1:]
    missed = (2 * covered < size) | (covered == 0)
    split = ~missed & (held < _SPLIT_SHARE * covered)
    whole = ~missed & ~split
    segment_sizes = table.segment_sizes
    times_main = np.bincount(main[whole], minlength=len(segment_sizes))
    in_objects = _sums(overlaps.segment, overlaps.count, len(segment_sizes) - 1)
    shared = (times_main[main] > 1) | (2 * (in_objects[main] - held) > segment_sizes[main])
    union = segment_sizes[main] + size - held
    drowned = held < _SAME_IOU * union
    fates = np.full(num_objects, _KINDS.index("right"))
    fates[whole & drowned] = _KINDS.index("missed")
    fates[whole & shared] = _KINDS.index("merged")
    fates[split] = _KINDS.index("split")
    fates[missed] = _KINDS.index("missed")
    return fates


def _by_kind(fates: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    return {kind: np.flatnonzero(fates == n) + 1 for n, kind in enumerate(_KINDS)}


def _invented(table: Contingency) -> NDArray[np.int64]:
    outside = table.where((table.segment > 0) & (table.truth == 0))
    sizes = table.segment_sizes
    in_background = _sums(outside.segment, outside.count, len(sizes) - 1)
    in_background[0] = 0
    return np.flatnonzero(2 * in_background > sizes)


def _sums(numbers: NDArray[np.int64], counts: NDArray[np.int64], largest: int) -> NDArray[np.int64]:
    sums = np.zeros(largest + 1, dtype=np.int64)
    np.add.at(sums, numbers, counts)
    return sums


@dataclass(frozen=True)
class _Numbered:
    """Objects numbered from 1 within a mask, and the id that each one had."""

    numbers: NDArray[np.int64]
    ids: list[int]

    @classmethod
    def of(cls, labels: NDArray[Any], valid: NDArray[np.bool_], separate: bool) -> _Numbered:
        numbers = np.zeros(labels.shape, dtype=np.int64)
        ids: list[int] = []
        for part in range(len(labels)) if separate else [...]:
            inside = np.where(valid[part], labels[part], 0)
            known, inverse = np.unique(inside, return_inverse=True)
            first = int(known.size > 0 and known[0] == 0)
            found = inverse.reshape(inside.shape) + (1 - first)
            numbers[part] = np.where(found > 0, found + len(ids), 0)
            ids += [int(number) for number in known[first:]]
        return cls(numbers, ids)

    def named(self, chosen: NDArray[np.int64]) -> tuple[ObjectPlace, ...]:
        return tuple(ObjectPlace(self.ids[number - 1], ()) for number in chosen.tolist())

    def places(
        self, chosen: NDArray[np.int64], size: NDArray[np.float64], begin: NDArray[np.float64]
    ) -> tuple[ObjectPlace, ...]:
        from scipy.ndimage import find_objects

        if not chosen.size:
            return ()
        boxes = find_objects(self.numbers)
        found = []
        for number in chosen.tolist():
            box = boxes[number - 1]
            voxels = np.argwhere(self.numbers[box] == number) + [part.start for part in box]
            away = (((voxels - voxels.mean(axis=0)) * size) ** 2).sum(axis=1)
            position = begin + (voxels[int(away.argmin())] + 0.5) * size
            found.append(ObjectPlace(self.ids[number - 1], tuple(position.tolist())))
        return tuple(found)
