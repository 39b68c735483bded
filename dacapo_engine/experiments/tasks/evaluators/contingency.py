"""How the objects of two segmentations overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dacapo_engine.experiments.tasks.dense_ids import dense_ids

__all__ = ["Contingency"]

_LARGEST_DENSE_TABLE = 1 << 24


@dataclass(frozen=True)
class Contingency:
    """The number of voxels of each pair of overlapping objects.

    Objects are numbered densely from 1 in both segmentations, whatever their ids; 0 stays
    background. Three arrays of the same length, one entry per pair that occurs.

    Attributes
    ----------
    segment, truth
        Numbers of the objects in the segmentation and in the truth.
    count
        How many voxels they share.
    """

    segment: NDArray[np.int64]
    truth: NDArray[np.int64]
    count: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        segmentation: NDArray[Any],
        truth: NDArray[Any],
        mask: NDArray[Any] | None = None,
    ) -> Self:
        """Count the pairs of two arrays of ids, of any integer type, where the mask is above 0."""
        if mask is not None:
            valid = np.asarray(mask) > 0
            segmentation, truth = segmentation[valid], truth[valid]
        segments, objects = dense_ids(segmentation).ravel(), dense_ids(truth).ravel()
        width = int(objects.max(initial=0)) + 1
        size = width * (int(segments.max(initial=0)) + 1)
        pairs = segments * width + objects
        if size <= _LARGEST_DENSE_TABLE:
            counts = np.bincount(pairs, minlength=1)
            keys = np.flatnonzero(counts)
            counts = counts[keys]
        else:
            keys, counts = np.unique(pairs, return_counts=True)
        return cls(keys // width, keys % width, counts.astype(np.int64))

    @classmethod
    def joined(cls, parts: Sequence[Contingency]) -> Self:
        """One table of separate images: the same number in two of them is two objects."""
        segments, objects, counts = [], [], []
        first_segment = first_object = 0
        for part in parts:
            segments.append(np.where(part.segment > 0, part.segment + first_segment, 0))
            objects.append(np.where(part.truth > 0, part.truth + first_object, 0))
            counts.append(part.count)
            first_segment = max(first_segment, int(segments[-1].max(initial=0)))
            first_object = max(first_object, int(objects[-1].max(initial=0)))
        return cls(*(np.concatenate([*a, np.zeros(0, int)]) for a in (segments, objects, counts)))

    def where(self, selection: NDArray[np.bool_]) -> Contingency:
        """The table of some of its pairs."""
        return Contingency(self.segment[selection], self.truth[selection], self.count[selection])

    @property
    def num_voxels(self) -> int:
        """How many voxels were counted."""
        return int(self.count.sum())

    @property
    def segment_sizes(self) -> NDArray[np.int64]:
        """Voxels of each object of the segmentation, by its number; background first."""
        return _sums(self.segment, self.count)

    @property
    def truth_sizes(self) -> NDArray[np.int64]:
        """Voxels of each object of the truth, by its number; background first."""
        return _sums(self.truth, self.count)


def _sums(numbers: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    sums = np.zeros(int(numbers.max(initial=0)) + 1, dtype=np.int64)
    np.add.at(sums, numbers, counts)
    return sums
